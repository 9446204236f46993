// Geneve (RFC 8926).

import type { PrintContext } from './context.js';
import { ETHER_TYPE_NAMES } from './ether-types.js';
import { printEthernet } from './ethernet.js';
import { bitNames, hex } from './format.js';

const HEADER = 8;
const OPTION_HEADER = 4;
const CRITICAL_OPTION = 0x80;
const TYPE_BRIDGED = 0x6558;

const FLAGS = [
  [0x80, 'O'],
  [0x40, 'C'],
  [0x20, 'R1'],
  [0x10, 'R2'],
  [0x08, 'R3'],
  [0x04, 'R4'],
  [0x02, 'R5'],
  [0x01, 'R6'],
] as const;

/** IANA, "Geneve Option Class", first numbers. */
const OPTION_CLASSES: ReadonlyMap<number, string> = new Map([
  [0x0100, 'Linux'],
  [0x0101, 'Open vSwitch'],
  [0x0102, 'Open Virtual Networking (OVN)'],
  [0x0103, 'In-band Network Telemetry (INT)'],
  [0x0104, 'VMware'],
]);
const LAST_STANDARD_CLASS = 0x00ff;
const FIRST_EXPERIMENTAL_CLASS = 0xfff0;

function optionClassName(number: number): string {
  if (number <= LAST_STANDARD_CLASS) return 'Standard';
  if (number >= FIRST_EXPERIMENTAL_CLASS) return 'Experimental';
  return OPTION_CLASSES.get(number) ?? 'Unknown';
}

export function printGeneve(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'geneve';
  ctx.print('Geneve');
  if (length < HEADER) {
    ctx.print(` [length ${length} < ${HEADER}]`);
    ctx.invalid();
    return;
  }
  if (!ctx.has(offset, HEADER)) {
    ctx.truncated();
    return;
  }
  const first = ctx.u8(offset);
  const version = first >> 6;
  if (version !== 0) {
    ctx.print(` ERROR: unknown-version ${version}`);
    return;
  }
  const flags = ctx.u8(offset + 1);
  const protocol = ctx.u16(offset + 2);
  const networkIdentifier = ctx.u24(offset + 4);
  const reserved = ctx.u8(offset + 7);
  if (ctx.wantsLayers) ctx.layer('geneve', { flags, payloadProtocol: protocol, networkIdentifier });
  ctx.print(`, Flags [${bitNames(FLAGS, flags, '', 'none')}], vni 0x${hex(networkIdentifier)}`);
  if (reserved !== 0) ctx.print(`, rsvd 0x${hex(reserved)}`);
  if (ctx.flags.linkHeader) ctx.print(`, proto ${ETHER_TYPE_NAMES.get(protocol) ?? 'unknown'} (0x${hex(protocol, 4)})`);
  const optionsLength = (first & 0x3f) * 4;
  const options = offset + HEADER;
  const rest = length - HEADER - optionsLength;
  if (rest < 0) {
    ctx.print(` truncated-geneve - ${-rest} bytes missing`);
    return;
  }
  if (!ctx.has(options, optionsLength)) {
    ctx.truncated();
    return;
  }
  const { verbosity } = ctx.flags;
  if (optionsLength > 0) {
    ctx.print(', options [');
    if (verbosity > 0) printOptions(ctx, options, optionsLength);
    else ctx.print(`${optionsLength} bytes`);
    ctx.print(']');
  }
  ctx.print(verbosity > 0 ? '\n\t' : ': ');
  const payload = options + optionsLength;
  if (ctx.etherType(protocol, payload, rest)) return;
  if (protocol !== TYPE_BRIDGED) ctx.print(`geneve-proto-0x${hex(protocol)}`);
  else if (ctx.descend()) {
    printEthernet(ctx, payload, rest);
    ctx.ascend();
  }
}

function printOptions(ctx: PrintContext, offset: number, length: number): void {
  for (let at = offset, rest = length; rest > 0; ) {
    if (at > offset) ctx.print(', ');
    const optionClass = ctx.u16(at);
    const type = ctx.u8(at + 2);
    const size = OPTION_HEADER + (ctx.u8(at + 3) & 0x1f) * 4;
    const critical = (type & CRITICAL_OPTION) !== 0 ? '(C)' : '';
    ctx.print(
      `class ${optionClassName(optionClass)} (0x${hex(optionClass)}) type 0x${hex(type)}${critical} len ${size}`,
    );
    if (size > rest) {
      ctx.print(' [bad length]');
      return;
    }
    if (ctx.flags.verbosity > 1 && size > OPTION_HEADER) {
      ctx.print(' data');
      for (let i = OPTION_HEADER; i < size; i += 4) ctx.print(` ${hex(ctx.u32(at + i), 8)}`);
    }
    at += size;
    rest -= size;
  }
}
