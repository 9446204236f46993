// PPP over Ethernet (RFC 2516): discovery with its tags, and sessions.

import type { PrintContext } from './context.js';
import { hex } from './format.js';
import { printPpp } from './ppp.js';

const HEADER = 6;
const INITIATION = 0x09;
/** Longest payload an initiation may have. */
const MAX_INITIATION = 1484 - HEADER;
const CODE_NAMES: ReadonlyMap<number, string> = new Map([
  [INITIATION, 'PADI'],
  [0x07, 'PADO'],
  [0x19, 'PADR'],
  [0x65, 'PADS'],
  [0xa7, 'PADT'],
  [0x00, ''],
]);
const TAG_NAMES: ReadonlyMap<number, string> = new Map([
  [0x0000, 'EOL'],
  [0x0101, 'Service-Name'],
  [0x0102, 'AC-Name'],
  [0x0103, 'Host-Uniq'],
  [0x0104, 'AC-Cookie'],
  [0x0105, 'Vendor-Specific'],
  [0x0110, 'Relay-Session-ID'],
  [0x0120, 'PPP-Max-Payload'],
  [0x0201, 'Service-Name-Error'],
  [0x0202, 'AC-System-Error'],
  [0x0203, 'Generic-Error'],
]);
/** Text tags are shown up to this many characters. */
const MAX_TAG_TEXT = 79;

/** Prints a PPPoE packet; returns the length of its headers. */
export function printPppoe(ctx: PrintContext, offset: number, length: number): number {
  ctx.protocol = 'pppoe';
  if (length < HEADER) {
    ctx.print(` (length ${length} < ${HEADER})`);
    ctx.invalid();
    return 0;
  }
  const rest = length - HEADER;
  ctx.need(offset, HEADER);
  const version = ctx.u8(offset) >> 4;
  const type = ctx.u8(offset) & 15;
  const code = ctx.u8(offset + 1);
  const session = ctx.u16(offset + 2);
  let payloadLength = ctx.u16(offset + 4);
  if (ctx.wantsLayers) ctx.layer('pppoe', { version, type, code, sessionId: session, length: payloadLength });
  if (version !== 1) ctx.print(` [ver ${version}]`);
  if (type !== 1) ctx.print(` [type ${type}]`);
  ctx.print(`PPPoE ${CODE_NAMES.get(code) ?? `PAD-${hex(code)}`}`);
  if (code === INITIATION && payloadLength > MAX_INITIATION) ctx.print(` [len ${payloadLength}!]`);
  if (payloadLength > rest) {
    ctx.print(` [len ${payloadLength} > ${rest}!]`);
    payloadLength = rest;
  }
  if (session !== 0) ctx.print(` [ses 0x${hex(session)}]`);
  if (code === 0) {
    ctx.print(' ');
    return HEADER + printPpp(ctx, offset + HEADER, payloadLength);
  }
  printTags(ctx, offset + HEADER, payloadLength);
  return HEADER;
}

function printTags(ctx: PrintContext, offset: number, length: number): void {
  const end = offset + length;
  let type = 0xffff;
  for (let at = offset; type !== 0 && at < end; ) {
    type = ctx.u16(at);
    const size = ctx.u16(at + 2);
    at += 4;
    const name = TAG_NAMES.get(type) ?? `TAG-0x${hex(type)}`;
    if (size === 0) ctx.print(` [${name}]`);
    else {
      ctx.need(at, size);
      let text = '';
      let printable = 0;
      for (let i = 0; i < size && i < MAX_TAG_TEXT; i++) {
        const byte = ctx.u8(at + i);
        const isPrintable = byte >= 0x20 && byte < 0x7f;
        if (isPrintable) printable++;
        text += isPrintable ? String.fromCharCode(byte) : '.';
      }
      if (printable > text.length - printable) ctx.print(` [${name} "${text}"]`);
      else {
        let digits = '';
        for (let i = 0; i < size; i++) digits += hex(ctx.u8(at + i), 2);
        ctx.print(` [${name} 0x${digits.toUpperCase()}]`);
      }
    }
    at += size;
  }
}

/** LINKTYPE_PPP_ETHER. */
export function printPppoeLink(ctx: PrintContext, length: number): number {
  return printPppoe(ctx, 0, length);
}
