// VRRP, versions 2 (RFC 3768) and 3 (RFC 5798).

import { internetChecksum, transportChecksum } from './checksum.js';
import type { IpHeader, PrintContext } from './context.js';
import { hex } from './format.js';
import { printPadded } from './text.js';

const PROTOCOL = 112;
const ADVERTISEMENT = 1;
const SIMPLE_PASSWORD = 1;
const AUTHENTICATION_NAMES = ['none', 'simple', 'ah'] as const;

export function printVrrp(ctx: PrintContext, offset: number, length: number, ip: IpHeader): void {
  ctx.protocol = 'vrrp';
  ctx.print('VRRP');
  const version = ctx.u8(offset) >> 4;
  const type = ctx.u8(offset) & 15;
  ctx.print(`v${version}, ${type === ADVERTISEMENT ? 'Advertisement' : `unknown type (${type})`}`);
  if (ip.hopLimit !== 255) ctx.print(`, (ttl ${ip.hopLimit})`);
  if (version < 2 || version > 3 || type !== ADVERTISEMENT) return;
  ctx.print(`, vrid ${ctx.u8(offset + 1)}, prio ${ctx.u8(offset + 2)}`);
  const authentication = version === 2 ? ctx.u8(offset + 4) : 0;
  if (version === 2) {
    ctx.print(`, authtype ${AUTHENTICATION_NAMES[authentication] ?? `#${authentication}`}`);
    ctx.print(`, intvl ${ctx.u8(offset + 5)}s, length ${length}`);
  } else ctx.print(`, intvl ${ctx.u16(offset + 4) & 0xfff}cs, length ${length}`);
  const count = ctx.u8(offset + 3);
  const size = ip.version === 4 ? 4 : 16;
  if (ctx.wantsLayers) {
    const addresses: string[] = [];
    for (let i = 0; i < count && ctx.has(offset + 8 + i * size, size); i++) {
      const at = offset + 8 + i * size;
      addresses.push(ip.version === 4 ? ctx.ipv4Number(at) : ctx.ipv6Number(at));
    }
    ctx.layer('vrrp', { version, type, routerId: ctx.u8(offset + 1), priority: ctx.u8(offset + 2), addresses });
  }
  if (ctx.flags.verbosity === 0) return;
  if (ctx.has(offset, length)) {
    const computed =
      version === 2
        ? internetChecksum(ctx.bytes, offset, offset + length)
        : transportChecksum(ctx, ip, offset, length, PROTOCOL);
    if (computed !== 0) ctx.print(`, (bad vrrp cksum ${hex(ctx.u16(offset + 6))})`);
  }
  ctx.print(`, addrs${count > 1 ? `(${count})` : ''}:`);
  let at = offset + 8;
  for (let i = 0; i < count; i++) {
    ctx.print(`${i === 0 ? ' ' : ','}${ip.version === 4 ? ctx.ipv4(at) : ctx.ipv6(at)}`);
    at += size;
  }
  if (version === 2 && authentication === SIMPLE_PASSWORD) {
    ctx.print(' auth "');
    printPadded(ctx, at, 8);
    ctx.print('"');
  }
}
