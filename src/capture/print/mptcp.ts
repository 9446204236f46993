// Multipath TCP's option (RFC 6824 and RFC 8684).

import type { PrintContext } from './context.js';
import { HEX2, hex } from './format.js';

const SYN = 0x02;
const ACK = 0x10;

/** Prints the part after " LENGTH NAME"; false for a malformed one. `length` counts kind and length bytes. */
type SubtypePrinter = (ctx: PrintContext, offset: number, length: number, flags: number) => boolean;

/** Lower-case hexadecimal of 64 bits without leading zeros. */
function hex64(ctx: PrintContext, offset: number): string {
  const high = ctx.u32(offset);
  const low = ctx.u32(offset + 4);
  return high === 0 ? hex(low) : hex(high) + hex(low, 8);
}

function printCapable(ctx: PrintContext, offset: number, length: number, flags: number): boolean {
  const isSyn = (flags & SYN) !== 0 && (length === 12 || length === 4);
  const isAck = (flags & (SYN | ACK)) === ACK && (length === 20 || length === 22);
  if (!isSyn && !isAck) return false;
  const version = ctx.u8(offset + 2) & 15;
  if (version > 1) {
    ctx.print(` Unknown Version (${version})`);
    return true;
  }
  ctx.print(` v${version}`);
  if ((ctx.u8(offset + 3) & 0x80) !== 0) ctx.print(' csum');
  if (length >= 12) {
    ctx.print(` {0x${hex64(ctx, offset + 4)}`);
    if (length >= 20) ctx.print(`,0x${hex64(ctx, offset + 12)}`);
    ctx.print('}');
  }
  return true;
}

function printJoin(ctx: PrintContext, offset: number, length: number, flags: number): boolean {
  const syn = (flags & SYN) !== 0;
  const ack = (flags & ACK) !== 0;
  if (!(length === 12 && syn) && !(length === 16 && syn && ack) && !(length === 24 && ack)) return false;
  if (length !== 24) {
    if ((ctx.u8(offset + 2) & 1) !== 0) ctx.print(' backup');
    ctx.print(` id ${ctx.u8(offset + 3)}`);
  }
  if (length === 12) ctx.print(` token 0x${hex(ctx.u32(offset + 4))} nonce 0x${hex(ctx.u32(offset + 8))}`);
  else if (length === 16) ctx.print(` hmac 0x${hex64(ctx, offset + 4)} nonce 0x${hex(ctx.u32(offset + 12))}`);
  else {
    ctx.print(' hmac 0x');
    for (let i = 4; i < 24; i++) ctx.print(HEX2[ctx.u8(offset + i)]!);
  }
  return true;
}

function printDataSequence(ctx: PrintContext, offset: number, length: number, flags: number): boolean {
  if (length < 4 || (flags & SYN) !== 0) return false;
  const bits = ctx.u8(offset + 3);
  if ((bits & 0x10) !== 0) ctx.print(' fin');
  let at = offset + 4;
  let rest = length - 4;
  /** A number of four bytes, or eight when `wide`; false when it is not there. */
  const printNumber = (wide: boolean): boolean => {
    const size = wide ? 8 : 4;
    if (rest < size) return false;
    ctx.print(wide ? ctx.u64(at) : String(ctx.u32(at)));
    at += size;
    rest -= size;
    return true;
  };
  if ((bits & 0x01) !== 0) {
    ctx.print(' ack ');
    if (!printNumber((bits & 0x02) !== 0)) return false;
  }
  if ((bits & 0x04) !== 0) {
    ctx.print(' seq ');
    if (!printNumber((bits & 0x08) !== 0)) return false;
    if (rest < 4) return false;
    ctx.print(' subseq ');
    printNumber(false);
    if (rest < 2) return false;
    ctx.print(` len ${ctx.u16(at)}`);
    at += 2;
    rest -= 2;
    if (rest >= 2) {
      ctx.print(` csum 0x${hex(ctx.u16(at))}`);
      rest -= 2;
    }
  }
  return rest === 0;
}

/** By the lower four bits of the third byte: version 0 has the IP version there, version 1 the echo flag. */
function addressKind(bits: number): string {
  if (bits === 6) return 'v0-ip6';
  if (bits === 4) return 'v0-ip4';
  if (bits === 1) return 'v1-echo';
  return bits === 0 ? 'v1' : '[bad version/echo]';
}

function printAddAddress(ctx: PrintContext, offset: number, length: number): boolean {
  const isIpv4 = length === 8 || length === 10 || length === 16 || length === 18;
  const isIpv6 = length === 20 || length === 22 || length === 28 || length === 30;
  if (!isIpv4 && !isIpv6) return false;
  ctx.print(` ${addressKind(ctx.u8(offset + 2) & 15)} id ${ctx.u8(offset + 3)}`);
  const addressSize = isIpv4 ? 4 : 16;
  ctx.print(` ${isIpv4 ? ctx.ipv4(offset + 4) : ctx.ipv6(offset + 4)}`);
  let at = offset + 4 + addressSize;
  const extra = length - 4 - addressSize;
  if (extra === 2 || extra === 10) {
    ctx.print(`:${ctx.u16(at)}`);
    at += 2;
  }
  if (extra >= 8) ctx.print(` hmac 0x${hex64(ctx, at)}`);
  return true;
}

function printRemoveAddress(ctx: PrintContext, offset: number, length: number): boolean {
  if (length < 4) return false;
  ctx.print(' id');
  for (let i = 3; i < length; i++) ctx.print(` ${ctx.u8(offset + i)}`);
  return true;
}

function printPriority(ctx: PrintContext, offset: number, length: number): boolean {
  if (length !== 3 && length !== 4) return false;
  ctx.print((ctx.u8(offset + 2) & 1) !== 0 ? ' backup' : ' non-backup');
  if (length === 4) ctx.print(` id ${ctx.u8(offset + 3)}`);
  return true;
}

function printFail(ctx: PrintContext, offset: number, length: number): boolean {
  if (length !== 12) return false;
  ctx.print(` seq ${ctx.u64(offset + 4)}`);
  return true;
}

function printFastClose(ctx: PrintContext, offset: number, length: number): boolean {
  if (length !== 12) return false;
  ctx.print(` key 0x${hex64(ctx, offset + 4)}`);
  return true;
}

/** By the upper four bits of the third byte. */
const SUBTYPES: readonly { readonly name: string; readonly print: SubtypePrinter }[] = [
  { name: 'capable', print: printCapable },
  { name: 'join', print: printJoin },
  { name: 'dss', print: printDataSequence },
  { name: 'add-addr', print: printAddAddress },
  { name: 'rem-addr', print: printRemoveAddress },
  { name: 'prio', print: printPriority },
  { name: 'fail', print: printFail },
  { name: 'fast-close', print: printFastClose },
];
const UNKNOWN_SUBTYPE = { name: 'unknown', print: () => true };

/** Prints the option at `offset` (its kind byte); false when it is malformed. `flags` are those of the segment. */
export function printMptcp(ctx: PrintContext, offset: number, length: number, flags: number): boolean {
  ctx.protocol = 'mptcp';
  if (length < 3) return false;
  const subtype = SUBTYPES[ctx.u8(offset + 2) >> 4] ?? UNKNOWN_SUBTYPE;
  ctx.print(` ${length} ${subtype.name}`);
  return subtype.print(ctx, offset, length, flags);
}
