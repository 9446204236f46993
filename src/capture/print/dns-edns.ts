// Options of the EDNS pseudo-record (RFC 6891).

import type { PrintContext } from './context.js';
import { printName } from './dns-names.js';
import { ipv4Text, ipv6Text } from './format.js';
import { printHex } from './text.js';

type OptionPrinter = (ctx: PrintContext, offset: number, length: number) => void;

// IANA, "DNS Security Algorithm Numbers", "Delegation Signer Digest Algorithms", "DNSSEC NSEC3 Hash Algorithms".
const SIGNING_ALGORITHMS: ReadonlyMap<number, string> = new Map([
  [0, 'DELETE'],
  [1, 'RSAMD5'],
  [2, 'DH'],
  [3, 'DS'],
  [5, 'RSASHA1'],
  [6, 'DSA-NSEC3-SHA1'],
  [7, 'RSASHA1-NSEC3-SHA1'],
  [8, 'RSASHA256'],
  [10, 'RSASHA512'],
  [12, 'ECC-GOST'],
  [13, 'ECDSAP256SHA256'],
  [14, 'ECDSAP384SHA384'],
  [15, 'ED25519'],
  [16, 'ED448'],
  [252, 'INDIRECT'],
  [253, 'PRIVATEDNS'],
  [254, 'PRIVATEOID'],
]);
const DIGEST_ALGORITHMS: ReadonlyMap<number, string> = new Map([
  [1, 'SHA-1'],
  [2, 'SHA-256'],
  [3, 'GOST_R_34.11-94'],
  [4, 'SHA-384'],
]);
const HASH_ALGORITHMS: ReadonlyMap<number, string> = new Map([[1, 'SHA-1']]);

/** IANA, "DNS EDNS0 Option Codes", as far as `tcpdump` names them, and how their data are printed (in hex where it is not said). */
const OPTIONS: ReadonlyMap<number, readonly [name: string, print?: OptionPrinter]> = new Map<
  number,
  readonly [string, OptionPrinter?]
>([
  [1, ['LLQ']],
  [2, ['UL']],
  [3, ['NSID']],
  [5, ['DAU', algorithms(SIGNING_ALGORITHMS)]],
  [6, ['DHU', algorithms(DIGEST_ALGORITHMS)]],
  [7, ['N3U', algorithms(HASH_ALGORITHMS)]],
  [8, ['ECS', printClientSubnet]],
  [9, ['EXPIRE', printExpire]],
  [10, ['COOKIE', printCookie]],
  [11, ['KEEPALIVE', printKeepalive]],
  [12, ['PADDING', (ctx, _offset, length) => ctx.print(`(${length})`)]],
  [13, ['CHAIN', (ctx, offset, length) => printName(ctx, offset, offset + length)]],
  [14, ['KEY-TAG', printKeyTags]],
  [16, ['CLIENT-TAG']],
  [17, ['SERVER-TAG']],
]);

function algorithms(names: ReadonlyMap<number, string>): OptionPrinter {
  return (ctx, offset, length) => {
    for (let i = 0; i < length; i++) {
      const number = ctx.u8(offset + i);
      ctx.print(`${i === 0 ? '' : ' '}${names.get(number) ?? `Alg_${number}`}`);
    }
  };
}

/** RFC 7871: family, source and scope prefix length, the address without its zero bytes at the end. */
function printClientSubnet(ctx: PrintContext, offset: number, length: number): void {
  const family = length < 4 ? 0 : ctx.u16(offset);
  const addressSize = family === 1 ? 4 : family === 2 ? 16 : 0;
  const given = length - 4;
  if (addressSize === 0 || given > addressSize) {
    ctx.invalid();
    return;
  }
  const source = ctx.u8(offset + 2);
  const scope = ctx.u8(offset + 3);
  if (source > 8 * addressSize || scope > 8 * addressSize || (source + 7) >> 3 !== given) {
    ctx.invalid();
    return;
  }
  const address = new Uint8Array(16);
  address.set(ctx.bytes.subarray(offset + 4, offset + length));
  ctx.print(`${family === 1 ? ipv4Text(address, 0) : ipv6Text(address, 0)}/${source}/${scope}`);
}

function printExpire(ctx: PrintContext, offset: number, length: number): void {
  if (length === 4) ctx.print(`${ctx.u32(offset)} sec`);
  else ctx.invalid();
}

/** RFC 7873: the client's cookie has eight bytes, the server's eight to thirty-two. */
function printCookie(ctx: PrintContext, offset: number, length: number): void {
  if (length < 8 || (length > 8 && length < 16) || length > 40) {
    ctx.invalid();
    return;
  }
  printHex(ctx, offset, 8);
  if (length > 8) {
    ctx.print(' ');
    printHex(ctx, offset + 8, length - 8);
  }
}

/** RFC 7828: in units of 100 ms. */
function printKeepalive(ctx: PrintContext, offset: number, length: number): void {
  if (length === 2) ctx.print(`${(ctx.u16(offset) / 10).toFixed(1)} sec`);
  else ctx.invalid();
}

function printKeyTags(ctx: PrintContext, offset: number, length: number): void {
  if (length % 2 !== 0) {
    ctx.invalid();
    return;
  }
  for (let i = 0; i < length; i += 2) ctx.print(`${i === 0 ? '' : ' '}${ctx.u16(offset + i)}`);
}

/** Prints one option; returns the offset after it, or -1 when it is cut short. */
export function printEdnsOption(ctx: PrintContext, offset: number): number {
  if (!ctx.has(offset, 2)) return -1;
  const code = ctx.u16(offset);
  const option = OPTIONS.get(code);
  ctx.print(option?.[0] ?? `Opt${code}`);
  if (!ctx.has(offset + 2, 2)) return -1;
  const length = ctx.u16(offset + 2);
  const data = offset + 4;
  if (!ctx.has(data, length)) return -1;
  if (length > 0) {
    ctx.print(' ');
    (option?.[1] ?? printHex)(ctx, data, length);
  }
  return data + length;
}
