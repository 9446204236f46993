// The Internet checksum (RFC 1071) and the pseudo headers of IPv4 (RFC 793) and IPv6 (RFC 8200, section 8.1).

import type { IpHeader, PrintContext } from './context.js';
import { ipv6FinalDestination } from './ipv6-routing.js';

/** Sum of the 16-bit words of bytes [start, end), added to `initial`, not yet folded. An odd last byte counts as a high byte. */
export function addWords(bytes: Uint8Array, start: number, end: number, initial: number): number {
  let sum = initial;
  const even = end - ((end - start) & 1);
  for (let i = start; i < even; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  if (even !== end) sum += bytes[even]! << 8;
  // At most 131,072 words of 16 bits: far below 2 ** 53.
  return sum;
}

/** Folds a sum of words into its one's complement: 0 over data that includes a right checksum. */
export function finishChecksum(sum: number): number {
  let folded = (sum % 0x10000) + Math.floor(sum / 0x10000);
  folded = (folded & 0xffff) + (folded >>> 16);
  folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}

/** The checksum over bytes [start, end): 0 when the data holds its own right checksum. */
export function internetChecksum(bytes: Uint8Array, start: number, end: number): number {
  return finishChecksum(addWords(bytes, start, end, 0));
}

/** What the checksum field `stored` should have held, when the check over data and field gave `computed`. */
export function rightChecksum(stored: number, computed: number): number {
  let sum = stored + computed;
  sum = (sum & 0xffff) + (sum >>> 16);
  return (sum & 0xffff) + (sum >>> 16);
}

/** IPv4 options that hold the route still to go. */
const LOOSE_SOURCE_ROUTE = 131;
const STRICT_SOURCE_ROUTE = 137;

/** Offset of the address the checksum counts as destination: the last of a source route, where there is one. */
function ipv4FinalDestination(ctx: PrintContext, ip: number): number {
  const destination = ip + 16;
  let rest = (ctx.u8(ip) & 15) * 4 - 20;
  let at = ip + 20;
  while (rest > 0) {
    const kind = ctx.u8(at);
    if (kind === 0) break;
    let length = 1;
    if (kind !== 1) {
      length = ctx.u8(at + 1);
      if (length < 2) break;
    }
    if (rest < length || !ctx.has(at, length)) break;
    if ((kind === LOOSE_SOURCE_ROUTE || kind === STRICT_SOURCE_ROUTE) && length >= 7) return at + length - 4;
    at += length;
    rest -= length;
  }
  return destination;
}

/**
 * The checksum of a transport's `length` bytes at `offset` with its pseudo header: 0 when it is right. The bytes must be captured.
 */
export function transportChecksum(
  ctx: PrintContext,
  ip: IpHeader,
  offset: number,
  length: number,
  protocol: number,
): number {
  const { bytes } = ctx;
  let sum = protocol;
  if (ip.version === 4) {
    const destination = (ctx.u8(ip.offset) & 15) === 5 ? ip.offset + 16 : ipv4FinalDestination(ctx, ip.offset);
    sum += length & 0xffff;
    sum = addWords(bytes, ip.offset + 12, ip.offset + 16, sum);
    sum = addWords(bytes, destination, destination + 4, sum);
  } else {
    const destination = ipv6FinalDestination(ctx, ip.offset);
    sum += (length >>> 16) + (length & 0xffff);
    sum = addWords(bytes, ip.offset + 8, ip.offset + 24, sum);
    sum = addWords(bytes, destination, destination + 16, sum);
  }
  return finishChecksum(addWords(bytes, offset, offset + length, sum));
}
