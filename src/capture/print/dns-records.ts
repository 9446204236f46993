// Resource records (RFC 1035 section 3.2 and the RFCs of the types): names of types and classes, and their data.

import type { LayerValue, PrintContext } from './context.js';
import { printEdnsOption } from './dns-edns.js';
import { printName, skipName } from './dns-names.js';
import { ipv6Text, relativeTime } from './format.js';
import { printBytes, textOf } from './text.js';

const ENDED = -1;
const TYPE_OPT = 41;
const TYPE_SOA = 6;
const TYPE_TSIG = 250;
const CLASS_INTERNET = 1;
/** Multicast DNS (RFC 6762): a unicast answer is wished for, or what is cached is to be forgotten. */
const MULTICAST_BIT = 0x8000;
/** Type, class, time to live and data length. */
const FIXED = 10;
const DNSSEC_OK = 0x8000;

/** IANA, "Resource Record (RR) TYPEs", as far as `tcpdump` names them. */
export const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'A'],
  [2, 'NS'],
  [3, 'MD'],
  [4, 'MF'],
  [5, 'CNAME'],
  [TYPE_SOA, 'SOA'],
  [7, 'MB'],
  [8, 'MG'],
  [9, 'MR'],
  [10, 'NULL'],
  [11, 'WKS'],
  [12, 'PTR'],
  [13, 'HINFO'],
  [14, 'MINFO'],
  [15, 'MX'],
  [16, 'TXT'],
  [17, 'RP'],
  [18, 'AFSDB'],
  [19, 'X25'],
  [20, 'ISDN'],
  [21, 'RT'],
  [22, 'NSAP'],
  [23, 'NSAP_PTR'],
  [24, 'SIG'],
  [25, 'KEY'],
  [26, 'PX'],
  [27, 'GPOS'],
  [28, 'AAAA'],
  [29, 'LOC'],
  [30, 'NXT'],
  [31, 'EID'],
  [32, 'NIMLOC'],
  [33, 'SRV'],
  [34, 'ATMA'],
  [35, 'NAPTR'],
  [36, 'KX'],
  [37, 'CERT'],
  [38, 'A6'],
  [39, 'DNAME'],
  [40, 'SINK'],
  [TYPE_OPT, 'OPT'],
  [42, 'APL'],
  [43, 'DS'],
  [44, 'SSHFP'],
  [45, 'IPSECKEY'],
  [46, 'RRSIG'],
  [47, 'NSEC'],
  [48, 'DNSKEY'],
  [99, 'SPF'],
  [100, 'UINFO'],
  [101, 'UID'],
  [102, 'GID'],
  [103, 'UNSPEC'],
  [104, 'UNSPECA'],
  [249, 'TKEY'],
  [TYPE_TSIG, 'TSIG'],
  [251, 'IXFR'],
  [252, 'AXFR'],
  [253, 'MAILB'],
  [254, 'MAILA'],
  [255, 'ANY'],
  [256, 'URI'],
]);

const CLASS_NAMES: ReadonlyMap<number, string> = new Map([
  [CLASS_INTERNET, 'IN'],
  [3, 'CHAOS'],
  [4, 'HS'],
  [255, 'ANY'],
]);

function typeName(type: number): string {
  return TYPE_NAMES.get(type) ?? `Type${type}`;
}

/** Where the parts of a record's data are. `end` is the offset after the data, `verbose` asks for what -v adds. */
interface RecordData {
  readonly offset: number;
  readonly end: number;
  readonly message: number;
  readonly classNumber: number;
  readonly extendedFlags: number;
  readonly verbose: boolean;
}

/** Prints a record's data with a blank before; false when they are malformed or cut short. */
type DataPrinter = (ctx: PrintContext, data: RecordData) => boolean;

const DATA_PRINTERS: ReadonlyMap<number, DataPrinter> = new Map<number, DataPrinter>([
  [1, printAddress],
  [2, printNameData],
  [5, printNameData],
  [TYPE_SOA, printAuthority],
  [12, printNameData],
  [15, printExchanger],
  [16, printStrings],
  [28, printAddress6],
  [33, printService],
  [38, printChainedAddress6],
  [39, printNameData],
  [TYPE_OPT, printExtensions],
  [104, (ctx, { offset, end }) => printBytes(ctx, offset, end - offset)],
  [TYPE_TSIG, printSignature],
  [256, printUri],
]);

function printAddress(ctx: PrintContext, { offset }: RecordData): boolean {
  if (!ctx.has(offset, 4)) return false;
  ctx.print(` ${ctx.ipv4Number(offset)}`);
  return true;
}

function printAddress6(ctx: PrintContext, { offset }: RecordData): boolean {
  if (!ctx.has(offset, 16)) return false;
  ctx.print(` ${ctx.ipv6Number(offset)}`);
  return true;
}

function printNameData(ctx: PrintContext, { offset, message }: RecordData): boolean {
  ctx.print(' ');
  return printName(ctx, offset, message) !== ENDED;
}

function printExchanger(ctx: PrintContext, { offset, message }: RecordData): boolean {
  ctx.print(' ');
  if (!ctx.has(offset, 2) || printName(ctx, offset + 2, message) === ENDED) return false;
  ctx.print(` ${ctx.u16(offset)}`);
  return true;
}

function printService(ctx: PrintContext, { offset, message }: RecordData): boolean {
  ctx.print(' ');
  if (!ctx.has(offset, 6) || printName(ctx, offset + 6, message) === ENDED) return false;
  ctx.print(`:${ctx.u16(offset + 4)} ${ctx.u16(offset)} ${ctx.u16(offset + 2)}`);
  return true;
}

function printAuthority(ctx: PrintContext, { offset, message, verbose }: RecordData): boolean {
  if (!verbose) return true;
  let at = offset;
  for (let i = 0; i < 2; i++) {
    ctx.print(' ');
    at = printName(ctx, at, message);
    if (at === ENDED) return false;
  }
  if (!ctx.has(at, 20)) return false;
  for (let i = 0; i < 5; i++) ctx.print(` ${ctx.u32(at + 4 * i)}`);
  return true;
}

function printStrings(ctx: PrintContext, { offset, end }: RecordData): boolean {
  for (let at = offset; at < end; ) {
    ctx.print(' "');
    if (!ctx.has(at, 1)) return false;
    const size = ctx.u8(at);
    if (!printBytes(ctx, at + 1, size)) return false;
    ctx.print('"');
    at += 1 + size;
  }
  return true;
}

/** RFC 2874: the last bits of an address, and the name whose address has the first ones. */
function printChainedAddress6(ctx: PrintContext, { offset, message }: RecordData): boolean {
  if (!ctx.has(offset, 1)) return false;
  const prefixBits = ctx.u8(offset);
  if (prefixBits > 128) {
    ctx.print(` ${prefixBits}(bad plen)`);
    return true;
  }
  const skipped = prefixBits >> 3;
  if (prefixBits < 128) {
    ctx.need(offset + 1, 16 - skipped);
    const address = new Uint8Array(16);
    address.set(ctx.bytes.subarray(offset + 1, offset + 17 - skipped), skipped);
    ctx.print(` ${prefixBits} ${ipv6Text(address, 0)}`);
  }
  if (prefixBits === 0) return true;
  ctx.print(' ');
  return printName(ctx, offset + 17 - skipped, message) !== ENDED;
}

function printUri(ctx: PrintContext, { offset, end }: RecordData): boolean {
  ctx.print(` ${ctx.u16(offset)} ${ctx.u16(offset + 2)} `);
  const size = end - offset - 4;
  return printBytes(ctx, offset + 4, size >= 0 ? size : Number.MAX_SAFE_INTEGER);
}

function printExtensions(ctx: PrintContext, { offset, end, classNumber, extendedFlags }: RecordData): boolean {
  ctx.print(` UDPsize=${classNumber}`);
  if ((extendedFlags & DNSSEC_OK) !== 0) ctx.print(' DO');
  if (offset >= end) return true;
  ctx.print(' [');
  for (let at = offset; at < end; ) {
    at = printEdnsOption(ctx, at);
    if (at === ENDED) return false;
    if (at < end) ctx.print(',');
  }
  ctx.print(']');
  return true;
}

/** RFC 8945. */
function printSignature(ctx: PrintContext, { offset, message, verbose }: RecordData): boolean {
  if (!verbose) return true;
  ctx.print(' ');
  let at = printName(ctx, offset, message);
  if (at === ENDED) return false;
  at += 6; // the time it was signed
  for (const field of ['fudge', 'maclen', 'origid', 'error', 'otherlen']) {
    if (!ctx.has(at, 2)) return false;
    const value = ctx.u16(at);
    ctx.print(` ${field}=${value}`);
    at += field === 'maclen' ? 2 + value : 2;
  }
  return true;
}

/** Prints a question; returns the offset after it, or -1. */
export function printQuestion(ctx: PrintContext, offset: number, message: number, multicast: boolean): number {
  const at = skipName(ctx, offset);
  if (at === ENDED || !ctx.has(at, 4)) return ENDED;
  const rawClass = ctx.u16(at + 2);
  const classNumber = multicast ? rawClass & ~MULTICAST_BIT : rawClass;
  ctx.print(` ${typeName(ctx.u16(at))}`);
  if (classNumber !== CLASS_INTERNET) ctx.print(` ${CLASS_NAMES.get(classNumber) ?? `(Class ${classNumber})`}`);
  if (multicast) ctx.print((rawClass & MULTICAST_BIT) !== 0 ? ' (QU)' : ' (QM)');
  ctx.print('? ');
  const after = printName(ctx, offset, message);
  return after === ENDED ? ENDED : after + 4;
}

/** Prints a resource record; returns the offset after it, or -1. */
export function printRecord(ctx: PrintContext, offset: number, message: number, multicast: boolean): number {
  const { verbosity } = ctx.flags;
  let at: number;
  if (verbosity > 0) {
    ctx.print(' ');
    at = printName(ctx, offset, message);
    if (at === ENDED) return ENDED;
  } else at = skipName(ctx, offset);
  if (at === ENDED || !ctx.has(at, FIXED)) return ctx.end;

  const type = ctx.u16(at);
  const rawClass = ctx.u16(at + 2);
  const classNumber = multicast ? rawClass & ~MULTICAST_BIT : rawClass;
  if (classNumber !== CLASS_INTERNET && type !== TYPE_OPT)
    ctx.print(` ${CLASS_NAMES.get(classNumber) ?? `(Class ${classNumber})`}`);
  if (multicast && (rawClass & MULTICAST_BIT) !== 0) ctx.print(' (Cache flush)');
  if (type !== TYPE_OPT && verbosity > 2) ctx.print(` [${relativeTime(ctx.u32(at + 4))}]`);
  const data = at + FIXED;
  const end = data + ctx.u16(at + 8);
  ctx.print(` ${typeName(type)}`);
  if (end > ctx.end) return ENDED;
  const extendedFlags = ctx.u16(at + 6);
  const printer = DATA_PRINTERS.get(type);
  const fits =
    printer?.(ctx, { offset: data, end, message, classNumber, extendedFlags, verbose: verbosity > 0 }) ?? true;
  return fits ? end : ENDED;
}

/** The fields of questions and records for JSON; `count` of them from `offset`. Returns where they end, or -1. */
export function questionFields(
  ctx: PrintContext,
  offset: number,
  message: number,
  count: number,
  fields: LayerValue[],
): number {
  let at = offset;
  for (let i = 0; i < count; i++) {
    const start = at;
    at = skipName(ctx, start);
    if (at === ENDED || !ctx.has(at, 4)) return ENDED;
    const name = textOf(ctx, () => printName(ctx, start, message));
    fields.push({ name, type: typeName(ctx.u16(at)), class: className(ctx.u16(at + 2)) });
    at += 4;
  }
  return at;
}

export function recordFields(
  ctx: PrintContext,
  offset: number,
  message: number,
  count: number,
  fields: LayerValue[],
): number {
  let at = offset;
  for (let i = 0; i < count; i++) {
    const start = at;
    at = skipName(ctx, start);
    if (at === ENDED || !ctx.has(at, FIXED)) return ENDED;
    const type = ctx.u16(at);
    const classNumber = ctx.u16(at + 2);
    const timeToLive = ctx.u32(at + 4);
    const data = at + FIXED;
    const end = data + ctx.u16(at + 8);
    if (end > ctx.end) return ENDED;
    const name = textOf(ctx, () => printName(ctx, start, message));
    const extendedFlags = timeToLive & 0xffff;
    const place = { offset: data, end, message, classNumber, extendedFlags, verbose: true };
    const text = textOf(ctx, () => DATA_PRINTERS.get(type)?.(ctx, place)).slice(1);
    fields.push(
      type === TYPE_OPT
        ? { name, type: typeName(type), data: text }
        : { name, type: typeName(type), class: className(classNumber), timeToLive, data: text },
    );
    at = end;
  }
  return at;
}

function className(classNumber: number): string {
  return CLASS_NAMES.get(classNumber & ~MULTICAST_BIT) ?? `Class${classNumber}`;
}
