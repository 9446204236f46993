// Text inside packets, as `tcpdump` shows them: control characters as "^X", the eighth bit as "M-".

import type { PrintContext } from './context.js';
import { TRUNCATED } from './context.js';
import { HEX2, visibleByte } from './format.js';

const VISIBLE: readonly string[] = Array.from({ length: 256 }, (_, byte) => visibleByte(byte));

/** Prints `length` bytes as text, as many as are captured. False when they are not all there. */
export function printBytes(ctx: PrintContext, offset: number, length: number): boolean {
  const stop = Math.min(offset + length, ctx.end);
  let text = '';
  for (let i = offset; i < stop; i++) text += VISIBLE[ctx.bytes[i]!]!;
  ctx.print(text);
  return offset + length <= ctx.end || length === 0;
}

/** Prints `length` bytes as text; ends the packet where the captured bytes end first. */
export function printAllBytes(ctx: PrintContext, offset: number, length: number): void {
  if (!printBytes(ctx, offset, length)) throw TRUNCATED;
}

/** Prints text from a field of `length` bytes up to its first zero byte; ends the packet where the captured bytes end first. */
export function printPadded(ctx: PrintContext, offset: number, length: number): void {
  let size = 0;
  while (size < length && offset + size < ctx.end && ctx.bytes[offset + size] !== 0) size++;
  printBytes(ctx, offset, size);
  if (size < length && offset + size >= ctx.end) throw TRUNCATED;
}

/** Prints text that a zero byte ends. Returns how many bytes that took, or 0 when the field or the packet ends before. */
export function printTerminated(ctx: PrintContext, offset: number, length: number): number {
  const stop = Math.min(offset + length, ctx.end);
  for (let i = offset; i < stop; i++) {
    if (ctx.bytes[i] === 0) {
      printBytes(ctx, offset, i - offset);
      return i - offset + 1;
    }
  }
  if (stop > offset) printBytes(ctx, offset, stop - offset);
  return 0;
}

/** Two hex digits for each byte; ends the packet where the captured bytes end first. */
export function printHex(ctx: PrintContext, offset: number, length: number): void {
  for (let i = 0; i < length; i++) ctx.print(HEX2[ctx.u8(offset + i)]!);
}

/** What `print` prints, as a string (for fields); what it got to when the captured bytes end early. */
export function textOf(ctx: PrintContext, print: () => unknown): string {
  const before = ctx.text;
  ctx.text = '';
  try {
    print();
  } catch (error) {
    if (error !== TRUNCATED) throw error;
  }
  const text = ctx.text;
  ctx.text = before;
  return text;
}

/** A number with `digits` decimals, a tie rounded to even as printf(3) does. Exact for multiples of a power of two. */
export function fixed(value: number, digits: number): string {
  const scale = 10 ** digits;
  const scaled = value * scale;
  let whole = Math.floor(scaled);
  const rest = scaled - whole;
  if (rest > 0.5 || (rest === 0.5 && whole % 2 === 1)) whole++;
  return (whole / scale).toFixed(digits);
}
