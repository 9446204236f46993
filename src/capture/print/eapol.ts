// EAP over LANs (IEEE 802.1X) and with -v the EAP packet inside (RFC 3748, 5216, 5281, 4187, 4851).

import type { PrintContext } from './context.js';
import { bitNames, hex } from './format.js';
import { printPadded } from './text.js';

const HEADER = 4;
const PACKET = 0;
const FRAME_NAMES = ['EAP packet', 'EAPOL start', 'EAPOL logoff', 'EAPOL key', 'Encapsulated ASF alert'] as const;
const CODE_NAMES = [undefined, 'Request', 'Response', 'Success', 'Failure'] as const;
const REQUEST = 1;
const RESPONSE = 2;

const IDENTITY = 1;
const NOTIFICATION = 2;
const NAK = 3;
const TLS = 13;
const SIM = 18;
const TTLS = 21;
const AKA = 23;
const FAST = 43;
const METHOD_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'No proposed'],
  [IDENTITY, 'Identity'],
  [NOTIFICATION, 'Notification'],
  [NAK, 'Nak'],
  [4, 'MD5-challenge'],
  [5, 'OTP'],
  [6, 'GTC'],
  [TLS, 'TLS'],
  [SIM, 'SIM'],
  [TTLS, 'TTLS'],
  [AKA, 'AKA'],
  [FAST, 'FAST'],
  [254, 'Expanded types'],
  [255, 'Experimental'],
]);
const TLS_FLAGS = [
  [0x80, 'L bit'],
  [0x40, 'More fragments bit'],
  [0x20, 'Start bit'],
] as const;
const AKA_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'Challenge'],
  [2, 'Auth reject'],
  [4, 'Sync failure'],
  [5, 'Identity'],
  [10, 'Start'],
  [11, 'Challenge'],
  [12, 'Notification'],
  [13, 'Reauth'],
  [14, 'Client error'],
]);

export function printEapol(ctx: PrintContext, offset: number, _length: number): void {
  ctx.protocol = 'eap';
  if (!ctx.has(offset, HEADER)) {
    ctx.truncated();
    return;
  }
  const version = ctx.u8(offset);
  const type = ctx.u8(offset + 1);
  const length = ctx.u16(offset + 2);
  if (ctx.wantsLayers) ctx.layer('eapol', { version, type, length });
  ctx.print(`${FRAME_NAMES[type] ?? 'unknown'} (${type}) v${version}, len ${length}`);
  if (ctx.flags.verbosity === 0 || type !== PACKET) return;
  if (length === 0) {
    ctx.truncated();
    return;
  }
  ctx.print(', ');
  printEap(ctx, offset + HEADER, length);
}

function printEap(ctx: PrintContext, offset: number, length: number): void {
  const code = ctx.u8(offset);
  const claimed = ctx.u16(offset + 2);
  if (claimed !== length) {
    ctx.print('EAP fragment?');
    return;
  }
  ctx.print(`${CODE_NAMES[code] ?? 'unknown'} (${code}), id ${ctx.u8(offset + 1)}, len ${claimed}`);
  if (claimed < 4) {
    ctx.print(' (too short for EAP header)');
    return;
  }
  if (!ctx.has(offset, claimed)) {
    ctx.truncated();
    return;
  }
  if (code !== REQUEST && code !== RESPONSE) return;
  /** Whether the message has so many bytes; says for what it is too short otherwise. */
  const reaches = (least: number, what: string): boolean => {
    if (claimed >= least) return true;
    ctx.print(` (too short for EAP ${what}request/response)`);
    return false;
  };
  if (!reaches(5, '')) return;
  const method = ctx.u8(offset + 4);
  const data = offset + 5;
  ctx.print(`\n\t\t Type ${METHOD_NAMES.get(method) ?? 'unknown'} (${method})`);
  switch (method) {
    case IDENTITY:
      if (claimed > 5) {
        ctx.print(', Identity: ');
        printPadded(ctx, data, claimed - 5);
      }
      return;
    case NOTIFICATION:
      if (!reaches(6, 'Notification ')) return;
      ctx.print(', Notification: ');
      printPadded(ctx, data, claimed - 5);
      return;
    case NAK:
      if (!reaches(6, 'Legacy NAK ')) return;
      for (let i = 5; i < claimed; i++) {
        const wanted = ctx.u8(offset + i);
        ctx.print(`${i > 5 ? ',' : ''} ${METHOD_NAMES.get(wanted) ?? 'unknown'} (${wanted})`);
      }
      return;
    case TLS:
    case TTLS:
    case FAST: {
      const family = method === FAST ? 'FAST' : 'TLS/TTLS';
      if (!reaches(6, `${family} `)) return;
      const flags = ctx.u8(data);
      if (method !== TLS) ctx.print(` ${method === TTLS ? 'TTLS' : 'FAST'}v${flags & 7}`);
      ctx.print(` flags [${bitNames(TLS_FLAGS, flags, ', ', 'none')}] 0x${hex(flags, 2)}`);
      if ((flags & 0x80) === 0) return;
      if (claimed < 10) ctx.print(` (too short for EAP ${family} request/response with length)`);
      else ctx.print(`, len ${ctx.u32(data + 1)}`);
      return;
    }
    case AKA:
    case SIM:
      if (!reaches(6, 'SIM/AKA ')) return;
      ctx.print(` subtype [${AKA_NAMES.get(ctx.u8(data)) ?? 'unknown'}] 0x${hex(ctx.u8(data), 2)}`);
      return;
  }
}
