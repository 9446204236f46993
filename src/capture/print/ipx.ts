// Novell IPX: addresses and socket of the thirty-byte header; its services are not decoded further.

import type { PrintContext } from './context.js';
import { etherText, hex } from './format.js';

const HEADER = 30;
const SOCKET_NAMES: ReadonlyMap<number, string> = new Map([
  [0x0451, 'ipx-ncp'],
  [0x0455, 'ipx-netbios'],
  [0x0456, 'ipx-diags'],
  [0x0553, 'ipx-nwlink-dgm'],
]);

function address(ctx: PrintContext, offset: number): string {
  ctx.need(offset, 12);
  return `${hex(ctx.u32(offset), 8)}.${etherText(ctx.bytes, offset + 4)}.${hex(ctx.u16(offset + 10), 4)}`;
}

export function printIpx(ctx: PrintContext, offset: number, _length: number): void {
  ctx.protocol = 'ipx';
  if (!ctx.flags.linkHeader) ctx.print('IPX ');
  ctx.print(`${address(ctx, offset + 18)} > `);
  ctx.print(`${address(ctx, offset + 6)}: `);
  const length = ctx.u16(offset + 2);
  const socket = ctx.u16(offset + 16);
  if (ctx.wantsLayers) {
    ctx.layer('ipx', { source: address(ctx, offset + 18), destination: address(ctx, offset + 6), length });
  }
  if (length < HEADER) {
    ctx.print(`[length ${length} < ${HEADER}]`);
    ctx.invalid();
    return;
  }
  ctx.print(`${SOCKET_NAMES.get(socket) ?? `ipx-#${hex(socket)}`} ${length - HEADER}`);
}

/** IPX directly after an Ethernet II header. */
export function printIpxEthernet(ctx: PrintContext, offset: number, length: number): void {
  ctx.print('(NOV-ETHII) ');
  printIpx(ctx, offset, length);
}

/** IPX after an LLC header with its own service access point. */
export function printIpxLlc(ctx: PrintContext, offset: number, length: number): void {
  if (ctx.flags.linkHeader) ctx.print('IPX 802.2: ');
  printIpx(ctx, offset, length);
}
