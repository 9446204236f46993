// IPv6 (RFC 8200): the header line of -v, the chain of extension headers, fragments, jumbograms.

import type { IpHeader, PrintContext } from './context.js';
import { hex } from './format.js';
import { printIpPayload } from './ip-payload.js';
import { ipProtocolTitle } from './ip-protocols.js';
import { printsOwnAddresses } from './ipv4.js';
import { printMobility } from './ipv6-mobility.js';
import type { JumboState } from './ipv6-options.js';
import { printDestinationOptions, printHopByHop } from './ipv6-options.js';
import { printRoutingHeader } from './ipv6-routing.js';

const HEADER = 40;
const FRAGMENT_HEADER = 8;
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION_OPTIONS = 60;
const MOBILITY_OLD = 62;
const MOBILITY = 135;

/** Prints the packet at `offset`; `length` bytes of it were on the wire. */
export function printIpv6(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'ip6';
  const { verbosity, linkHeader } = ctx.flags;
  if (!ctx.has(offset, HEADER)) {
    ctx.truncated();
    return;
  }
  if (length < HEADER) {
    ctx.print(`truncated-ip6 ${length}`);
    return;
  }
  if (!linkHeader) ctx.print('IP6 ');
  const flow = ctx.u32(offset);
  if (flow >>> 28 !== 6) {
    ctx.print(`version error: ${flow >>> 28} != 6`);
    return;
  }
  const payloadLength = ctx.u16(offset + 4);
  let next = ctx.u8(offset + 6);
  const hopLimit = ctx.u8(offset + 7);
  const trafficClass = (flow >>> 20) & 0xff;
  const flowLabel = flow & 0xfffff;
  if (ctx.wantsLayers) {
    ctx.layer('ip6', {
      source: ctx.ipv6Number(offset + 8),
      destination: ctx.ipv6Number(offset + 24),
      trafficClass,
      flowLabel,
      payloadLength,
      nextHeader: next,
      hopLimit,
    });
  }
  // A length of 0 announces a jumbogram, whose length an option will say.
  let rest = (payloadLength === 0 ? length : payloadLength) + HEADER;
  if (payloadLength !== 0 && length < rest) ctx.print(`truncated-ip6 - ${rest - length} bytes missing!`);
  if (verbosity > 0) {
    ctx.print(
      `(${trafficClass !== 0 ? `class 0x${hex(trafficClass, 2)}, ` : ''}` +
        `${flowLabel !== 0 ? `flowlabel 0x${hex(flowLabel, 5)}, ` : ''}` +
        `hlim ${hopLimit}, next-header ${ipProtocolTitle(next)} (${next}) payload length: ${payloadLength}) `,
    );
  }
  const end = ctx.narrow(offset, rest);
  printChain();
  ctx.end = end;

  function printChain(): void {
    const protocol = next;
    const jumbo: JumboState = { found: false, payloadLength };
    let at = offset;
    let advance = HEADER;
    let foundExtension = false;
    let foundHopByHop = false;
    let fragmented = false;
    while (at < ctx.end && advance > 0) {
      if (rest < advance) {
        ctx.truncated();
        return;
      }
      at += advance;
      rest -= advance;
      if (at === offset + HEADER && !printsOwnAddresses(next)) {
        ctx.print(`${ctx.ipv6(offset + 8)} > ${ctx.ipv6(offset + 24)}: `);
      }
      switch (next) {
        case HOP_BY_HOP:
          if (foundHopByHop || at !== offset + HEADER) {
            ctx.print(
              foundHopByHop
                ? '[The Hop-by-Hop Options header was already found]'
                : "[The Hop-by-Hop Options header don't follow the IPv6 header]",
            );
            ctx.invalid();
            return;
          }
          advance = printHopByHop(ctx, at, jumbo);
          if (jumbo.payloadLength === 0 && !jumbo.found) {
            ctx.print('[No valid Jumbo Payload Hop-by-Hop option found]');
            ctx.invalid();
            return;
          }
          foundHopByHop = true;
          break;
        case DESTINATION_OPTIONS:
          advance = printDestinationOptions(ctx, at);
          break;
        case ROUTING:
          if (!ctx.has(at, 1)) {
            ctx.truncated();
            return;
          }
          advance = printRoutingHeader(ctx, at);
          break;
        case FRAGMENT:
          advance = printFragmentHeader(ctx, at, offset);
          fragmented = true;
          if (at + advance >= ctx.end) return;
          break;
        case MOBILITY:
        case MOBILITY_OLD:
          if (printMobility(ctx, at) >= 0) ctx.u8(at);
          return;
        default: {
          const total = at - offset;
          if (jumbo.found) {
            rest = jumbo.payloadLength + HEADER;
            if (rest < total) {
              ctx.truncated();
              return;
            }
            if (length < rest) ctx.print(`truncated-ip6 - ${rest - length} bytes missing!`);
            if (offset + rest < ctx.end) ctx.end = offset + rest;
            rest -= total;
          } else if (jumbo.payloadLength === 0) {
            // There is no payload, so there can be no extension header either.
            if (foundExtension) {
              ctx.truncated();
              return;
            }
            rest = HEADER - total;
            if (offset + HEADER < ctx.end) ctx.end = offset + HEADER;
          }
          const header: IpHeader = { version: 6, offset, protocol, fragmented, hopLimit };
          printIpPayload(ctx, next, at, rest, header);
          return;
        }
      }
      if (advance < 0) return;
      foundExtension = true;
      next = ctx.u8(at);
      ctx.protocol = 'ip6';
    }
  }
}

/** Prints a fragment header; returns its length, or -1 for a fragment that is not the first. */
function printFragmentHeader(ctx: PrintContext, offset: number, ip: number): number {
  ctx.protocol = 'frag6';
  const field = ctx.u16(offset + 2);
  const length = HEADER + ctx.u16(ip + 4) - (offset - ip) - FRAGMENT_HEADER;
  if (ctx.wantsLayers && ctx.has(offset, FRAGMENT_HEADER)) {
    const moreFragments = (field & 1) !== 0;
    ctx.layer('ip6-fragment', {
      nextHeader: ctx.u8(offset),
      offset: field & 0xfff8,
      moreFragments,
      id: ctx.u32(offset + 4),
    });
  }
  const id = ctx.flags.verbosity > 0 ? `0x${hex(ctx.u32(offset + 4), 8)}:` : '';
  // A header chain longer than the payload length makes the length wrap, as a 64-bit number.
  const lengthText = length < 0 ? (2n ** 64n + BigInt(length)).toString() : String(length);
  ctx.print(`frag (${id}${field & 0xfff8}|${lengthText})`);
  if ((field & 0xfff8) !== 0) return -1;
  ctx.print(' ');
  return FRAGMENT_HEADER;
}
