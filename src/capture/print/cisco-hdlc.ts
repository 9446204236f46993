// Cisco HDLC: four bytes of header with an EtherType, and its own keep-alive and address protocol, SLARP.

import type { PrintContext } from './context.js';
import { ETHER_TYPE_NAMES } from './ether-types.js';
import { hex } from './format.js';

const HEADER = 4;
const UNICAST = 0x0f;
const BROADCAST = 0x8f;
const TYPE_SLARP = 0x8035;
/** The EtherTypes this link carries, as far as they have decoders. */
const CARRIED: ReadonlySet<number> = new Set([0x0800, 0x86dd, 0x8847, 0x8848]);
const SLARP_LEAST = 14;
const SLARP_WITH_UPTIME = 18;

export function isCiscoHdlcAddress(address: number): boolean {
  return address === UNICAST || address === BROADCAST;
}

/** Prints a frame that begins the packet (LINKTYPE_C_HDLC); returns the length of its header. */
export function printCiscoHdlc(ctx: PrintContext, length: number): number {
  ctx.protocol = 'chdlc';
  if (length < HEADER) {
    ctx.truncated();
    return ctx.end;
  }
  const type = ctx.u16(2);
  const address = ctx.u8(0);
  if (ctx.wantsLayers) ctx.layer('chdlc', { address, etherType: type });
  if (ctx.flags.linkHeader) {
    const cast = address === UNICAST ? 'unicast' : address === BROADCAST ? 'bcast' : `0x${hex(address, 2)}`;
    ctx.print(`${cast}, ethertype ${ETHER_TYPE_NAMES.get(type) ?? 'Unknown'} (0x${hex(type, 4)}), length ${length}: `);
  }
  const rest = length - HEADER;
  if (type === TYPE_SLARP) printSlarp(ctx, HEADER, rest);
  else if (CARRIED.has(type)) ctx.etherType(type, HEADER, rest);
  else if (!ctx.flags.linkHeader) ctx.print(`unknown CHDLC protocol (0x${hex(type, 4)})`);
  return HEADER;
}

function printSlarp(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'chdlc_slarp';
  const { verbosity } = ctx.flags;
  ctx.print(`SLARP (length: ${length}), `);
  if (length < SLARP_LEAST || !ctx.has(offset, SLARP_LEAST)) {
    ctx.truncated();
    return;
  }
  const code = ctx.u32(offset);
  if (ctx.wantsLayers) ctx.layer('slarp', { code });
  // tcpdump's dump of -vv begins behind what it has read.
  let unread = offset + 4;
  switch (code) {
    case 0:
      ctx.print('request');
      break;
    case 1:
      ctx.print(`reply ${ctx.ipv4(offset + 4)}/${ctx.ipv4(offset + 8)}`);
      break;
    case 2:
      ctx.print(
        `keepalive: mineseen=0x${hex(ctx.u32(offset + 4), 8)}, yourseen=0x${hex(ctx.u32(offset + 8), 8)}, ` +
          `reliability=0x${hex(ctx.u16(offset + 12), 4)}`,
      );
      if (length >= SLARP_WITH_UPTIME) {
        unread += SLARP_LEAST;
        const seconds = Math.floor(ctx.u32(offset + SLARP_LEAST) / 1000);
        const [days, hours] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24];
        ctx.print(`, link uptime=${days}d${hours}h${Math.floor(seconds / 60) % 60}m${seconds % 60}s`);
      }
      break;
    default:
      ctx.print(`0x${hex(code, 2)} unknown`);
      if (verbosity <= 1) ctx.hexField(offset + 4, length - 4, '\n\t');
  }
  if (length > SLARP_WITH_UPTIME && verbosity > 0) ctx.print(`, (trailing junk: ${length - SLARP_WITH_UPTIME} bytes)`);
  if (verbosity > 1) ctx.hexField(unread, length - 4, '\n\t');
}
