// Elements of ASN.1's basic encoding (ITU-T X.690), as far as SNMP has them (RFC 1155, 2578, 3416).

import type { PrintContext } from './context.js';

const LONG_FORM = 0x80;
const CONTINUED = 0x80;
const EXTENDED_TAG = 0x1f;

/** What an element holds. `exception` and `pdu` are SNMP's own tags. */
export type ElementKind =
  | 'integer'
  | 'unsigned'
  | 'unsigned64'
  | 'string'
  | 'null'
  | 'object'
  | 'sequence'
  | 'address'
  | 'pdu'
  | 'exception'
  | 'octets'
  | 'undefined';

export interface Element {
  readonly kind: ElementKind;
  readonly tag: number;
  /** Where the contents begin, and their length. */
  readonly offset: number;
  readonly length: number;
  /** The offset after the element. */
  readonly end: number;
}

const UNIVERSAL = [
  'U-0',
  'Boolean',
  'Integer',
  'Bitstring',
  'String',
  'Null',
  'ObjID',
  'ObjectDes',
  'U-8',
  'U-9',
  'U-10',
  'U-11',
  'U-12',
  'U-13',
  'U-14',
  'U-15',
  'Sequence',
  'Set',
] as const;
const APPLICATION = ['IpAddress', 'Counter', 'Gauge', 'TimeTicks', 'Opaque', 'C-5', 'Counter64'] as const;
/** SNMP's messages. */
export const PDU_NAMES = [
  'GetRequest',
  'GetNextRequest',
  'GetResponse',
  'SetRequest',
  'Trap',
  'GetBulk',
  'Inform',
  'V2Trap',
  'Report',
] as const;
/** Tags by class: universal, application, context, private. */
const CLASSES: readonly (readonly string[])[] = [UNIVERSAL, APPLICATION, PDU_NAMES, ['P-0']];
/** What `tcpdump` prints for the name of any class. */
const CLASS_NAME = 'x';
const CLASS_UNIVERSAL = 0;
const CLASS_APPLICATION = 1;
const CLASS_CONTEXT = 2;

const UNIVERSAL_KINDS: ReadonlyMap<number, ElementKind> = new Map([
  [2, 'integer'],
  [4, 'string'],
  [5, 'null'],
  [6, 'object'],
]);
const TAG_SEQUENCE = 16;
const APPLICATION_KINDS: ReadonlyMap<number, ElementKind> = new Map([
  [0, 'address'],
  [1, 'unsigned'],
  [2, 'unsigned'],
  [3, 'unsigned'],
  [6, 'unsigned64'],
]);
const LAST_EXCEPTION = 2;

/**
 * The element at `offset`, of which `length` bytes may be part. Where there is none, what is wrong is printed and the result is undefined.
 */
export function parseElement(ctx: PrintContext, offset: number, length: number): Element | undefined {
  const wrong = (text: string): undefined => {
    ctx.print(text);
    return undefined;
  };
  if (length < 1) return wrong('[nothing to parse]');
  const first = ctx.u8(offset);
  const constructed = (first & 0x20) !== 0;
  const tagClass = first >> 6;
  let tag = first & 0x1f;
  let at = offset + 1;
  let rest = length - 1;
  if (tag === EXTENDED_TAG) {
    tag = 0;
    while ((ctx.u8(at) & CONTINUED) !== 0) {
      if (rest < 1) return wrong('[Xtagfield?]');
      tag = ((tag << 7) | (ctx.u8(at) & 0x7f)) & 0xff;
      at++;
      rest--;
    }
    if (rest < 1) return wrong('[Xtagfield?]');
    tag = ((tag << 7) | ctx.u8(at)) & 0xff;
    at++;
    rest--;
  }
  if (rest < 1) return wrong('[no asnlen]');
  let size = ctx.u8(at);
  at++;
  rest--;
  if ((size & LONG_FORM) !== 0) {
    const octets = size & 0x7f;
    if (rest < octets) return wrong(`[asnlen? ${rest}<${octets}]`);
    if (!ctx.has(at, octets)) {
      ctx.truncated();
      return undefined;
    }
    size = 0;
    for (let i = 0; i < octets; i++) size = ((size << 8) | ctx.u8(at + i)) >>> 0;
    at += octets;
    rest -= octets;
  }
  if (rest < size) return wrong(`[len${rest}<asnlen${size}]`);
  const form = constructed ? 'C' : 'P';
  const tagName = CLASSES[tagClass]![tag];
  if (tagName === undefined) return wrong(`[id?${form}/${CLASS_NAME}/${tag}]`);
  if (!ctx.has(at, size)) {
    ctx.truncated();
    return undefined;
  }
  const kind = kindOf(tagClass, tag, constructed);
  if (kind === 'integer' && size === 0) return wrong('[asnlen=0]');
  if (kind === 'octets') {
    let className = CLASS_NAME;
    if (tagClass === CLASS_UNIVERSAL) className = 'U';
    else if (tagClass === CLASS_APPLICATION && !constructed) className = 'A';
    ctx.print(constructed ? `C/${className}/${tagName}` : `[P/${className}/${tagName}]`);
  }
  return { kind, tag, offset: at, length: size, end: at + size };
}

function kindOf(tagClass: number, tag: number, constructed: boolean): ElementKind {
  if (constructed) {
    if (tagClass === CLASS_CONTEXT) return 'pdu';
    return tagClass === CLASS_UNIVERSAL && tag === TAG_SEQUENCE ? 'sequence' : 'octets';
  }
  if (tagClass === CLASS_CONTEXT) return tag <= LAST_EXCEPTION ? 'exception' : 'undefined';
  const kinds =
    tagClass === CLASS_UNIVERSAL ? UNIVERSAL_KINDS : tagClass === CLASS_APPLICATION ? APPLICATION_KINDS : undefined;
  return kinds?.get(tag) ?? 'octets';
}

/** The last 32 bits of an integer's contents, with its sign. */
export function integerValue(ctx: PrintContext, element: Element): number {
  let value = ctx.u8(element.offset) >= 0x80 ? -1 : 0;
  for (let i = 0; i < element.length; i++) value = (value << 8) | ctx.u8(element.offset + i);
  return value;
}

/** The last 32 bits of an unsigned number's contents. */
export function unsignedValue(ctx: PrintContext, element: Element): number {
  let value = 0;
  for (let i = 0; i < element.length; i++) value = (value << 8) | ctx.u8(element.offset + i);
  return value >>> 0;
}

/** The last 64 bits of an unsigned number's contents, in decimal. */
export function unsigned64Text(ctx: PrintContext, element: Element): string {
  let value = 0n;
  for (let at = Math.max(element.offset, element.end - 8); at < element.end; at++)
    value = (value << 8n) | BigInt(ctx.u8(at));
  return String(value);
}

/** The numbers of an object identifier. */
export function objectNumbers(ctx: PrintContext, element: Element): number[] {
  const numbers: number[] = [];
  let value = 0;
  for (let at = element.offset; at < element.end; at++) {
    const byte = ctx.u8(at);
    value = ((value << 7) + (byte & 0x7f)) | 0;
    if ((byte & CONTINUED) !== 0) continue;
    if (numbers.length === 0) {
      // The first byte holds two numbers, of which the first is at most 2.
      const head = Math.min(2, Math.trunc(value / 40));
      numbers.push(head >>> 0);
      value -= head * 40;
    }
    numbers.push(value >>> 0);
    value = 0;
  }
  return numbers;
}
