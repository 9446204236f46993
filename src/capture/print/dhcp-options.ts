// DHCP options (RFC 2132 and later): one row each with its name and how its data are printed.

import type { LayerValue, PrintContext } from './context.js';
import { HEX2 } from './format.js';
import { printBytes, textOf } from './text.js';

const PAD = 0;
const MESSAGE_TYPE = 53;
const PARAMETER_LIST = 55;
const END = 255;
/** From this verbosity on padding and end are options like others, and what follows the end is printed too. */
const EVERYTHING = 3;

/** Where an option's data are; `numeric`: addresses as numbers, whatever -n says. */
interface OptionData {
  readonly offset: number;
  readonly length: number;
  readonly numeric: boolean;
}

/** Prints data and returns how many bytes it has dealt with: the rest is said to be left over. */
type DataPrinter = (ctx: PrintContext, data: OptionData) => number;

function addressText(ctx: PrintContext, offset: number, numeric: boolean): string {
  return numeric ? ctx.ipv4Number(offset) : ctx.ipv4(offset);
}

/** A list of items of `size` bytes. */
function list(
  size: number,
  separator: string,
  item: (ctx: PrintContext, offset: number, data: OptionData) => string,
): DataPrinter {
  return (ctx, data) => {
    const count = Math.floor(data.length / size);
    for (let i = 0; i < count; i++) ctx.print((i === 0 ? '' : separator) + item(ctx, data.offset + i * size, data));
    return count * size;
  };
}

const addresses = list(4, ',', (ctx, at, { numeric }) => addressText(ctx, at, numeric));
const addressPairs = list(
  8,
  ',',
  (ctx, at, { numeric }) => `(${addressText(ctx, at, numeric)}:${addressText(ctx, at + 4, numeric)})`,
);
const longs = list(4, ',', (ctx, at) => String(ctx.u32(at)));
const signedLongs = list(4, ',', (ctx, at) => String(ctx.u32(at) | 0));
const shorts = list(2, ',', (ctx, at) => String(ctx.u16(at)));
const bytes = list(1, '.', (ctx, at) => String(ctx.u8(at)));
const booleans = list(1, ',', (ctx, at) => {
  const value = ctx.u8(at);
  return value === 0 ? 'N' : value === 1 ? 'Y' : `${value}?`;
});

function text(ctx: PrintContext, { offset, length }: OptionData): number {
  ctx.print('"');
  printBytes(ctx, offset, length);
  ctx.print('"');
  return length;
}

/** One byte with a name. */
function oneOf(names: ReadonlyMap<number, string>): DataPrinter {
  return (ctx, { offset, length }) => {
    if (length < 1) {
      ctx.print('[ERROR: length < 1 bytes]');
      return 0;
    }
    const value = ctx.u8(offset);
    ctx.print(names.get(value) ?? `#${value}`);
    return 1;
  };
}

const NODE_TYPES: ReadonlyMap<number, string> = new Map([
  [1, 'b-node'],
  [2, 'p-node'],
  [4, 'm-node'],
  [8, 'h-node'],
]);
const OVERLOADED_FIELDS: ReadonlyMap<number, string> = new Map([
  [1, 'file'],
  [2, 'sname'],
  [3, 'file+sname'],
]);
const HARDWARE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'ether'],
  [6, 'ieee802'],
  [7, 'arcnet'],
  [15, 'frelay'],
  [23, 'strip'],
  [24, 'ieee1394'],
]);

function clientIdentifier(ctx: PrintContext, data: OptionData): number {
  const { offset, length } = data;
  if (length < 1) {
    ctx.print('[ERROR: length < 1 bytes]');
    return 0;
  }
  const type = ctx.u8(offset);
  if (type === 0) return 1 + text(ctx, { ...data, offset: offset + 1, length: length - 1 });
  ctx.print(`${HARDWARE_NAMES.get(type) ?? `hardware-type ${type},`} `);
  for (let i = 1; i < length; i++) ctx.print((i === 1 ? '' : ':') + HEX2[ctx.u8(offset + i)]!);
  return length;
}

const FQDN_FLAGS = [
  [0x01, 'S'],
  [0x02, 'O'],
  [0x04, 'E'],
  [0x08, 'N'],
] as const;

/** RFC 4702. */
function clientName(ctx: PrintContext, data: OptionData): number {
  const { offset, length } = data;
  if (length < 3) {
    ctx.print('[ERROR: length < 3 bytes]');
    return length;
  }
  const flags = ctx.u8(offset);
  if ((flags & 0xf0) !== 0) ctx.print(`[ERROR: MBZ nibble 0x${(flags >> 4).toString(16)} != 0] `);
  if ((flags & 0x0f) !== 0) {
    const letters = FQDN_FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, letter]) => letter);
    ctx.print(`[${letters.join('')}] `);
  }
  const codes = [ctx.u8(offset + 1), ctx.u8(offset + 2)] as const;
  if (codes[0] !== 0 || codes[1] !== 0) ctx.print(`${codes[0]}/${codes[1]} `);
  return 3 + text(ctx, { ...data, offset: offset + 3, length: length - 3 });
}

/** RFC 3046, 3993. */
const AGENT_OPTIONS: ReadonlyMap<number, string> = new Map([
  [1, 'Circuit-ID'],
  [2, 'Remote-ID'],
  [6, 'Subscriber-ID'],
]);

function agentInformation(ctx: PrintContext, { offset, length }: OptionData): number {
  let done = 0;
  while (length - done >= 2) {
    const code = ctx.u8(offset + done);
    const size = ctx.u8(offset + done + 1);
    done += 2;
    ctx.print(`\n\t      ${AGENT_OPTIONS.get(code) ?? 'Unknown'} SubOption ${code}, length ${size}: `);
    if (size > length - done) {
      ctx.print('length goes past end of option');
      return length;
    }
    if (AGENT_OPTIONS.has(code)) printBytes(ctx, offset + done, size);
    else ctx.hexField(offset + done, size, '\n\t\t');
    done += size;
  }
  return done;
}

/** RFC 3442: the bits of the prefix, as many of its octets as that takes, and the router. */
function classlessRoutes(ctx: PrintContext, { offset, length, numeric }: OptionData): number {
  if (length < 5) {
    ctx.print('[ERROR: length < 5 bytes]');
    return length;
  }
  for (let done = 0; done < length; ) {
    if (done > 0) ctx.print(',');
    const bits = ctx.u8(offset + done);
    done++;
    if (bits > 32) {
      ctx.print(`[ERROR: Mask width (${bits}) > 32]`);
      return length;
    }
    const octets = (bits + 7) >> 3;
    if (length - done < octets + 4) {
      ctx.print(`[ERROR: Remaining length (${length - done}) < ${octets + 4} bytes]`);
      return length;
    }
    const prefix = [0, 1, 2, 3].map(i => (i < octets ? ctx.u8(offset + done + i) : 0)).join('.');
    const router = addressText(ctx, offset + done + octets, numeric);
    ctx.print(`(${bits === 0 ? 'default' : `${prefix}/${bits}`}:${router})`);
    done += octets + 4;
  }
  return length;
}

/** RFC 3004. */
function userClasses(ctx: PrintContext, { offset, length }: OptionData): number {
  if (length < 2) {
    ctx.print('[ERROR: length < 2 bytes]');
    return length;
  }
  for (let done = 0, number = 1; done < length; number++) {
    const size = ctx.u8(offset + done);
    done++;
    ctx.print(`\n\t      instance#${number}: `);
    if (size === 0) {
      ctx.print('[ERROR: suboption length must be non-zero]');
      return length;
    }
    if (length - done < size) {
      ctx.print('[ERROR: invalid option]');
      return length;
    }
    ctx.print('"');
    printBytes(ctx, offset + done, size);
    ctx.print(`", length ${size}`);
    done += size;
  }
  return length;
}

const MESSAGE_TYPES: ReadonlyMap<number, string> = new Map([
  [1, 'Discover'],
  [2, 'Offer'],
  [3, 'Request'],
  [4, 'Decline'],
  [5, 'ACK'],
  [6, 'NACK'],
  [7, 'Release'],
  [8, 'Inform'],
  [10, 'LeaseQuery'],
  [11, 'LeaseUnassigned'],
  [12, 'LeaseUnknown'],
  [13, 'LeaseActive'],
]);

function messageType(ctx: PrintContext, data: OptionData): number {
  if (data.length !== 1) return bytes(ctx, data);
  const type = ctx.u8(data.offset);
  ctx.print(MESSAGE_TYPES.get(type) ?? `Unknown (${type})`);
  return 1;
}

function parameterList(ctx: PrintContext, { offset, length }: OptionData): number {
  for (let i = 0; i < length; i++) {
    const code = ctx.u8(offset + i);
    ctx.print(`${i % 4 === 0 ? '\n\t      ' : ', '}${optionName(code)} (${code})`);
  }
  return length;
}

/** Data of an option without a row, by their size: bytes, numbers of two bytes, numbers of four. */
function unknown(ctx: PrintContext, data: OptionData): number {
  return (data.length % 2 === 1 ? bytes : data.length % 4 !== 0 ? shorts : longs)(ctx, data);
}

/** IANA, "BOOTP Vendor Extensions and DHCP Options", with `tcpdump`'s names. */
const OPTIONS: ReadonlyMap<number, readonly [name: string, print: DataPrinter]> = new Map<
  number,
  readonly [string, DataPrinter]
>([
  [PAD, ['PAD', bytes]],
  [1, ['Subnet-Mask', addresses]],
  [2, ['Time-Zone', signedLongs]],
  [3, ['Default-Gateway', addresses]],
  [4, ['Time-Server', addresses]],
  [5, ['IEN-Name-Server', addresses]],
  [6, ['Domain-Name-Server', addresses]],
  [7, ['LOG', addresses]],
  [8, ['CS', addresses]],
  [9, ['LPR-Server', addresses]],
  [10, ['IM', addresses]],
  [11, ['RL', addresses]],
  [12, ['Hostname', text]],
  [13, ['BS', shorts]],
  [14, ['DP', text]],
  [15, ['Domain-Name', text]],
  [16, ['SS', addresses]],
  [17, ['RP', text]],
  [18, ['EP', text]],
  [19, ['IPF', booleans]],
  [20, ['SRT', booleans]],
  [21, ['PF', addressPairs]],
  [22, ['RSZ', shorts]],
  [23, ['TTL', bytes]],
  [24, ['MTU-Timeout', longs]],
  [25, ['MTU-Table', shorts]],
  [26, ['MTU', shorts]],
  [27, ['LSN', booleans]],
  [28, ['BR', addresses]],
  [29, ['MD', booleans]],
  [30, ['MS', booleans]],
  [31, ['Router-Discovery', booleans]],
  [32, ['RSA', addresses]],
  [33, ['Static-Route', addressPairs]],
  [34, ['UT', booleans]],
  [35, ['AT', longs]],
  [36, ['IE', booleans]],
  [37, ['TT', bytes]],
  [38, ['KI', longs]],
  [39, ['KG', booleans]],
  [40, ['YD', text]],
  [41, ['YS', addresses]],
  [42, ['NTP', addresses]],
  [43, ['Vendor-Option', bytes]],
  [44, ['Netbios-Name-Server', addresses]],
  [45, ['WDD', addresses]],
  [46, ['Netbios-Node', oneOf(NODE_TYPES)]],
  [47, ['Netbios-Scope', text]],
  [48, ['XFS', addresses]],
  [49, ['XDM', addresses]],
  [50, ['Requested-IP', addresses]],
  [51, ['Lease-Time', longs]],
  [52, ['OO', oneOf(OVERLOADED_FIELDS)]],
  [MESSAGE_TYPE, ['DHCP-Message', messageType]],
  [54, ['Server-ID', addresses]],
  [PARAMETER_LIST, ['Parameter-Request', parameterList]],
  [56, ['MSG', text]],
  [57, ['MSZ', shorts]],
  [58, ['RN', longs]],
  [59, ['RB', longs]],
  [60, ['Vendor-Class', text]],
  [61, ['Client-ID', clientIdentifier]],
  [64, ['N+D', shorts]],
  [65, ['N+S', addresses]],
  [66, ['TFTP', text]],
  [67, ['BF', text]],
  [68, ['MH', addresses]],
  [69, ['SMTP', addresses]],
  [70, ['POP3', addresses]],
  [71, ['NNTP', addresses]],
  [72, ['WWW', addresses]],
  [73, ['FG', addresses]],
  [74, ['IRC', addresses]],
  [75, ['STS', addresses]],
  [76, ['STDA', addresses]],
  [77, ['User-Class', userClasses]],
  [78, ['SLP-DA', bytes]],
  [79, ['SLP-SCOPE', bytes]],
  [80, ['SLP-NA', text]],
  [81, ['FQDN', clientName]],
  [82, ['Agent-Information', agentInformation]],
  [83, ['ARMT', bytes]],
  [88, ['TZSTR', text]],
  [89, ['FQDNS', bytes]],
  [90, ['AUTH', bytes]],
  [91, ['Last-Transaction-Time', signedLongs]],
  [92, ['Associated-IP', addresses]],
  [93, ['ARCH', shorts]],
  [94, ['NDI', bytes]],
  [95, ['LDAP', text]],
  [97, ['GUID', bytes]],
  [98, ['UAP', text]],
  [100, ['POSIX-TZ', text]],
  [101, ['TZ-Name', text]],
  [112, ['NI', addresses]],
  [113, ['NITAG', text]],
  [114, ['URL', text]],
  [116, ['NOAUTO', booleans]],
  [117, ['NSSEARCH', shorts]],
  [118, ['SUBNET', addresses]],
  [121, ['Classless-Static-Route', classlessRoutes]],
  [150, ['TFTP-Server-Address', addresses]],
  [161, ['MUD-URL', text]],
  [249, ['Classless-Static-Route-Microsoft', classlessRoutes]],
  [END, ['END', bytes]],
]);

function optionName(code: number): string {
  return OPTIONS.get(code)?.[0] ?? 'Unknown';
}

/** Prints the options from `offset` to the end of the packet. */
export function printDhcpOptions(ctx: PrintContext, offset: number): void {
  const { verbosity } = ctx.flags;
  let at = offset;
  while (ctx.has(at, 1)) {
    const code = ctx.u8(at++);
    if (code === PAD && verbosity < EVERYTHING) continue;
    if (code === END && verbosity < EVERYTHING) return;
    const length = code === PAD || code === END ? 0 : ctx.u8(at++);
    ctx.print(`\n\t    ${optionName(code)} (${code}), length ${length}${length > 0 ? ': ' : ''}`);
    if (code === PAD) {
      const first = at;
      while (ctx.has(at, 1) && ctx.u8(at) === PAD) at++;
      if (at > first) ctx.print(`, occurs ${at - first + 1}`);
    }
    if (!ctx.has(at, length)) {
      ctx.truncated();
      return;
    }
    const done = (OPTIONS.get(code)?.[1] ?? unknown)(ctx, { offset: at, length, numeric: false });
    if (done < length) ctx.print(`\n\t  trailing data length ${length - done}`);
    at += length;
  }
}

/** The options for JSON, up to the end mark. */
export function dhcpOptionFields(ctx: PrintContext, offset: number): LayerValue[] {
  const fields: LayerValue[] = [];
  let at = offset;
  while (ctx.has(at, 1)) {
    const code = ctx.u8(at++);
    if (code === PAD) continue;
    if (code === END || !ctx.has(at, 1)) break;
    const data = { offset: at + 1, length: ctx.u8(at), numeric: true };
    if (!ctx.has(data.offset, data.length)) break;
    const value = textOf(ctx, () => (OPTIONS.get(code)?.[1] ?? unknown)(ctx, data));
    fields.push({ code, name: optionName(code), value: value.replace(/\s*\n\s*/g, ' ').trim() });
    at = data.offset + data.length;
  }
  return fields;
}
