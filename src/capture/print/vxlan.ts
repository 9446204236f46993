// VXLAN (RFC 7348).

import type { PrintContext } from './context.js';
import { printEthernet } from './ethernet.js';
import { HEX2 } from './format.js';

const HEADER = 8;
const HAS_IDENTIFIER = 0x08;

export function printVxlan(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'vxlan';
  ctx.print('VXLAN');
  if (length < HEADER) {
    ctx.invalid();
    return;
  }
  const flags = ctx.u8(offset);
  ctx.print(`, flags [${(flags & HAS_IDENTIFIER) !== 0 ? 'I' : 'invalid'}] (0x${HEX2[flags]}), `);
  const networkIdentifier = ctx.u24(offset + 4);
  if (ctx.wantsLayers) ctx.layer('vxlan', { flags, networkIdentifier });
  ctx.print(`vni ${networkIdentifier}\n`);
  ctx.need(offset, HEADER);
  if (ctx.descend()) {
    printEthernet(ctx, offset + HEADER, length - HEADER);
    ctx.ascend();
  }
}
