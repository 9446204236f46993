// ICMP (RFC 792, 950, 1191, 1256), the packet an error quotes, and the extensions after it (RFC 4884, 4950).

import { internetChecksum, rightChecksum } from './checksum.js';
import type { IpHeader, LayerValue, PrintContext } from './context.js';
import { hex } from './format.js';
import { printIpv4 } from './ipv4.js';
import { mplsLabelText } from './mpls.js';

const ECHO_REPLY = 0;
const UNREACHABLE = 3;
const SOURCE_QUENCH = 4;
const REDIRECT = 5;
const ECHO_REQUEST = 8;
const ROUTER_ADVERTISEMENT = 9;
const TIME_EXCEEDED = 11;
const PARAMETER_PROBLEM = 12;
const TIMESTAMP = 13;
const TIMESTAMP_REPLY = 14;
const MASK_REPLY = 18;

const UNREACHABLE_PROTOCOL = 2;
const UNREACHABLE_PORT = 3;
const UNREACHABLE_NEED_FRAGMENT = 4;

/** The messages without fields to show. */
const PLAIN_NAMES: ReadonlyMap<number, string> = new Map([
  [SOURCE_QUENCH, 'source quench'],
  [10, 'router solicitation'],
  [15, 'information request'],
  [16, 'information reply'],
  [17, 'address mask request'],
]);

/** Destination unreachable by code: what is before the address, and after it. */
const UNREACHABLE_TEXT: ReadonlyMap<number, readonly [string, string]> = new Map([
  [0, ['net ', ' unreachable']],
  [1, ['host ', ' unreachable']],
  [5, ['', ' unreachable - source route failed']],
  [6, ['net ', ' unreachable - unknown']],
  [7, ['host ', ' unreachable - unknown']],
  [8, ['', ' unreachable - source host isolated']],
  [9, ['net ', ' unreachable - admin prohibited']],
  [10, ['host ', ' unreachable - admin prohibited']],
  [11, ['net ', ' unreachable - tos prohibited']],
  [12, ['host ', ' unreachable - tos prohibited']],
  [13, ['host ', ' unreachable - admin prohibited filter']],
  [14, ['host ', ' unreachable - host precedence violation']],
  [15, ['host ', ' unreachable - precedence cutoff']],
]);

/** Milliseconds since midnight UTC as a time of day. */
function timeOfDay(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const fraction = String(milliseconds % 1000).padStart(3, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${fraction}`;
}

function isError(type: number): boolean {
  return (
    type === UNREACHABLE ||
    type === SOURCE_QUENCH ||
    type === REDIRECT ||
    type === TIME_EXCEEDED ||
    type === PARAMETER_PROBLEM
  );
}

/** What the message says, in words; undefined where it is cut short. `offset` is that of the ICMP header. */
function messageText(ctx: PrintContext, offset: number, type: number, code: number): string | undefined {
  const quoted = offset + 8;
  const quotedDestination = quoted + 16;
  switch (type) {
    case ECHO_REQUEST:
    case ECHO_REPLY:
      return `echo ${type === ECHO_REQUEST ? 'request' : 'reply'}, id ${ctx.u16(offset + 4)}, seq ${ctx.u16(offset + 6)}`;
    case UNREACHABLE:
      return unreachableText(ctx, offset, code);
    case REDIRECT: {
      const kind = [' %d to net', ' %d to host', '-tos %d to net', '-tos %d to host'][code] ?? `-#${code} %d to`;
      const destination = ctx.ipv4(quotedDestination);
      return `redirect${kind.replace('%d', destination)} ${ctx.ipv4(offset + 4)}`;
    }
    case ROUTER_ADVERTISEMENT: {
      if (!ctx.has(offset + 4, 4)) return undefined;
      const lifetime = ctx.u16(offset + 6);
      const two = (n: number): string => String(n).padStart(2, '0');
      let text = 'router advertisement lifetime ';
      if (lifetime < 60) text += lifetime;
      else if (lifetime < 3600) text += `${Math.floor(lifetime / 60)}:${two(lifetime % 60)}`;
      else text += `${Math.floor(lifetime / 3600)}:${two(Math.floor((lifetime % 3600) / 60))}:${two(lifetime % 60)}`;
      const count = ctx.u8(offset + 4);
      text += ` ${count}:`;
      const size = ctx.u8(offset + 5);
      if (size !== 2) return `${text} [size ${size}]`;
      for (let i = 0; i < count; i++) {
        const at = offset + 8 + 8 * i;
        if (!ctx.has(at, 8)) return undefined;
        // The level is a signed number that tcpdump shows without its sign.
        text += ` {${ctx.ipv4(at)} ${ctx.u32(at + 4)}}`;
      }
      return text;
    }
    case TIME_EXCEEDED:
      if (!ctx.has(quotedDestination, 4)) return undefined;
      if (code === 0) return 'time exceeded in-transit';
      return code === 1 ? 'ip reassembly time exceeded' : `time exceeded-#${code}`;
    case PARAMETER_PROBLEM:
      return code !== 0 ? `parameter problem - code ${code}` : `parameter problem - octet ${ctx.u8(offset + 4)}`;
    case MASK_REPLY:
      return `address mask is 0x${hex(ctx.u32(offset + 8), 8)}`;
    case TIMESTAMP:
      return `time stamp query id ${ctx.u16(offset + 4)} seq ${ctx.u16(offset + 6)}`;
    case TIMESTAMP_REPLY:
      if (!ctx.has(offset + 16, 4)) return undefined;
      return (
        `time stamp reply id ${ctx.u16(offset + 4)} seq ${ctx.u16(offset + 6)}: org ${timeOfDay(ctx.u32(offset + 8))}, ` +
        `recv ${timeOfDay(ctx.u32(offset + 12))}, xmit ${timeOfDay(ctx.u32(offset + 16))}`
      );
    default:
      return PLAIN_NAMES.get(type) ?? `type-#${type}`;
  }
}

function unreachableText(ctx: PrintContext, offset: number, code: number): string | undefined {
  const quoted = offset + 8;
  const destination = quoted + 16;
  if (code === UNREACHABLE_PORT) {
    if (!ctx.has(quoted + 9, 1)) return undefined;
    const port = ctx.u16(quoted + (ctx.u8(quoted) & 15) * 4 + 2);
    const protocol = ctx.u8(quoted + 9);
    if (protocol === 6) return `${ctx.ipv4(destination)} tcp port ${ctx.names.tcpPort(port)} unreachable`;
    if (protocol === 17) return `${ctx.ipv4(destination)} udp port ${ctx.names.udpPort(port)} unreachable`;
    return `${ctx.ipv4(destination)} protocol ${protocol} port ${port} unreachable`;
  }
  if (code === UNREACHABLE_PROTOCOL) return `${ctx.ipv4(destination)} protocol ${ctx.u8(quoted + 9)} unreachable`;
  if (code === UNREACHABLE_NEED_FRAGMENT) {
    const mtu = ctx.u16(offset + 6);
    return `${ctx.ipv4(destination)} unreachable - need to frag${mtu !== 0 ? ` (mtu ${mtu})` : ''}`;
  }
  const text = UNREACHABLE_TEXT.get(code);
  if (text === undefined) return `${ctx.ipv4(destination)} unreachable - #${code}`;
  return `${text[0]}${ctx.ipv4(destination)}${text[1]}`;
}

/** The fields of a message beyond type and code. */
function messageFields(ctx: PrintContext, offset: number, type: number, code: number): { [field: string]: LayerValue } {
  if (!ctx.has(offset + 4, 4)) return {};
  const isQuery = type === ECHO_REQUEST || type === ECHO_REPLY || (type >= TIMESTAMP && type <= MASK_REPLY);
  if (isQuery) return { id: ctx.u16(offset + 4), sequence: ctx.u16(offset + 6) };
  if (type === REDIRECT) return { gateway: ctx.ipv4Number(offset + 4) };
  if (type === UNREACHABLE && code === UNREACHABLE_NEED_FRAGMENT) return { mtu: ctx.u16(offset + 6) };
  return {};
}

export function printIcmp(ctx: PrintContext, offset: number, length: number, ip: IpHeader): void {
  ctx.protocol = 'icmp';
  if (ip.version !== 4) {
    ctx.print('[ICMP requires IPv4]');
    ctx.invalid();
    return;
  }
  const { verbosity } = ctx.flags;
  const type = ctx.u8(offset);
  const code = ctx.u8(offset + 1);
  if (ctx.wantsLayers) {
    const fields = { type, code, ...messageFields(ctx, offset, type, code) };
    ctx.layer(
      'icmp',
      isError(type)
        ? { ...fields, quoted: ctx.quoted(() => printIpv4(ctx, offset + 8, ctx.u16(offset + 10))) }
        : fields,
    );
  }
  const text = messageText(ctx, offset, type, code);
  if (text === undefined) {
    ctx.truncated();
    return;
  }
  ctx.print(`ICMP ${text}, length ${length}`);
  if (verbosity === 0 || ctx.isQuoted) return;
  if (!ip.fragmented && ctx.has(offset, length)) {
    const computed = internetChecksum(ctx.bytes, offset, offset + length);
    if (computed !== 0) {
      const stored = ctx.u16(offset + 2);
      ctx.print(` (wrong icmp cksum ${hex(stored)} (->${hex(rightChecksum(stored, computed))})!)`);
    }
  }
  if (isError(type)) {
    ctx.print('\n\t');
    const quotedLength = ctx.u16(offset + 10);
    const end = ctx.narrow(offset + 8, quotedLength);
    ctx.need(offset + 10, 2);
    const { wantsLayers } = ctx;
    ctx.wantsLayers = false;
    if (ctx.descend()) {
      printIpv4(ctx, offset + 8, quotedLength);
      ctx.ascend();
    }
    ctx.wantsLayers = wantsLayers;
    ctx.end = end;
  }
  ctx.protocol = 'icmp';
  const mayHaveExtensions = type === UNREACHABLE || type === TIME_EXCEEDED || type === PARAMETER_PROBLEM;
  if (mayHaveExtensions && length > EXTENSION_OFFSET) printExtensions(ctx, offset, length);
}

/** Where extensions begin, from the ICMP header: after 128 bytes of quoted packet. */
const EXTENSION_OFFSET = 136;
const EXTENSION_VERSION = 2;
const OBJECT_HEADER = 4;
const OBJECT_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'MPLS Stack Entry'],
  [2, 'Interface Identification'],
]);

function printExtensions(ctx: PrintContext, offset: number, length: number): void {
  const extension = offset + EXTENSION_OFFSET;
  let rest = length - EXTENSION_OFFSET;
  if (!ctx.has(extension, 5)) {
    ctx.truncated();
    return;
  }
  // Where the length field says nothing, only a right checksum shows that there are extensions.
  const isCaptured = ctx.has(extension, rest);
  const computed = isCaptured ? internetChecksum(ctx.bytes, extension, extension + rest) : 0;
  if (ctx.u8(offset + 5) === 0 && computed !== 0) return;
  const version = ctx.u8(extension) >> 4;
  ctx.print(`\n\tICMP Multi-Part extension v${version}`);
  if (version !== EXTENSION_VERSION) {
    ctx.print(' packet not supported');
    return;
  }
  if (isCaptured) {
    const verdict = computed === 0 ? 'correct' : 'incorrect';
    ctx.print(`, checksum 0x${hex(ctx.u16(extension + 2), 4)} (${verdict}), length ${rest}`);
  }
  rest = (rest - 4) >>> 0;
  let at = extension + 4;
  while (rest > OBJECT_HEADER) {
    if (!ctx.has(at, OBJECT_HEADER)) {
      ctx.truncated();
      return;
    }
    const objectLength = ctx.u16(at);
    const objectClass = ctx.u8(at + 2);
    const objectType = ctx.u8(at + 3);
    at += OBJECT_HEADER;
    rest -= OBJECT_HEADER;
    ctx.print(
      `\n\t  ${OBJECT_NAMES.get(objectClass) ?? 'unknown'} Object (${objectClass}), Class-Type: ${objectType}, length ${objectLength}`,
    );
    if (objectClass === 0 || objectLength < OBJECT_HEADER) return;
    const dataLength = objectLength - OBJECT_HEADER;
    if (objectClass === 1 && objectType === 1) ctx.print(`\n\t    ${mplsLabelText(ctx.u32(at))}`);
    else ctx.hexField(at, dataLength, '\n\t    ');
    if (rest < dataLength) return;
    rest -= dataLength;
    at += dataLength;
  }
}
