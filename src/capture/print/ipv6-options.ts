// The option headers of IPv6: hop-by-hop and destination options (RFC 8200 sections 4.3 and 4.6), with the jumbo payload (RFC 2675),
// router alert (RFC 2711) and home address (RFC 6275) options.

import type { PrintContext } from './context.js';
import { hex } from './format.js';

const PAD1 = 0x00;
const PADN = 0x01;
const ROUTER_ALERT = 0x05;
const JUMBO = 0xc2;
const HOME_ADDRESS = 0xc9;
const ROUTER_ALERT_SIZE = 4;
const JUMBO_SIZE = 6;
const HOME_ADDRESS_SIZE = 18;

/** What the options of a hop-by-hop header said of the payload's length. */
export interface JumboState {
  found: boolean;
  payloadLength: number;
}

/** Prints a hop-by-hop options header; returns its length, or -1 when the chain ends here. */
export function printHopByHop(ctx: PrintContext, offset: number, jumbo: JumboState): number {
  ctx.protocol = 'hbhopt';
  const size = (ctx.u8(offset + 1) + 1) << 3;
  if (!ctx.has(offset, size)) {
    ctx.truncated();
    return -1;
  }
  ctx.print('HBH ');
  if (ctx.wantsLayers) ctx.layer('ip6-hop-by-hop', { nextHeader: ctx.u8(offset), length: size });
  if (!printOptions(ctx, offset + 2, size - 2, jumbo)) {
    ctx.truncated();
    return -1;
  }
  return size;
}

/** Prints a destination options header; returns its length, or -1 when the chain ends here. */
export function printDestinationOptions(ctx: PrintContext, offset: number): number {
  ctx.protocol = 'dstopt';
  const size = (ctx.u8(offset + 1) + 1) << 3;
  if (!ctx.has(offset, size)) {
    ctx.truncated();
    return -1;
  }
  ctx.print('DSTOPT ');
  if (ctx.wantsLayers) ctx.layer('ip6-destination-options', { nextHeader: ctx.u8(offset), length: size });
  if (ctx.flags.verbosity > 0 && !printOptions(ctx, offset + 2, size - 2, undefined)) {
    ctx.truncated();
    return -1;
  }
  return size;
}

/** Length of the option at `at`, or 0 where it does not fit before `end`. */
function optionSize(ctx: PrintContext, at: number, end: number): number {
  if (ctx.u8(at) === PAD1) return 1;
  if (at + 1 >= end) return 0;
  const size = ctx.u8(at + 1) + 2;
  return at + size > end ? 0 : size;
}

function printOptions(ctx: PrintContext, offset: number, length: number, jumbo: JumboState | undefined): boolean {
  const verbose = ctx.flags.verbosity > 0;
  const end = offset + length;
  let seenJumbo = false;
  for (let at = offset; at < end; ) {
    const size = optionSize(ctx, at, end);
    if (size === 0) return false;
    const type = ctx.u8(at);
    switch (type) {
      case PAD1:
        if (verbose) ctx.print('(pad1)');
        break;
      case PADN:
        if (verbose) ctx.print('(padn)');
        break;
      case ROUTER_ALERT:
        if (end - at < ROUTER_ALERT_SIZE) {
          ctx.print('(rtalert: trunc)');
          return false;
        }
        if (size !== ROUTER_ALERT_SIZE) {
          ctx.print(`(rtalert: invalid len ${size - 2})`);
          return false;
        }
        if (verbose) ctx.print(`(rtalert: 0x${hex(ctx.u16(at + 2), 4)}) `);
        break;
      case JUMBO: {
        if (end - at < JUMBO_SIZE) {
          ctx.print('(jumbo: trunc)');
          return false;
        }
        if (size !== JUMBO_SIZE) {
          ctx.print(`(jumbo: invalid len ${size - 2})`);
          return false;
        }
        const payload = ctx.u32(at + 2);
        let remark = '';
        if (seenJumbo) remark = ' - already seen';
        else {
          seenJumbo = true;
          if (jumbo === undefined) remark = ' - not a hop-by-hop option';
          else if (jumbo.payloadLength !== 0) remark = ' - payload len != 0';
          else if (payload < 65536) remark = ' - < 65536';
          else {
            jumbo.found = true;
            jumbo.payloadLength = payload;
          }
        }
        if (verbose) ctx.print(`(jumbo: ${payload}${remark}) `);
        break;
      }
      case HOME_ADDRESS:
        if (end - at < HOME_ADDRESS_SIZE) {
          ctx.print('(homeaddr: trunc)');
          return false;
        }
        if (size < HOME_ADDRESS_SIZE) {
          ctx.print(`(homeaddr: invalid len ${size - 2})`);
          return false;
        }
        if (verbose) {
          ctx.print(`(homeaddr: ${ctx.ipv6(at + 2)}`);
          if (!printSubOptions(ctx, at + HOME_ADDRESS_SIZE, at + size)) return false;
          ctx.print(')');
        }
        break;
      default:
        if (verbose) ctx.print(`(opt_type 0x${hex(type, 2)}: len=${size - 2})`);
    }
    at += size;
  }
  if (verbose) ctx.print(' ');
  return true;
}

function printSubOptions(ctx: PrintContext, offset: number, end: number): boolean {
  for (let at = offset; at < end; ) {
    const size = optionSize(ctx, at, end);
    if (size === 0) return false;
    const type = ctx.u8(at);
    if (type === PAD1) ctx.print(', pad1');
    else if (type === PADN) ctx.print(', padn');
    else ctx.print(`, sopt_type 0x${hex(type, 2)}: len=${size - 2}`);
    at += size;
  }
  return true;
}
