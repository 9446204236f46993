// DNS messages (RFC 1035 section 4) over UDP and TCP, and multicast DNS (RFC 6762), in `tcpdump`'s notation:
// 12345+ [1au] A? example.com. (40)      a question; + recursion desired, % checking disabled
// 12345*-|$ 1/2/3 A 192.0.2.1 (56)       an answer; * authoritative, - no recursion, | truncated, $ authentic

import type { LayerValue, PrintContext, Transport } from './context.js';
import { skipName } from './dns-names.js';
import { printQuestion, printRecord, questionFields, recordFields } from './dns-records.js';
import { hex } from './format.js';

const HEADER = 12;
const ENDED = -1;
const TYPE_OPT = 41;
const INVERSE_QUERY = 1;

const RESPONSE = 0x8000;
const AUTHORITATIVE = 0x0400;
const TRUNCATED_BIT = 0x0200;
const RECURSION_DESIRED = 0x0100;
const RECURSION_AVAILABLE = 0x0080;
const AUTHENTIC = 0x0020;
const CHECKING_DISABLED = 0x0010;
/** Bits a question should not have: those of answers, and the reserved one. */
const ODD_IN_QUESTION = 0x06cf;

const OPCODES = [
  '',
  ' inv_q',
  ' stat',
  ' op3',
  ' notify',
  ' update',
  ' op6',
  ' op7',
  ' op8',
  ' updateA',
  ' updateD',
  ' updateDA',
  ' updateM',
  ' updateMA',
  ' zoneInit',
  ' zoneRef',
] as const;

/** Blanks are missing where `tcpdump` has none. */
const RESPONSE_CODES = [
  '',
  ' FormErr',
  ' ServFail',
  ' NXDomain',
  ' NotImp',
  ' Refused',
  ' YXDomain',
  ' YXRRSet',
  ' NXRRSet',
  ' NotAuth',
  ' NotZone',
  ' Resp11',
  ' Resp12',
  ' Resp13',
  ' Resp14',
  ' NoChange',
  ' BadVers',
  'Resp17',
  ' Resp18',
  ' Resp19',
  ' Resp20',
  'Resp21',
  ' Resp22',
  ' BadCookie',
] as const;

/** A message's place and the counts of its header. */
interface Message {
  readonly start: number;
  readonly length: number;
  readonly flags: number;
  readonly questions: number;
  readonly answers: number;
  readonly authorities: number;
  readonly additionals: number;
  readonly multicast: boolean;
}

/** DNS over UDP. */
export function printDns(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'domain';
  printMessage(ctx, offset, length, false);
}

/** Multicast DNS. */
export function printMulticastDns(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'domain';
  printMessage(ctx, offset, length, true);
}

/** DNS over TCP: the message's length, then the message (RFC 1035 section 4.2.2). Only whole messages are decoded. */
export function printDnsOverTcp(ctx: PrintContext, offset: number, length: number, _transport?: Transport): void {
  ctx.protocol = 'domain';
  if (length < 2) {
    ctx.print(` [DNS over TCP: length ${length} < 2]`);
    ctx.invalid();
    return;
  }
  const prefix = ctx.u16(offset);
  if (prefix !== length - 2) {
    ctx.print(` [prefix length(${prefix}) != length(${length - 2})]`);
    ctx.invalid();
    return;
  }
  ctx.print(' ');
  printMessage(ctx, offset + 2, length - 2, false);
}

function printMessage(ctx: PrintContext, start: number, length: number, multicast: boolean): void {
  if (length < HEADER) {
    ctx.print(`domain [length ${length} < ${HEADER}]`);
    ctx.invalid();
    return;
  }
  if (!ctx.has(start, HEADER)) {
    ctx.truncated();
    return;
  }
  const message: Message = {
    start,
    length,
    flags: ctx.u16(start + 2),
    questions: ctx.u16(start + 4),
    answers: ctx.u16(start + 6),
    authorities: ctx.u16(start + 8),
    additionals: ctx.u16(start + 10),
    multicast,
  };
  const code = responseCode(ctx, message);
  if (ctx.wantsLayers) addLayer(ctx, message, code);
  const whole = (message.flags & RESPONSE) !== 0 ? printResponse(ctx, message, code) : printQuery(ctx, message);
  if (whole) ctx.print(` (${length})`);
  else ctx.truncated();
}

/** The response code: four bits of the header, and the eight above them in the OPT record if there is one that can be found. */
function responseCode(ctx: PrintContext, message: Message): number {
  const code = message.flags & 0xf;
  let at = message.start + HEADER;
  for (let i = 0; i < message.questions; i++) {
    at = skipName(ctx, at);
    if (at === ENDED || at + 4 >= ctx.end) return code;
    at += 4;
  }
  const others = message.answers + message.authorities;
  for (let i = 0; i < others + message.additionals; i++) {
    at = skipName(ctx, at);
    if (at === ENDED) return code;
    if (i >= others && ctx.has(at, 2) && ctx.u16(at) === TYPE_OPT)
      return ctx.has(at + 4, 1) ? code | (ctx.u8(at + 4) << 4) : code;
    if (!ctx.has(at + 8, 2)) return code;
    at += 10 + ctx.u16(at + 8);
    if (at >= ctx.end) return code;
  }
  return code;
}

function printResponse(ctx: PrintContext, message: Message, code: number): boolean {
  const { flags } = message;
  const name = RESPONSE_CODES[code] ?? ` Resp${code}`;
  ctx.print(
    `${ctx.u16(message.start)}${OPCODES[(flags >> 11) & 15]}${name}${(flags & AUTHORITATIVE) !== 0 ? '*' : ''}` +
      `${(flags & RECURSION_AVAILABLE) !== 0 ? '' : '-'}${(flags & TRUNCATED_BIT) !== 0 ? '|' : ''}` +
      `${(flags & AUTHENTIC) !== 0 ? '$' : ''}`,
  );
  if (message.questions !== 1) ctx.print(` [${message.questions}q]`);
  let at = message.start + HEADER;
  for (let i = 0; i < message.questions; i++) {
    if (i > 0) ctx.print(',');
    if (ctx.flags.verbosity > 1) {
      ctx.print(' q:');
      at = printQuestion(ctx, at, message.start, message.multicast);
      if (at === ENDED) return false;
    } else {
      at = skipName(ctx, at);
      if (at === ENDED) return false;
      at += 4;
    }
  }
  ctx.print(` ${message.answers}/${message.authorities}/${message.additionals}`);
  return printRecords(ctx, message, at);
}

function printQuery(ctx: PrintContext, message: Message): boolean {
  const { flags, questions, answers } = message;
  const opcode = (flags >> 11) & 15;
  ctx.print(
    `${ctx.u16(message.start)}${OPCODES[opcode]}${(flags & RECURSION_DESIRED) !== 0 ? '+' : ''}` +
      `${(flags & CHECKING_DISABLED) !== 0 ? '%' : ''}`,
  );
  if ((flags & ODD_IN_QUESTION) !== 0) ctx.print(` [b2&3=0x${hex(flags)}]`);
  if (opcode === INVERSE_QUERY) {
    if (questions !== 0) ctx.print(` [${questions}q]`);
    if (answers !== 1) ctx.print(` [${answers}a]`);
  } else {
    if (answers !== 0) ctx.print(` [${answers}a]`);
    if (questions !== 1) ctx.print(` [${questions}q]`);
  }
  if (message.authorities !== 0) ctx.print(` [${message.authorities}n]`);
  if (message.additionals !== 0) ctx.print(` [${message.additionals}au]`);
  let at = message.start + HEADER;
  for (let i = 0; i < questions; i++) {
    if (i > 0 && at >= ctx.end) return false;
    at = printQuestion(ctx, at, message.start, message.multicast);
    if (at === ENDED) return false;
  }
  return ctx.flags.verbosity > 1 ? printRecords(ctx, message, at) : true;
}

/** The answers, and with -vv the other two sections. False when the message ends before all its records. */
function printRecords(ctx: PrintContext, message: Message, offset: number): boolean {
  let at = offset;
  if (message.answers > 0) {
    at = printSection(ctx, message, at, message.answers, '');
    if (at === ENDED) return false;
  }
  if (ctx.flags.verbosity < 2) return true;
  const sections = [
    [message.authorities, ' ns:'],
    [message.additionals, ' ar:'],
  ] as const;
  for (const [count, lead] of sections) {
    if (count === 0) continue;
    if (at >= ctx.end) return false;
    at = printSection(ctx, message, at, count, lead);
    if (at === ENDED) return false;
  }
  return true;
}

function printSection(ctx: PrintContext, message: Message, offset: number, count: number, lead: string): number {
  let at = offset;
  ctx.print(lead);
  for (let i = 0; i < count; i++) {
    if (i > 0) {
      if (at >= ctx.end) return ENDED;
      ctx.print(',');
    }
    at = printRecord(ctx, at, message.start, message.multicast);
    if (at === ENDED) return ENDED;
  }
  return at;
}

function addLayer(ctx: PrintContext, message: Message, code: number): void {
  const { start, flags } = message;
  const questions: LayerValue[] = [];
  const sections: LayerValue[][] = [[], [], []];
  let at = questionFields(ctx, start + HEADER, start, message.questions, questions);
  const counts = [message.answers, message.authorities, message.additionals];
  for (let i = 0; i < 3 && at !== ENDED; i++) at = recordFields(ctx, at, start, counts[i]!, sections[i]!);
  ctx.layer(message.multicast ? 'mdns' : 'dns', {
    id: ctx.u16(start),
    response: (flags & RESPONSE) !== 0,
    opcode: (flags >> 11) & 15,
    responseCode: code,
    authoritative: (flags & AUTHORITATIVE) !== 0,
    truncated: (flags & TRUNCATED_BIT) !== 0,
    recursionDesired: (flags & RECURSION_DESIRED) !== 0,
    recursionAvailable: (flags & RECURSION_AVAILABLE) !== 0,
    questions,
    answers: sections[0]!,
    authorities: sections[1]!,
    additionals: sections[2]!,
  });
}
