// IPsec's Authentication Header (RFC 4302) and Encapsulating Security Payload (RFC 4303), and IPComp (RFC 3173). Nothing is decrypted.

import type { IpHeader, PrintContext } from './context.js';
import { HEX2, hex } from './format.js';
import { printIpPayload } from './ip-payload.js';

/** Prints an authentication header and the payload it protects. */
export function printAuthenticationHeader(ctx: PrintContext, offset: number, length: number, ip: IpHeader): void {
  ctx.protocol = 'ah';
  if (!ctx.has(offset, 1)) {
    ctx.truncated();
    return;
  }
  const next = ctx.u8(offset);
  ctx.print('AH');
  const units = ctx.u8(offset + 1);
  const size = (units + 2) * 4;
  ctx.print('(');
  if (ctx.flags.verbosity > 0) ctx.print(`length=${units}(${size}-bytes),`);
  const reserved = ctx.u16(offset + 2);
  if (reserved !== 0) ctx.print(`reserved=0x${hex(reserved)}[MustBeZero],`);
  const spi = ctx.u32(offset + 4);
  ctx.print(`spi=0x${hex(spi, 8)},`);
  const sequence = ctx.u32(offset + 8);
  ctx.print(`seq=0x${hex(sequence)},`);
  ctx.print('icv=0x');
  let check = '';
  for (let i = 12; i < size; i++) {
    const digits = HEX2[ctx.u8(offset + i)]!;
    check += digits;
    ctx.print(digits);
  }
  ctx.print('): ');
  if (ctx.wantsLayers) ctx.layer('ah', { nextHeader: next, spi, sequence, integrityCheck: check });
  printIpPayload(ctx, next, offset + size, (length - size) >>> 0, ip);
}

/** Prints what of an encrypted payload is in the clear. */
export function printEsp(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'esp';
  if (offset + 8 >= ctx.end) {
    ctx.truncated();
    return;
  }
  const spi = ctx.u32(offset);
  const sequence = ctx.u32(offset + 4);
  if (ctx.wantsLayers) ctx.layer('esp', { spi, sequence });
  ctx.print(`ESP(spi=0x${hex(spi, 8)},seq=0x${hex(sequence)}), length ${length}`);
}

export function printIpComp(ctx: PrintContext, offset: number): void {
  ctx.protocol = 'ipcomp';
  const index = ctx.u16(offset + 2);
  if (ctx.wantsLayers) ctx.layer('ipcomp', { nextHeader: ctx.u8(offset), compressionParameterIndex: index });
  ctx.print(`IPComp(cpi=0x${hex(index, 4)})`);
}
