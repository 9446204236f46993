// Ethernet II and IEEE 802.3 frames, with 802.1Q/802.1ad tags, and the link header line of -e.

import type { IpHeader, PrintContext } from './context.js';
import { ETHER_TYPE_NAMES } from './ether-types.js';
import { hex } from './format.js';
import { printLlc } from './llc.js';

const ADDRESSES = 12;
const HEADER = 14;
/** A type/length field up to this is a length (IEEE 802.3). */
export const MAX_LENGTH_FIELD = 1500;
const JUMBO_LLC = 0x8870;

/** "vlan 10, p 3, DEI" for the tag control information of 802.1Q. */
export function vlanTagText(tag: number): string {
  return `vlan ${tag & 0xfff}, p ${tag >> 13}${(tag & 0x1000) !== 0 ? ', DEI' : ''}`;
}

export function isVlanType(type: number): boolean {
  return type === 0x8100 || type === 0x88a8 || type === 0x9100 || type === 0x9200;
}

/** Name of an EtherType with its number (-e), or the name alone (-e -q). */
export function etherTypeText(ctx: PrintContext, type: number): string {
  const name = ETHER_TYPE_NAMES.get(type);
  if (ctx.flags.quiet === 0) return `ethertype ${name ?? 'Unknown'} (0x${hex(type, 4)})`;
  return name ?? `Unknown Ethertype (0x${hex(type, 4)})`;
}

function addressesText(ctx: PrintContext, offset: number): string {
  return `${ctx.ether(offset + 6)} > ${ctx.ether(offset)}, `;
}

/**
 * Prints a frame that begins at `offset` and was `length` bytes on the wire, and all it carries. Returns the length of its headers.
 */
export function printEthernet(ctx: PrintContext, offset: number, length: number): number {
  ctx.protocol = 'ether';
  const { linkHeader } = ctx.flags;
  const captured = ctx.available(offset);
  if (length < captured) {
    ctx.print(`[length ${length} < caplen ${captured}]`);
    ctx.invalid();
    return length;
  }
  if (captured < HEADER) {
    ctx.truncated();
    return captured;
  }
  if (linkHeader) ctx.print(addressesText(ctx, offset));

  const firstType = ctx.u16(offset + ADDRESSES);
  let type = firstType;
  let at = offset + HEADER;
  let rest = length - HEADER;
  let printedLength = false;
  if (ctx.wantsLayers) {
    const addresses = { source: ctx.etherNumber(offset + 6), destination: ctx.etherNumber(offset) };
    ctx.layer(
      'ethernet',
      type <= MAX_LENGTH_FIELD ? { ...addresses, length: type } : { ...addresses, etherType: type },
    );
  }

  while (isVlanType(type)) {
    if (ctx.available(at) < 4 || rest < 4) {
      ctx.protocol = 'vlan';
      ctx.truncated();
      return at - offset + Math.min(ctx.available(at), rest);
    }
    const tag = ctx.u16(at);
    if (linkHeader) {
      ctx.print(etherTypeText(ctx, type));
      ctx.print(printedLength ? ', ' : `, length ${length}: `);
      printedLength = true;
      ctx.print(`${vlanTagText(tag)}, `);
    }
    type = ctx.u16(at + 2);
    if (ctx.wantsLayers) {
      const dropEligible = (tag & 0x1000) !== 0;
      ctx.layer('vlan', { id: tag & 0xfff, priority: tag >> 13, dropEligible, etherType: type });
    }
    at += 4;
    rest -= 4;
  }

  if (type <= MAX_LENGTH_FIELD) {
    // What follows the 802.3 payload is padding.
    const payload = Math.min(type, rest);
    const end = ctx.narrow(at, payload);
    if (linkHeader) ctx.print(printedLength ? '802.3' : `802.3, length ${payload}: `);
    const header = printLlc(ctx, at, payload, offset);
    if (header < 0) ctx.defaultDump(at, ctx.available(at));
    ctx.end = end;
    return at - offset + Math.abs(header);
  }
  if (type === JUMBO_LLC) {
    const header = printLlc(ctx, at, rest, offset);
    if (header < 0) ctx.defaultDump(at, ctx.available(at));
    return at - offset + Math.abs(header);
  }
  if (linkHeader) ctx.print(`${etherTypeText(ctx, type)}${printedLength ? ', ' : `, length ${length}: `}`);
  if (!ctx.etherType(type, at, rest)) {
    if (!linkHeader) ctx.print(`${addressesText(ctx, offset)}${etherTypeText(ctx, type)}, length ${length}: `);
    ctx.defaultDump(at, ctx.available(at));
  }
  return at - offset;
}

/** LINKTYPE_ETHERNET. */
export function printEthernetLink(ctx: PrintContext, length: number): number {
  return printEthernet(ctx, 0, length);
}

/** An Ethernet frame as the payload of IPv6 (RFC 8986); IPv4 has no such thing. */
export function printEthernetInIp(ctx: PrintContext, offset: number, length: number, ip: IpHeader): void {
  if (ip.version === 6) printEthernet(ctx, offset, length);
  else {
    ctx.print('[Ethernet requires IPv6]');
    ctx.invalid();
  }
}
