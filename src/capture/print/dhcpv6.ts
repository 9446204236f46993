// DHCPv6 (RFC 8415) with the options of RFC 3319, 3633, 3646, 3898, 4075, 4242, 4280, 4649, 4704, 5007, 5908, 6334, 8520.

import type { LayerValue, PrintContext } from './context.js';
import { printName } from './dns-names.js';
import { HEX2, hex } from './format.js';
import { printHex, printPadded } from './text.js';

const RELAY_FORWARD = 12;
const RELAY_REPLY = 13;
const HEADER = 4;
const RELAY_HEADER = 34;
const OPTION_HEADER = 4;
/** Identifiers of unknown form are shown up to this many bytes. */
const SHOWN_BYTES = 10;

const MESSAGE_TYPES = [
  '',
  'solicit',
  'advertise',
  'request',
  'confirm',
  'renew',
  'rebind',
  'reply',
  'release',
  'decline',
  'reconfigure',
  'inf-req',
  'relay-fwd',
  'relay-reply',
  'leasequery',
  'leasequery-reply',
] as const;

const STATUS_CODES = [
  'Success',
  'UnspecFail',
  'NoAddrsAvail',
  'NoBinding',
  'NotOnLink',
  'UseMulticast',
  'NoPrefixAvail',
  'UnknownQueryType',
  'MalformedQuery',
  'NotConfigured',
  'NotAllowed',
] as const;

/** Prints an option's data, all of them captured. False for data that end early. */
type DataPrinter = (ctx: PrintContext, offset: number, length: number) => boolean | undefined;

/** Data of another length than `fits` are shown as " ?". */
function sized(
  fits: (length: number) => boolean,
  print: (ctx: PrintContext, offset: number, length: number) => void,
): DataPrinter {
  return (ctx, offset, length) => {
    if (fits(length)) print(ctx, offset, length);
    else ctx.print(' ?');
    return true;
  };
}

const atLeast = (minimum: number) => (length: number) => length >= minimum;
const exactly = (size: number) => (length: number) => length === size;
const multipleOf = (size: number) => (length: number) => length % size === 0;

const addresses = sized(multipleOf(16), (ctx, offset, length) => {
  for (let i = 0; i < length; i += 16) ctx.print(` ${ctx.ipv6(offset + i)}`);
});
const optionCodes = sized(multipleOf(2), (ctx, offset, length) => {
  for (let i = 0; i < length; i += 2) ctx.print(` ${optionName(ctx.u16(offset + i))}`);
});
const seconds = sized(exactly(4), (ctx, offset) => ctx.print(` ${ctx.u32(offset)}`));
const nothing: DataPrinter = () => true;

/** RFC 8415 section 11. */
const uniqueIdentifier = sized(atLeast(2), (ctx, offset, length) => {
  const type = ctx.u16(offset);
  const minimum = [0, 8, 10, 4][type] ?? 0;
  if (length < minimum) ctx.print(' ?');
  else if (type === 1) {
    ctx.print(` hwaddr/time type ${ctx.u16(offset + 2)} time ${ctx.u32(offset + 4)} `);
    printHex(ctx, offset + 8, length - 8);
  } else if (type === 2) {
    ctx.print(' vid ');
    printHex(ctx, offset + 2, 8);
  } else if (type === 3) {
    ctx.print(` hwaddr type ${ctx.u16(offset + 2)} `);
    printHex(ctx, offset + 4, length - 4);
  } else ctx.print(` type ${type}`);
});

const association = sized(atLeast(12), (ctx, offset, length) => {
  ctx.print(` IAID:${ctx.u32(offset)} T1:${ctx.u32(offset + 4)} T2:${ctx.u32(offset + 8)}`);
  printOptions(ctx, offset + 12, offset + length);
});
const temporaryAssociation = sized(atLeast(4), (ctx, offset, length) => {
  ctx.print(` IAID:${ctx.u32(offset)}`);
  printOptions(ctx, offset + 4, offset + length);
});
const associationAddress = sized(atLeast(24), (ctx, offset, length) => {
  ctx.print(` ${ctx.ipv6(offset)} pltime:${ctx.u32(offset + 16)} vltime:${ctx.u32(offset + 20)}`);
  printOptions(ctx, offset + 24, offset + length);
});
const associationPrefix = sized(atLeast(25), (ctx, offset, length) => {
  ctx.print(` ${ctx.ipv6(offset + 9)}/${ctx.u8(offset + 8)} pltime:${ctx.u32(offset)} vltime:${ctx.u32(offset + 4)}`);
  printOptions(ctx, offset + 25, offset + length);
});

/** The parenthesis that opens here is closed as the option's own, and the option's stays open: so does tcpdump. */
function relayedMessage(ctx: PrintContext, offset: number, length: number): boolean {
  ctx.print(' (');
  const end = ctx.narrow(offset, length);
  if (ctx.descend()) {
    printMessage(ctx, offset, length);
    ctx.ascend();
  }
  ctx.end = end;
  return true;
}

const DELAYED = 2;
const RECONFIGURE = 3;

const authentication = sized(atLeast(11), (ctx, offset, length) => {
  const protocol = ctx.u8(offset);
  const algorithm = ctx.u8(offset + 1);
  const detection = ctx.u8(offset + 2);
  ctx.print(` proto: ${protocol === DELAYED ? 'delayed' : protocol === RECONFIGURE ? 'reconfigure' : protocol}`);
  ctx.print(`, alg: ${algorithm === 1 ? 'HMAC-MD5' : algorithm}, RDM: ${detection === 0 ? 'mono' : detection}, RD:`);
  for (let i = 0; i < 8; i += 2) ctx.print(` ${hex(ctx.u16(offset + 3 + i), 4)}`);
  const at = offset + 11;
  const rest = length - 11;
  if (protocol === DELAYED && rest === 0) return;
  if (protocol === DELAYED && rest >= 20) {
    const realm = rest - 20;
    if (realm > 0) ctx.print(', realm: ');
    printHex(ctx, at, realm);
    ctx.print(`, key ID: ${hex(ctx.u32(at + realm), 8)}, HMAC-MD5:`);
    for (let i = 0; i < 16; i += 4) ctx.print(` ${hex(ctx.u32(at + realm + 4 + i), 8)}`);
  } else if (protocol === RECONFIGURE && rest === 17) {
    const type = ctx.u8(at);
    ctx.print(type === 1 ? ' reconfig-key' : type === 2 ? ' type: HMAC-MD5' : ' type: ??');
    ctx.print(' value:');
    for (let i = 0; i < 16; i += 4) ctx.print(` ${hex(ctx.u32(at + 1 + i), 8)}`);
  } else ctx.print(' ??');
});

/** The first bytes of something of unknown form, in hex. */
function beginning(ctx: PrintContext, offset: number, length: number): void {
  ctx.print(' ');
  printHex(ctx, offset, Math.min(length, SHOWN_BYTES));
  ctx.print('...');
}

const reconfigureType = sized(exactly(1), (ctx, offset) => {
  const type = ctx.u8(offset);
  ctx.print(` for ${type === 5 ? 'renew' : type === 11 ? 'inf-req' : `???(${HEX2[type]})`}`);
});

const statusCode = sized(atLeast(2), (ctx, offset) => {
  const code = ctx.u16(offset);
  ctx.print(` ${code > 255 ? 'INVALID code' : (STATUS_CODES[code] ?? `code${code}`)}`);
});

function names(ctx: PrintContext, offset: number, length: number): boolean {
  const end = offset + length;
  for (let at = offset; at < end; ) {
    ctx.print(' ');
    // Pointers have no place here: they are followed from the end of the option, as tcpdump does.
    at = printName(ctx, at, end);
    if (at < 0) return false;
  }
  return true;
}

const QUERY_TYPES: ReadonlyMap<number, string> = new Map([
  [1, 'by-address'],
  [2, 'by-clientID'],
]);

const leaseQuery = sized(atLeast(17), (ctx, offset, length) => {
  const type = ctx.u8(offset);
  ctx.print(` ${QUERY_TYPES.get(type) ?? `type_${type}`} ${ctx.ipv6(offset + 1)}`);
  printOptions(ctx, offset + 17, offset + length);
});

function clientData(ctx: PrintContext, offset: number, length: number): boolean {
  printOptions(ctx, offset, offset + length);
  return true;
}

/** RFC 5908: suboptions with an address or a name. */
function timeServers(ctx: PrintContext, offset: number, length: number): boolean {
  if (length < 4) {
    ctx.print(' ?');
    return true;
  }
  const end = offset + length;
  for (let at = offset; at < end - 4; ) {
    const code = ctx.u16(at);
    const size = ctx.u16(at + 2);
    at += 4;
    if (at + size > end) return false;
    ctx.print(` subopt:${code}`);
    if (code === 1 || code === 2) ctx.print(size === 16 ? ` ${ctx.ipv6(at)}` : ' ?');
    else if (code === 3) {
      ctx.print(' ');
      if (printName(ctx, at, at + size) < 0) return false;
    } else ctx.print(' ?');
    at += size;
  }
  return true;
}

/** RFC 6334: one name of plain labels. */
const tunnelName = sized(atLeast(3), (ctx, offset, length) => {
  ctx.print(' ');
  let at = offset;
  let rest = length;
  while (rest > 0) {
    const size = ctx.u8(at);
    if (size === 0) break;
    if (size >= rest - 1) {
      ctx.print(' ?');
      break;
    }
    printPadded(ctx, at + 1, size);
    at += 1 + size;
    rest -= 1 + size;
    if (ctx.u8(at) !== 0) ctx.print('.');
  }
});

const plainText = sized(atLeast(5), (ctx, offset, length) => {
  ctx.print(' ');
  printPadded(ctx, offset, length);
});

/** IANA, "DHCPv6 Option Codes", with `tcpdump`'s names. Options without a printer show their name only. */
const OPTIONS: ReadonlyMap<number, readonly [name: string, print?: DataPrinter]> = new Map<
  number,
  readonly [string, DataPrinter?]
>([
  [1, ['client-ID', uniqueIdentifier]],
  [2, ['server-ID', uniqueIdentifier]],
  [3, ['IA_NA', association]],
  [4, ['IA_TA', temporaryAssociation]],
  [5, ['IA_ADDR', associationAddress]],
  [6, ['option-request', optionCodes]],
  [7, ['preference', sized(exactly(1), (ctx, offset) => ctx.print(` ${ctx.u8(offset)}`))]],
  [8, ['elapsed-time', sized(exactly(2), (ctx, offset) => ctx.print(` ${ctx.u16(offset)}`))]],
  [9, ['relay-message', relayedMessage]],
  [11, ['authentication', authentication]],
  [12, ['server-unicast']],
  [13, ['status-code', statusCode]],
  [14, ['rapid-commit', nothing]],
  [15, ['user-class']],
  [16, ['vendor-class']],
  [17, ['vendor-specific-info']],
  [18, ['interface-ID', sized(atLeast(0), beginning)]],
  [19, ['reconfigure-message', reconfigureType]],
  [20, ['reconfigure-accept', nothing]],
  [21, ['SIP-servers-domain', names]],
  [22, ['SIP-servers-address', addresses]],
  [23, ['DNS-server', addresses]],
  [24, ['DNS-search-list', names]],
  [25, ['IA_PD', association]],
  [26, ['IA_PD-prefix', associationPrefix]],
  [27, ['NIS-server', addresses]],
  [28, ['NIS+-server', addresses]],
  [29, ['NIS-domain-name']],
  [30, ['NIS+-domain-name']],
  [31, ['SNTP-servers', addresses]],
  [32, ['lifetime', seconds]],
  [33, ['BCMCS-domain-name']],
  [34, ['BCMCS-server', addresses]],
  [36, ['Geoconf-Civic']],
  [
    37,
    [
      'Remote-ID',
      sized(atLeast(4), (ctx, offset, length) => {
        ctx.print(` ${ctx.u32(offset)}`);
        beginning(ctx, offset + 4, length - 4);
      }),
    ],
  ],
  [38, ['Subscriber-ID', sized(atLeast(0), beginning)]],
  [39, ['Client-FQDN']],
  [40, ['PANA-agent', addresses]],
  [41, ['POSIX-timezone', plainText]],
  [42, ['POSIX-tz-database', plainText]],
  [43, ['Echo-request-option', optionCodes]],
  [44, ['Lease-query', leaseQuery]],
  [45, ['LQ-client-data', clientData]],
  [46, ['Clt-time', seconds]],
  [
    47,
    [
      'LQ-relay-data',
      sized(atLeast(16), (ctx, offset, length) => {
        ctx.print(` ${ctx.ipv6(offset)}`);
        beginning(ctx, offset + 16, length - 16);
      }),
    ],
  ],
  [48, ['LQ-client-link', addresses]],
  [56, ['NTP-server', timeServers]],
  [64, ['AFTR-Name', tunnelName]],
  [112, ['MUD-URL', plainText]],
]);

function optionName(code: number): string {
  return OPTIONS.get(code)?.[0] ?? `opt_${code}`;
}

function printOptions(ctx: PrintContext, offset: number, end: number): void {
  if (offset >= end || !ctx.descend()) return;
  let at = offset;
  while (at < end) {
    if (at + OPTION_HEADER > end || !ctx.has(at, OPTION_HEADER)) break;
    const length = ctx.u16(at + 2);
    const data = at + OPTION_HEADER;
    if (data + length > end) break;
    const code = ctx.u16(at);
    ctx.print(` (${optionName(code)}`);
    if (!ctx.has(data, length)) break;
    if (OPTIONS.get(code)?.[1]?.(ctx, data, length) === false) break;
    ctx.print(')');
    at = data + length;
  }
  if (at < end) ctx.truncated();
  ctx.ascend();
}

export function printDhcpv6(ctx: PrintContext, offset: number, length: number): void {
  if (ctx.wantsLayers) addLayer(ctx, offset, length);
  printMessage(ctx, offset, length);
}

function printMessage(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'dhcp6';
  ctx.print('dhcp6');
  if (!ctx.has(offset, HEADER)) {
    ctx.truncated();
    return;
  }
  const end = Math.min(ctx.end, offset + length);
  const type = ctx.u8(offset);
  ctx.print(` ${messageName(type)}`);
  if (ctx.flags.verbosity === 0) return;
  ctx.print(' (');
  if (isRelayed(type)) {
    ctx.print(`linkaddr=${ctx.ipv6(offset + 2)}`);
    ctx.print(` peeraddr=${ctx.ipv6(offset + 18)}`);
    printOptions(ctx, offset + RELAY_HEADER, end);
  } else {
    ctx.print(`xid=${hex(ctx.u24(offset + 1))}`);
    printOptions(ctx, offset + HEADER, end);
  }
  ctx.print(')');
}

function messageName(type: number): string {
  return MESSAGE_TYPES[type] || `msgtype-${type}`;
}

function isRelayed(type: number): boolean {
  return type === RELAY_FORWARD || type === RELAY_REPLY;
}

function addLayer(ctx: PrintContext, offset: number, length: number): void {
  if (!ctx.has(offset, HEADER)) {
    ctx.layer('dhcpv6', {});
    return;
  }
  const type = ctx.u8(offset);
  const head = { messageType: type, messageName: messageName(type) };
  const end = Math.min(ctx.end, offset + length);
  if (!isRelayed(type)) {
    const options = optionFields(ctx, offset + HEADER, end);
    ctx.layer('dhcpv6', { ...head, transactionId: ctx.u24(offset + 1), options });
  } else if (ctx.has(offset, RELAY_HEADER)) {
    ctx.layer('dhcpv6', {
      ...head,
      hops: ctx.u8(offset + 1),
      linkAddress: ctx.ipv6Number(offset + 2),
      peerAddress: ctx.ipv6Number(offset + 18),
      options: optionFields(ctx, offset + RELAY_HEADER, end),
    });
  } else ctx.layer('dhcpv6', head);
}

function optionFields(ctx: PrintContext, offset: number, end: number): LayerValue[] {
  const fields: LayerValue[] = [];
  for (let at = offset; at + OPTION_HEADER <= end; ) {
    const code = ctx.u16(at);
    const data = at + OPTION_HEADER;
    const length = ctx.u16(at + 2);
    if (data + length > end) break;
    let bytes = '';
    for (let i = 0; i < length; i++) bytes += HEX2[ctx.u8(data + i)]!;
    fields.push({ code, name: optionName(code), data: bytes });
    at = data + length;
  }
  return fields;
}
