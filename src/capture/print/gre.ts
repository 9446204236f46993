// Generic Routing Encapsulation: version 0 (RFC 1701, 2784, 2890) and the enhanced version 1 of PPTP (RFC 2637).

import type { PrintContext } from './context.js';
import { ETHER_TYPE_NAMES } from './ether-types.js';
import { printEthernet } from './ethernet.js';
import { bitNames, hex, ipv4Text } from './format.js';
import { printIpv4 } from './ipv4.js';
import { printIpv6 } from './ipv6.js';
import { printIpx } from './ipx.js';
import { printMpls } from './mpls.js';
import { printPpp } from './ppp.js';

const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGMENT = 0x0080;
const FLAG_NAMES = [
  [CHECKSUM, 'checksum present'],
  [ROUTING, 'routing present'],
  [KEY, 'key present'],
  [SEQUENCE, 'sequence# present'],
  [0x0800, 'source routing present'],
  [ACKNOWLEDGMENT, 'ack present'],
] as const;
const TYPE_PPP = 0x880b;
const ROUTE_IP = 0x0800;
const ROUTE_AS = 0xfffe;

/** Version 0 payloads. */
const PAYLOADS: ReadonlyMap<number, (ctx: PrintContext, offset: number, length: number) => unknown> = new Map([
  [0x0800, printIpv4],
  [0x86dd, printIpv6],
  [0x8847, printMpls],
  [0x8137, printIpx],
  [0x6558, printEthernet],
]);

export function printGre(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'gre';
  if (!ctx.has(offset, 2) || length < 2) {
    ctx.truncated();
    return;
  }
  const version = ctx.u16(offset) & 7;
  ctx.print(`GREv${version}`);
  if (version > 1) {
    ctx.print(' ERROR: unknown-version');
    if (ctx.wantsLayers) ctx.layer('gre', { version });
  } else printBody(ctx, offset, length, version);
}

function printBody(ctx: PrintContext, offset: number, length: number, version: number): void {
  const { verbosity, linkHeader } = ctx.flags;
  const flags = ctx.u16(offset);
  let at = offset + 2;
  let rest = length - 2;
  if (verbosity > 0) ctx.print(`, Flags [${bitNames(FLAG_NAMES, flags, ', ', 'none')}]`);
  /** Whether `size` more bytes are there; prints the mark of truncation otherwise. */
  const follows = (size: number): boolean => {
    if (ctx.has(at, size) && rest >= size) return true;
    ctx.truncated();
    return false;
  };
  const skip = (size: number): void => {
    at += size;
    rest -= size;
  };
  if (!follows(2)) return;
  const protocol = ctx.u16(at);
  skip(2);
  const fields: { [field: string]: number } = { version, flags, payloadProtocol: protocol };
  if (version === 0 && (flags & (CHECKSUM | ROUTING)) !== 0) {
    if (!follows(2)) return;
    if (verbosity > 0) ctx.print(`, sum 0x${hex(ctx.u16(at))}`);
    skip(2);
    if (!follows(2)) return;
    ctx.print(`, off 0x${hex(ctx.u16(at))}`);
    skip(2);
  }
  if ((flags & KEY) !== 0) {
    if (!follows(4)) return;
    const key = ctx.u32(at);
    fields['key'] = key;
    ctx.print(version === 0 ? `, key=0x${hex(key)}` : `, call ${key & 0xffff}`);
    skip(4);
  }
  if ((flags & SEQUENCE) !== 0) {
    if (!follows(4)) return;
    fields['sequence'] = ctx.u32(at);
    ctx.print(`, seq ${ctx.u32(at)}`);
    skip(4);
  }
  if (version === 0 && (flags & ROUTING) !== 0) {
    for (;;) {
      if (!follows(4)) return;
      const family = ctx.u16(at);
      const current = ctx.u8(at + 2);
      const size = ctx.u8(at + 3);
      skip(4);
      if (family === 0 && size === 0) break;
      if (!printSourceRoute(ctx, family, current, size, at, rest) || rest < size) {
        ctx.truncated();
        return;
      }
      skip(size);
    }
  }
  if (version === 1) {
    if ((flags & ACKNOWLEDGMENT) !== 0) {
      if (!follows(4)) return;
      fields['acknowledgment'] = ctx.u32(at);
      ctx.print(`, ack ${ctx.u32(at)}`);
      skip(4);
    }
    if ((flags & SEQUENCE) === 0) ctx.print(', no-payload');
  }
  if (linkHeader) ctx.print(`, proto ${ETHER_TYPE_NAMES.get(protocol) ?? 'unknown'} (0x${hex(protocol, 4)})`);
  ctx.print(`, length ${length}`);
  if (ctx.wantsLayers) ctx.layer('gre', fields);
  if (version === 1 && (flags & SEQUENCE) === 0) return;
  ctx.print(verbosity > 0 ? '\n\t' : ': ');
  const decode = version === 0 ? PAYLOADS.get(protocol) : protocol === TYPE_PPP ? printPpp : undefined;
  if (decode === undefined) ctx.print(`gre-proto-0x${hex(protocol)}`);
  else if (ctx.descend()) {
    decode(ctx, at, rest);
    ctx.ascend();
  }
}

/** One entry of a source route (RFC 1701); false when it is cut short. `current` is the offset of the next hop in it. */
function printSourceRoute(
  ctx: PrintContext,
  family: number,
  current: number,
  size: number,
  offset: number,
  length: number,
): boolean {
  if (family !== ROUTE_IP && family !== ROUTE_AS) {
    ctx.print(`, (rtaf=0x${hex(family)})`);
    return true;
  }
  const step = family === ROUTE_IP ? 4 : 2;
  ctx.print(`, (rtaf=${family === ROUTE_IP ? 'ip' : 'asn'}`);
  let complete = true;
  if ((current & (step - 1)) !== 0) ctx.print(`, badoffset=${current}`);
  else if ((size & (step - 1)) !== 0) ctx.print(`, badlength=${size}`);
  else if (current >= size) ctx.print(`, badoff/len=${current}/${size}`);
  else {
    for (let i = 0; i < size; i += step) {
      if (!ctx.has(offset + i, step) || length - i < step) {
        complete = false;
        break;
      }
      const hop = family === ROUTE_IP ? ipv4Text(ctx.bytes, offset + i) : hex(ctx.u16(offset + i));
      ctx.print(` ${i === current ? '*' : ''}${hop}`);
    }
  }
  ctx.print(')');
  return complete;
}
