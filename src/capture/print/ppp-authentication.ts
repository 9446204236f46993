// PPP's authentication protocols: CHAP (RFC 1994) and PAP (RFC 1334).

import type { PrintContext } from './context.js';
import { HEX2, hex, visibleByte } from './format.js';

const CHAP_NAMES = [undefined, 'Challenge', 'Response', 'Success', 'Fail'] as const;
const PAP_NAMES = [undefined, 'Auth-Req', 'Auth-ACK', 'Auth-NACK'] as const;

/** Prints `count` bytes as text; ends the packet where they are not captured. */
function printText(ctx: PrintContext, offset: number, count: number): void {
  for (let i = 0; i < count; i++) ctx.print(visibleByte(ctx.u8(offset + i)));
}

/** Prints name, code and identifier of the header; false when it is too short. */
function printHeader(
  ctx: PrintContext,
  offset: number,
  length: number,
  name: string,
  codes: readonly (string | undefined)[],
): boolean {
  const mark = name.toLowerCase();
  if (length < 4) {
    ctx.print(length < 1 ? `[|${mark}]` : `[|${mark} 0x${hex(ctx.u8(offset), 2)}]`);
    return false;
  }
  const code = ctx.u8(offset);
  ctx.print(`${name}, ${codes[code] ?? 'unknown'} (0x${hex(code, 2)})`);
  ctx.print(`, id ${ctx.u8(offset + 1)}`);
  if (ctx.wantsLayers) ctx.layer(mark, { code, id: ctx.u8(offset + 1), length: ctx.u16(offset + 2) });
  return true;
}

export function printChap(ctx: PrintContext, offset: number, length: number): void {
  if (!printHeader(ctx, offset, length, 'CHAP', CHAP_NAMES)) return;
  const code = ctx.u8(offset);
  const claimed = ctx.u16(offset + 2);
  if (code === 1 || code === 2) {
    if (length < 5) return;
    const valueSize = ctx.u8(offset + 4);
    if (length - 5 < valueSize) return;
    ctx.print(', Value ');
    for (let i = 0; i < valueSize; i++) ctx.print(HEX2[ctx.u8(offset + 5 + i)]!);
    ctx.print(', Name ');
    const at = 5 + valueSize;
    printText(ctx, offset + at, (claimed - at) >>> 0);
  } else if (code === 3 || code === 4) {
    ctx.print(', Msg ');
    printText(ctx, offset + 4, (claimed - 4) >>> 0);
  }
}

export function printPap(ctx: PrintContext, offset: number, length: number): void {
  if (!printHeader(ctx, offset, length, 'PAP', PAP_NAMES)) return;
  const code = ctx.u8(offset);
  const claimed = ctx.u16(offset + 2);
  if (claimed > length) {
    ctx.print(`, length ${claimed} > packet size`);
    return;
  }
  if (claimed < 4) {
    ctx.print(`, length ${claimed} < PAP header length`);
    return;
  }
  let at = 4;
  /** Prints a text with its length in front; false when it does not fit. */
  const printCounted = (lead: string): boolean => {
    if (claimed - at < 1) return false;
    const size = ctx.u8(offset + at);
    at++;
    if (claimed - at < size) return false;
    ctx.print(lead);
    printText(ctx, offset + at, size);
    at += size;
    return true;
  };
  if (code === 1) {
    if (claimed < 6) ctx.print('[|pap]');
    else if (printCounted(', Peer ')) printCounted(', Name ');
  } else if (code === 2 || code === 3) {
    if (claimed < 5) ctx.print('[|pap]');
    else printCounted(', Msg ');
  }
}
