// The IPv6 routing header (RFC 8200 section 4.4, RFC 6275, RFC 8754), printed, and as the place of the final destination, which is the
// address that transport checksums count.

import type { PrintContext } from './context.js';
import { hex } from './format.js';

const HEADER = 40;
const ROUTING = 43;
const TYPE_SOURCE_ROUTE = 0;
const TYPE_MOBILE = 2;
const TYPE_SEGMENT_ROUTING = 4;

/** Offset of the final destination of the IPv6 packet at `ip`. */
export function ipv6FinalDestination(ctx: PrintContext, ip: number): number {
  const destination = ip + 24;
  let next = ctx.u8(ip + 6);
  let at = ip + HEADER;
  while (at < ctx.end) {
    if (next === 0 || next === 60 || next === 62 || next === 135) {
      const size = (ctx.u8(at + 1) + 1) << 3;
      next = ctx.u8(at);
      at += size;
    } else if (next === 44) {
      next = ctx.u8(at);
      at += 8;
    } else if (next === ROUTING) {
      if (!ctx.has(at, 4)) return destination;
      const units = ctx.u8(at + 1);
      const type = ctx.u8(at + 2);
      if (units % 2 === 1) return destination;
      if (type === TYPE_SEGMENT_ROUTING) return ctx.has(at + 8, 16) ? at + 8 : destination;
      if (type !== TYPE_SOURCE_ROUTE && type !== TYPE_MOBILE) return destination;
      let final = destination;
      for (let i = 0; i < units >> 1; i++) {
        if (!ctx.has(at + 8 + 16 * i, 16)) break;
        final = at + 8 + 16 * i;
      }
      return final;
    } else return destination;
  }
  return destination;
}

/** Prints a routing header; returns its length, or -1 when the chain ends here. */
export function printRoutingHeader(ctx: PrintContext, offset: number): number {
  ctx.protocol = 'rt6';
  ctx.print('RT6');
  const units = ctx.u8(offset + 1);
  ctx.print(` (len=${units}`);
  const type = ctx.u8(offset + 2);
  ctx.print(`, type=${type}${type === TYPE_SOURCE_ROUTE ? ' [Deprecated]' : ''}`);
  ctx.print(`, segleft=${ctx.u8(offset + 3)}`);
  if (type === TYPE_SEGMENT_ROUTING) {
    ctx.print(`, last-entry=${ctx.u8(offset + 4)}`);
    if (ctx.u8(offset + 5) !== 0 || ctx.flags.verbosity > 0) ctx.print(`, flags=0x${hex(ctx.u8(offset + 5))}`);
    ctx.print(`, tag=${hex(ctx.u16(offset + 6))}`);
  } else if (type === TYPE_SOURCE_ROUTE || type === TYPE_MOBILE) {
    const reserved = ctx.u32(offset + 4);
    if (reserved !== 0 || ctx.flags.verbosity > 0) ctx.print(`, rsv=0x${hex(reserved)}`);
  } else {
    ctx.print(' (unknown type)');
    ctx.invalid();
    return -1;
  }
  if (units % 2 === 1) {
    ctx.print(` (invalid length ${units})`);
    ctx.invalid();
    return -1;
  }
  const count = units >> 1;
  for (let i = 0; i < count; i++) ctx.print(`, [${i}]${ctx.ipv6(offset + 8 + 16 * i)}`);
  ctx.print(') ');
  if (ctx.wantsLayers) {
    const addresses: string[] = [];
    for (let i = 0; i < count; i++) addresses.push(ctx.ipv6Number(offset + 8 + 16 * i));
    ctx.layer('ip6-routing', { nextHeader: ctx.u8(offset), type, segmentsLeft: ctx.u8(offset + 3), addresses });
  }
  return (units + 1) << 3;
}
