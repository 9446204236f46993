// SNMP versions 1 (RFC 1157), 2c (RFC 1901, 3416) and 3 (RFC 3412, 3414).

import type { Element, ElementKind } from './asn1.js';
import { integerValue, objectNumbers, PDU_NAMES, parseElement, unsigned64Text, unsignedValue } from './asn1.js';
import type { LayerValue, PrintContext } from './context.js';
import { HEX2 } from './format.js';
import type { NamedObject } from './snmp-names.js';
import { namedChildren, namedObjects } from './snmp-names.js';
import { printBytes, textOf } from './text.js';

const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0, 'SNMPv1'],
  [1, 'SNMPv2c'],
  [3, 'SNMPv3'],
]);
const VERSION_1 = 0;
const VERSION_2 = 1;
const VERSION_3 = 3;
/** The community that is not worth a word. */
const USUAL_COMMUNITY = '"public"';
const USER_SECURITY = 3;

const GET = 0;
const GET_NEXT = 1;
const RESPONSE = 2;
const TRAP = 4;
const GET_BULK = 5;
const INFORM = 6;

const EXCEPTIONS = ['noSuchObject', 'noSuchInstance', 'endOfMibView'] as const;

const ERRORS = [
  'noError',
  'tooBig',
  'noSuchName',
  'badValue',
  'readOnly',
  'genErr',
  'noAccess',
  'wrongType',
  'wrongLength',
  'wrongEncoding',
  'wrongValue',
  'noCreation',
  'inconsistentValue',
  'resourceUnavailable',
  'commitFailed',
  'undoFailed',
  'authorizationError',
  'notWritable',
  'inconsistentName',
] as const;

const TRAPS = [
  'coldStart',
  'warmStart',
  'linkDown',
  'linkUp',
  'authenticationFailure',
  'egpNeighborLoss',
  'enterpriseSpecific',
] as const;
const ENTERPRISE_TRAP = 6;

/** Beginnings of object names that are left out, and what stands for them. */
const ABBREVIATIONS: readonly (readonly [numbers: readonly number[], prefix: string])[] = [
  [[1, 3, 6, 1, 2, 1], ''],
  [[1, 3, 6, 1, 4, 1], 'E:'],
  [[1, 3, 6, 1, 3], 'X:'],
  [[1, 3, 6, 1, 6, 3], 'S:'],
];

/** The part of a message that is still to be read. */
class Cursor {
  at: number;
  readonly end: number;
  /** Size of the last element with its tag and length. */
  lastSize = 0;

  constructor(at: number, end: number) {
    this.at = at;
    this.end = end;
  }

  get rest(): number {
    return this.end - this.at;
  }

  /** The next element of any kind; undefined when there is none, which has then been said. */
  any(ctx: PrintContext): Element | undefined {
    const element = parseElement(ctx, this.at, this.rest);
    if (element === undefined) return undefined;
    this.lastSize = element.end - this.at;
    this.at = element.end;
    return element;
  }

  /** The next element, which must be of a kind; otherwise prints `complaint` and the element. */
  take(ctx: PrintContext, kind: ElementKind, complaint: string): Element | undefined {
    const element = this.any(ctx);
    if (element === undefined || element.kind === kind) return element;
    ctx.print(`[${complaint}]`);
    printElement(ctx, element);
    return undefined;
  }

  /** A number, or undefined. */
  integer(ctx: PrintContext, name: string): number | undefined {
    const element = this.take(ctx, 'integer', `${name}!=INT`);
    return element === undefined ? undefined : integerValue(ctx, element);
  }

  inside(element: Element): Cursor {
    return new Cursor(element.offset, element.end);
  }
}

export function printSnmp(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'snmp';
  if (ctx.wantsLayers) addLayer(ctx, offset, length);
  ctx.print(' ');
  const outer = new Cursor(offset, offset + length);
  const sequence = outer.take(ctx, 'sequence', '!init SEQ');
  if (sequence === undefined) return;
  if (outer.rest > 0) ctx.print(`[${outer.rest} extra after iSEQ]`);
  const message = outer.inside(sequence);
  const version = message.integer(ctx, 'version');
  if (version === undefined) return;
  const name = VERSIONS.get(version);
  if (name === undefined) {
    ctx.print(`SNMP [version = ${version}]`);
    return;
  }
  const verbose = ctx.flags.verbosity > 0;
  if (verbose) ctx.print(`{ ${name} `);
  if (version === VERSION_3) printVersion3(ctx, message);
  else printCommunity(ctx, message, version);
  if (verbose) ctx.print('} ');
}

function printCommunity(ctx: PrintContext, message: Cursor, version: number): void {
  const community = message.take(ctx, 'string', 'comm!=STR');
  if (community === undefined) return;
  const text = stringText(ctx, community);
  if (text !== USUAL_COMMUNITY) ctx.print(`C=${text} `);
  printPdu(ctx, message, version);
}

const USED_FLAGS: ReadonlySet<number> = new Set([0, 1, 3, 4, 5, 7]);

function printVersion3(ctx: PrintContext, message: Cursor): void {
  const verbose = ctx.flags.verbosity > 0;
  const sequence = message.take(ctx, 'sequence', '!message');
  if (sequence === undefined) return;
  const header = message.inside(sequence);
  if (verbose) ctx.print('{ ');
  if (header.integer(ctx, 'msgID') === undefined) return;
  if (header.integer(ctx, 'msgMaxSize') === undefined) return;
  const flagString = header.take(ctx, 'string', 'msgFlags!=STR');
  if (flagString === undefined) return;
  if (flagString.length !== 1) {
    ctx.print(`[msgFlags size ${flagString.length}]`);
    return;
  }
  const flags = ctx.u8(flagString.offset);
  if (!USED_FLAGS.has(flags)) {
    ctx.print(`[msgFlags=0x${HEX2[flags]!.toUpperCase()}]`);
    return;
  }
  ctx.print(`F=${(flags & 1) !== 0 ? 'a' : ''}${(flags & 2) !== 0 ? 'p' : ''}${(flags & 4) !== 0 ? 'r' : ''} `);
  const model = header.integer(ctx, 'msgSecurityModel');
  if (model === undefined) return;
  printLeftOver(ctx, header, 'message SEQ');
  message.at = header.at;
  if (verbose) ctx.print('} ');
  if (model !== USER_SECURITY) {
    ctx.print(`[security model ${model}]`);
    return;
  }
  if (verbose) ctx.print('{ USM ');
  const parameters = message.take(ctx, 'string', 'msgSecurityParameters!=STR');
  if (parameters === undefined) return;
  printUserSecurity(ctx, message.inside(parameters));
  if (verbose) ctx.print('} { ScopedPDU ');
  printScopedPdu(ctx, message);
  if (verbose) ctx.print('} ');
}

/** What follows the last element of a header, when it is longer than that element. */
function printLeftOver(ctx: PrintContext, cursor: Cursor, name: string): void {
  if (cursor.lastSize < cursor.rest) ctx.print(`[${cursor.rest - cursor.lastSize} extra after ${name}]`);
}

function printUserSecurity(ctx: PrintContext, message: Cursor): void {
  const verbose = ctx.flags.verbosity > 0;
  const sequence = message.take(ctx, 'sequence', '!usm');
  if (sequence === undefined) return;
  const fields = message.inside(sequence);
  if (fields.take(ctx, 'string', 'msgAuthoritativeEngineID!=STR') === undefined) return;
  const boots = fields.integer(ctx, 'msgAuthoritativeEngineBoots');
  if (boots === undefined) return;
  if (verbose) ctx.print(`B=${boots} `);
  const time = fields.integer(ctx, 'msgAuthoritativeEngineTime');
  if (time === undefined) return;
  if (verbose) ctx.print(`T=${time} `);
  const user = fields.take(ctx, 'string', 'msgUserName!=STR');
  if (user === undefined) return;
  ctx.print(`U=${stringText(ctx, user)} `);
  if (fields.take(ctx, 'string', 'msgAuthenticationParameters!=STR') === undefined) return;
  if (fields.take(ctx, 'string', 'msgPrivacyParameters!=STR') === undefined) return;
  printLeftOver(ctx, fields, 'usm SEQ');
}

function printScopedPdu(ctx: PrintContext, message: Cursor): void {
  const sequence = message.take(ctx, 'sequence', '!scoped PDU');
  if (sequence === undefined) return;
  const scoped = message.inside(sequence);
  const engine = scoped.take(ctx, 'string', 'contextEngineID!=STR');
  if (engine === undefined) return;
  ctx.print(`E=${octetsText(ctx, engine)} `);
  const name = scoped.take(ctx, 'string', 'contextName!=STR');
  if (name === undefined) return;
  ctx.print(`C=${stringText(ctx, name)} `);
  printPdu(ctx, scoped, VERSION_3);
}

function printPdu(ctx: PrintContext, message: Cursor, version: number): void {
  const verbose = ctx.flags.verbosity > 0;
  const pdu = message.any(ctx);
  if (pdu === undefined) return;
  if (pdu.kind !== 'pdu') {
    ctx.print('[no PDU]');
    return;
  }
  if (message.rest > 0) ctx.print(`[${message.rest} extra after PDU]`);
  if (verbose) ctx.print('{ ');
  ctx.print(`${PDU_NAMES[pdu.tag]}(${pdu.length}) `);
  if (version === VERSION_1 && pdu.tag >= GET_BULK) {
    ctx.print('[v2 PDU in v1 message]');
    return;
  }
  if (version === VERSION_2 && pdu.tag === TRAP) {
    ctx.print('[v1 PDU in v2 message]');
    return;
  }
  const body = message.inside(pdu);
  if (pdu.tag === TRAP) printTrap(ctx, body);
  else printRequest(ctx, body, pdu.tag);
  if (verbose) ctx.print(' } ');
}

function errorText(code: number): string {
  return ERRORS[code] ?? `err=${code >>> 0}`;
}

/** All messages but the first version's trap. */
function printRequest(ctx: PrintContext, pdu: Cursor, type: number): void {
  const request = pdu.integer(ctx, 'reqId');
  if (request === undefined) return;
  if (ctx.flags.verbosity > 0) ctx.print(`R=${request} `);
  const status = pdu.integer(ctx, 'errorStatus');
  if (status === undefined) return;
  const mayFail = type === RESPONSE;
  if (type === GET_BULK) ctx.print(` N=${status}`);
  else if (status !== 0) ctx.print(mayFail ? ` ${errorText(status)}` : `[errorStatus(${errorText(status)})!=0]`);
  const index = pdu.integer(ctx, 'errorIndex');
  if (index === undefined) return;
  if (type === GET_BULK) ctx.print(` M=${index}`);
  else if (!mayFail) {
    if (index !== 0) ctx.print(`[errorIndex(${index})!=0]`);
  } else if (index !== 0) ctx.print(status === 0 ? `[errorIndex(${index}) w/o errorStatus]` : `@${index}`);
  else if (status !== 0) ctx.print('[errorIndex==0]');
  printBindings(ctx, pdu, type);
}

function printTrap(ctx: PrintContext, pdu: Cursor): void {
  ctx.print(' ');
  const enterprise = pdu.take(ctx, 'object', 'enterprise!=OID');
  if (enterprise === undefined) return;
  printElement(ctx, enterprise);
  ctx.print(' ');
  const agent = pdu.take(ctx, 'address', 'agent-addr!=INETADDR');
  if (agent === undefined) return;
  printElement(ctx, agent);
  const generic = pdu.integer(ctx, 'generic-trap');
  if (generic === undefined) return;
  ctx.print(` ${TRAPS[generic] ?? `gt=${generic}`}`);
  const specific = pdu.integer(ctx, 'specific-trap');
  if (specific === undefined) return;
  if (generic === ENTERPRISE_TRAP) ctx.print(` s=${specific}`);
  else if (specific !== 0) ctx.print(`[specific-trap(${specific})!=0]`);
  ctx.print(' ');
  const time = pdu.take(ctx, 'unsigned', 'time-stamp!=TIMETICKS');
  if (time === undefined) return;
  printElement(ctx, time);
  printBindings(ctx, pdu, TRAP);
}

/** The list of objects and their values; questions have no values. */
function printBindings(ctx: PrintContext, pdu: Cursor, type: number): void {
  const isQuestion = type === GET || type === GET_NEXT || type === GET_BULK;
  const sequence = pdu.take(ctx, 'sequence', '!SEQ of varbind');
  if (sequence === undefined) return;
  if (pdu.rest > 0) ctx.print(`[${pdu.rest} extra after SEQ of varbind]`);
  const list = pdu.inside(sequence);
  while (list.rest > 0) {
    ctx.print(' ');
    const pair = list.take(ctx, 'sequence', '!varbind');
    if (pair === undefined) return;
    const binding = list.inside(pair);
    const object = binding.take(ctx, 'object', 'objName!=OID');
    if (object === undefined) return;
    printElement(ctx, object);
    if (!isQuestion) ctx.print('=');
    const value = binding.any(ctx);
    if (value === undefined) return;
    if (value.kind === 'null') continue;
    if (isQuestion) ctx.print('[objVal!=NULL]');
    printElement(ctx, value);
  }
}

/** Text in quotes, or the bytes in hex where one of them is not printable. */
function stringText(ctx: PrintContext, element: Element): string {
  let bytes = '';
  for (let at = element.offset; at < element.end; at++) {
    const byte = ctx.u8(at);
    if (byte < 0x20 || byte > 0x7e) return octetsText(ctx, element).slice(1);
    bytes += String.fromCharCode(byte);
  }
  return `"${bytes}"`;
}

function octetsText(ctx: PrintContext, element: Element): string {
  let text = '';
  for (let at = element.offset; at < element.end; at++) text += `_${HEX2[ctx.u8(at)]}`;
  return text;
}

function printElement(ctx: PrintContext, element: Element): void {
  ctx.print(elementText(ctx, element, ctx.flags.numeric));
}

function elementText(ctx: PrintContext, element: Element, numeric: boolean): string {
  switch (element.kind) {
    case 'integer':
      return String(integerValue(ctx, element));
    case 'unsigned':
      return String(unsignedValue(ctx, element));
    case 'unsigned64':
      return unsigned64Text(ctx, element);
    case 'string':
      return stringText(ctx, element);
    case 'null':
      return '';
    case 'object':
      return objectText(objectNumbers(ctx, element), numeric);
    case 'sequence':
      return `Seq(${element.length})`;
    case 'address': {
      const numbers: number[] = [];
      for (let at = element.offset; at < element.end; at++) numbers.push(ctx.u8(at));
      return `${numbers.length === 4 ? '' : '[inetaddr len!=4]'}${numbers.join('.')}`;
    }
    case 'pdu':
      return `${PDU_NAMES[element.tag]}(${element.length})`;
    case 'exception':
      return `[${EXCEPTIONS[element.tag]}]`;
    case 'octets':
      return octetsText(ctx, element);
    default:
      return '[BE_ANY!?]';
  }
}

/** An object identifier by its names as far as they are known, or all in numbers. */
function objectText(numbers: readonly number[], numeric: boolean): string {
  let level: ReadonlyMap<number, NamedObject> | undefined = numeric ? undefined : namedObjects();
  let text = '';
  let at = 0;
  let dot = '.';
  const abbreviation = numeric
    ? undefined
    : ABBREVIATIONS.find(([head]) => head.every((number, index) => numbers[index] === number));
  if (abbreviation !== undefined) {
    at = abbreviation[0].length;
    level = namedChildren(abbreviation[0]);
    text = abbreviation[1];
    dot = '';
  }
  for (; at < numbers.length; at++) {
    const number = numbers[at]!;
    const named = level?.get(number);
    text += `${dot}${named?.name ?? number}`;
    level = named?.children;
    dot = '.';
  }
  return text;
}

function addLayer(ctx: PrintContext, offset: number, length: number): void {
  const fields: { [name: string]: LayerValue } = {};
  textOf(ctx, () => gatherFields(ctx, new Cursor(offset, offset + length), fields));
  ctx.layer('snmp', fields);
}

/** Fields of a message as far as it is well formed; version 3 only has its version. */
function gatherFields(ctx: PrintContext, outer: Cursor, fields: { [name: string]: LayerValue }): void {
  const sequence = outer.take(ctx, 'sequence', '');
  if (sequence === undefined) return;
  const message = outer.inside(sequence);
  const version = message.integer(ctx, '');
  if (version === undefined) return;
  fields['version'] = VERSIONS.get(version) ?? version;
  if (version === VERSION_3) return;
  const community = message.take(ctx, 'string', '');
  if (community === undefined) return;
  fields['community'] = textOf(ctx, () => printBytes(ctx, community.offset, community.length));
  const pdu = message.take(ctx, 'pdu', '');
  if (pdu === undefined) return;
  fields['pdu'] = PDU_NAMES[pdu.tag]!;
  if (pdu.tag === TRAP) return;
  const body = message.inside(pdu);
  const request = body.integer(ctx, '');
  const status = body.integer(ctx, '');
  const index = body.integer(ctx, '');
  if (request === undefined || status === undefined || index === undefined) return;
  fields['requestId'] = request;
  if (pdu.tag === RESPONSE || pdu.tag === INFORM) fields['errorStatus'] = status;
  const list = body.take(ctx, 'sequence', '');
  if (list === undefined) return;
  const bindings: LayerValue[] = [];
  fields['bindings'] = bindings;
  const pairs = body.inside(list);
  while (pairs.rest > 0) {
    const pair = pairs.take(ctx, 'sequence', '');
    if (pair === undefined) return;
    const binding = pairs.inside(pair);
    const object = binding.take(ctx, 'object', '');
    const value = object && binding.any(ctx);
    if (object === undefined || value === undefined) return;
    bindings.push({ object: objectNumbers(ctx, object).join('.'), value: elementText(ctx, value, true) });
  }
}
