// RPL, the routing protocol for low-power networks (RFC 6550), in its ICMPv6 messages.

import type { PrintContext } from './context.js';
import { hex } from './format.js';
import { hexOnly } from './hexdump.js';

const SECURED = 0x80;
const DIO_SIZE = 24;
const DAO_SIZE = 4;
/** Bytes the whole DAO header has with its DODAG id: tcpdump wants them all captured. */
const DAO_FULL_SIZE = 20;
const DODAG_ID = 16;
const MODES = ['nonstoring', 'storing', 'nonstoring-multicast', 'storing-multicast'] as const;
const OPTION_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'pad1'],
  [1, 'padN'],
  [2, 'metrics'],
  [3, 'routinginfo'],
  [4, 'config'],
  [5, 'rpltarget'],
  [6, 'transitinfo'],
  [8, 'destprefix'],
  [9, 'rpltargetdesc'],
]);

/** Prints the message whose body begins at `offset`. */
export function printRpl(ctx: PrintContext, code: number, offset: number, length: number): void {
  if ((code & SECURED) !== 0) {
    ctx.print(', (SEC) [worktodo]');
    return;
  }
  const verbose = ctx.flags.verbosity > 0;
  ctx.print(', (CLR)');
  switch (code) {
    case 0:
      ctx.print('DODAG Information Solicitation');
      break;
    case 1:
      ctx.print('DODAG Information Object');
      if (verbose) printInformationObject(ctx, offset, length);
      break;
    case 2:
      ctx.print('Destination Advertisement Object');
      if (verbose) printAdvertisement(ctx, offset, length);
      break;
    case 3:
      ctx.print('Destination Advertisement Object Ack');
      if (verbose) printAcknowledgment(ctx, offset, length);
      break;
    default:
      ctx.print(`RPL message, unknown code ${code}`);
  }
}

function printInformationObject(ctx: PrintContext, offset: number, length: number): void {
  if (length < DIO_SIZE) {
    ctx.print(` [length ${length} < ${DIO_SIZE}]`);
    ctx.invalid();
    return;
  }
  const flags = ctx.u8(offset + 4);
  const mode = (flags >> 3) & 7;
  ctx.print(
    ` [dagid:${ctx.ipv6(offset + 8)},seq:${ctx.u8(offset + 5)},instance:${ctx.u8(offset)},rank:${ctx.u16(offset + 2)},` +
      `${(flags & 0x80) !== 0 ? 'grounded,' : ''}mop:${MODES[mode] ?? `mop${mode}`},prf:${flags & 7}]`,
  );
  if (ctx.flags.verbosity > 1) printOptions(ctx, offset + DIO_SIZE, length - DIO_SIZE);
}

function printAdvertisement(ctx: PrintContext, offset: number, length: number): void {
  if (!ctx.has(offset, DAO_FULL_SIZE)) {
    ctx.truncated();
    return;
  }
  if (length < DAO_SIZE) {
    ctx.print(' [|length too short]');
    return;
  }
  const flags = ctx.u8(offset + 1);
  const hasId = (flags & 0x40) !== 0;
  if (hasId && length < DAO_SIZE + DODAG_ID) {
    ctx.print(' [|length too short]');
    return;
  }
  const id = hasId ? ctx.ipv6(offset + DAO_SIZE) : '<elided>';
  ctx.print(
    ` [dagid:${id},seq:${ctx.u8(offset + 3)},instance:${ctx.u8(offset)}${(flags & 0x80) !== 0 ? ',acK' : ''}` +
      `${hasId ? ',Dagid' : ''},${hex(flags, 2)}]`,
  );
  const size = DAO_SIZE + (hasId ? DODAG_ID : 0);
  if (ctx.flags.verbosity > 1) printOptions(ctx, offset + size, length - size);
}

function printAcknowledgment(ctx: PrintContext, offset: number, length: number): void {
  if (!ctx.has(offset, DAO_SIZE)) {
    ctx.truncated();
    return;
  }
  if (length < DAO_SIZE) {
    ctx.print(' [|dao-length too short]');
    return;
  }
  const hasId = (ctx.u8(offset + 1) & 0x80) !== 0;
  if (hasId && !ctx.has(offset + DAO_SIZE, DODAG_ID)) {
    ctx.truncated();
    return;
  }
  if (hasId && length < DAO_SIZE + DODAG_ID) {
    ctx.print(' [|dao-length too short]');
    return;
  }
  const id = hasId ? ctx.ipv6(offset + DAO_SIZE) : '<elided>';
  ctx.print(` [dagid:${id},seq:${ctx.u8(offset + 2)},instance:${ctx.u8(offset)},status:${ctx.u8(offset + 3)}]`);
  const size = DAO_SIZE + (hasId ? DODAG_ID : 0);
  if (ctx.flags.verbosity > 1) printOptions(ctx, offset + size, length - size);
}

function printOptions(ctx: PrintContext, offset: number, length: number): void {
  let at = offset;
  let rest = length;
  while (rest > 0) {
    const type = ctx.u8(at);
    let size = 1;
    if (type === 0) ctx.print(' opt:pad1');
    else {
      if (rest < 2) {
        ctx.truncated();
        return;
      }
      size = ctx.u8(at + 1) + 2;
      ctx.print(` opt:${OPTION_NAMES.get(type) ?? `subopt:${type}`} len:${size} `);
      if (!ctx.has(at, size) || rest < size) {
        ctx.truncated();
        return;
      }
      if (ctx.flags.verbosity > 2) ctx.print(hexOnly(ctx.bytes, at + 2, at + size, ' '));
    }
    at += size;
    rest -= size;
  }
}
