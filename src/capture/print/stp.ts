// Spanning tree: IEEE 802.1D (STP), 802.1w (RSTP), 802.1s (MSTP) and 802.1aq (SPB) bridge protocol data units.

import type { PrintContext } from './context.js';
import { bitNames, etherText, HEX2, hex } from './format.js';
import { fixed, printPadded } from './text.js';

const RAPID = 2;
const MULTIPLE = 3;
const SHORTEST_PATH = 4;
const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0, '802.1d'],
  [RAPID, '802.1w'],
  [MULTIPLE, '802.1s'],
  [SHORTEST_PATH, '802.1aq'],
]);

const CONFIGURATION = 0;
const RAPID_CONFIGURATION = 2;
const TYPES: ReadonlyMap<number, string> = new Map([
  [CONFIGURATION, 'Config'],
  [RAPID_CONFIGURATION, 'Rapid STP'],
  [0x80, 'Topology Change'],
]);

const FLAGS = [
  [0x01, 'Topology change'],
  [0x02, 'Proposal'],
  [0x10, 'Learn'],
  [0x20, 'Forward'],
  [0x40, 'Agreement'],
  [0x80, 'Topology change ACK'],
] as const;
const PORT_ROLES = ['Unknown', 'Alternate', 'Root', 'Designated'] as const;

// Offsets of the fields that configuration messages of all versions have.
const FLAGS_AT = 4;
const ROOT_ID = 5;
const ROOT_COST = 13;
const BRIDGE_ID = 17;
const PORT_ID = 25;
const MESSAGE_AGE = 27;
const VERSION_1_LENGTH = 35;
const CONFIGURATION_SIZE = 35;
const RAPID_SIZE = 36;
// MSTP.
const VERSION_3_LENGTH = 36;
const CONFIGURATION_NAME = 39;
const CONFIGURATION_REVISION = 71;
const CONFIGURATION_DIGEST = 73;
const INTERNAL_COST = 89;
const INTERNAL_BRIDGE_ID = 93;
const REMAINING_HOPS = 101;
const INSTANCES = 102;
const MULTIPLE_SIZE = 102;
/** What of the version 3 length is not instances. */
const MULTIPLE_FIXED = 64;
const INSTANCE_SIZE = 16;
/** Least version 4 length with the two bytes that hold it. */
const SHORTEST_PATH_SIZE = 87;

export function printStp(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'stp';
  if (length < 4) {
    ctx.invalid();
    return;
  }
  if (ctx.u16(offset) !== 0) {
    ctx.print(`unknown STP version, length ${length}`);
    return;
  }
  const version = ctx.u8(offset + 2);
  const versionName = VERSIONS.get(version);
  ctx.print(`STP ${versionName ?? `Unknown STP protocol (0x${HEX2[version]})`}`);
  if (ctx.wantsLayers) addLayer(ctx, offset, version);
  if (versionName === undefined) return;
  const type = ctx.u8(offset + 3);
  ctx.print(`, ${TYPES.get(type) ?? `Unknown BPDU Type (0x${HEX2[type]})`}`);
  let valid = true;
  if (type === CONFIGURATION || (type === RAPID_CONFIGURATION && version === RAPID)) {
    valid = length >= (type === CONFIGURATION ? CONFIGURATION_SIZE : RAPID_SIZE);
    if (valid) printConfiguration(ctx, offset, length, version);
  } else if (type === RAPID_CONFIGURATION && version >= MULTIPLE) {
    valid = printMultiple(ctx, offset, length, version);
  }
  if (!valid) ctx.invalid();
}

function bridgeText(ctx: PrintContext, offset: number): string {
  ctx.need(offset, 8);
  return `${hex(ctx.u16(offset), 4)}.${etherText(ctx.bytes, offset + 2)}`;
}

function roleText(flags: number): string {
  return PORT_ROLES[(flags >> 2) & 3]!;
}

function printTimers(ctx: PrintContext, offset: number): void {
  /** In units of 1/256 s. */
  const timer = (at: number): string => `${fixed(ctx.u16(offset + at) / 256, 2)}s`;
  ctx.print(
    `\n\tmessage-age ${timer(MESSAGE_AGE)}, max-age ${timer(MESSAGE_AGE + 2)}, hello-time ${timer(MESSAGE_AGE + 4)}, ` +
      `forwarding-delay ${timer(MESSAGE_AGE + 6)}`,
  );
}

function printConfiguration(ctx: PrintContext, offset: number, length: number, version: number): void {
  const flags = ctx.u8(offset + FLAGS_AT);
  ctx.print(`, Flags [${bitNames(FLAGS, flags, ', ', 'none')}]`);
  const bridge = bridgeText(ctx, offset + BRIDGE_ID);
  ctx.print(`, bridge-id ${bridge}.${hex(ctx.u16(offset + PORT_ID), 4)}, length ${length}`);
  if (ctx.flags.verbosity === 0) return;
  printTimers(ctx, offset);
  ctx.print(`\n\troot-id ${bridgeText(ctx, offset + ROOT_ID)}, root-pathcost ${ctx.u32(offset + ROOT_COST)}`);
  if (version === RAPID) ctx.print(`, port-role ${roleText(flags)}`);
}

/** False when a length field is not possible. */
function printMultiple(ctx: PrintContext, offset: number, length: number, version: number): boolean {
  if (length < MULTIPLE_SIZE || ctx.u8(offset + VERSION_1_LENGTH) !== 0) return false;
  const size = ctx.u16(offset + VERSION_3_LENGTH) + 2;
  if (length < RAPID_SIZE + size) return false;
  printMultipleBody(ctx, offset, length, size - 2);
  if (version !== SHORTEST_PATH) return true;
  const pathSize = ctx.u16(offset + VERSION_3_LENGTH + size) + 2;
  if (length < RAPID_SIZE + size + pathSize || pathSize < SHORTEST_PATH_SIZE) return false;
  if (ctx.flags.verbosity > 0) printShortestPath(ctx, offset + RAPID_SIZE + size);
  return true;
}

function printMultipleBody(ctx: PrintContext, offset: number, length: number, instancesLength: number): void {
  const flags = ctx.u8(offset + FLAGS_AT);
  ctx.print(`, CIST Flags [${bitNames(FLAGS, flags, ', ', 'none')}], length ${length}`);
  if (ctx.flags.verbosity === 0) return;
  ctx.print(`\n\tport-role ${roleText(flags)}, `);
  ctx.print(`CIST root-id ${bridgeText(ctx, offset + ROOT_ID)}, CIST ext-pathcost ${ctx.u32(offset + ROOT_COST)}`);
  ctx.print(`\n\tCIST regional-root-id ${bridgeText(ctx, offset + BRIDGE_ID)}, `);
  ctx.print(`CIST port-id ${hex(ctx.u16(offset + PORT_ID), 4)},`);
  printTimers(ctx, offset);
  ctx.print(`\n\tv3len ${instancesLength}, MCID Name `);
  printPadded(ctx, offset + CONFIGURATION_NAME, 32);
  const digest = digestText(ctx, offset + CONFIGURATION_DIGEST, 16);
  ctx.print(`, rev ${ctx.u16(offset + CONFIGURATION_REVISION)},\n\t\tdigest ${digest}, `);
  ctx.print(`CIST int-root-pathcost ${ctx.u32(offset + INTERNAL_COST)},`);
  ctx.print(`\n\tCIST bridge-id ${bridgeText(ctx, offset + INTERNAL_BRIDGE_ID)}, `);
  ctx.print(`CIST remaining-hops ${ctx.u8(offset + REMAINING_HOPS)}`);
  let at = offset + INSTANCES;
  for (let rest = instancesLength - MULTIPLE_FIXED; rest >= INSTANCE_SIZE; rest -= INSTANCE_SIZE) {
    printInstance(ctx, at);
    at += INSTANCE_SIZE;
  }
}

function printInstance(ctx: PrintContext, offset: number): void {
  const instance = ctx.u16(offset + 1) & 0xfff;
  const flags = ctx.u8(offset);
  ctx.print(`\n\tMSTI ${instance}, Flags [${bitNames(FLAGS, flags, ', ', 'none')}], port-role ${roleText(flags)}`);
  ctx.print(`\n\t\tMSTI regional-root-id ${bridgeText(ctx, offset + 1)}, pathcost ${ctx.u32(offset + 9)}`);
  const [bridge, port, hops] = [ctx.u8(offset + 13), ctx.u8(offset + 14), ctx.u8(offset + 15)] as const;
  ctx.print(`\n\t\tMSTI bridge-prio ${bridge >> 4}, port-prio ${port >> 4}, hops ${hops}`);
}

function printShortestPath(ctx: PrintContext, offset: number): void {
  ctx.print(`\n\tv4len ${ctx.u16(offset)}, AUXMCID Name `);
  printPadded(ctx, offset + 3, 32);
  const digest = digestText(ctx, offset + 37, 16);
  ctx.print(`, Rev ${ctx.u16(offset + 35)},\n\t\tdigest ${digest}`);
  const agreement = ctx.u8(offset + 53);
  const format = ctx.u8(offset + 55);
  const convention = ctx.u8(offset + 56);
  const edges = ctx.u16(offset + 57);
  const agreementDigest = digestText(ctx, offset + 67, 20);
  ctx.print(
    `\n\tAgreement num ${agreement >> 6}, Discarded Agreement num ${(agreement >> 4) & 3}, ` +
      `Agreement valid-flag ${(agreement >> 3) & 1},\n\tRestricted role-flag: ${(agreement >> 2) & 1}, ` +
      `Format id ${format >> 4} cap ${format}, Convention id ${convention >> 4} cap ${convention},` +
      `\n\tEdge count ${edges}, Agreement digest ${agreementDigest}`,
  );
}

function digestText(ctx: PrintContext, offset: number, size: number): string {
  let text = '';
  for (let i = 0; i < size; i += 4) text += hex(ctx.u32(offset + i), 8);
  return text;
}

function addLayer(ctx: PrintContext, offset: number, version: number): void {
  if (!ctx.has(offset, CONFIGURATION_SIZE)) {
    ctx.layer('stp', ctx.has(offset, 4) ? { version, type: ctx.u8(offset + 3) } : { version });
    return;
  }
  ctx.layer('stp', {
    version,
    type: ctx.u8(offset + 3),
    flags: ctx.u8(offset + FLAGS_AT),
    rootId: bridgeText(ctx, offset + ROOT_ID),
    rootPathCost: ctx.u32(offset + ROOT_COST),
    bridgeId: bridgeText(ctx, offset + BRIDGE_ID),
    portId: ctx.u16(offset + PORT_ID),
    messageAgeSeconds: ctx.u16(offset + MESSAGE_AGE) / 256,
    maxAgeSeconds: ctx.u16(offset + MESSAGE_AGE + 2) / 256,
    helloTimeSeconds: ctx.u16(offset + MESSAGE_AGE + 4) / 256,
    forwardDelaySeconds: ctx.u16(offset + MESSAGE_AGE + 6) / 256,
  });
}
