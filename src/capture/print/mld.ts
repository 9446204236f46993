// Multicast listener discovery, versions 1 (RFC 2710) and 2 (RFC 3810).

import type { PrintContext } from './context.js';

const RECORD_NAMES = [undefined, 'is_in', 'is_ex', 'to_in', 'to_ex', 'allow', 'block'] as const;
const RECORD_HEADER = 20;
const ADDRESS = 16;

/** A number of 16 (or 8) bits of which large values are a mantissa and an exponent (RFC 3810, section 5.1.3). */
function codedNumber(value: number, mantissaBits: number): number {
  const threshold = 1 << (mantissaBits + 3);
  if (value < threshold) return value;
  const mantissa = (value & ((1 << mantissaBits) - 1)) | (1 << mantissaBits);
  return mantissa << (((value >> mantissaBits) & 7) + 3);
}

/** A version 1 query, report or done. */
export function printMldV1(ctx: PrintContext, offset: number): void {
  if (!ctx.has(offset, 24)) return;
  ctx.print(`max resp delay: ${ctx.u16(offset + 4)} addr: ${ctx.ipv6(offset + 8)}`);
}

export function printMldV2Query(ctx: PrintContext, offset: number, length: number): void {
  const { verbosity } = ctx.flags;
  const delay = codedNumber(ctx.u16(offset + 4), 12);
  if (verbosity > 0) ctx.print(` [max resp delay=${delay}]`);
  ctx.print(` [gaddr ${ctx.ipv6(offset + 8)}`);
  if (verbosity > 0) {
    const flags = ctx.u8(offset + 24);
    if ((flags & 8) !== 0) ctx.print(' sflag');
    if ((flags & 7) !== 0) ctx.print(` robustness=${flags & 7}`);
    ctx.print(` qqi=${codedNumber(ctx.u8(offset + 25), 4)}`);
  }
  const sources = ctx.u16(offset + 26);
  if (sources > 0) {
    if (length < 28 + sources * ADDRESS) ctx.print(' [invalid number of sources]');
    else if (verbosity > 1) {
      ctx.print(' {');
      for (let i = 0; i < sources; i++) ctx.print(` ${ctx.ipv6(offset + 28 + i * ADDRESS)}`);
      ctx.print(' }');
    } else ctx.print(`, ${sources} source(s)`);
  }
  ctx.print(']');
}

export function printMldV2Report(ctx: PrintContext, offset: number, length: number): void {
  const { verbosity } = ctx.flags;
  if (length < 8) {
    ctx.print(` [invalid len ${length}]`);
    return;
  }
  const records = ctx.u16(offset + 6);
  ctx.print(`, ${records} group record(s)`);
  if (verbosity === 0) return;
  let at = 8;
  for (let i = 0; i < records; i++) {
    if (length < at + RECORD_HEADER) {
      ctx.print(' [invalid number of groups]');
      return;
    }
    const type = ctx.u8(offset + at);
    ctx.print(` [gaddr ${ctx.ipv6(offset + at + 4)} ${RECORD_NAMES[type] ?? ` [v2-report-#${type}]`}`);
    const sources = ctx.u16(offset + at + 2);
    if (length < at + RECORD_HEADER + sources * ADDRESS) {
      ctx.print(` [invalid number of sources ${sources}]`);
      return;
    }
    if (verbosity === 1) ctx.print(`, ${sources} source(s)`);
    else {
      ctx.print(' {');
      for (let j = 0; j < sources; j++) ctx.print(` ${ctx.ipv6(offset + at + RECORD_HEADER + j * ADDRESS)}`);
      ctx.print(' }');
    }
    at += RECORD_HEADER + sources * ADDRESS;
    ctx.print(']');
  }
}
