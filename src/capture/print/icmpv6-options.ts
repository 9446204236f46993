// The options of neighbour discovery (RFC 4861, 4191, 8106, 6275).

import type { LayerValue, PrintContext } from './context.js';
import { printName } from './dns-names.js';
import { bitNames, etherText, ipv6Text } from './format.js';

const SOURCE_LINK_ADDRESS = 1;
const TARGET_LINK_ADDRESS = 2;
const PREFIX = 3;
const REDIRECTED = 4;
const MTU = 5;
const ADVERTISEMENT_INTERVAL = 7;
const HOME_AGENT = 8;
const ROUTE = 24;
const DNS_SERVERS = 25;
const DNS_SEARCH = 31;

const OPTION_NAMES: ReadonlyMap<number, string> = new Map([
  [SOURCE_LINK_ADDRESS, 'source link-address'],
  [TARGET_LINK_ADDRESS, 'destination link-address'],
  [PREFIX, 'prefix info'],
  [REDIRECTED, 'redirected header'],
  [MTU, 'mtu'],
  [DNS_SERVERS, 'rdnss'],
  [DNS_SEARCH, 'dnssl'],
  [ADVERTISEMENT_INTERVAL, 'advertisement interval'],
  [HOME_AGENT, 'homeagent information'],
  [ROUTE, 'route info'],
]);
const PREFIX_FLAGS = [
  [0x80, 'onlink'],
  [0x40, 'auto'],
  [0x20, 'router'],
] as const;
const PREFERENCES = ['medium', 'high', 'rsv', 'low'] as const;

/** The preference of a router or route, in bits 3 and 4 of a flags byte (RFC 4191). */
export function routePreference(flags: number): string {
  return PREFERENCES[(flags >> 3) & 3]!;
}

function lifetimeText(seconds: number): string {
  return seconds === 0xffffffff ? 'infinity' : `${seconds}s`;
}

/** The prefix of a route option, of which only the first bytes may be there. */
function routePrefix(ctx: PrintContext, offset: number, size: number): string {
  const address = new Uint8Array(16);
  ctx.need(offset, size);
  address.set(ctx.bytes.subarray(offset, offset + size));
  return ipv6Text(address, 0);
}

/** Prints the options of `length` bytes at `offset`; false when they are cut short. */
export function printNeighbourOptions(ctx: PrintContext, offset: number, length: number): boolean {
  const { verbosity } = ctx.flags;
  const { end } = ctx;
  let rest = length;
  for (let at = offset; at < end; ) {
    if (!ctx.has(at + 1, 1)) return false;
    if (rest <= 0) return true;
    const type = ctx.u8(at);
    const units = ctx.u8(at + 1);
    const size = units * 8;
    if (units === 0 || at + size > end) return false;
    ctx.print(`\n\t  ${OPTION_NAMES.get(type) ?? 'unknown'} option (${type}), length ${size} (${units}): `);
    switch (type) {
      case SOURCE_LINK_ADDRESS:
      case TARGET_LINK_ADDRESS:
        ctx.print(etherText(ctx.bytes, at + 2, size - 2));
        break;
      case PREFIX:
        ctx.print(
          `${ctx.ipv6(at + 16)}/${ctx.u8(at + 2)}${units !== 4 ? 'badlen' : ''}, ` +
            `Flags [${bitNames(PREFIX_FLAGS, ctx.u8(at + 3), ', ', 'none')}], ` +
            `valid time ${lifetimeText(ctx.u32(at + 4))}, pref. time ${lifetimeText(ctx.u32(at + 8))}`,
        );
        break;
      case REDIRECTED:
        // As tcpdump does it: the bytes shown are those where the options begin.
        ctx.hexField(offset, size, '\n\t    ');
        break;
      case MTU:
        ctx.print(` ${ctx.u32(at + 4)}${units !== 1 ? 'bad option length' : ''}`);
        break;
      case DNS_SERVERS:
        ctx.print(` lifetime ${ctx.u32(at + 4)}s,`);
        for (let i = 0; i < (units - 1) >> 1; i++) ctx.print(` addr: ${ctx.ipv6(at + 8 + 16 * i)}`);
        break;
      case DNS_SEARCH: {
        ctx.print(` lifetime ${ctx.u32(at + 4)}s, domain(s):`);
        for (let name = at + 8; name < at + size && ctx.u8(name) !== 0; ) {
          ctx.print(' ');
          name = printName(ctx, name, offset);
          if (name < 0) return false;
        }
        break;
      }
      case ADVERTISEMENT_INTERVAL:
        ctx.print(` ${ctx.u32(at + 4)}ms`);
        break;
      case HOME_AGENT:
        ctx.print(` preference ${ctx.u16(at + 4)}, lifetime ${ctx.u16(at + 6)}`);
        break;
      case ROUTE:
        if (!ctx.has(at + 4, 4) || units > 3) return false;
        ctx.print(
          ` ${routePrefix(ctx, at + 8, size - 8)}/${ctx.u8(at + 2)}, pref=${routePreference(ctx.u8(at + 3))}, ` +
            `lifetime=${lifetimeText(ctx.u32(at + 4))}`,
        );
        break;
      default:
        if (verbosity <= 1) {
          ctx.hexField(at + 2, size - 2, '\n\t  ');
          return true;
        }
    }
    if (verbosity > 1) ctx.hexField(at + 2, size - 2, '\n\t    ');
    at += size;
    rest -= size;
  }
  return true;
}

/** The options as fields, as far as they are well formed. */
export function neighbourOptionFields(ctx: PrintContext, offset: number, length: number): LayerValue[] {
  const options: LayerValue[] = [];
  const end = Math.min(offset + length, ctx.end);
  for (let at = offset; at + 8 <= end; ) {
    const type = ctx.u8(at);
    const size = ctx.u8(at + 1) * 8;
    if (size === 0 || at + size > end) break;
    const name = OPTION_NAMES.get(type) ?? null;
    if (type === SOURCE_LINK_ADDRESS || type === TARGET_LINK_ADDRESS) {
      options.push({ type, name, address: etherText(ctx.bytes, at + 2, size - 2) });
    } else if (type === PREFIX && size >= 32) {
      const prefix = ctx.ipv6Number(at + 16);
      const lifetimes = { validSeconds: ctx.u32(at + 4), preferredSeconds: ctx.u32(at + 8) };
      options.push({ type, name, prefix, prefixLength: ctx.u8(at + 2), flags: ctx.u8(at + 3), ...lifetimes });
    } else if (type === MTU) options.push({ type, name, mtu: ctx.u32(at + 4) });
    else if (type === DNS_SERVERS) {
      const addresses: string[] = [];
      for (let i = at + 8; i + 16 <= at + size; i += 16) addresses.push(ctx.ipv6Number(i));
      options.push({ type, name, lifetimeSeconds: ctx.u32(at + 4), addresses });
    } else options.push({ type, name, length: size });
    at += size;
  }
  return options;
}
