// PPP's control protocols (RFC 1661, 1332, 5072, 1962, 2125): the negotiation of a link, and with -v its options.

import type { PrintContext } from './context.js';
import { hex, visibleByte } from './format.js';
import { ouiName } from './oui.js';
import {
  PPP_BACP,
  PPP_CCP,
  PPP_CHAP,
  PPP_EAP,
  PPP_IPCP,
  PPP_IPV6CP,
  PPP_LCP,
  PPP_LQM,
  PPP_PAP,
  PPP_PROTOCOL_NAMES,
  PPP_SPAP,
  PPP_SPAP_OLD,
  PPP_VJ_COMPRESSED,
} from './ppp-protocols.js';

const CODE_NAMES = [
  'Vendor-Extension',
  'Conf-Request',
  'Conf-Ack',
  'Conf-Nack',
  'Conf-Reject',
  'Term-Request',
  'Term-Ack',
  'Code-Reject',
  'Prot-Reject',
  'Echo-Request',
  'Echo-Reply',
  'Disc-Req',
  'Ident',
  'Time-Rem',
  'Reset-Req',
  'Reset-Ack',
] as const;

/** Prints the options of a configuration message one by one; returns the length of one, 0 to stop. */
type OptionPrinter = (ctx: PrintContext, offset: number, length: number) => number;

const OPTION_PRINTERS: ReadonlyMap<number, OptionPrinter> = new Map([
  [PPP_LCP, printLcpOption],
  [PPP_IPCP, printIpcpOption],
  [PPP_IPV6CP, printIpv6cpOption],
  [PPP_CCP, printCcpOption],
  [PPP_BACP, printBacpOption],
]);

export function printControlProtocol(ctx: PrintContext, protocol: number, offset: number, length: number): void {
  const { verbosity } = ctx.flags;
  const name = PPP_PROTOCOL_NAMES.get(protocol) ?? `unknown ctrl-proto (0x${hex(protocol, 4)})`;
  ctx.print(`${name}, `);
  if (length < 4 || !ctx.has(offset, 2)) {
    ctx.print(`[|${name}]`);
    return;
  }
  const code = ctx.u8(offset);
  const id = ctx.u8(offset + 1);
  ctx.print(`${CODE_NAMES[code] ?? 'Unknown Opcode'} (0x${hex(code, 2)}), id ${id}, length ${length + 2}`);
  if (ctx.wantsLayers) ctx.layer(name.toLowerCase(), { code, id });
  if (verbosity === 0) return;
  const claimed = ctx.u16(offset + 2);
  if (claimed < 4) {
    ctx.print(`\n\tencoded length ${claimed} (< 4))`);
    return;
  }
  if (claimed > length) {
    ctx.print(`\n\tencoded length ${claimed} (> packet length ${length}))`);
    return;
  }
  ctx.print(`\n\tencoded length ${claimed} (=Option(s) length ${claimed - 4})`);
  if (claimed === 4) return;
  if (verbosity > 1) ctx.hexField(offset - 2, 6, '\n\t');
  const body = offset + 4;
  switch (code) {
    case 0:
      if (claimed < 11) return;
      ctx.print(`\n\t  Magic-Num 0x${hex(ctx.u32(body), 8)}`);
      ctx.print(` Vendor: ${ouiName(ctx.u24(body + 4))} (${ctx.u24(body + 4)})`);
      return;
    case 1:
    case 2:
    case 3:
    case 4:
      printOptions(ctx, protocol, body, claimed);
      return;
    case 5:
    case 6:
    case 7:
      return;
    case 8:
      if (claimed < 6) return;
      ctx.print(
        `\n\t  Rejected ${PPP_PROTOCOL_NAMES.get(ctx.u16(body)) ?? 'unknown'} Protocol (0x${hex(ctx.u16(body), 4)})`,
      );
      if (claimed > 6) {
        ctx.print('\n\t  Rejected Packet');
        ctx.hexField(body + 2, claimed - 2, '\n\t    ');
      }
      return;
    case 9:
    case 10:
    case 11:
      if (claimed < 8) return;
      ctx.print(`\n\t  Magic-Num 0x${hex(ctx.u32(body), 8)}`);
      if (claimed > 8) {
        ctx.print('\n\t  -----trailing data-----');
        if (!ctx.has(body + 4, claimed - 8)) ctx.print(`[|${name}]`);
        else ctx.hexField(body + 4, claimed - 8, '\n\t  ');
      }
      return;
    case 12:
      if (claimed < 8) return;
      ctx.print(`\n\t  Magic-Num 0x${hex(ctx.u32(body), 8)}`);
      if (claimed > 8) {
        ctx.print('\n\t  Message\n\t    ');
        // The count goes four bytes beyond the message, as tcpdump's does.
        const count = claimed - 4;
        for (let i = 0; i < count && body + 4 + i < ctx.end; i++) ctx.print(visibleByte(ctx.u8(body + 4 + i)));
        if (body + 4 + count > ctx.end) ctx.print(`[|${name}]`);
      }
      return;
    case 13:
      if (claimed < 12) return;
      ctx.print(`\n\t  Magic-Num 0x${hex(ctx.u32(body), 8)}`);
      ctx.print(`, Seconds-Remaining ${ctx.u32(body + 4)}s`);
      return;
    default:
      if (verbosity <= 1) ctx.hexField(offset - 2, claimed + 2, '\n\t  ');
  }
}

function printOptions(ctx: PrintContext, protocol: number, offset: number, claimed: number): void {
  const print = OPTION_PRINTERS.get(protocol);
  if (print === undefined) return;
  let at = offset;
  let rest = claimed - 4;
  do {
    const size = print(ctx, at, claimed);
    if (size === 0) return;
    if (rest < size) {
      ctx.print(` [remaining options length ${rest} < ${size}]`);
      ctx.invalid();
      return;
    }
    at += size;
    rest -= size;
  } while (rest !== 0);
}

/**
 * Reads type and length of an option; the length is 0 when it does not fit, and the mark of truncation printed where it is not
 * captured.
 */
function optionLength(ctx: PrintContext, offset: number, length: number, mark: string): number | undefined {
  if (length < 2) return undefined;
  if (!ctx.has(offset, 2)) {
    ctx.print(`[|${mark}]`);
    return undefined;
  }
  const size = ctx.u8(offset + 1);
  return length < size ? undefined : size;
}

/** "(length bogus...)" of an option that must have an exact length; true when it has another. */
function isBogus(ctx: PrintContext, size: number, right: number, isMinimum = false): boolean {
  if (isMinimum ? size >= right : size === right) return false;
  ctx.print(` (length bogus, should be ${isMinimum ? '>=' : '='} ${right})`);
  return true;
}

/** The bytes of an option nobody decoded; with -vv every option's bytes. */
function printRaw(ctx: PrintContext, offset: number, size: number, decoded: boolean): void {
  if (!decoded || ctx.flags.verbosity > 1) ctx.hexField(offset + 2, size - 2, '\n\t    ');
}

const LCP_NAMES = [
  'Vend-Ext',
  'MRU',
  'ACCM',
  'Auth-Prot',
  'Qual-Prot',
  'Magic-Num',
  'deprecated(6)',
  'PFC',
  'ACFC',
  'FCS-Alt',
  'SDP',
  'Num-Mode',
  'deprecated(12)',
  'Call-Back',
  'deprecated(14)',
  'deprecated(15)',
  'deprecated(16)',
  'MRRU',
  '12-Bit seq #',
  'End-Disc',
  'Proprietary',
  'DCE-Id',
  'MP+',
  'Link-Disc',
  'LCP-Auth-Opt',
  'COBS',
  'Prefix-elision',
  'Multilink-header-Form',
  'I18N',
  'SDL-over-SONET/SDH',
  'PPP-Muxing',
] as const;
const CHAP_ALGORITHMS: ReadonlyMap<number, string> = new Map([
  [5, 'MD5'],
  [128, 'MS-CHAPv1'],
  [129, 'MS-CHAPv2'],
]);
const CALLBACK_NAMES = ['UserAuth', 'DialString', 'LocalID', 'E.164', 'X.500', undefined, 'CBCP'] as const;

function printLcpOption(ctx: PrintContext, offset: number, length: number): number {
  const size = optionLength(ctx, offset, length, 'lcp');
  if (size === undefined) return 0;
  const type = ctx.u8(offset);
  const name = LCP_NAMES[type];
  if (name === undefined) {
    ctx.print(`\n\tunknown LCP option 0x${hex(type, 2)}`);
    return size < 2 ? 0 : size;
  }
  ctx.print(`\n\t  ${name} Option (0x${hex(type, 2)}), length ${size}`);
  if (isBogus(ctx, size, 2, true)) return 0;
  const data = offset + 2;
  let decoded = true;
  switch (type) {
    case 0:
      if (isBogus(ctx, size, 6, true)) return size;
      ctx.print(`: Vendor: ${ouiName(ctx.u24(data))} (${ctx.u24(data)})`);
      break;
    case 1:
      if (isBogus(ctx, size, 4)) return size;
      ctx.print(`: ${ctx.u16(data)}`);
      break;
    case 2:
      if (isBogus(ctx, size, 6)) return size;
      ctx.print(`: 0x${hex(ctx.u32(data), 8)}`);
      break;
    case 3: {
      if (isBogus(ctx, size, 4, true)) return size;
      const protocol = ctx.u16(data);
      ctx.print(`: ${PPP_PROTOCOL_NAMES.get(protocol) ?? 'Unknown Auth Proto (0x04x)'}`);
      if (protocol === PPP_CHAP) {
        ctx.print(`, ${CHAP_ALGORITHMS.get(ctx.u8(data + 2)) ?? `Unknown Auth Alg ${ctx.u8(data + 2)}`}`);
      } else if (![PPP_PAP, PPP_EAP, PPP_SPAP, PPP_SPAP_OLD].includes(protocol)) ctx.hexField(offset, size, '\n\t');
      break;
    }
    case 4:
      if (isBogus(ctx, size, 4, true)) return 0;
      ctx.print(ctx.u16(data) === PPP_LQM ? ': LQR' : ': unknown');
      break;
    case 5:
      if (isBogus(ctx, size, 6)) return 0;
      ctx.print(`: 0x${hex(ctx.u32(data), 8)}`);
      break;
    case 7:
    case 8:
      break;
    case 13:
      if (isBogus(ctx, size, 3, true)) return 0;
      ctx.print(': ');
      ctx.print(`: Callback Operation ${CALLBACK_NAMES[ctx.u8(data)] ?? 'Unknown'} (${ctx.u8(data)})`);
      break;
    case 17:
      if (isBogus(ctx, size, 4)) return 0;
      ctx.print(`: ${ctx.u16(data)}`);
      break;
    case 19:
      if (isBogus(ctx, size, 3, true) || !printEndpoint(ctx, data, size)) return 0;
      break;
    case 23:
      if (isBogus(ctx, size, 4)) return 0;
      ctx.print(`: 0x${hex(ctx.u16(data), 4)}`);
      break;
    default:
      decoded = false;
  }
  printRaw(ctx, offset, size, decoded);
  return size;
}

/** The endpoint discriminator of multilink (RFC 1990, section 5.1.3). */
function printEndpoint(ctx: PrintContext, data: number, size: number): boolean {
  const kind = ctx.u8(data);
  switch (kind) {
    case 0:
      ctx.print(': Null');
      return true;
    case 1:
      ctx.print(': Local');
      return true;
    case 2:
      if (isBogus(ctx, size, 7)) return false;
      ctx.print(`: IPv4 ${ctx.ipv4(data + 1)}`);
      return true;
    case 3:
      if (isBogus(ctx, size, 9)) return false;
      ctx.print(`: MAC ${ctx.ether(data + 1)}`);
      return true;
    case 4:
      ctx.print(': Magic-Num-Block');
      return true;
    case 5:
      ctx.print(': PSNDN');
      return true;
    default:
      ctx.print(`: Unknown class ${kind}`);
      return true;
  }
}

/** Prints "NAME Option (0xNN), length N"; undefined when the option cannot be read. */
function optionHead(
  ctx: PrintContext,
  offset: number,
  length: number,
  mark: string,
  names: ReadonlyMap<number, string>,
  unknown: string,
): { type: number; size: number } | undefined {
  const size = optionLength(ctx, offset, length, mark);
  if (size === undefined) return undefined;
  const type = ctx.u8(offset);
  ctx.print(`\n\t  ${names.get(type) ?? unknown} Option (0x${hex(type, 2)}), length ${size}`);
  return isBogus(ctx, size, 2, true) ? undefined : { type, size };
}

const IPCP_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'IP-Addrs'],
  [2, 'IP-Comp'],
  [3, 'IP-Addr'],
  [4, 'Home-Addr'],
  [129, 'Pri-DNS'],
  [130, 'Pri-NBNS'],
  [131, 'Sec-DNS'],
  [132, 'Sec-NBNS'],
]);
/** IP header compression (RFC 2509) and the least length of its option. */
const HEADER_COMPRESSION = 0x61;
const HEADER_COMPRESSION_SIZE = 14;

function printIpcpOption(ctx: PrintContext, offset: number, length: number): number {
  const head = optionHead(ctx, offset, length, 'ipcp', IPCP_NAMES, 'unknown');
  if (head === undefined) return 0;
  const { type, size } = head;
  const data = offset + 2;
  let decoded = true;
  if (type === 1) {
    if (isBogus(ctx, size, 10)) return size;
    ctx.print(`: src ${ctx.ipv4(data)}, dst ${ctx.ipv4(data + 4)}`);
  } else if (type === 2) {
    if (isBogus(ctx, size, 4, true)) return 0;
    const protocol = ctx.u16(data);
    const name =
      protocol === PPP_VJ_COMPRESSED
        ? 'VJ-Comp'
        : protocol === HEADER_COMPRESSION
          ? 'IP Header Compression'
          : 'Unknown';
    ctx.print(`: ${name} (0x${hex(protocol, 2)}):`);
    if (protocol === HEADER_COMPRESSION) {
      const after = printHeaderCompression(ctx, offset, size);
      if (after < 0) return 0;
      // tcpdump's dump of -vv begins where it stopped reading, not at the option.
      printRaw(ctx, after, size, true);
      return size;
    }
  } else if (IPCP_NAMES.has(type)) {
    if (isBogus(ctx, size, 6)) return 0;
    ctx.print(`: ${ctx.ipv4(data)}`);
  } else decoded = false;
  printRaw(ctx, offset, size, decoded);
  return size;
}

/** Prints the parameters and suboptions; returns where the reading stopped, or -1 where the capture ends. */
function printHeaderCompression(ctx: PrintContext, offset: number, size: number): number {
  if (isBogus(ctx, size, HEADER_COMPRESSION_SIZE, true)) return -1;
  if (!ctx.has(offset + 2, HEADER_COMPRESSION_SIZE)) {
    ctx.print('[|ipcp]');
    return -1;
  }
  const field = (index: number): number => ctx.u16(offset + 4 + 2 * index);
  ctx.print(
    `\n\t    TCP Space ${field(0)}, non-TCP Space ${field(1)}, maxPeriod ${field(2)}, maxTime ${field(3)}, maxHdr ${field(4)}`,
  );
  let rest = size - HEADER_COMPRESSION_SIZE;
  if (rest === 0) return offset;
  ctx.print(`\n\t      Suboptions, length ${rest}`);
  let at = offset + HEADER_COMPRESSION_SIZE;
  while (rest >= 2) {
    if (!ctx.has(at, 2)) {
      ctx.print('[|ipcp]');
      return -1;
    }
    const type = ctx.u8(at);
    const length = ctx.u8(at + 1);
    if (type === 0 || length === 0) break;
    const name = type === 1 ? 'RTP-Compression' : type === 2 ? 'Enhanced RTP-Compression' : 'Unknown';
    ctx.print(`\n\t\t${name} Suboption #${type}, length ${length}`);
    if (rest < length) {
      ctx.print(` [remaining suboptions length ${rest} < ${length}]`);
      ctx.invalid();
      break;
    }
    rest -= length;
    at += length;
  }
  return at;
}

const IPV6CP_NAMES: ReadonlyMap<number, string> = new Map([[1, 'Interface-ID']]);

function printIpv6cpOption(ctx: PrintContext, offset: number, length: number): number {
  const head = optionHead(ctx, offset, length, 'ip6cp', IPV6CP_NAMES, 'unknown');
  if (head === undefined) return 0;
  const { type, size } = head;
  if (type === 1) {
    if (isBogus(ctx, size, 10)) return size;
    if (!ctx.has(offset + 2, 8)) {
      ctx.print('[|ip6cp]');
      return 0;
    }
    const group = (index: number): string => hex(ctx.u16(offset + 2 + 2 * index), 4);
    ctx.print(`: ${group(0)}:${group(1)}:${group(2)}:${group(3)}`);
  }
  printRaw(ctx, offset, size, type === 1);
  return size;
}

const CCP_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'OUI'],
  [1, 'Pred-1'],
  [2, 'Pred-2'],
  [3, 'Puddle'],
  [16, 'HP-PPC'],
  [17, 'Stac-LZS'],
  [18, 'MPPC'],
  [19, 'Gand-FZA'],
  [20, 'V.42bis'],
  [21, 'BSD-Comp'],
  [23, 'LZS-DCP'],
  [24, 'MVRCA'],
  [25, 'DEC'],
  [26, 'Deflate'],
  [255, 'Reserved'],
]);

function printCcpOption(ctx: PrintContext, offset: number, length: number): number {
  const head = optionHead(ctx, offset, length, 'ccp', CCP_NAMES, 'Unknown');
  if (head === undefined) return 0;
  const { type, size } = head;
  const data = offset + 2;
  let decoded = true;
  switch (type) {
    case 21:
      if (isBogus(ctx, size, 3, true)) return size;
      ctx.print(`: Version: ${ctx.u8(data) >> 5}, Dictionary Bits: ${ctx.u8(data) & 0x1f}`);
      break;
    case 24: {
      if (isBogus(ctx, size, 4, true)) return size;
      const bits = ctx.u8(data);
      const state = (bits & 0x20) !== 0 ? 'Enabled' : 'Disabled';
      ctx.print(`: Features: ${bits >> 6}, PxP: ${state}, History: ${bits & 0x1f}, #CTX-ID: ${ctx.u8(data + 1)}`);
      break;
    }
    case 26: {
      if (isBogus(ctx, size, 4, true)) return size;
      const bits = ctx.u8(data);
      const check = ctx.u8(data + 1);
      const method = (bits & 15) === 8 ? 'zlib' : 'unknown';
      ctx.print(
        `: Window: ${bits >> 4}K, Method: ${method} (0x${hex(bits & 15)}), MBZ: ${check >> 2}, CHK: ${check & 3}`,
      );
      break;
    }
    default:
      decoded = false;
  }
  printRaw(ctx, offset, size, decoded);
  return size;
}

const BACP_NAMES: ReadonlyMap<number, string> = new Map([[1, 'Favored-Peer']]);

function printBacpOption(ctx: PrintContext, offset: number, length: number): number {
  const head = optionHead(ctx, offset, length, 'bacp', BACP_NAMES, 'Unknown');
  if (head === undefined) return 0;
  const { type, size } = head;
  if (type === 1) {
    if (isBogus(ctx, size, 6)) return size;
    ctx.print(`: Magic-Num 0x${hex(ctx.u32(offset + 2), 8)}`);
  }
  printRaw(ctx, offset, size, type === 1);
  return size;
}
