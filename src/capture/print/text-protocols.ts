// Protocols of lines of text: HTTP, FTP, SMTP, WHOIS, RTSP and SIP. Without -v the first line is printed, with it all lines up to the
// first that is not printable ASCII.

import type { PrintContext } from './context.js';
import { printBytes, textOf } from './text.js';

interface TextProtocol {
  readonly name: string;
  /**
   * First words of requests. A packet of a protocol that has them is printed only when it begins with one of them or has a status code
   * for its second word, as in "HTTP/1.1 200 OK": packets that go on with a body do not. Other protocols are printed always.
   */
  readonly requests?: ReadonlySet<string>;
}

/** RFC 9110 and WebDAV: RFC 3253, 4918, 5842, and what Microsoft's servers added. */
const HTTP: TextProtocol = {
  name: 'http',
  requests: new Set(
    (
      'GET PUT COPY HEAD LOCK MOVE POLL POST BCOPY BMOVE MKCOL TRACE LABEL MERGE DELETE SEARCH UNLOCK REPORT UPDATE NOTIFY BDELETE ' +
      'CONNECT OPTIONS CHECKIN PROPFIND CHECKOUT CCM_POST SUBSCRIBE PROPPATCH BPROPFIND BPROPPATCH UNCHECKOUT MKACTIVITY ' +
      'MKWORKSPACE UNSUBSCRIBE RPC_CONNECT VERSION-CONTROL BASELINE-CONTROL'
    ).split(' '),
  ),
};

/** RFC 2326. */
const RTSP: TextProtocol = {
  name: 'rtsp',
  requests: new Set(
    'DESCRIBE ANNOUNCE GET_PARAMETER OPTIONS PAUSE PLAY RECORD REDIRECT SETUP SET_PARAMETER TEARDOWN'.split(' '),
  ),
};

/** RFC 3261 and its extensions. */
const SIP: TextProtocol = {
  name: 'sip',
  requests: new Set(
    'ACK BYE CANCEL DO INFO INVITE MESSAGE NOTIFY OPTIONS PRACK QAUTH REFER REGISTER SPRACK SUBSCRIBE UPDATE PUBLISH'.split(
      ' ',
    ),
  ),
};

const FTP: TextProtocol = { name: 'ftp' };
const SMTP: TextProtocol = { name: 'smtp' };
const WHOIS: TextProtocol = { name: 'whois' };

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BLANK = 32;
/** Longer words are neither a request nor a status code. */
const LONGEST_WORD = 128;

const isPrintable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;
const isLineEnd = (byte: number): boolean => byte === CARRIAGE_RETURN || byte === LINE_FEED;
const isSpace = (byte: number): boolean => byte === BLANK || byte === TAB;

/** The word at `offset` and where the next begins, or undefined where there is none. `end` is the end of the captured payload. */
function word(ctx: PrintContext, offset: number, payloadEnd: number): { text: string; next: number } | undefined {
  let at = offset;
  let text = '';
  for (; at < payloadEnd; at++) {
    if (at >= ctx.end) return undefined;
    const byte = ctx.u8(at);
    if (isSpace(byte) || isLineEnd(byte)) break;
    if (!isPrintable(byte) || text.length === LONGEST_WORD) return undefined;
    text += String.fromCharCode(byte);
  }
  if (text === '') return undefined;
  // A tab is not printable here, so it is not skipped.
  while (at < Math.min(payloadEnd, ctx.end) && ctx.u8(at) === BLANK) at++;
  return { text, next: at };
}

function isMessageStart(ctx: PrintContext, offset: number, payloadEnd: number, requests: ReadonlySet<string>): boolean {
  const first = word(ctx, offset, payloadEnd);
  if (first === undefined) return false;
  if (requests.has(first.text.toUpperCase())) return true;
  const second = word(ctx, first.next, payloadEnd);
  return second !== undefined && /^[0-9]{3}$/.test(second.text);
}

/** Prints the line at `offset`; returns where the next one begins, or 0 after the last and where there is something else than text. */
function printLine(ctx: PrintContext, lead: string, offset: number, payloadEnd: number): number {
  let at = offset;
  let next = 0;
  for (; at < payloadEnd; at++) {
    const byte = ctx.u8(at);
    if (byte === LINE_FEED) next = at + 1;
    else if (byte === CARRIAGE_RETURN) {
      if (at + 1 >= payloadEnd || ctx.u8(at + 1) !== LINE_FEED) return 0;
      next = at + 2;
    } else {
      if (!isPrintable(byte) && byte !== TAB) return 0;
      continue;
    }
    break;
  }
  let text = lead;
  for (let i = offset; i < at; i++) text += String.fromCharCode(ctx.bytes[i]!);
  ctx.print(text);
  if (next === 0) ctx.truncated();
  return next;
}

function printTextProtocol(ctx: PrintContext, offset: number, length: number, protocol: TextProtocol): void {
  ctx.protocol = protocol.name;
  const end = offset + length;
  const { requests } = protocol;
  const isStart = requests === undefined || isMessageStart(ctx, offset, end, requests);
  if (ctx.wantsLayers) addLayer(ctx, offset, end, protocol, isStart);
  ctx.print(protocol.name.toUpperCase());
  if (!isStart) return;
  if (ctx.flags.verbosity === 0) {
    printLine(ctx, ': ', offset, end);
    return;
  }
  ctx.print(`, length: ${length}`);
  for (let at = offset; at < end; ) {
    at = printLine(ctx, '\n\t', at, end);
    if (at === 0) break;
  }
}

function addLayer(ctx: PrintContext, offset: number, end: number, protocol: TextProtocol, isStart: boolean): void {
  if (!isStart) {
    ctx.layer(protocol.name, { length: end - offset });
    return;
  }
  let stop = offset;
  while (stop < Math.min(end, ctx.end) && !isLineEnd(ctx.bytes[stop]!)) stop++;
  const line = textOf(ctx, () => printBytes(ctx, offset, stop - offset));
  ctx.layer(protocol.name, { length: end - offset, line });
}

export function printHttp(ctx: PrintContext, offset: number, length: number): void {
  ctx.print(': ');
  printTextProtocol(ctx, offset, length, HTTP);
}

export function printRtsp(ctx: PrintContext, offset: number, length: number): void {
  ctx.print(': ');
  printTextProtocol(ctx, offset, length, RTSP);
}

export function printFtp(ctx: PrintContext, offset: number, length: number): void {
  ctx.print(': ');
  printTextProtocol(ctx, offset, length, FTP);
}

export function printSmtp(ctx: PrintContext, offset: number, length: number): void {
  ctx.print(': ');
  printTextProtocol(ctx, offset, length, SMTP);
}

export function printWhois(ctx: PrintContext, offset: number, length: number): void {
  ctx.print(': ');
  printTextProtocol(ctx, offset, length, WHOIS);
}

/** SIP over UDP. */
export function printSip(ctx: PrintContext, offset: number, length: number): void {
  printTextProtocol(ctx, offset, length, SIP);
}
