// Domain names with compression (RFC 1035 section 4.1.4) and bit labels (RFC 2673), as DNS and DHCPv6 carry them.
//
// A pointer must go back behind where the name, or the pointer before it, began. That alone ends every loop.

import type { PrintContext } from './context.js';
import { HEX2 } from './format.js';
import { printBytes } from './text.js';

const KIND = 0xc0;
const POINTER = 0xc0;
const RESERVED = 0x80;
const EXTENDED = 0x40;
const BIT_LABEL = 1;
/** Longest name in characters (RFC 1035 section 2.3.4). */
const MAX_NAME = 255;
/** A name is not followed further than this: a packet full of pointers to one long name would cost its square. */
const FOLLOWED_NAME = 2048;
const ENDED = -1;

/** How many bytes follow the label's first byte; for a pointer, just not ENDED. Prints what is wrong with it and returns ENDED. */
function labelSize(ctx: PrintContext, offset: number): number {
  if (!ctx.has(offset, 1)) return ENDED;
  const first = ctx.u8(offset);
  const kind = first & KIND;
  if (kind === EXTENDED) {
    if ((first & ~KIND) !== BIT_LABEL) {
      ctx.print(`<ELT ${first & ~KIND}>`);
      return ENDED;
    }
    if (!ctx.has(offset + 1, 1)) return ENDED;
    return ((bitCount(ctx, offset + 1) + 7) >> 3) + 1;
  }
  if (kind === RESERVED) {
    ctx.print('<BAD LABEL TYPE>');
    return ENDED;
  }
  return first;
}

function bitCount(ctx: PrintContext, offset: number): number {
  return ctx.u8(offset) || 256;
}

/** A label of bits in hex: "\[x0f/8]". */
function printBitLabel(ctx: PrintContext, offset: number): void {
  const bits = bitCount(ctx, offset);
  let at = offset + 1;
  let left = bits;
  ctx.print('\\[x');
  for (; left > 7; left -= 8) ctx.print(HEX2[ctx.u8(at++)]!);
  if (left > 4) ctx.print(HEX2[ctx.u8(at) & (0xff << (8 - left))]!);
  else if (left > 0) ctx.print(((ctx.u8(at) >> 4) & (0xf << (4 - left))).toString(16));
  ctx.print(`/${bits}]`);
}

/**
 * Prints the domain name at `offset` of a message that begins at `message`. Returns the offset after it, or -1 when it is malformed or
 * runs out of the captured bytes.
 */
export function printName(ctx: PrintContext, offset: number, message: number): number {
  let size = labelSize(ctx, offset);
  if (size === ENDED) return ENDED;
  let first = ctx.u8(offset);
  let at = offset + 1;
  if (first === 0) {
    ctx.print('.');
    return at;
  }
  /** Pointers must lead before this. A name before its message (the DHCPv6 printer has such) may point anywhere once. */
  let limit = offset >= message ? offset - message : Number.POSITIVE_INFINITY;
  let after = (first & KIND) === POINTER ? ENDED : at + size;
  let jumped = false;
  let characters = 0;
  while (first !== 0 && at < ctx.end) {
    if ((first & KIND) === POINTER) {
      if (!jumped) after = at + 1;
      jumped = true;
      const target = ((first << 8) | ctx.u8(at)) & 0x3fff;
      if (target >= limit) {
        ctx.print('<BAD PTR>');
        return ENDED;
      }
      limit = target;
      at = message + target;
    } else {
      if ((first & KIND) === EXTENDED) printBitLabel(ctx, at);
      else {
        if (!printBytes(ctx, at, Math.min(size, Math.max(0, MAX_NAME - characters)))) return ENDED;
        characters += size;
      }
      at += size;
      if (characters <= MAX_NAME) ctx.print('.');
      characters++;
      if (characters > FOLLOWED_NAME && jumped) break;
    }
    if (!ctx.has(at, 1)) return ENDED;
    first = ctx.u8(at);
    size = labelSize(ctx, at);
    if (size === ENDED) return ENDED;
    at++;
    if (!jumped) after += size + 1;
  }
  if (characters > MAX_NAME) ctx.print('<DOMAIN NAME TOO LONG>');
  return after;
}

/** The offset after the domain name at `offset`, or -1. Nothing is printed. */
export function skipName(ctx: PrintContext, offset: number): number {
  let at = offset;
  for (;;) {
    if (!ctx.has(at, 1)) return ENDED;
    const first = ctx.u8(at++);
    if (first === 0) return at;
    const kind = first & KIND;
    if (kind === POINTER) return at + 1;
    if (kind === RESERVED) return ENDED;
    if (kind === EXTENDED) {
      if ((first & ~KIND) !== BIT_LABEL || !ctx.has(at, 1)) return ENDED;
      at += 1 + ((bitCount(ctx, at) + 7) >> 3);
    } else at += first;
  }
}
