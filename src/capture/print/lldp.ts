// Link Layer Discovery Protocol (IEEE 802.1AB).

import type { LayerValue, PrintContext } from './context.js';
import { bitNames, etherText, HEX2, hex, ipv4Text, ipv6Text } from './format.js';
import { printPrivateValue } from './lldp-private.js';
import {
  ADDRESS_FAMILY_NAMES,
  CAPABILITIES,
  CHASSIS_ID_NAMES,
  INTERFACE_NUMBERING_NAMES,
  PORT_ID_NAMES,
  TLV_NAMES,
} from './lldp-tables.js';
import { ouiName } from './oui.js';
import { printPadded, textOf } from './text.js';

const CHASSIS_ID = 1;
const PORT_ID = 2;
const TIME_TO_LIVE = 3;
const PORT_DESCRIPTION = 4;
const SYSTEM_NAME = 5;
const SYSTEM_DESCRIPTION = 6;
const SYSTEM_CAPABILITIES = 7;
const MANAGEMENT_ADDRESS = 8;
const PRIVATE = 127;

const FAMILY_IPV4 = 1;
const FAMILY_IPV6 = 2;
const FAMILY_802 = 6;
/** Subtype, and four bytes of number. */
const INTERFACE_NUMBER_SIZE = 5;

/** What became of a value. Unknown values are dumped in hex; too short ones end the packet. */
type Outcome = 'printed' | 'unknown' | 'short';

export function printLldp(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'lldp';
  if (ctx.wantsLayers) addLayer(ctx, offset, length);
  ctx.print(`LLDP, length ${length}`);
  const { verbosity } = ctx.flags;
  let at = offset;
  const end = offset + length;
  while (end - at >= 2) {
    if (!ctx.has(at, 2)) {
      ctx.truncated();
      return;
    }
    const type = ctx.u16(at) >> 9;
    const size = ctx.u16(at) & 0x1ff;
    at += 2;
    if (verbosity > 0) ctx.print(`\n\t${TLV_NAMES.get(type) ?? 'Unknown'} TLV (${type}), length ${size}`);
    if (type === 0 || size === 0) return;
    if (!ctx.has(at, size) || end - at < size) {
      ctx.truncated();
      return;
    }
    const outcome = printValue(ctx, type, at, size);
    if (outcome === 'short') {
      ctx.truncated();
      return;
    }
    if (verbosity > 1 || (verbosity > 0 && outcome === 'unknown')) ctx.hexField(at, size, '\n\t  ');
    at += size;
  }
}

function printValue(ctx: PrintContext, type: number, offset: number, size: number): Outcome {
  if (type === SYSTEM_NAME) {
    ctx.print(': ');
    printPadded(ctx, offset, size);
    return 'printed';
  }
  if (ctx.flags.verbosity === 0) return 'printed';
  switch (type) {
    case CHASSIS_ID:
      return printIdentifier(ctx, offset, size, CHASSIS_ID_NAMES, 4, 5);
    case PORT_ID:
      return printIdentifier(ctx, offset, size, PORT_ID_NAMES, 3, 4);
    case TIME_TO_LIVE:
      if (size < 2) return 'short';
      ctx.print(`: TTL ${ctx.u16(offset)}s`);
      return 'printed';
    case PORT_DESCRIPTION:
    case SYSTEM_DESCRIPTION:
      ctx.print(type === PORT_DESCRIPTION ? ': ' : '\n\t  ');
      printPadded(ctx, offset, size);
      return 'printed';
    case SYSTEM_CAPABILITIES:
      if (size < 4) return 'short';
      ctx.print(`\n\t  System  Capabilities ${capabilitiesText(ctx.u16(offset))}`);
      ctx.print(`\n\t  Enabled Capabilities ${capabilitiesText(ctx.u16(offset + 2))}`);
      return 'printed';
    case MANAGEMENT_ADDRESS:
      return printManagementAddress(ctx, offset, size) ? 'printed' : 'short';
    case PRIVATE: {
      if (size < 3) return 'short';
      const oui = ctx.u24(offset);
      ctx.print(`: OUI ${ouiName(oui)} (0x${hex(oui, 6)})`);
      return printPrivateValue(ctx, offset, size) ? 'unknown' : 'printed';
    }
    default:
      return 'unknown';
  }
}

function capabilitiesText(bits: number): string {
  return `[${bitNames(CAPABILITIES, bits, ', ', 'none')}] (0x${hex(bits, 4)})`;
}

/** A chassis or port identifier: its kind, and an Ethernet address, a network address or text. */
function printIdentifier(
  ctx: PrintContext,
  offset: number,
  size: number,
  names: ReadonlyMap<number, string>,
  etherSubtype: number,
  networkSubtype: number,
): Outcome {
  if (size < 2) return 'short';
  const subtype = ctx.u8(offset);
  ctx.print(`\n\t  Subtype ${names.get(subtype) ?? 'Unknown'} (${subtype}): `);
  if (subtype === etherSubtype) {
    if (size < 7) return 'short';
    ctx.print(ctx.ether(offset + 1));
  } else if (subtype === networkSubtype) {
    const text = networkAddressText(ctx, offset + 1, size - 1);
    if (text === undefined) return 'short';
    ctx.print(text);
  } else if (names.has(subtype)) printPadded(ctx, offset + 1, size - 1);
  else return 'unknown';
  return 'printed';
}

/** An address with its family before it, or undefined when it is too short. */
function networkAddressText(ctx: PrintContext, offset: number, size: number): string | undefined {
  if (size < 1) return undefined;
  const family = ctx.u8(offset);
  const lead = `AFI ${ADDRESS_FAMILY_NAMES.get(family) ?? 'Unknown'} (${family})`;
  const at = offset + 1;
  switch (family) {
    case FAMILY_IPV4:
      return size < 5 ? undefined : `${lead}: ${ctx.ipv4(at)}`;
    case FAMILY_IPV6:
      return size < 17 ? undefined : `${lead}: ${ctx.ipv6(at)}`;
    case FAMILY_802:
      return size < 7 ? undefined : `${lead}: ${ctx.ether(at)}`;
    default:
      return `${lead}, no AF printer !`;
  }
}

/** False when it is too short. */
function printManagementAddress(ctx: PrintContext, offset: number, size: number): boolean {
  if (size < 1) return false;
  const addressSize = ctx.u8(offset);
  let at = offset + 1;
  let rest = size - 1;
  if (rest < addressSize) return false;
  const address = networkAddressText(ctx, at, addressSize);
  if (address === undefined) return false;
  ctx.print(`\n\t  Management Address length ${addressSize}, ${address}`);
  at += addressSize;
  rest -= addressSize;
  if (rest < INTERFACE_NUMBER_SIZE) return false;
  const numbering = ctx.u8(at);
  const name = INTERFACE_NUMBERING_NAMES.get(numbering) ?? 'Unknown';
  ctx.print(`\n\t  ${name} Interface Numbering (${numbering}): ${ctx.u32(at + 1)}`);
  at += INTERFACE_NUMBER_SIZE;
  rest -= INTERFACE_NUMBER_SIZE;
  if (rest === 0) return true;
  const objectSize = ctx.u8(at);
  if (rest < 1 + objectSize) return false;
  if (objectSize > 0) {
    ctx.print(`\n\t  OID length ${objectSize}`);
    printPadded(ctx, at + 1, objectSize);
  }
  return true;
}

function addLayer(ctx: PrintContext, offset: number, length: number): void {
  const fields: { [name: string]: LayerValue } = {};
  const others: LayerValue[] = [];
  const end = Math.min(ctx.end, offset + length);
  for (let at = offset; end - at >= 2; ) {
    const type = ctx.u16(at) >> 9;
    const size = ctx.u16(at) & 0x1ff;
    at += 2;
    if (type === 0 || size === 0 || at + size > end) break;
    const start = at;
    const text = (): string => textOf(ctx, () => printPadded(ctx, start, size));
    if (type === CHASSIS_ID) fields['chassisId'] = identifierField(ctx, at, size, 4, 5);
    else if (type === PORT_ID) fields['portId'] = identifierField(ctx, at, size, 3, 4);
    else if (type === TIME_TO_LIVE && size >= 2) fields['timeToLiveSeconds'] = ctx.u16(at);
    else if (type === PORT_DESCRIPTION) fields['portDescription'] = text();
    else if (type === SYSTEM_NAME) fields['systemName'] = text();
    else if (type === SYSTEM_DESCRIPTION) fields['systemDescription'] = text();
    else if (type === SYSTEM_CAPABILITIES && size >= 4) {
      fields['capabilities'] = ctx.u16(at);
      fields['enabledCapabilities'] = ctx.u16(at + 2);
    } else {
      let data = '';
      for (let i = 0; i < size; i++) data += HEX2[ctx.u8(at + i)]!;
      others.push({ type, data });
    }
    at += size;
  }
  ctx.layer('lldp', others.length > 0 ? { ...fields, others } : fields);
}

function identifierField(
  ctx: PrintContext,
  offset: number,
  size: number,
  etherSubtype: number,
  networkSubtype: number,
): LayerValue {
  const subtype = ctx.u8(offset);
  const at = offset + 1;
  if (subtype === etherSubtype && size >= 7) return { subtype, value: etherText(ctx.bytes, at) };
  if (subtype === networkSubtype && size >= 6 && ctx.u8(at) === FAMILY_IPV4)
    return { subtype, value: ipv4Text(ctx.bytes, at + 1) };
  if (subtype === networkSubtype && size >= 18 && ctx.u8(at) === FAMILY_IPV6)
    return { subtype, value: ipv6Text(ctx.bytes, at + 1) };
  return { subtype, value: textOf(ctx, () => printPadded(ctx, at, size - 1)) };
}
