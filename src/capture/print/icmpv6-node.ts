// Node information queries (RFC 4620) and router renumbering (RFC 2894) in ICMPv6.

import type { PrintContext } from './context.js';
import { hex, visibleByte } from './format.js';

const NODE_HEADER = 16;
const QUERY = 139;
const QTYPE_NOOP = 0;
const QTYPE_SUPPORTED = 1;
const QTYPE_NAME = 2;
const QTYPE_ADDRESSES = 3;
const ADDRESS_FLAGS = [
  [0x40, 'a'],
  [0x20, 'G'],
  [0x10, 'S'],
  [0x08, 'L'],
  [0x04, 'C'],
  [0x02, 'A'],
] as const;

function letters(flags: number, table: readonly (readonly [number, string])[]): string {
  let text = '';
  for (const [bit, letter] of table) if ((flags & bit) !== 0) text += letter;
  return text;
}

function printText(ctx: PrintContext, offset: number, end: number): void {
  for (let at = offset; at < end; at++) ctx.print(visibleByte(ctx.u8(at)));
}

/** A name without compression, in quotes; "???" where it is not one. */
function printName(ctx: PrintContext, offset: number, end: number): void {
  ctx.print(', "');
  let at = offset;
  while (at < end) {
    const size = ctx.u8(at);
    at++;
    if (size === 0) {
      if (at === end) ctx.print('.');
      else if (!(at + 1 === end && ctx.u8(at) === 0)) ctx.print('???');
      break;
    }
    if (size > end - at) {
      ctx.print('???');
      break;
    }
    printText(ctx, at, at + size);
    at += size;
    if (at + 1 < end && ctx.u8(at) !== 0) ctx.print('.');
  }
  ctx.print('"');
}

/** A name with its length in front, as an early draft had it, or one in DNS format. */
function printNodeName(ctx: PrintContext, offset: number, end: number): void {
  if (ctx.u8(offset) !== end - offset - 1) {
    printName(ctx, offset, end);
    return;
  }
  if (ctx.flags.verbosity > 0) ctx.print(', 03 draft');
  ctx.print(', "');
  printText(ctx, offset + 1, end);
  ctx.print('"');
}

function printSupportedTypes(ctx: PrintContext, flags: number): void {
  ctx.print('supported qtypes');
  if (flags !== 0) ctx.print(` [${(flags & 1) !== 0 ? 'C' : ''}]`);
}

export function printNodeInformation(ctx: PrintContext, offset: number, length: number): void {
  const { end } = ctx;
  const size = end - offset;
  if (ctx.u8(offset) === QUERY) printNodeQuery(ctx, offset, size);
  else {
    if (length > size || !ctx.has(offset, NODE_HEADER)) {
      ctx.truncated();
      return;
    }
    printNodeReply(ctx, offset, size);
  }
}

function printNodeQuery(ctx: PrintContext, offset: number, size: number): void {
  const verbose = ctx.flags.verbosity > 0;
  if (size === 12) {
    ctx.print(' who-are-you request');
    return;
  }
  ctx.print(' node information query');
  if (!ctx.has(offset, NODE_HEADER)) {
    ctx.truncated();
    return;
  }
  ctx.print(' (');
  const queryType = ctx.u16(offset + 4);
  const flags = ctx.u16(offset + 6);
  switch (queryType) {
    case QTYPE_NOOP:
      ctx.print('noop');
      break;
    case QTYPE_SUPPORTED:
      printSupportedTypes(ctx, flags);
      break;
    case QTYPE_NAME:
      ctx.print('DNS name');
      break;
    case QTYPE_ADDRESSES:
      ctx.print('node addresses');
      if (flags !== 0) ctx.print(` [${letters(flags, ADDRESS_FLAGS)}]`);
      break;
    default:
      ctx.print('unknown');
  }
  if (queryType === QTYPE_NOOP || queryType === QTYPE_SUPPORTED) {
    ctx.print(size !== NODE_HEADER && verbose ? ', invalid len)' : ')');
    return;
  }
  if (size === NODE_HEADER) {
    ctx.print(', 03 draft)');
    return;
  }
  const subject = offset + NODE_HEADER;
  switch (ctx.u8(offset + 1)) {
    case 0:
    case 2: {
      const addressSize = ctx.u8(offset + 1) === 0 ? 16 : 4;
      if (!ctx.has(subject, addressSize)) break;
      if (size !== NODE_HEADER + addressSize) {
        if (verbose) ctx.print(', invalid subject len');
        break;
      }
      ctx.print(`, subject=${addressSize === 16 ? ctx.ipv6(subject) : ctx.ipv4(subject)}`);
      break;
    }
    case 1:
      ctx.print(', subject=DNS name');
      printNodeName(ctx, subject, offset + size);
      break;
    default:
      ctx.print(', unknown subject');
  }
  ctx.print(')');
}

function printNodeReply(ctx: PrintContext, offset: number, size: number): void {
  const verbose = ctx.flags.verbosity > 0;
  const wrongLength = size !== NODE_HEADER && verbose ? ', invalid length' : '';
  ctx.print(' node information reply (');
  let separator = '';
  switch (ctx.u8(offset + 1)) {
    case 0:
      if (verbose) {
        ctx.print('success');
        separator = ', ';
      }
      break;
    case 1:
      ctx.print(`refused${wrongLength})`);
      return;
    case 2:
      ctx.print(`unknown${wrongLength})`);
      return;
    default:
      ctx.print(')');
      return;
  }
  const flags = ctx.u16(offset + 6);
  ctx.print(separator);
  switch (ctx.u16(offset + 4)) {
    case QTYPE_NOOP:
      ctx.print(`noop${wrongLength}`);
      break;
    case QTYPE_SUPPORTED:
      printSupportedTypes(ctx, flags);
      break;
    case QTYPE_NAME:
      ctx.print('DNS name');
      printNodeName(ctx, offset + NODE_HEADER + 4, offset + size);
      if ((flags & 1) !== 0) ctx.print(` [TTL=${ctx.u32(offset + NODE_HEADER)}]`);
      break;
    case QTYPE_ADDRESSES:
      ctx.print('node addresses');
      for (let at = NODE_HEADER; at + 20 <= size; at += 20) {
        ctx.print(` ${ctx.ipv6(offset + at + 4)}(${ctx.u32(offset + at)})`);
      }
      if (flags !== 0) ctx.print(` [${letters(flags, [...ADDRESS_FLAGS, [0x01, 'T']])}]`);
      break;
    default:
      ctx.print('unknown');
  }
  ctx.print(')');
}

const RENUMBERING_FLAGS = [
  [0x80, 'T'],
  [0x40, 'R'],
  [0x20, 'A'],
  [0x10, 'S'],
  [0x08, 'P'],
] as const;
const RENUMBERING_CODES: ReadonlyMap<number, string> = new Map([
  [0, 'command'],
  [1, 'result'],
  [255, 'sequence number reset'],
]);
const MATCH_CODES = [undefined, 'add', 'change', 'setglobal'] as const;
const RENUMBERING_HEADER = 16;
const MATCH_SIZE = 24;
const USE_SIZE = 32;

export function printRouterRenumbering(ctx: PrintContext, offset: number): void {
  const { verbosity } = ctx.flags;
  if (!ctx.has(offset + 12, 4)) {
    ctx.truncated();
    return;
  }
  const code = ctx.u8(offset + 1);
  ctx.print(`, ${RENUMBERING_CODES.get(code) ?? `code-#${code}`}, seq=${ctx.u32(offset + 4)}`);
  if (verbosity > 0) {
    const flags = ctx.u8(offset + 9);
    const reserved = ctx.u32(offset + 12);
    ctx.print(
      `[${flags !== 0 ? `${letters(flags, RENUMBERING_FLAGS)},` : ''}seg=${ctx.u8(offset + 8)},` +
        `maxdelay=${ctx.u16(offset + 10)}${reserved !== 0 ? `rsvd=0x${hex(reserved)}` : ''}]`,
    );
  }
  if (code !== 0) return;
  const lead = verbosity > 1 ? '\n\t' : ' ';
  const match = offset + RENUMBERING_HEADER;
  if (!ctx.has(match + 8, 16)) {
    ctx.truncated();
    return;
  }
  const action = ctx.u8(match);
  ctx.print(`${lead}match(${MATCH_CODES[action] ?? `#${action}`}`);
  if (verbosity > 0) ctx.print(`,ord=${ctx.u8(match + 2)},min=${ctx.u8(match + 4)},max=${ctx.u8(match + 5)}`);
  ctx.print(`,${ctx.ipv6Number(match + 8)}/${ctx.u8(match + 3)})`);
  const units = ctx.u8(match + 1) - 3;
  if (units % 4 !== 0) {
    ctx.truncated();
    return;
  }
  let at = match + MATCH_SIZE;
  for (let i = 0; i < units / 4; i++) {
    if (!ctx.has(at + 16, 16)) {
      ctx.truncated();
      return;
    }
    ctx.print(`${lead}use(`);
    const flags = ctx.u8(at + 12);
    if (flags !== 0) ctx.print(`${(flags & 0x80) !== 0 ? 'V' : ''}${(flags & 0x40) !== 0 ? 'P' : ''},`);
    if (verbosity > 0) {
      const lifetime = (value: number): string => (value === 0xffffffff ? 'infty' : String(value));
      ctx.print(
        `mask=0x${hex(ctx.u8(at + 2))},raflags=0x${hex(ctx.u8(at + 3))},` +
          `vltime=${lifetime(ctx.u32(at + 4))},pltime=${lifetime(ctx.u32(at + 8))},`,
      );
    }
    ctx.print(`${ctx.ipv6Number(at + 16)}/${ctx.u8(at)}/${ctx.u8(at + 1)})`);
    at += USE_SIZE;
  }
}
