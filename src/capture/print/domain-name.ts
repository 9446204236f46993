// A domain name in wire format (RFC 1035 section 4.1.4, bit labels of RFC 2673), with compression that may only point backwards.

import type { PrintContext } from './context.js';
import { HEX2, hex, visibleByte } from './format.js';

const KIND = 0xc0;
const POINTER = 0xc0;
const EXTENDED = 0x40;
const BIT_LABEL = 0x41;
const MAX_NAME = 255;

/** Bytes of a label after its first byte; -1 for a label of a kind nobody knows, which is then said. */
function labelLength(ctx: PrintContext, offset: number): number {
  if (!ctx.has(offset, 1)) return -1;
  const first = ctx.u8(offset);
  if ((first & KIND) === EXTENDED) {
    if (first !== BIT_LABEL) {
      ctx.print(`<ELT ${first & 0x3f}>`);
      return -1;
    }
    if (!ctx.has(offset + 1, 1)) return -1;
    return (((ctx.u8(offset + 1) || 256) + 7) >> 3) + 1;
  }
  if ((first & KIND) === 0x80) {
    ctx.print('<BAD LABEL TYPE>');
    return -1;
  }
  return first;
}

/** A bit string label as "\[xHEX/BITS]"; `offset` is that of its bit count. False when it is not captured. */
function printBitLabel(ctx: PrintContext, offset: number): boolean {
  if (!ctx.has(offset, 1)) return false;
  const bits = ctx.u8(offset) || 256;
  ctx.print('\\[x');
  let at = offset + 1;
  let rest = bits;
  for (; rest > 7; rest -= 8) ctx.print(HEX2[ctx.u8(at++)]!);
  if (rest > 4) ctx.print(hex(ctx.u8(at) & (0xff << (8 - rest)), 2));
  else if (rest > 0) ctx.print(hex((ctx.u8(at) >> 4) & (0x0f << (4 - rest))));
  ctx.print(`/${bits}]`);
  return true;
}

/** Prints up to `count` bytes as text; false when the capture ends before. */
function printBytes(ctx: PrintContext, offset: number, count: number): boolean {
  const end = Math.min(offset + count, ctx.end);
  for (let at = offset; at < end; at++) ctx.print(visibleByte(ctx.u8(at)));
  return offset + count <= ctx.end;
}

/**
 * Prints the name at `offset`, each label followed by a dot. Pointers count from `message`. Returns the offset after the name, or -1
 * when it is cut short or malformed (what could be read is printed).
 */
export function printDomainName(ctx: PrintContext, offset: number, message: number): number {
  let length = labelLength(ctx, offset);
  if (length < 0) return -1;
  let at = offset;
  let first = ctx.u8(at);
  let limit = at - message;
  let compressed = false;
  let after = at + 1 + length;
  let characters = 0;
  at++;
  if (first === 0) {
    ctx.print('.');
    return after;
  }
  while (first !== 0 && at < ctx.end) {
    if ((first & KIND) === POINTER) {
      if (!compressed) {
        after = at + 1;
        compressed = true;
      }
      if (!ctx.has(at, 1)) return -1;
      const target = ((first << 8) | ctx.u8(at)) & 0x3fff;
      if (target >= limit) {
        ctx.print('<BAD PTR>');
        return -1;
      }
      limit = target;
      at = message + target;
      if (!ctx.has(at, 1)) return -1;
      first = ctx.u8(at);
      length = labelLength(ctx, at);
      if (length < 0) return -1;
      at++;
      continue;
    }
    if ((first & KIND) === EXTENDED) {
      if (!printBitLabel(ctx, at)) return -1;
    } else {
      const shown = characters + length <= MAX_NAME ? length : Math.max(0, MAX_NAME - characters);
      if (shown > 0 && !printBytes(ctx, at, shown)) return -1;
      characters += length;
    }
    at += length;
    if (characters <= MAX_NAME) ctx.print('.');
    characters++;
    if (!ctx.has(at, 1)) return -1;
    first = ctx.u8(at);
    length = labelLength(ctx, at);
    if (length < 0) return -1;
    at++;
    if (!compressed) after += length + 1;
  }
  if (characters > MAX_NAME) ctx.print('<DOMAIN NAME TOO LONG>');
  return after;
}
