// ICMPv6 (RFC 4443) with neighbour discovery (RFC 4861), multicast listener discovery and mobile IPv6's messages.

import { rightChecksum, transportChecksum } from './checksum.js';
import type { IpHeader, LayerValue, PrintContext } from './context.js';
import { bitNames, hex } from './format.js';
import { printNodeInformation, printRouterRenumbering } from './icmpv6-node.js';
import { neighbourOptionFields, printNeighbourOptions, routePreference } from './icmpv6-options.js';
import { printRpl } from './icmpv6-rpl.js';
import { printIpv6 } from './ipv6.js';
import { printMldV1, printMldV2Query, printMldV2Report } from './mld.js';

const PROTOCOL = 58;
const HEADER = 8;
const UNREACHABLE = 1;
const TOO_BIG = 2;
const TIME_EXCEEDED = 3;
const PARAMETER_PROBLEM = 4;
const ECHO_REQUEST = 128;
const ECHO_REPLY = 129;
const LISTENER_QUERY = 130;
const LISTENER_REPORT = 131;
const LISTENER_DONE = 132;
const ROUTER_SOLICITATION = 133;
const ROUTER_ADVERTISEMENT = 134;
const NEIGHBOUR_SOLICITATION = 135;
const NEIGHBOUR_ADVERTISEMENT = 136;
const REDIRECT = 137;
const ROUTER_RENUMBERING = 138;
const NODE_QUERY = 139;
const NODE_REPLY = 140;
const INVERSE_SOLICITATION = 141;
const INVERSE_ADVERTISEMENT = 142;
const LISTENER_REPORT_V2 = 143;
const HOME_AGENT_REQUEST = 144;
const HOME_AGENT_REPLY = 145;
const PREFIX_SOLICITATION = 146;
const PREFIX_ADVERTISEMENT = 147;
const RPL = 155;

const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [UNREACHABLE, 'destination unreachable'],
  [TOO_BIG, 'packet too big'],
  [TIME_EXCEEDED, 'time exceeded in-transit'],
  [PARAMETER_PROBLEM, 'parameter problem'],
  [ECHO_REQUEST, 'echo request'],
  [ECHO_REPLY, 'echo reply'],
  [LISTENER_QUERY, 'multicast listener query'],
  [LISTENER_REPORT, 'multicast listener report'],
  [LISTENER_DONE, 'multicast listener done'],
  [ROUTER_SOLICITATION, 'router solicitation'],
  [ROUTER_ADVERTISEMENT, 'router advertisement'],
  [NEIGHBOUR_SOLICITATION, 'neighbor solicitation'],
  [NEIGHBOUR_ADVERTISEMENT, 'neighbor advertisement'],
  [REDIRECT, 'redirect'],
  [ROUTER_RENUMBERING, 'router renumbering'],
  [INVERSE_SOLICITATION, 'inverse neighbor solicitation'],
  [INVERSE_ADVERTISEMENT, 'inverse neighbor advertisement'],
  [LISTENER_REPORT_V2, 'multicast listener report v2'],
  [HOME_AGENT_REQUEST, 'ha discovery request'],
  [HOME_AGENT_REPLY, 'ha discovery reply'],
  [PREFIX_SOLICITATION, 'mobile router solicitation'],
  [PREFIX_ADVERTISEMENT, 'mobile router advertisement'],
  [NODE_QUERY, 'who-are-you request'],
  [NODE_REPLY, 'who-are-you reply'],
  [201, 'mtrace message'],
  [200, 'mtrace response'],
  [RPL, 'RPL'],
]);
/** The messages that tell their length before the details of -v, not at the end. */
const LENGTH_FIRST: ReadonlySet<number> = new Set([
  ROUTER_SOLICITATION,
  ROUTER_ADVERTISEMENT,
  NEIGHBOUR_ADVERTISEMENT,
  NEIGHBOUR_SOLICITATION,
  REDIRECT,
  HOME_AGENT_REPLY,
  PREFIX_ADVERTISEMENT,
]);
const UNREACHABLE_NAMES = [
  'unreachable route',
  ' unreachable prohibited',
  'beyond scope',
  'unreachable address',
  'unreachable port',
] as const;
const PROBLEM_NAMES = ['erroneous', 'next header', 'option', 'incomplete header chain'] as const;
const ROUTER_FLAGS = [
  [0x80, 'managed'],
  [0x40, 'other stateful'],
  [0x20, 'home agent'],
  [0x02, 'ipv6 only'],
] as const;

function neighbourFlags(flags: number): string {
  const names: string[] = [];
  if ((flags & 0x80) !== 0) names.push('router');
  if ((flags & 0x40) !== 0) names.push('solicited');
  if ((flags & 0x20) !== 0) names.push('override');
  return names.length === 0 ? 'none' : names.join(', ');
}

/** Where the options of a neighbour discovery message begin. */
const OPTIONS_AT: ReadonlyMap<number, number> = new Map([
  [ROUTER_SOLICITATION, 8],
  [ROUTER_ADVERTISEMENT, 16],
  [NEIGHBOUR_SOLICITATION, 24],
  [NEIGHBOUR_ADVERTISEMENT, 24],
  [REDIRECT, 40],
  [PREFIX_ADVERTISEMENT, 8],
]);

export function printIcmpv6(ctx: PrintContext, offset: number, length: number, ip: IpHeader): void {
  if (ip.version !== 6) {
    ctx.print('[ICMPv6 requires IPv6]');
    ctx.invalid();
    return;
  }
  ctx.protocol = 'icmp6';
  const { verbosity } = ctx.flags;
  if (length === 0) {
    ctx.print('ICMP6, length 0');
    ctx.invalid();
    return;
  }
  if (ctx.wantsLayers) addLayer(ctx, offset, length);
  if (verbosity > 0 && !ip.fragmented && ctx.has(offset, length)) {
    const stored = ctx.u16(offset + 2);
    const computed = transportChecksum(ctx, ip, offset, length, PROTOCOL);
    if (computed === 0) ctx.print('[icmp6 sum ok] ');
    else ctx.print(`[bad icmp6 cksum 0x${hex(stored, 4)} -> 0x${hex(rightChecksum(stored, computed), 4)}!] `);
  }
  const type = ctx.u8(offset);
  ctx.print(`ICMP6, ${TYPE_NAMES.get(type) ?? `unknown icmp6 type (${type})`}`);
  if (verbosity > 0 && LENGTH_FIRST.has(type)) ctx.print(`, length ${length}`);
  const complete = printMessage(ctx, offset, length, type);
  if (complete === undefined) return;
  if (!complete) ctx.truncated();
  else if (verbosity === 0) ctx.print(`, length ${length}`);
}

/** Prints what a message says; false when it is cut short, undefined when nothing more is to be printed after it. */
function printMessage(ctx: PrintContext, offset: number, length: number, type: number): boolean | undefined {
  const { verbosity } = ctx.flags;
  const code = ctx.u8(offset + 1);
  const quoted = offset + HEADER;
  const optionsAt = OPTIONS_AT.get(type) ?? 0;
  switch (type) {
    case UNREACHABLE:
      return printUnreachable(ctx, offset, length, code);
    case TOO_BIG:
      ctx.print(`, mtu ${ctx.u32(offset + 4)}`);
      return true;
    case TIME_EXCEEDED:
      if (code === 0) ctx.print(` for ${ctx.ipv6(quoted + 24)}`);
      else ctx.print(code === 1 ? ' (reassembly)' : `, unknown code (${code})`);
      return true;
    case PARAMETER_PROBLEM: {
      if (!ctx.has(quoted + 24, 16)) return false;
      const problem = PROBLEM_NAMES[code];
      ctx.print(problem === undefined ? `, code-#${code}` : `, ${problem} - octet ${ctx.u32(offset + 4)}`);
      return true;
    }
    case ECHO_REQUEST:
    case ECHO_REPLY:
      ctx.print(`, id ${ctx.u16(offset + 4)}, seq ${ctx.u16(offset + 6)}`);
      return true;
    case LISTENER_QUERY:
      if (length === 24) printMldV1(ctx, offset);
      else if (length >= 28) {
        ctx.print(' v2');
        printMldV2Query(ctx, offset, length);
      } else ctx.print(` unknown-version (len ${length}) `);
      return true;
    case LISTENER_REPORT:
    case LISTENER_DONE:
      printMldV1(ctx, offset);
      return true;
    case LISTENER_REPORT_V2:
      printMldV2Report(ctx, offset, length);
      return true;
    case ROUTER_ADVERTISEMENT:
      if (verbosity > 0) {
        const flags = ctx.u8(offset + 5);
        ctx.print(
          `\n\thop limit ${ctx.u8(offset + 4)}, Flags [${bitNames(ROUTER_FLAGS, flags, ', ', 'none')}], ` +
            `pref ${routePreference(flags)}, router lifetime ${ctx.u16(offset + 6)}s, ` +
            `reachable time ${ctx.u32(offset + 8)}ms, retrans timer ${ctx.u32(offset + 12)}ms`,
        );
      }
      break;
    case NEIGHBOUR_SOLICITATION:
      ctx.print(`, who has ${ctx.ipv6(offset + 8)}`);
      break;
    case NEIGHBOUR_ADVERTISEMENT:
      ctx.print(`, tgt is ${ctx.ipv6(offset + 8)}`);
      if (verbosity > 0) ctx.print(`, Flags [${neighbourFlags(ctx.u8(offset + 4))}]`);
      break;
    case REDIRECT:
      ctx.print(`, ${ctx.ipv6(offset + 24)} to ${ctx.ipv6(offset + 8)}`);
      break;
    case PREFIX_ADVERTISEMENT:
      if (verbosity > 0) {
        ctx.print(`, id 0x${hex(ctx.u16(offset + 4), 4)}`);
        const flags = ctx.u16(offset + 6);
        if ((flags & 0xc000) !== 0) ctx.print(' ');
        if ((flags & 0x8000) !== 0) ctx.print('M');
        if ((flags & 0x4000) !== 0) ctx.print('O');
      }
      break;
    case ROUTER_SOLICITATION:
      break;
    case ROUTER_RENUMBERING:
      printRouterRenumbering(ctx, offset);
      return true;
    case NODE_QUERY:
    case NODE_REPLY:
      printNodeInformation(ctx, offset, length);
      return true;
    case INVERSE_SOLICITATION:
    case INVERSE_ADVERTISEMENT:
      return true;
    case PREFIX_SOLICITATION:
    case HOME_AGENT_REQUEST:
      ctx.print(`, id 0x${hex(ctx.u16(offset + 4), 4)}`);
      return true;
    case HOME_AGENT_REPLY:
      if (verbosity > 0) {
        ctx.print(`, id 0x${hex(ctx.u16(offset + 4), 4)}`);
        for (let at = HEADER; at < length; at += 16) ctx.print(`, ${ctx.ipv6(offset + at)}`);
      }
      return true;
    case RPL:
      printRpl(ctx, code, offset + 4, (length - 4) >>> 0);
      return true;
    default:
      ctx.print(`, length ${length}`);
      if (verbosity <= 1) ctx.hexField(offset, length, '\n\t');
      return undefined;
  }
  return verbosity === 0 || printNeighbourOptions(ctx, offset + optionsAt, length - optionsAt);
}

function printUnreachable(ctx: PrintContext, offset: number, length: number, code: number): boolean | undefined {
  const quoted = offset + HEADER;
  ctx.print(`, ${UNREACHABLE_NAMES[code] ?? `unknown unreach code (${code})`}`);
  switch (code) {
    case 0:
    case 1:
    case 3:
      ctx.print(` ${ctx.ipv6(quoted + 24)}`);
      return true;
    case 2:
      ctx.print(` ${ctx.ipv6(quoted + 24)}, source address ${ctx.ipv6(quoted + 8)}`);
      return true;
    case 4: {
      const transport = quotedTransport(ctx, quoted);
      if (transport === undefined) return false;
      const port = ctx.u16(transport.offset + 2);
      const isTcp = transport.protocol === 6;
      const name = isTcp ? ctx.names.tcpPort(port) : ctx.names.udpPort(port);
      ctx.print(`, ${ctx.ipv6(quoted + 24)} ${isTcp ? 'tcp' : 'udp'} port ${name}`);
      return true;
    }
    default:
      if (ctx.flags.verbosity > 1) return true;
      ctx.hexField(offset, length, '\n\t');
      return undefined;
  }
}

/** The TCP or UDP header of the quoted packet, behind its extension headers. */
function quotedTransport(ctx: PrintContext, quoted: number): { protocol: number; offset: number } | undefined {
  if (!ctx.has(quoted + 6, 1)) return undefined;
  let next = ctx.u8(quoted + 6);
  let at = quoted + 40;
  for (;;) {
    let size: number;
    switch (next) {
      case 6:
      case 17:
        return ctx.has(at + 2, 2) ? { protocol: next, offset: at } : undefined;
      case 0:
      case 43:
      case 60:
        if (!ctx.has(at + 1, 1)) return undefined;
        size = (ctx.u8(at + 1) + 1) * 8;
        break;
      case 44:
        // Behind a fragment that is not the first there are no ports.
        if (!ctx.has(at + 2, 2) || (ctx.u16(at + 2) & 0xfff8) !== 0) return undefined;
        size = 8;
        break;
      case 51:
        if (!ctx.has(at + 1, 1)) return undefined;
        size = (ctx.u8(at + 1) + 2) * 4;
        break;
      default:
        return undefined;
    }
    next = ctx.u8(at);
    at += size;
  }
}

function addLayer(ctx: PrintContext, offset: number, length: number): void {
  if (!ctx.has(offset, 4)) return;
  const type = ctx.u8(offset);
  const fields: { [field: string]: LayerValue } = { type, code: ctx.u8(offset + 1) };
  if (ctx.has(offset + 4, 4)) {
    if (type === ECHO_REQUEST || type === ECHO_REPLY) {
      fields['id'] = ctx.u16(offset + 4);
      fields['sequence'] = ctx.u16(offset + 6);
    } else if (type === TOO_BIG) fields['mtu'] = ctx.u32(offset + 4);
    else if (type === ROUTER_ADVERTISEMENT) {
      fields['hopLimit'] = ctx.u8(offset + 4);
      fields['flags'] = ctx.u8(offset + 5);
      fields['lifetimeSeconds'] = ctx.u16(offset + 6);
    }
  }
  if ((type === NEIGHBOUR_SOLICITATION || type === NEIGHBOUR_ADVERTISEMENT) && ctx.has(offset + 8, 16)) {
    fields['target'] = ctx.ipv6Number(offset + 8);
  }
  if (type === REDIRECT && ctx.has(offset + 8, 32)) {
    fields['target'] = ctx.ipv6Number(offset + 8);
    fields['destination'] = ctx.ipv6Number(offset + 24);
  }
  const optionsAt = OPTIONS_AT.get(type);
  if (optionsAt !== undefined) fields['options'] = neighbourOptionFields(ctx, offset + optionsAt, length - optionsAt);
  if (type >= UNREACHABLE && type <= PARAMETER_PROBLEM) {
    const quoted = offset + HEADER;
    fields['quoted'] = ctx.quoted(() => printIpv6(ctx, quoted, ctx.available(quoted)));
  }
  ctx.layer('icmp6', fields);
}
