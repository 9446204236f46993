// The mobility header of IPv6 (RFC 6275).

import type { PrintContext } from './context.js';
import { bitNames, hex } from './format.js';

interface MessageType {
  readonly name: string;
  /** Bytes the message has at least, options not counted. */
  readonly length: number;
}

const MESSAGES: readonly MessageType[] = [
  { name: 'BRR', length: 8 },
  { name: 'HoTI', length: 16 },
  { name: 'CoTI', length: 16 },
  { name: 'HoT', length: 24 },
  { name: 'CoT', length: 24 },
  { name: 'BU', length: 12 },
  { name: 'BA', length: 12 },
  { name: 'BE', length: 24 },
];
const BINDING_UPDATE_BITS = [
  [0x08, 'A'],
  [0x04, 'H'],
  [0x02, 'L'],
  [0x01, 'K'],
] as const;

function words(ctx: PrintContext, offset: number): string {
  return `${hex(ctx.u32(offset), 8)}:${hex(ctx.u32(offset + 4), 8)}`;
}

/** Prints the message; returns its length, or -1 when it was cut short. */
export function printMobility(ctx: PrintContext, offset: number): number {
  ctx.protocol = 'mobility';
  const verbose = ctx.flags.verbosity > 0;
  if (!ctx.has(offset + 1, 1)) {
    ctx.truncated();
    return -1;
  }
  const units = ctx.u8(offset + 1);
  const size = (units + 1) << 3;
  const type = ctx.u8(offset + 2);
  const message = MESSAGES[type];
  if (message !== undefined && size < message.length) {
    ctx.print(`(header length ${size} is too small for type ${type})`);
    ctx.truncated();
    return -1;
  }
  if (ctx.wantsLayers) ctx.layer('mobility', { type, length: size });
  ctx.print(`mobility: ${message?.name ?? `type-#${type}`}`);
  if (message === undefined) {
    ctx.print(` len=${units}`);
    return size;
  }
  const body = offset + 8;
  const side = type === 1 || type === 3 ? 'Home' : 'Care-of';
  switch (type) {
    case 1:
    case 2:
      if (verbose) ctx.print(` ${side} Init Cookie=${words(ctx, body)}`);
      break;
    case 3:
    case 4:
      ctx.print(` nonce id=0x${hex(ctx.u16(offset + 6))}`);
      if (verbose) {
        ctx.print(` ${side} Init Cookie=${words(ctx, body)}`);
        ctx.print(` ${side} Keygen Token=${words(ctx, body + 8)}`);
      }
      break;
    case 5: {
      ctx.print(` seq#=${ctx.u16(offset + 6)}`);
      if (!ctx.has(body, 2)) {
        ctx.truncated();
        return -1;
      }
      const bits = ctx.u8(body) >> 4;
      if (bits !== 0) ctx.print(` ${bitNames(BINDING_UPDATE_BITS, bits, '', '')}`);
      ctx.print(` lifetime=${ctx.u16(body + 2) * 4}`);
      break;
    }
    case 6:
      ctx.print(` status=${ctx.u8(offset + 6)}`);
      if ((ctx.u8(offset + 7) & 0x80) !== 0) ctx.print(' K');
      ctx.print(` seq#=${ctx.u16(body)}`);
      ctx.print(` lifetime=${ctx.u16(body + 2) * 4}`);
      break;
    case 7:
      ctx.print(` status=${ctx.u8(offset + 6)}`);
      ctx.print(` homeaddr ${ctx.ipv6(body)}`);
      break;
  }
  if (verbose && !printOptions(ctx, offset + message.length, size - message.length)) {
    ctx.truncated();
    return -1;
  }
  return size;
}

function printOptions(ctx: PrintContext, offset: number, length: number): boolean {
  for (let at = 0; at < length; ) {
    const type = ctx.u8(offset + at);
    let size = 1;
    if (type !== 0) {
      if (at + 1 >= length) return false;
      size = ctx.u8(offset + at + 1) + 2;
    }
    if (at + size > length || !ctx.has(offset + at + size, 1)) return false;
    const body = offset + at + 2;
    const left = length - at;
    switch (type) {
      case 0:
        ctx.print('(pad1)');
        break;
      case 1:
        ctx.print('(padn)');
        break;
      case 2:
        if (left < 4) {
          ctx.print('(refresh: trunc)');
          return false;
        }
        ctx.print(`(refresh: ${ctx.u16(body) * 4})`);
        break;
      case 3:
        if (left < 18) {
          ctx.print('(altcoa: trunc)');
          return false;
        }
        ctx.print(`(alt-CoA: ${ctx.ipv6(body)})`);
        break;
      case 4:
        if (left < 6) {
          ctx.print('(ni: trunc)');
          return false;
        }
        ctx.print(`(ni: ho=0x${hex(ctx.u16(body), 4)} co=0x${hex(ctx.u16(body + 2), 4)})`);
        break;
      case 5:
        if (left < 12) {
          ctx.print('(auth: trunc)');
          return false;
        }
        ctx.print('(auth)');
        break;
      default:
        ctx.print(`(type-0x${hex(type, 2)}: len=${size - 2})`);
    }
    at += size;
  }
  return true;
}
