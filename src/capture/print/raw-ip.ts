// LINKTYPE_RAW, LINKTYPE_IPV4 and LINKTYPE_IPV6: packets without a link header; the version is in the first byte.

import type { PrintContext } from './context.js';
import { printIpv4 } from './ipv4.js';
import { printIpv6 } from './ipv6.js';

export function printRawIp(ctx: PrintContext, length: number): number {
  ctx.protocol = 'raw';
  if (ctx.flags.linkHeader) ctx.print('ip: ');
  ctx.protocol = 'ipn';
  const version = ctx.u8(0) >> 4;
  if (version === 4) printIpv4(ctx, 0, length);
  else if (version === 6) printIpv6(ctx, 0, length);
  else ctx.print(`unknown ip ${version}`);
  return 0;
}
