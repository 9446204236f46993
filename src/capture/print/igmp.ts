// IGMP versions 1, 2 and 3 (RFC 1112, 2236, 3376), and multicast traceroute over it.

import { internetChecksum } from './checksum.js';
import type { LayerValue, PrintContext } from './context.js';
import { hex, relativeTime } from './format.js';

const QUERY = 0x11;
const REPORT_1 = 0x12;
const DVMRP = 0x13;
const PIM_1 = 0x14;
const REPORT_2 = 0x16;
const LEAVE = 0x17;
const TRACE_RESPONSE = 0x1e;
const TRACE = 0x1f;
const REPORT_3 = 0x22;

const HEADER = 8;
/** A query this long is version 3. */
const QUERY_3 = 12;
/** Ten seconds in tenths, the usual time: it is not printed. */
const USUAL_RESPONSE_TIME = 100;

/** RFC 3376 section 4.2.12. */
const RECORD_TYPES: ReadonlyMap<number, string> = new Map([
  [1, 'is_in'],
  [2, 'is_ex'],
  [3, 'to_in'],
  [4, 'to_ex'],
  [5, 'allow'],
  [6, 'block'],
]);

export function printIgmp(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'igmp';
  if (ctx.wantsLayers) addLayer(ctx, offset, length);
  if (ctx.flags.quiet > 0) {
    ctx.print('igmp');
    return;
  }
  const type = ctx.u8(offset);
  switch (type) {
    case QUERY:
      ctx.print('igmp query');
      if (length >= QUERY_3) printQuery3(ctx, offset, length);
      else printQuery(ctx, offset, length);
      break;
    case REPORT_1:
      ctx.print(`igmp v1 report ${ctx.ipv4(offset + 4)}`);
      if (length !== HEADER) ctx.print(` [len ${length}]`);
      break;
    case REPORT_2:
      ctx.print(`igmp v2 report ${ctx.ipv4(offset + 4)}`);
      break;
    case REPORT_3:
      ctx.print('igmp v3 report');
      printReport3(ctx, offset, length);
      break;
    case LEAVE:
      ctx.print(`igmp leave ${ctx.ipv4(offset + 4)}`);
      break;
    case DVMRP:
      ctx.print('igmp dvmrp');
      if (length < HEADER) ctx.print(` [len ${length}]`);
      break;
    case PIM_1:
      ctx.print('igmp pimv1');
      break;
    case TRACE_RESPONSE:
      printTrace(ctx, 'mresp', offset, length);
      break;
    case TRACE:
      printTrace(ctx, 'mtrace', offset, length);
      break;
    default:
      ctx.print(`igmp-${type}`);
  }
  if (ctx.flags.verbosity > 0 && length >= 4 && ctx.has(offset, length)) {
    if (internetChecksum(ctx.bytes, offset, offset + length) !== 0)
      ctx.print(` bad igmp cksum ${hex(ctx.u16(offset + 2))}!`);
  }
}

function printQuery(ctx: PrintContext, offset: number, length: number): void {
  const time = ctx.u8(offset + 1);
  if (time === 0) ctx.print(' v1');
  else ctx.print(time === USUAL_RESPONSE_TIME ? ' v2' : ` v2 [max resp time ${time}]`);
  if (ctx.u32(offset + 4) !== 0) ctx.print(` [gaddr ${ctx.ipv4(offset + 4)}]`);
  if (length !== HEADER) ctx.print(` [len ${length}]`);
}

/** The maximum response code, in tenths of a second: from 128 on it is a floating point number (RFC 3376 section 4.1.1). */
function responseTenths(code: number): number {
  return code < 128 ? code : ((code & 0x0f) | 0x10) << (((code & 0x70) >> 4) + 3);
}

function printQuery3(ctx: PrintContext, offset: number, length: number): void {
  ctx.print(' v3');
  if (length % 4 !== 0) {
    ctx.print(` [invalid len ${length}]`);
    return;
  }
  const code = ctx.u8(offset + 1);
  if (code !== USUAL_RESPONSE_TIME) {
    const tenths = responseTenths(code);
    const text = tenths < 600 ? `${(tenths / 10).toFixed(1)}s` : relativeTime(Math.floor(tenths / 10));
    ctx.print(` [max resp time ${text}]`);
  }
  if (ctx.u32(offset + 4) === 0) return;
  ctx.print(` [gaddr ${ctx.ipv4(offset + 4)}`);
  const sources = ctx.u16(offset + 10);
  if (sources > 0) {
    if (length < QUERY_3 + 4 * sources) ctx.print(' [invalid number of sources]');
    else if (ctx.flags.verbosity > 1) printSources(ctx, offset + QUERY_3, sources);
    else ctx.print(`, ${sources} source(s)`);
  }
  ctx.print(']');
}

function printSources(ctx: PrintContext, offset: number, count: number): void {
  ctx.print(' {');
  for (let i = 0; i < count; i++) ctx.print(` ${ctx.ipv4(offset + 4 * i)}`);
  ctx.print(' }');
}

function printReport3(ctx: PrintContext, offset: number, length: number): void {
  if (length < 16 || length % 4 !== 0) {
    ctx.print(` [invalid len ${length}]`);
    return;
  }
  const groups = ctx.u16(offset + 6);
  ctx.print(`, ${groups} group record(s)`);
  if (ctx.flags.verbosity === 0) return;
  let at = HEADER;
  for (let i = 0; i < groups; i++) {
    if (length < at + HEADER) {
      ctx.print(' [invalid number of groups]');
      return;
    }
    ctx.print(` [gaddr ${ctx.ipv4(offset + at + 4)}`);
    const type = ctx.u8(offset + at);
    ctx.print(` ${RECORD_TYPES.get(type) ?? ` [v3-report-#${type}]`}`);
    const sources = ctx.u16(offset + at + 2);
    if (length < at + HEADER + 4 * sources) {
      ctx.print(` [invalid number of sources ${sources}]`);
      return;
    }
    if (ctx.flags.verbosity === 1) ctx.print(`, ${sources} source(s)`);
    else printSources(ctx, offset + at + HEADER, sources);
    at += HEADER + 4 * sources;
    ctx.print(']');
  }
}

/** A multicast traceroute: source, destination, where to answer to, and how far that answer may go. */
function printTrace(ctx: PrintContext, name: string, offset: number, length: number): void {
  if (length < HEADER + 16) {
    ctx.print(` [invalid len ${length}]`);
    return;
  }
  const at = offset + HEADER;
  ctx.print(`${name} ${ctx.u24(at + 13)}: ${ctx.ipv4(at)} to ${ctx.ipv4(at + 4)} reply-to ${ctx.ipv4(at + 8)}`);
  if (ctx.u8(at + 8) >> 4 === 0xe) ctx.print(` with-ttl ${ctx.u8(at + 12)}`);
}

function addLayer(ctx: PrintContext, offset: number, length: number): void {
  if (!ctx.has(offset, HEADER) || length < HEADER) {
    ctx.layer('igmp', {});
    return;
  }
  const type = ctx.u8(offset);
  if (type !== REPORT_3) {
    ctx.layer('igmp', { type, maxResponseCode: ctx.u8(offset + 1), group: ctx.ipv4Number(offset + 4) });
    return;
  }
  const records: LayerValue[] = [];
  let at = offset + HEADER;
  for (let i = ctx.u16(offset + 6); i > 0 && ctx.has(at, HEADER); i--) {
    const count = ctx.u16(at + 2);
    if (!ctx.has(at + HEADER, 4 * count)) break;
    const sources: LayerValue[] = [];
    for (let j = 0; j < count; j++) sources.push(ctx.ipv4Number(at + HEADER + 4 * j));
    records.push({ type: ctx.u8(at), group: ctx.ipv4Number(at + 4), sources });
    at += HEADER + 4 * count + 4 * ctx.u8(at + 1);
  }
  ctx.layer('igmp', { type, records });
}
