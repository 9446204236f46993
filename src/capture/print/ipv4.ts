// IPv4 (RFC 791): the header line of -v, options, fragments, and the hand-over to the payload's decoder.

import { internetChecksum, rightChecksum } from './checksum.js';
import type { IpHeader, PrintContext } from './context.js';
import { TRUNCATED } from './context.js';
import { bitNames, hex } from './format.js';
import { printIpPayload } from './ip-payload.js';
import { ipProtocolTitle } from './ip-protocols.js';

const HEADER = 20;
const OFFSET_MASK = 0x1fff;
const MORE_FRAGMENTS = 0x2000;
const DONT_FRAGMENT = 0x4000;
const RESERVED_FLAG = 0x8000;
const FLAG_NAMES = [
  [MORE_FRAGMENTS, '+'],
  [DONT_FRAGMENT, 'DF'],
  [RESERVED_FLAG, 'rsvd'],
] as const;
const ECN_NAMES = ['', ',ECT(1)', ',ECT(0)', ',CE'] as const;

const OPTION_END = 0;
const OPTION_NOP = 1;
const OPTION_RECORD_ROUTE = 7;
const OPTION_TIMESTAMP = 68;
const OPTION_LOOSE_SOURCE_ROUTE = 131;
const OPTION_STRICT_SOURCE_ROUTE = 137;
const OPTION_ROUTER_ALERT = 148;
const OPTION_NAMES: ReadonlyMap<number, string> = new Map([
  [OPTION_END, 'EOL'],
  [OPTION_NOP, 'NOP'],
  [OPTION_TIMESTAMP, 'timestamp'],
  [130, 'security'],
  [OPTION_RECORD_ROUTE, 'RR'],
  [OPTION_STRICT_SOURCE_ROUTE, 'SSRR'],
  [OPTION_LOOSE_SOURCE_ROUTE, 'LSRR'],
  [OPTION_ROUTER_ALERT, 'RA'],
  [82, 'traceroute'],
]);

/** Protocols whose decoders print the addresses themselves, with the ports: TCP, UDP, SCTP. */
export function printsOwnAddresses(protocol: number): boolean {
  return protocol === 6 || protocol === 17 || protocol === 132;
}

/** Prints the datagram at `offset`; `length` bytes of it were on the wire. */
export function printIpv4(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'ip';
  const { verbosity, quiet, linkHeader, verifyChecksums } = ctx.flags;
  const first = ctx.u8(offset);
  if (first >> 4 !== 4) {
    ctx.print(first >> 4 === 6 ? 'IP6, wrong link-layer encapsulation' : `IP${first >> 4}`);
    ctx.invalid();
    return;
  }
  if (!linkHeader) ctx.print('IP ');
  if (!ctx.has(offset, HEADER)) {
    ctx.truncated();
    return;
  }
  if (length < HEADER) {
    ctx.print(`truncated-ip ${length}`);
    return;
  }
  const headerLength = (first & 15) * 4;
  if (headerLength < HEADER) {
    ctx.print(`bad-hlen ${headerLength}`);
    return;
  }
  const totalLength = ctx.u16(offset + 2);
  const fragment = ctx.u16(offset + 6);
  const protocol = ctx.u8(offset + 9);
  const timeToLive = ctx.u8(offset + 8);
  if (ctx.wantsLayers) {
    ctx.layer('ip', {
      source: ctx.ipv4Number(offset + 12),
      destination: ctx.ipv4Number(offset + 16),
      headerLength,
      typeOfService: ctx.u8(offset + 1),
      totalLength,
      id: ctx.u16(offset + 4),
      dontFragment: (fragment & DONT_FRAGMENT) !== 0,
      moreFragments: (fragment & MORE_FRAGMENTS) !== 0,
      fragmentOffset: (fragment & OFFSET_MASK) * 8,
      ttl: timeToLive,
      payloadProtocol: protocol,
      checksum: ctx.u16(offset + 10),
    });
  }
  if (length < totalLength) ctx.print(`truncated-ip - ${totalLength - length} bytes missing! `);
  if (totalLength < headerLength) {
    ctx.print(`bad-len ${totalLength}`);
    return;
  }
  const end = ctx.narrow(offset, totalLength);
  const payloadLength = totalLength - headerLength;

  if (verbosity > 0) {
    const tos = ctx.u8(offset + 1);
    ctx.print(
      `(tos 0x${hex(tos)}${ECN_NAMES[tos & 3]!}${timeToLive >= 1 ? `, ttl ${timeToLive}` : ''}, id ${ctx.u16(offset + 4)}, ` +
        `offset ${(fragment & OFFSET_MASK) * 8}, flags [${bitNames(FLAG_NAMES, fragment & 0xe000, ', ', 'none')}], ` +
        `proto ${ipProtocolTitle(protocol)} (${protocol}), length ${totalLength}`,
    );
    let truncated = false;
    if (headerLength > HEADER) {
      ctx.print(', options (');
      truncated = !printOptions(ctx, offset + HEADER, headerLength - HEADER);
      ctx.print(truncated ? ' [truncated-option])' : ')');
    }
    if (verifyChecksums && ctx.has(offset, headerLength)) {
      const computed = internetChecksum(ctx.bytes, offset, offset + headerLength);
      if (computed !== 0) {
        const stored = ctx.u16(offset + 10);
        ctx.print(`, bad cksum ${hex(stored)} (->${hex(rightChecksum(stored, computed))})!`);
      }
    }
    ctx.print(')\n    ');
    if (truncated) {
      ctx.print(`${ctx.ipv4(offset + 12)} > ${ctx.ipv4(offset + 16)}: `);
      ctx.truncated();
      ctx.end = end;
      return;
    }
  }

  if ((fragment & OFFSET_MASK) === 0) {
    if (!printsOwnAddresses(protocol)) ctx.print(`${ctx.ipv4(offset + 12)} > ${ctx.ipv4(offset + 16)}: `);
    if (!ctx.has(offset, headerLength)) {
      ctx.print(` [remaining caplen(${ctx.available(offset)}) < header length(${headerLength})]`);
      throw TRUNCATED;
    }
    const header: IpHeader = {
      version: 4,
      offset,
      protocol,
      fragmented: (fragment & MORE_FRAGMENTS) !== 0,
      hopLimit: timeToLive,
    };
    printIpPayload(ctx, protocol, offset + headerLength, payloadLength, header);
  } else if (quiet < 2) {
    const name = ctx.names.ipProtocol(protocol) ?? `ip-proto-${protocol}`;
    ctx.print(`${ctx.ipv4(offset + 12)} > ${ctx.ipv4(offset + 16)}: ${name}`);
  }
  ctx.end = end;
}

/** Prints the options of -v; false where they are not captured whole. */
function printOptions(ctx: PrintContext, offset: number, length: number): boolean {
  let at = offset;
  let rest = length;
  while (rest > 0) {
    if (at !== offset) ctx.print(',');
    const kind = ctx.u8(at);
    ctx.print(OPTION_NAMES.get(kind) ?? `unknown ${kind}`);
    let size = 1;
    if (kind !== OPTION_NOP && kind !== OPTION_END) {
      size = ctx.u8(at + 1);
      if (size < 2) {
        ctx.print(` [bad length ${size}]`);
        return true;
      }
    }
    if (size > rest) {
      ctx.print(` [bad length ${size}]`);
      return true;
    }
    if (!ctx.has(at, size)) return false;
    switch (kind) {
      case OPTION_END:
        return true;
      case OPTION_TIMESTAMP:
        if (!printTimestamps(ctx, at, size)) return false;
        break;
      case OPTION_RECORD_ROUTE:
      case OPTION_LOOSE_SOURCE_ROUTE:
      case OPTION_STRICT_SOURCE_ROUTE:
        if (!printRoute(ctx, at, size)) return false;
        break;
      case OPTION_ROUTER_ALERT:
        if (size < 4) ctx.print(` [bad length ${size}]`);
        else if (ctx.u16(at + 2) !== 0) ctx.print(` value ${ctx.u16(at + 2)}`);
        break;
    }
    at += size;
    rest -= size;
  }
  return true;
}

/** The addresses of a record route or source route option, a comma after those already passed; false when one is not captured. */
function printRoute(ctx: PrintContext, offset: number, size: number): boolean {
  if (size < 3) {
    ctx.print(` [bad length ${size}]`);
    return true;
  }
  if (((size + 1) & 3) !== 0) ctx.print(` [bad length ${size}]`);
  const pointer = ctx.u8(offset + 2) - 1;
  if (pointer < 3 || ((pointer + 1) & 3) !== 0 || pointer > size + 1) ctx.print(` [bad ptr ${pointer + 1}]`);
  // A pointer of 0 counts as far beyond the option.
  const passed = pointer >>> 0;
  for (let at = 3; at < size; at += 4) {
    if (!ctx.has(offset + at, 4)) return false;
    ctx.print(` ${ctx.ipv4(offset + at)}${passed > at ? ',' : ''}`);
  }
  return true;
}

const TIMESTAMP_TYPES = ['TSONLY', 'TS+ADDR', undefined, 'PRESPEC'] as const;

/** The time stamps, a caret before the next to be written; false when one is not captured. */
function printTimestamps(ctx: PrintContext, offset: number, size: number): boolean {
  if (size < 4) {
    ctx.print(`[bad length ${size}]`);
    return true;
  }
  ctx.print(' TS{');
  const type = ctx.u8(offset + 3) & 15;
  const missed = ctx.u8(offset + 3) >> 4;
  const step = type === 0 ? 4 : 8;
  if (((size - 4) & (step - 1)) !== 0) ctx.print(`[bad length ${size}]`);
  const pointer = (ctx.u8(offset + 2) - 1) >>> 0;
  if (pointer < 4 || ((pointer - 4) & (step - 1)) !== 0 || pointer > size + 1) {
    ctx.print(`[bad ptr ${ctx.u8(offset + 2)}]`);
  }
  const name = TIMESTAMP_TYPES[type];
  let at = 0;
  if (name === undefined) ctx.print(`[bad ts type ${type}]`);
  else {
    ctx.print(name);
    let lead = ' ';
    for (at = 4; at < size; at += step) {
      if (pointer === at) lead = ' ^ ';
      if (!ctx.has(offset + at, step)) return false;
      ctx.print(`${lead}${ctx.u32(offset + at + step - 4)}@${step === 8 ? ctx.ipv4(offset + at) : ''}`);
      lead = ' ';
    }
  }
  if (pointer === at) ctx.print(' ^ ');
  ctx.print(missed !== 0 ? ` [${missed} hops not recorded]} ` : '}');
  return true;
}
