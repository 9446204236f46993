// Linux "cooked" captures: LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2, what a capture on the "any" device holds.

import type { PrintContext } from './context.js';
import { ETHER_TYPE_NAMES } from './ether-types.js';
import { MAX_LENGTH_FIELD, vlanTagText } from './ethernet.js';
import { hex } from './format.js';
import { printIpx } from './ipx.js';
import { printLlc } from './llc.js';

const SLL_HEADER = 16;
const SLL2_HEADER = 20;
const PACKET_TYPES = ['In', 'B', 'M', 'P', 'Out'] as const;
/** Protocol field of an 802.3 frame without LLC (Novell), and of one with. */
const PROTOCOL_802_3 = 1;
const PROTOCOL_802_2 = 4;
const TYPE_VLAN = 0x8100;

/** Where the fields of a cooked header are: the two versions differ in order only. */
interface CookedHeader {
  readonly protocol: number;
  readonly packetType: number;
  readonly addressType: number;
  readonly addressLength: number;
  readonly address: number;
  readonly length: number;
  readonly interfaceIndex: number | undefined;
}

function protocolText(type: number): string {
  if (type === PROTOCOL_802_3) return '802.3';
  if (type === PROTOCOL_802_2) return '802.2';
  const name = type <= MAX_LENGTH_FIELD ? undefined : ETHER_TYPE_NAMES.get(type);
  return `ethertype ${name ?? 'Unknown'} (0x${hex(type, 4)})`;
}

function printHeader(ctx: PrintContext, header: CookedHeader, length: number): void {
  const first =
    header.interfaceIndex === undefined
      ? (PACKET_TYPES[header.packetType] ?? '?').padStart(3)
      : `ifindex ${header.interfaceIndex}`;
  ctx.print(`${first} `);
  if (header.addressLength === 6) ctx.print(`${ctx.ether(header.address)} `);
  if (ctx.flags.quiet === 0) ctx.print(`${protocolText(header.protocol)}, length ${length}: `);
}

function printCooked(ctx: PrintContext, header: CookedHeader, length: number): number {
  const { linkHeader, quiet } = ctx.flags;
  if (ctx.wantsLayers) {
    const addressBytes = Math.min(header.addressLength, 8);
    let address = '';
    for (let i = 0; i < addressBytes; i++) address += `${i > 0 ? ':' : ''}${hex(ctx.u8(header.address + i), 2)}`;
    const { packetType, addressType, interfaceIndex, protocol } = header;
    const fields = { packetType, addressType, address, payloadProtocol: protocol };
    if (interfaceIndex === undefined) ctx.layer('sll', fields);
    else ctx.layer('sll2', { ...fields, interfaceIndex });
  }
  if (linkHeader) printHeader(ctx, header, length);
  let at = header.length;
  let rest = length - header.length;
  let type = header.protocol;
  while (type === TYPE_VLAN) {
    if (ctx.available(at) < 4) {
      ctx.protocol = 'vlan';
      ctx.truncated();
      return at + ctx.available(at);
    }
    const tag = ctx.u16(at);
    if (linkHeader) ctx.print(`${vlanTagText(tag)}, `);
    type = ctx.u16(at + 2);
    if (ctx.wantsLayers) {
      const dropEligible = (tag & 0x1000) !== 0;
      ctx.layer('vlan', { id: tag & 0xfff, priority: tag >> 13, dropEligible, etherType: type });
    }
    if (type <= MAX_LENGTH_FIELD) type = PROTOCOL_802_2;
    if (quiet === 0) ctx.print(`ethertype ${ETHER_TYPE_NAMES.get(type) ?? 'Unknown'}, `);
    at += 4;
    rest -= 4;
  }
  if (type <= MAX_LENGTH_FIELD) {
    if (type === PROTOCOL_802_2) {
      const llc = printLlc(ctx, at, rest, -1);
      if (llc >= 0) return at + llc;
    } else if (type === PROTOCOL_802_3) {
      printIpx(ctx, at, rest);
      return at;
    }
    ctx.defaultDump(at, ctx.available(at));
    return at;
  }
  if (!ctx.etherType(type, at, rest)) {
    if (!linkHeader) printHeader(ctx, header, rest + header.length);
    ctx.defaultDump(at, ctx.available(at));
  }
  return at;
}

/** LINKTYPE_LINUX_SLL. */
export function printLinuxCooked(ctx: PrintContext, length: number): number {
  ctx.protocol = 'sll';
  ctx.need(0, SLL_HEADER);
  const header = {
    packetType: ctx.u16(0),
    addressType: ctx.u16(2),
    addressLength: ctx.u16(4),
    address: 6,
    protocol: ctx.u16(14),
    length: SLL_HEADER,
    interfaceIndex: undefined,
  };
  return printCooked(ctx, header, length);
}

/** LINKTYPE_LINUX_SLL2: the interface's name (or "?") and the direction come first, with and without -e. */
export function printLinuxCooked2(ctx: PrintContext, length: number): number {
  ctx.protocol = 'sll2';
  ctx.need(0, SLL2_HEADER);
  const header = {
    protocol: ctx.u16(0),
    interfaceIndex: ctx.u32(4),
    addressType: ctx.u16(8),
    packetType: ctx.u8(10),
    addressLength: ctx.u8(11),
    address: 12,
    length: SLL2_HEADER,
  };
  ctx.print(
    `${ctx.names.interface(header.interfaceIndex).padEnd(5)} ${(PACKET_TYPES[header.packetType] ?? '?').padEnd(3)} `,
  );
  return printCooked(ctx, header, length);
}
