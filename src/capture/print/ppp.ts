// PPP (RFC 1661, 1662): link header, HDLC byte stuffing, multilink, and the hand-over to control protocols (ppp-control.ts).

import { isCiscoHdlcAddress, printCiscoHdlc } from './cisco-hdlc.js';
import type { PrintContext } from './context.js';
import { bitNames, hex } from './format.js';
import { printIpv4 } from './ipv4.js';
import { printIpv6 } from './ipv6.js';
import { printIpx } from './ipx.js';
import { printMpls } from './mpls.js';
import { printChap, printPap } from './ppp-authentication.js';
import { printControlProtocol } from './ppp-control.js';
import {
  PPP_CHAP,
  PPP_COMPRESSED,
  PPP_CONTROL_PROTOCOLS,
  PPP_IP,
  PPP_IPV6,
  PPP_IPX,
  PPP_MPLS_MULTICAST,
  PPP_MPLS_UNICAST,
  PPP_MULTILINK,
  PPP_PAP,
  PPP_PROTOCOL_NAMES,
} from './ppp-protocols.js';

/** Address and control field of HDLC framing. */
const ADDRESS_CONTROL = 0xff03;
/** The same fields in LINKTYPE_PPP_WITH_DIR: received, sent. */
const DIRECTION_IN = 0x0003;
const DIRECTION_OUT = 0x0103;
const LINK_HEADER = 4;
const VJ_UNCOMPRESSED = 0x002f;
const BANDWIDTH_ALLOCATION = 0xc02d;
const MULTILINK_FLAGS = [
  [0x80, 'begin'],
  [0x40, 'end'],
] as const;

/** Prints a PPP frame; returns the length of its header. */
export function printPpp(ctx: PrintContext, offset: number, length: number): number {
  ctx.protocol = 'ppp';
  const { linkHeader } = ctx.flags;
  let at = offset;
  let rest = length;
  if (rest < 2) {
    ctx.truncated();
    return 0;
  }
  const first = ctx.u16(at);
  if (first === DIRECTION_IN || first === DIRECTION_OUT || first === ADDRESS_CONTROL) {
    if (linkHeader && first !== ADDRESS_CONTROL) ctx.print(first === DIRECTION_IN ? 'In  ' : 'Out ');
    at += 2;
    rest -= 2;
  }
  if (rest < 2) {
    ctx.truncated();
    return 0;
  }
  // An odd first byte is a protocol number compressed to one byte.
  const size = (ctx.u8(at) & 1) === 1 ? 1 : 2;
  const protocol = size === 1 ? ctx.u8(at) : ctx.u16(at);
  at += size;
  rest -= size;
  if (ctx.wantsLayers) ctx.layer('ppp', { payloadProtocol: protocol });
  if (linkHeader) {
    const name = PPP_PROTOCOL_NAMES.get(protocol);
    ctx.print(`${name ?? 'unknown'} (0x${hex(protocol, 4)}), length ${length}`);
    if (name === undefined) {
      ctx.fieldsOnly(() => printPayload(ctx, protocol, at, rest));
      return at - offset;
    }
    ctx.print(': ');
  }
  printPayload(ctx, protocol, at, rest);
  return at - offset;
}

function printPayload(ctx: PrintContext, protocol: number, offset: number, length: number): void {
  if ((protocol & 0xff00) === 0x7e00) {
    printStuffed(ctx, offset - 1, length);
    return;
  }
  if (PPP_CONTROL_PROTOCOLS.has(protocol)) {
    printControlProtocol(ctx, protocol, offset, length);
    return;
  }
  switch (protocol) {
    case PPP_MULTILINK:
      printMultilink(ctx, offset, length);
      return;
    case PPP_CHAP:
      printChap(ctx, offset, length);
      return;
    case PPP_PAP:
      printPap(ctx, offset, length);
      return;
    case BANDWIDTH_ALLOCATION:
      return;
    case PPP_IP:
    case VJ_UNCOMPRESSED:
    case 0x0800:
      printIpv4(ctx, offset, length);
      return;
    case PPP_IPV6:
    case 0x86dd:
      printIpv6(ctx, offset, length);
      return;
    case PPP_IPX:
    case 0x8137:
      printIpx(ctx, offset, length);
      return;
    case PPP_MPLS_UNICAST:
    case PPP_MPLS_MULTICAST:
      printMpls(ctx, offset, length);
      return;
    case PPP_COMPRESSED:
      ctx.print('compressed PPP data');
      return;
    default:
      ctx.print(`${PPP_PROTOCOL_NAMES.get(protocol) ?? `unknown PPP protocol (0x${hex(protocol, 4)})`} `);
      ctx.hexField(offset, length, '\n\t');
  }
}

function printMultilink(ctx: PrintContext, offset: number, length: number): void {
  if (!ctx.flags.linkHeader) ctx.print('MLPPP, ');
  if (length < 2 || !ctx.has(offset, 2)) {
    ctx.print('[|mlppp]');
    return;
  }
  const sequence = hex(ctx.u16(offset) & 0xfff, 3);
  const flags = bitNames(MULTILINK_FLAGS, ctx.u8(offset) & 0xc0, ', ', 'none');
  ctx.print(`seq 0x${sequence}, Flags [${flags}], length ${length}`);
}

/** A frame still in its HDLC byte stuffing (RFC 1662, section 4.2): what is captured is unstuffed first. */
function printStuffed(ctx: PrintContext, offset: number, length: number): void {
  if (ctx.available(offset) === 0 || length === 0) return;
  const unstuffed = new Uint8Array(ctx.available(offset));
  let size = 0;
  for (let at = offset; at < ctx.end; at++) {
    let byte = ctx.u8(at);
    if (byte === 0x7d) {
      at++;
      if (at >= ctx.end) break;
      byte = ctx.u8(at) ^ 0x20;
    }
    unstuffed[size++] = byte;
  }
  const { bytes, end } = ctx;
  ctx.bytes = unstuffed;
  ctx.end = size;
  if (!ctx.descend()) return;
  if (!printUnstuffed(ctx, size)) {
    ctx.bytes = bytes;
    ctx.end = end;
    ctx.truncated();
  }
  ctx.ascend();
  ctx.bytes = bytes;
  ctx.end = end;
}

/** Guesses at the protocol field, which may be compressed and may follow address and control fields. */
function printUnstuffed(ctx: PrintContext, size: number): boolean {
  if (size < 1) return false;
  const first = ctx.u8(0);
  if (first === PPP_IP) printIpv4(ctx, 1, size - 1);
  else if (first === PPP_IPV6) printIpv6(ctx, 1, size - 1);
  else {
    if (size < 2) return false;
    let protocol = ctx.u16(0);
    let at = 2;
    if (protocol === ADDRESS_CONTROL) {
      if (size < 4) return false;
      protocol = ctx.u16(2);
      at = 4;
    }
    if ((protocol & 0xff00) === 0x7e00) ctx.print(`(protocol 0x${hex(protocol, 4)} invalid)`);
    else printPayload(ctx, protocol, at, size - at);
  }
  return true;
}

/** LINKTYPE_PPP and LINKTYPE_PPP_WITH_DIR. */
export function printPppLink(ctx: PrintContext, length: number): number {
  ctx.protocol = 'ppp';
  if (ctx.end < LINK_HEADER) {
    ctx.truncated();
    return ctx.end;
  }
  printPpp(ctx, 0, length);
  return LINK_HEADER;
}

/** LINKTYPE_PPP_HDLC: address and control fields are always there; Cisco's framing is told by the address. */
export function printPppHdlcLink(ctx: PrintContext, length: number): number {
  ctx.protocol = 'ppp_hdlc';
  if (ctx.end < 2) {
    ctx.truncated();
    return ctx.end;
  }
  const address = ctx.u8(0);
  if (isCiscoHdlcAddress(address)) return printCiscoHdlc(ctx, length);
  if (ctx.end < LINK_HEADER) {
    ctx.truncated();
    return ctx.end;
  }
  if (ctx.flags.linkHeader) ctx.print(`${hex(address, 2)} ${hex(ctx.u8(1), 2)} ${length} `);
  if (address !== 0xff) {
    ctx.print(`unknown addr ${hex(ctx.u8(2), 2)}; ctrl ${hex(ctx.u8(3), 2)}`);
    return 2;
  }
  const protocol = ctx.u16(2);
  if (ctx.wantsLayers) ctx.layer('ppp', { payloadProtocol: protocol });
  ctx.print(`${PPP_PROTOCOL_NAMES.get(protocol) ?? `unknown PPP protocol (0x${hex(protocol, 4)})`}: `);
  printPayload(ctx, protocol, LINK_HEADER, length - LINK_HEADER);
  return LINK_HEADER;
}

/** PPP directly in an Ethernet frame (EtherType 0x880b). */
export function printPppEthernet(ctx: PrintContext, offset: number, length: number): void {
  if (length === 0) return;
  ctx.print(': ');
  printPpp(ctx, offset, length);
}
