// What an id's own words decide: does this kind of id fit these qualifiers, are its octets, lengths and bits in range.
// What depends on the link type or on the protocol's layers is checked by code generation.

import type { Diagnostic, Span } from '../diagnostics/index.js';
import type { AddressType, Id, Qualifiers } from './ast.js';

type Finding = Omit<Diagnostic, 'severity'>;

/** What an id is called in messages. */
const ID_WORDS: Record<Id['type'], string> = {
  name: 'a name',
  number: 'a number',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  mac: 'a MAC address',
  arcnet: 'an ARCnet address',
};

const TYPES_FOR: Record<Id['type'], readonly (AddressType | undefined)[]> = {
  name: [undefined, 'host', 'net', 'port', 'portrange', 'proto', 'protochain', 'gateway'],
  number: [undefined, 'host', 'net', 'port', 'portrange', 'proto', 'protochain'],
  ipv4: [undefined, 'host', 'net'],
  ipv6: [undefined, 'host', 'net'],
  mac: [undefined, 'host'],
  arcnet: [undefined, 'host'],
};

/** The first thing wrong with `id` under `qualifiers`, or undefined. */
export function checkId(id: Id, span: Span, qualifiers: Qualifiers, text: string): Finding | undefined {
  const shown = text.slice(span.start, span.end);
  const { protocol, type } = qualifiers;
  if (!TYPES_FOR[id.type].includes(type)) return wrongType(id, span, type!, shown);
  switch (id.type) {
    case 'ipv4':
      return checkIpv4(id, span, qualifiers, shown);
    case 'ipv6':
      return checkIpv6(id, span, qualifiers, shown);
    case 'mac':
      if (protocol === 'link') return undefined;
      return {
        code: 'SKEP1030',
        message: `a MAC address needs the qualifier \`ether\`${protocol ? `, not \`${protocol}\`` : ''}`,
        span,
        notes: [`write \`ether host ${shown}\`, \`ether src ${shown}\` or \`ether dst ${shown}\``],
      };
    case 'arcnet':
      if (protocol === 'link') return undefined;
      return {
        code: 'SKEP1030',
        message: `an ARCnet address needs the qualifier \`link\`${protocol ? `, not \`${protocol}\`` : ''}`,
        span,
        notes: [`write \`link host ${shown}\``],
      };
    case 'number':
      if ((type === 'port' || type === 'portrange') && id.value > 0xffff) {
        return { code: 'SKEP1035', message: `the port number ${id.value} is greater than 65535`, span };
      }
      if (protocol === 'link' && (type === undefined || type === 'host' || type === 'net')) {
        return {
          code: 'SKEP1030',
          message: `${shown} is not a link-layer address`,
          span,
          notes: ['a MAC address has six bytes: 00:11:22:aa:bb:cc'],
        };
      }
      return undefined;
    case 'name':
      return checkName(id.text, span, qualifiers, shown.startsWith('\\'));
  }
}

function wrongType(id: Id, span: Span, type: AddressType, shown: string): Finding {
  const notes: string[] = [];
  const isAddress = id.type === 'ipv4' || id.type === 'ipv6';
  if (type === 'gateway') {
    notes.push('`gateway` takes the name of a host that has an IPv4 address and an Ethernet address');
    if (id.type === 'ipv4') notes.push(`by hand: \`ether host MAC and not host ${shown}\``);
  } else if (type === 'port' || type === 'portrange') {
    notes.push(`\`${type}\` takes a port number or a service name`);
    if (isAddress) {
      const qualifier = /[/ ]/.test(shown) ? 'net' : 'host';
      notes.push(`for an address and a port: \`${qualifier} ${shown} and port 80\``);
    }
  } else if (type === 'proto' || type === 'protochain') {
    notes.push(`\`${type}\` takes a protocol number or name`);
  } else if (id.type === 'mac') {
    notes.push(`write \`ether host ${shown}\``);
  }
  return { code: 'SKEP1030', message: `\`${type}\` does not go with ${ID_WORDS[id.type]}`, span, notes };
}

function checkIpv4(
  id: Extract<Id, { type: 'ipv4' }>,
  span: Span,
  { protocol, type, direction }: Qualifiers,
  shown: string,
): Finding | undefined {
  const bounded = id.prefixLength !== undefined || id.mask !== undefined;
  if (protocol === 'decnet') {
    if (!bounded) return undefined;
    return { code: 'SKEP1030', message: 'a DECnet address (area.node) has no mask', span };
  }
  const octets = [...id.octets, ...(id.mask ?? [])];
  if (octets.some(Number.isNaN)) {
    return { code: 'SKEP1031', message: `the octets of an IPv4 address are decimal: "${shown}"`, span };
  }
  const wrong = octets.find(octet => octet > 255);
  if (wrong !== undefined) {
    return {
      code: 'SKEP1031',
      message: `${wrong} in "${shown}" is greater than 255, the largest octet of an IPv4 address`,
      span,
    };
  }
  if (protocol === 'link') {
    return {
      code: 'SKEP1030',
      message: `${shown} is an IPv4 address, not a link-layer address`,
      span,
      notes: ['`ether` and its synonyms take MAC addresses; for IPv4 addresses use `ip host` or `host`'],
    };
  }
  if (!bounded) return undefined;
  if (id.prefixLength !== undefined && id.prefixLength > 32) {
    return { code: 'SKEP1032', message: `the prefix length ${id.prefixLength} is greater than 32`, span };
  }
  if (type !== 'net') {
    const qualifier = direction ? `${direction} net` : 'net';
    return {
      code: 'SKEP1033',
      message: `a network (${shown}) needs the qualifier \`net\``,
      span,
      notes: [`write \`${qualifier} ${shown}\``],
    };
  }
  const address = leftJustified(id.octets);
  const mask =
    id.mask !== undefined
      ? leftJustified(id.mask)
      : id.prefixLength === 0
        ? 0
        : (0xffffffff << (32 - id.prefixLength!)) >>> 0;
  if ((address & ~mask) !== 0) {
    const network = dotted((address & mask) >>> 0);
    const suffix = id.mask !== undefined ? ` mask ${dotted(mask)}` : `/${id.prefixLength}`;
    return {
      code: 'SKEP1034',
      message: `"${shown}" has bits set outside its mask`,
      span,
      fix: { description: `the network is \`${network}${suffix}\``, span, replacement: `${network}${suffix}` },
    };
  }
  return undefined;
}

function checkIpv6(
  id: Extract<Id, { type: 'ipv6' }>,
  span: Span,
  { protocol, type, direction }: Qualifiers,
  shown: string,
): Finding | undefined {
  if (protocol === 'link') {
    return {
      code: 'SKEP1030',
      message: `${shown} is an IPv6 address, not a link-layer address`,
      span,
      notes: ['`ether` and its synonyms take MAC addresses; for IPv6 addresses use `ip6 host` or `host`'],
    };
  }
  const length = id.prefixLength ?? 128;
  if (length > 128) return { code: 'SKEP1032', message: `the prefix length ${length} is greater than 128`, span };
  if (id.bytes.some((byte, i) => (byte & ~prefixByte(length, i) & 0xff) !== 0)) {
    const network = formatIpv6(id.bytes.map((byte, i) => byte & prefixByte(length, i)));
    return {
      code: 'SKEP1034',
      message: `"${shown}" has bits set outside its mask`,
      span,
      fix: { description: `the network is \`${network}/${length}\``, span, replacement: `${network}/${length}` },
    };
  }
  if (length !== 128 && type !== 'net') {
    const qualifier = direction ? `${direction} net` : 'net';
    return {
      code: 'SKEP1033',
      message: `a network (${shown}) needs the qualifier \`net\``,
      span,
      notes: [`write \`${qualifier} ${shown}\``],
    };
  }
  return undefined;
}

function checkName(name: string, span: Span, { protocol, type }: Qualifiers, escaped: boolean): Finding | undefined {
  if (protocol === 'decnet') {
    return {
      code: 'SKEP1030',
      message: 'DECnet hosts have no names here',
      span,
      notes: ['write the address: `decnet host 10.15` (area.node)'],
    };
  }
  if (!escaped && /^\d[\d.]*$/.test(name) && (type === undefined || type === 'host' || type === 'net')) {
    return {
      code: 'SKEP1031',
      message: `"${name}" is not an IPv4 address`,
      span,
      notes: ['an IPv4 address has one to four numbers with a dot between them'],
    };
  }
  if (type === 'portrange' && !name.includes('-')) {
    return {
      code: 'SKEP1036',
      message: `"${name}" is not a port range`,
      span,
      notes: ['a range is `first-last` without spaces: `portrange 6000-6008`; for one port use `port`'],
    };
  }
  if (type === 'portrange' && name.indexOf('-') !== name.lastIndexOf('-')) {
    return {
      code: 'SKEP1036',
      message: `the port range "${name}" has more than one hyphen`,
      span,
      notes: ['a range is `first-last`; a service whose name has a hyphen must be given by its number'],
    };
  }
  if (type === 'port' && /^\d+-\d+$/.test(name)) {
    return {
      code: 'SKEP1036',
      message: `"${name}" is a range of ports, and \`port\` takes one`,
      span,
      notes: [`did you mean \`portrange ${name}\`?`],
    };
  }
  return undefined;
}

function leftJustified(octets: readonly number[]): number {
  return octets.reduce((value, octet, i) => (value | (octet << (24 - 8 * i))) >>> 0, 0);
}

function dotted(address: number): string {
  return [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255].join('.');
}

function prefixByte(length: number, index: number): number {
  const bits = Math.min(8, Math.max(0, length - 8 * index));
  return (0xff00 >> bits) & 0xff;
}

/** The canonical text of an IPv6 address (RFC 5952; no IPv4 tail). */
export function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  let bestStart = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; ) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > bestLength) {
      bestStart = i;
      bestLength = end - i;
    }
    i = Math.max(end, i + 1);
  }
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map(group => group.toString(16))
      .join(':');
  return bestStart === -1 ? text(0, 8) : `${text(0, bestStart)}::${text(bestStart + bestLength, 8)}`;
}
