// What follows an IPv4 header or the IPv6 header chain: by protocol number to its decoder, or number and length for one without.

import type { IpHeader, PrintContext } from './context.js';

export function printIpPayload(
  ctx: PrintContext,
  protocol: number,
  offset: number,
  length: number,
  ip: IpHeader,
): void {
  if (!ctx.ipProtocol(protocol, offset, length, ip)) {
    ctx.print(` ${ctx.names.ipProtocol(protocol) ?? `ip-proto-${protocol}`} ${length}`);
  }
}

/** IPv6's "no next header". */
export function printNoNextHeader(ctx: PrintContext): void {
  ctx.print('no next header');
}

/** Sun's network disk protocol, which tcpdump knows by name only. */
export function printSunDisk(ctx: PrintContext, _offset: number, length: number): void {
  ctx.print(` nd ${length}`);
}
