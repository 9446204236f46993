// BOOTP and DHCP for IPv4 (RFC 951, 2131).

import type { PrintContext } from './context.js';
import { dhcpOptionFields, printDhcpOptions } from './dhcp-options.js';
import { hex } from './format.js';
import { printTerminated, textOf } from './text.js';

const REQUEST = 1;
const REPLY = 2;
const ETHERNET = 1;
const ETHERNET_ADDRESS = 6;

const SECONDS = 8;
const FLAGS = 10;
const CLIENT_ADDRESS = 12;
const YOUR_ADDRESS = 16;
const SERVER_ADDRESS = 20;
const GATEWAY_ADDRESS = 24;
const HARDWARE_ADDRESS = 28;
const SERVER_NAME = 44;
const SERVER_NAME_SIZE = 64;
const BOOT_FILE = 108;
const BOOT_FILE_SIZE = 128;
const VENDOR_AREA = 236;

const BROADCAST = 0x8000;
const MAGIC_OPTIONS = 0x63825363;
/** "CMU": the vendor area of Carnegie Mellon University's first clients. */
const MAGIC_CMU = 0x434d5500;
const CMU_SUBNET_MASK = 1;

export function printDhcp(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'bootp';
  const operation = ctx.u8(offset);
  const operationName =
    operation === REQUEST ? 'Request' : operation === REPLY ? 'Reply' : `unknown (0x${hex(operation, 2)})`;
  if (ctx.wantsLayers) addLayer(ctx, offset, operation);
  ctx.print(`BOOTP/DHCP, ${operationName}`);
  const hardwareType = ctx.u8(offset + 1);
  const hardwareLength = ctx.u8(offset + 2);
  const isEthernet = hardwareType === ETHERNET && hardwareLength === ETHERNET_ADDRESS;
  if (isEthernet && operation === REQUEST) ctx.print(` from ${ctx.ether(offset + HARDWARE_ADDRESS)}`);
  ctx.print(`, length ${length}`);
  if (ctx.flags.verbosity === 0) return;

  if (!ctx.has(offset + SECONDS, 2)) {
    ctx.truncated();
    return;
  }
  if (hardwareType !== ETHERNET) ctx.print(`, htype ${hardwareType}`);
  if (!isEthernet) ctx.print(`, hlen ${hardwareLength}`);
  const hops = ctx.u8(offset + 3);
  if (hops !== 0) ctx.print(`, hops ${hops}`);
  const transaction = ctx.u32(offset + 4);
  if (transaction !== 0) ctx.print(`, xid 0x${hex(transaction)}`);
  const seconds = ctx.u16(offset + SECONDS);
  if (seconds !== 0) ctx.print(`, secs ${seconds}`);
  const flags = ctx.u16(offset + FLAGS);
  ctx.print(`, Flags [${(flags & BROADCAST) !== 0 ? 'Broadcast' : 'none'}]`);
  if (ctx.flags.verbosity > 1) ctx.print(` (0x${hex(flags, 4)})`);
  printAddress(ctx, offset + CLIENT_ADDRESS, 'Client-IP');
  printAddress(ctx, offset + YOUR_ADDRESS, 'Your-IP');
  printAddress(ctx, offset + SERVER_ADDRESS, 'Server-IP');
  printAddress(ctx, offset + GATEWAY_ADDRESS, 'Gateway-IP');
  if (isEthernet) ctx.print(`\n\t  Client-Ethernet-Address ${ctx.ether(offset + HARDWARE_ADDRESS)}`);
  if (
    printText(ctx, offset + SERVER_NAME, SERVER_NAME_SIZE, 'sname') &&
    printText(ctx, offset + BOOT_FILE, BOOT_FILE_SIZE, 'file')
  )
    printVendorArea(ctx, offset + VENDOR_AREA);
}

function printAddress(ctx: PrintContext, offset: number, name: string): void {
  if (ctx.u32(offset) !== 0) ctx.print(`\n\t  ${name} ${ctx.ipv4(offset)}`);
}

/** False when the text has no end, in its field or in the captured bytes. */
function printText(ctx: PrintContext, offset: number, size: number, name: string): boolean {
  if (ctx.u8(offset) === 0) return true;
  ctx.print(`\n\t  ${name} "`);
  const whole = printTerminated(ctx, offset, size) > 0;
  ctx.print('"');
  if (!whole) ctx.truncated();
  return whole;
}

function printVendorArea(ctx: PrintContext, offset: number): void {
  if (!ctx.has(offset, 4)) {
    ctx.truncated();
    return;
  }
  const magic = ctx.u32(offset);
  if (magic === MAGIC_OPTIONS) {
    ctx.print(`\n\t  Vendor-rfc1048 Extensions\n\t    Magic Cookie 0x${hex(magic, 8)}`);
    printDhcpOptions(ctx, offset + 4);
  } else if (magic === MAGIC_CMU) printCmuArea(ctx, offset);
  else if (magic !== 0) ctx.print(`\n\t  Vendor-#0x${hex(magic)}`);
}

function printCmuArea(ctx: PrintContext, offset: number): void {
  ctx.print(' vend-cmu');
  if (!ctx.has(offset + 4, 4)) {
    ctx.truncated();
    return;
  }
  const flags = ctx.u8(offset + 4);
  if ((flags & ~CMU_SUBNET_MASK) !== 0) ctx.print(` F:0x${hex(flags)}`);
  const addresses = [
    [12, 'DG'],
    [8, (flags & CMU_SUBNET_MASK) !== 0 ? 'SM' : 'SM*'],
    [16, 'NS1'],
    [20, 'NS2'],
    [24, 'IEN1'],
    [28, 'IEN2'],
    [32, 'TS1'],
    [36, 'TS2'],
  ] as const;
  for (const [at, name] of addresses) {
    if (!ctx.has(offset + at, 4)) {
      ctx.truncated();
      return;
    }
    if (ctx.u32(offset + at) !== 0) ctx.print(` ${name}:${ctx.ipv4(offset + at)}`);
  }
}

function addLayer(ctx: PrintContext, offset: number, operation: number): void {
  if (!ctx.has(offset, VENDOR_AREA)) {
    ctx.layer('dhcp', { operation });
    return;
  }
  const hasOptions = ctx.has(offset + VENDOR_AREA, 4) && ctx.u32(offset + VENDOR_AREA) === MAGIC_OPTIONS;
  ctx.layer('dhcp', {
    operation,
    hardwareType: ctx.u8(offset + 1),
    hops: ctx.u8(offset + 3),
    transactionId: ctx.u32(offset + 4),
    seconds: ctx.u16(offset + SECONDS),
    flags: ctx.u16(offset + FLAGS),
    clientAddress: ctx.ipv4Number(offset + CLIENT_ADDRESS),
    yourAddress: ctx.ipv4Number(offset + YOUR_ADDRESS),
    serverAddress: ctx.ipv4Number(offset + SERVER_ADDRESS),
    gatewayAddress: ctx.ipv4Number(offset + GATEWAY_ADDRESS),
    hardwareAddress: ctx.etherNumber(offset + HARDWARE_ADDRESS),
    serverName: textOf(ctx, () => printTerminated(ctx, offset + SERVER_NAME, SERVER_NAME_SIZE)),
    bootFile: textOf(ctx, () => printTerminated(ctx, offset + BOOT_FILE, BOOT_FILE_SIZE)),
    options: hasOptions ? dhcpOptionFields(ctx, offset + VENDOR_AREA + 4) : [],
  });
}
