// ARP, RARP, inverse ARP (RFC 826, 903, 2390) and ATMARP (RFC 2225).

import type { PrintContext } from './context.js';
import { ETHER_TYPE_NAMES } from './ether-types.js';
import { etherText, hex } from './format.js';

const HEADER = 8;
const REQUEST = 1;
const REPLY = 2;
const REVERSE_REQUEST = 3;
const REVERSE_REPLY = 4;
const INVERSE_REQUEST = 8;
const INVERSE_REPLY = 9;
const NAK = 10;

const OPERATION_NAMES: ReadonlyMap<number, string> = new Map([
  [REQUEST, 'Request'],
  [REPLY, 'Reply'],
  [REVERSE_REQUEST, 'Reverse Request'],
  [REVERSE_REPLY, 'Reverse Reply'],
  [INVERSE_REQUEST, 'Inverse Request'],
  [INVERSE_REPLY, 'Inverse Reply'],
  [NAK, 'NACK Reply'],
]);

const FRAME_RELAY = 15;
const ATM = 19;
const HARDWARE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'Ethernet'],
  [6, 'TokenRing'],
  [7, 'ArcNet'],
  [FRAME_RELAY, 'FrameRelay'],
  [23, 'Strip'],
  [24, 'IEEE 1394'],
  [ATM, 'ATM'],
  [32, 'InfiniBand'],
]);
const TYPE_IPV4 = 0x0800;
const TYPE_TRAIL = 0x1000;

/** A frame relay address (ITU-T Q.922, two to four bytes, the last one odd) as its DLCI. */
function frameRelayAddress(bytes: Uint8Array, offset: number, length: number): string {
  const at = (index: number): number => bytes[offset + index]!;
  if (length < 1) return '<Truncated>';
  if ((at(0) & 1) === 1) return '<Invalid DLCI>';
  if (length < 2) return '<Truncated>';
  let dlci = ((at(0) & 0xfc) << 2) | (at(1) >> 4);
  if ((at(1) & 1) === 1) return `DLCI ${dlci}`;
  if (length < 3) return '<Truncated>';
  let last = 2;
  if ((at(2) & 1) === 0) {
    dlci = (dlci << 7) | (at(2) >> 1);
    last = 3;
    if (length < 4) return '<Truncated>';
  }
  if ((at(last) & 1) === 0) return '<Invalid DLCI>';
  return `DLCI ${(dlci << 6) | (at(last) >> 2)}`;
}

/** A hardware address: Ethernet by its name, others as bytes. */
function hardwareAddress(ctx: PrintContext, offset: number, length: number, hardware: number): string {
  ctx.need(offset, length);
  if (length === 0) return '<empty>';
  if (hardware === FRAME_RELAY) return frameRelayAddress(ctx.bytes, offset, length);
  if (hardware !== ATM && length === 6) return ctx.ether(offset);
  return etherText(ctx.bytes, offset, length);
}

function protocolAddress(
  ctx: PrintContext,
  offset: number,
  length: number,
  protocol: number,
  wrongLength: string,
): string {
  if (protocol !== TYPE_IPV4 && protocol !== TYPE_TRAIL) return '<wrong proto type>';
  return length === 4 ? ctx.ipv4(offset) : wrongLength;
}

function isZero(ctx: PrintContext, offset: number, length: number): boolean {
  for (let i = 0; i < length; i++) {
    if (ctx.u8(offset + i) !== 0) return false;
  }
  return true;
}

function protocolTypeText(protocol: number): string {
  return ETHER_TYPE_NAMES.get(protocol) ?? `Unknown Protocol (0x${hex(protocol, 4)})`;
}

function plainAddress(ctx: PrintContext, offset: number, length: number, protocol: number): string {
  if (length === 4 && protocol === TYPE_IPV4) return ctx.ipv4Number(offset);
  return etherText(ctx.bytes, offset, length);
}

export function printArp(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'arp';
  const { verbosity, linkHeader } = ctx.flags;
  ctx.need(offset, HEADER);
  const hardware = ctx.u16(offset);
  const protocol = ctx.u16(offset + 2);
  const operation = ctx.u16(offset + 6);
  if (hardware === ATM) {
    printAtmArp(ctx, offset, length);
    return;
  }
  const hardwareLength = ctx.u8(offset + 4);
  const protocolLength = ctx.u8(offset + 5);
  const senderHardware = offset + HEADER;
  const senderProtocol = senderHardware + hardwareLength;
  const targetHardware = senderProtocol + protocolLength;
  const targetProtocol = targetHardware + hardwareLength;
  ctx.need(targetProtocol, protocolLength);
  if (ctx.wantsLayers) {
    ctx.layer(operation === REVERSE_REQUEST || operation === REVERSE_REPLY ? 'rarp' : 'arp', {
      hardwareType: hardware,
      protocolType: protocol,
      operation,
      senderHardware: etherText(ctx.bytes, senderHardware, hardwareLength),
      senderProtocol: plainAddress(ctx, senderProtocol, protocolLength, protocol),
      targetHardware: etherText(ctx.bytes, targetHardware, hardwareLength),
      targetProtocol: plainAddress(ctx, targetProtocol, protocolLength, protocol),
    });
  }
  if (!linkHeader) ctx.print('ARP, ');
  const isIpv4 = (protocol === TYPE_IPV4 || protocol === TYPE_TRAIL) && protocolLength === 4;
  if (!isIpv4 || hardwareLength === 0 || verbosity > 0) {
    ctx.print(
      `${HARDWARE_NAMES.get(hardware) ?? `Unknown Hardware (${hardware})`} (len ${hardwareLength}), ` +
        `${protocolTypeText(protocol)} (len ${protocolLength})`,
    );
    if (verbosity === 0) {
      ctx.print(`, length ${length}`);
      return;
    }
  }
  ctx.print(`${verbosity > 0 ? ', ' : ''}${OPERATION_NAMES.get(operation) ?? `Unknown (${operation})`} `);
  const sender = () => protocolAddress(ctx, senderProtocol, protocolLength, protocol, '<wrong len>');
  const target = () => protocolAddress(ctx, targetProtocol, protocolLength, protocol, '<wrong len>');
  const senderLink = () => hardwareAddress(ctx, senderHardware, hardwareLength, hardware);
  const targetLink = () => hardwareAddress(ctx, targetHardware, hardwareLength, hardware);
  switch (operation) {
    case REQUEST:
      ctx.print(`who-has ${target()}`);
      if (!isZero(ctx, targetHardware, hardwareLength)) ctx.print(` (${targetLink()})`);
      ctx.print(` tell ${sender()}`);
      break;
    case REPLY:
      ctx.print(`${sender()} is-at ${senderLink()}`);
      break;
    case REVERSE_REQUEST:
    case INVERSE_REQUEST:
      ctx.print(`who-is ${targetLink()} tell ${senderLink()}`);
      break;
    case REVERSE_REPLY:
      ctx.print(`${targetLink()} at ${target()}`);
      break;
    case INVERSE_REPLY:
      ctx.print(`${senderLink()} at ${sender()}`);
      break;
    default:
      ctx.dump(offset, ctx.available(offset));
      return;
  }
  ctx.print(`, length ${length}`);
}

const ATM_HEADER = 12;

/** ATMARP: the hardware addresses are an ATM number and a subaddress, each with its own length. */
function printAtmArp(ctx: PrintContext, offset: number, length: number): void {
  const { verbosity, linkHeader } = ctx.flags;
  ctx.need(offset, ATM_HEADER);
  const protocol = ctx.u16(offset + 2);
  const operation = ctx.u16(offset + 6);
  const senderNumberLength = ctx.u8(offset + 4) & 0x3f;
  const senderSubLength = ctx.u8(offset + 5) & 0x3f;
  const senderProtocolLength = ctx.u8(offset + 8);
  const targetNumberLength = ctx.u8(offset + 9) & 0x3f;
  const targetSubLength = ctx.u8(offset + 10) & 0x3f;
  const targetProtocolLength = ctx.u8(offset + 11);
  const senderNumber = offset + ATM_HEADER;
  const senderSub = senderNumber + senderNumberLength;
  const senderProtocol = senderSub + senderSubLength;
  const targetNumber = senderProtocol + senderProtocolLength;
  const targetSub = targetNumber + targetNumberLength;
  const targetProtocol = targetSub + targetSubLength;
  ctx.need(targetProtocol, targetProtocolLength);
  if (ctx.wantsLayers) {
    ctx.layer('arp', {
      hardwareType: ATM,
      protocolType: protocol,
      operation,
      senderHardware: etherText(ctx.bytes, senderNumber, senderNumberLength),
      senderProtocol: plainAddress(ctx, senderProtocol, senderProtocolLength, protocol),
      targetHardware: etherText(ctx.bytes, targetNumber, targetNumberLength),
      targetProtocol: plainAddress(ctx, targetProtocol, targetProtocolLength, protocol),
    });
  }
  if (!linkHeader) ctx.print('ARP, ');
  const isIpv4 = protocol === TYPE_IPV4 || protocol === TYPE_TRAIL;
  if (!isIpv4 || senderProtocolLength !== 4 || targetProtocolLength !== 4 || verbosity > 0) {
    ctx.print(`ATM, ${protocolTypeText(protocol)} (len ${senderProtocolLength}/${targetProtocolLength})`);
    if (verbosity === 0) {
      ctx.print(`, length ${length}`);
      return;
    }
  }
  ctx.print(`${verbosity > 0 ? ', ' : ''}${OPERATION_NAMES.get(operation) ?? `Unknown (${operation})`} `);
  const link = (number: number, numberLength: number, sub: number, subLength: number): string => {
    if (numberLength === 0) return '<No address>';
    const text = hardwareAddress(ctx, number, numberLength, ATM);
    return subLength === 0 ? text : `${text},${hardwareAddress(ctx, sub, subLength, ATM)}`;
  };
  const sender = () => protocolAddress(ctx, senderProtocol, senderProtocolLength, protocol, '<wrong splen>');
  const target = () => protocolAddress(ctx, targetProtocol, targetProtocolLength, protocol, '<wrong tplen>');
  const senderLink = () => link(senderNumber, senderNumberLength, senderSub, senderSubLength);
  const targetLink = () => link(targetNumber, targetNumberLength, targetSub, targetSubLength);
  switch (operation) {
    case REQUEST:
      ctx.print(`who-has ${target()}`);
      if (targetNumberLength !== 0) ctx.print(` (${targetLink()})`);
      ctx.print(` tell ${sender()}`);
      break;
    case REPLY:
      ctx.print(`${sender()} is-at ${senderLink()}`);
      break;
    case INVERSE_REQUEST:
      ctx.print(`who-is ${targetLink()} tell ${senderLink()}`);
      break;
    case INVERSE_REPLY:
      ctx.print(`${senderLink()}at ${sender()}`);
      break;
    case NAK:
      ctx.print(`for ${sender()}`);
      break;
    default:
      ctx.dump(offset, ctx.available(offset));
      return;
  }
  ctx.print(`, length ${length}`);
}
