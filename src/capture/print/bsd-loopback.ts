// LINKTYPE_NULL and LINKTYPE_LOOP: four bytes of address family before the packet, in the byte order of the capturing host.

import type { PrintContext } from './context.js';

const HEADER = 4;
const FAMILY_NAMES: ReadonlyMap<number, string> = new Map([
  [2, 'IPv4'],
  [6, 'NS'],
  [7, 'ISO'],
  [16, 'Appletalk'],
  [23, 'IPX'],
  [24, 'IPv6'],
  [28, 'IPv6'],
  [30, 'IPv6'],
]);
const TYPE_IPV4 = 0x0800;
const TYPE_IPV6 = 0x86dd;

function headerText(ctx: PrintContext, family: number, length: number): string {
  const name = FAMILY_NAMES.get(family);
  const text = ctx.flags.quiet === 0 ? `AF ${name ?? 'Unknown'} (${family})` : (name ?? `Unknown AF ${family}`);
  return `${text}, length ${length}: `;
}

export function printBsdLoopback(ctx: PrintContext, length: number): number {
  ctx.protocol = 'null';
  ctx.need(0, HEADER);
  // Families are small numbers: the order in which the upper half is zero is the right one.
  const little = ctx.u32le(0);
  const family = little > 0xffff ? ctx.u32(0) : little;
  if (ctx.wantsLayers) ctx.layer('null', { family });
  if (ctx.flags.linkHeader) ctx.print(headerText(ctx, family, length));
  const rest = length - HEADER;
  const name = FAMILY_NAMES.get(family);
  if (name === 'IPv4') ctx.etherType(TYPE_IPV4, HEADER, rest);
  else if (name === 'IPv6') ctx.etherType(TYPE_IPV6, HEADER, rest);
  else {
    if (!ctx.flags.linkHeader) ctx.print(headerText(ctx, family, length));
    ctx.defaultDump(HEADER, ctx.available(HEADER));
  }
  return HEADER;
}
