// Names in an expression (hosts, networks, ports, protocols) and who answers for them.
//
// The compiler never looks a name up itself: it asks a `NameResolver`, which is plain functions over values. The built-in
// one knows the tables below and nothing of hosts; `skep/filter/node` adds the machine's /etc files.

import { closestName, type Diagnostic, SkepError, type Span } from '../diagnostics/index.js';
import { builtInServices } from './services.js';

/** The port numbers that a service name has, by transport; a transport that does not know the name is absent. */
export interface ServicePorts {
  readonly tcp?: number;
  readonly udp?: number;
  readonly sctp?: number;
}

/** Which kind of name was asked for. */
export type NameKind =
  | 'host'
  | 'network'
  | 'service'
  | 'protocol'
  | 'ether protocol'
  | 'LLC protocol'
  | 'ISO protocol'
  | 'ether host';

/** Answers for names. Every function is synchronous and pure: the same name gives the same answer. */
export interface NameResolver {
  /** A host's addresses: 4 bytes for IPv4, 16 for IPv6, network order. */
  host(name: string): readonly Uint8Array[] | undefined;
  /** A network's number as getnetbyname(3) gives it, right-justified: 10 for 10.0.0.0/8, 0xc0a8 for 192.168.0.0/16. */
  network(name: string): number | undefined;
  /** A service's ports (services(5)). */
  service(name: string): ServicePorts | undefined;
  /** An IP protocol number (protocols(5)). */
  protocol(name: string): number | undefined;
  /** An EtherType (`ether proto NAME`). */
  etherProtocol(name: string): number | undefined;
  /** An LLC service access point (`ether proto NAME` where it is not an EtherType). */
  llcProtocol(name: string): number | undefined;
  /** An OSI network-layer protocol identifier (`iso proto NAME`). */
  isoProtocol(name: string): number | undefined;
  /** The MAC address of a host in ethers(5), 6 bytes. */
  etherHost(name: string): Uint8Array | undefined;
  /** The names known of a kind, for "did you mean". */
  names(kind: NameKind): Iterable<string>;
}

/** EtherTypes by name, as `ether proto` takes them (libpcap, nametoaddr.c). */
export const ETHER_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['aarp', 0x80f3],
  ['arp', 0x0806],
  ['atalk', 0x809b],
  ['decnet', 0x6003],
  ['ip', 0x0800],
  ['ip6', 0x86dd],
  ['lat', 0x6004],
  ['lldp', 0x88cc],
  ['loopback', 0x9000],
  ['mopdl', 0x6001],
  ['moprc', 0x6002],
  ['rarp', 0x8035],
  ['sca', 0x6007],
  ['slow', 0x8809],
]);

/** LLC service access points by name (libpcap, nametoaddr.c). */
export const LLC_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['iso', 0xfe],
  ['stp', 0x42],
  ['ipx', 0xe0],
  ['netbeui', 0xf0],
]);

/** OSI network-layer protocol identifiers by name (ISO/IEC TR 9577). */
export const ISO_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['clnp', 0x81],
  ['esis', 0x82],
  ['isis', 0x83],
]);

/** IP protocol numbers by name (IANA, "Protocol Numbers"; the names of protocols(5)). */
export const IP_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['ip', 0],
  ['hopopt', 0],
  ['icmp', 1],
  ['igmp', 2],
  ['ggp', 3],
  ['ipencap', 4],
  ['st', 5],
  ['tcp', 6],
  ['egp', 8],
  ['igp', 9],
  ['pup', 12],
  ['udp', 17],
  ['hmp', 20],
  ['xns-idp', 22],
  ['rdp', 27],
  ['iso-tp4', 29],
  ['dccp', 33],
  ['xtp', 36],
  ['ddp', 37],
  ['idpr-cmtp', 38],
  ['ipv6', 41],
  ['ipv6-route', 43],
  ['ipv6-frag', 44],
  ['idrp', 45],
  ['rsvp', 46],
  ['gre', 47],
  ['esp', 50],
  ['ah', 51],
  ['skip', 57],
  ['ipv6-icmp', 58],
  ['ipv6-nonxt', 59],
  ['ipv6-opts', 60],
  ['rspf', 73],
  ['vmtp', 81],
  ['eigrp', 88],
  ['ospf', 89],
  ['ax.25', 93],
  ['ipip', 94],
  ['etherip', 97],
  ['encap', 98],
  ['pim', 103],
  ['ipcomp', 108],
  ['vrrp', 112],
  ['l2tp', 115],
  ['isis', 124],
  ['sctp', 132],
  ['fc', 133],
  ['mobility-header', 135],
  ['udplite', 136],
  ['mpls-in-ip', 137],
  ['manet', 138],
  ['hip', 139],
  ['shim6', 140],
  ['wesp', 141],
  ['rohc', 142],
  ['ethernet', 143],
]);

/** An IP protocol by name; as protocols(5), the name may also be all upper case (`TCP`). */
function builtInProtocol(name: string): number | undefined {
  const exact = IP_PROTOCOLS.get(name);
  if (exact !== undefined) return exact;
  return name === name.toUpperCase() ? IP_PROTOCOLS.get(name.toLowerCase()) : undefined;
}

const BUILT_IN: NameResolver = {
  host: () => undefined,
  network: () => undefined,
  service: name => builtInServices().get(name),
  protocol: builtInProtocol,
  etherProtocol: name => ETHER_PROTOCOLS.get(name),
  llcProtocol: name => LLC_PROTOCOLS.get(name),
  isoProtocol: name => ISO_PROTOCOLS.get(name),
  etherHost: () => undefined,
  names(kind) {
    if (kind === 'service') return builtInServices().keys();
    if (kind === 'protocol') return IP_PROTOCOLS.keys();
    if (kind === 'ether protocol') return [...ETHER_PROTOCOLS.keys(), ...LLC_PROTOCOLS.keys()];
    if (kind === 'LLC protocol') return LLC_PROTOCOLS.keys();
    if (kind === 'ISO protocol') return ISO_PROTOCOLS.keys();
    return [];
  },
};

/** The resolver that knows the built-in tables only: protocols and well-known services, no hosts or networks. */
export function builtInResolver(): NameResolver {
  return BUILT_IN;
}

/**
 * A resolver that asks `own` first and the built-in tables where that has no function or no answer.
 * `createResolver({ host: name => addresses.get(name) })` is all a caller needs for its own host names.
 */
export function createResolver(own: Partial<NameResolver>): NameResolver {
  return {
    host: name => own.host?.(name),
    network: name => own.network?.(name),
    service: name => own.service?.(name) ?? BUILT_IN.service(name),
    protocol: name => own.protocol?.(name) ?? BUILT_IN.protocol(name),
    etherProtocol: name => own.etherProtocol?.(name) ?? BUILT_IN.etherProtocol(name),
    llcProtocol: name => own.llcProtocol?.(name) ?? BUILT_IN.llcProtocol(name),
    isoProtocol: name => own.isoProtocol?.(name) ?? BUILT_IN.isoProtocol(name),
    etherHost: name => own.etherHost?.(name),
    *names(kind) {
      yield* own.names?.(kind) ?? [];
      yield* BUILT_IN.names(kind);
    },
  };
}

/** The transport protocol that a port's name belongs to; undefined where TCP and UDP share the number (or for a bare number). */
export type PortTransport = 'tcp' | 'udp' | 'sctp';

export interface ResolvedPort {
  readonly port: number;
  /** The only transport that has the name; undefined: every transport. */
  readonly transport?: PortTransport;
}

/**
 * A port's name as `port NAME` means it: TCP's number where TCP knows the name; bound to that transport unless UDP has the
 * same number (libpcap, pcap_nametoport). With `wanted` (`udp port NAME`) the number of that transport.
 * @returns undefined where no transport, or not the wanted one, knows the name
 */
export function resolvePort(resolver: NameResolver, name: string, wanted?: PortTransport): ResolvedPort | undefined {
  const ports = resolver.service(name);
  if (!ports) return undefined;
  if (wanted) {
    const port = ports[wanted];
    return port === undefined ? undefined : { port, transport: wanted };
  }
  if (ports.tcp !== undefined)
    return ports.udp === ports.tcp ? { port: ports.tcp } : { port: ports.tcp, transport: 'tcp' };
  if (ports.udp !== undefined) return { port: ports.udp, transport: 'udp' };
  if (ports.sctp !== undefined) return { port: ports.sctp, transport: 'sctp' };
  return undefined;
}

const KIND_WORDS: Record<NameKind, string> = {
  host: 'host',
  network: 'network',
  service: 'service (port name)',
  protocol: 'IP protocol',
  'ether protocol': 'Ethernet protocol',
  'LLC protocol': 'LLC protocol',
  'ISO protocol': 'OSI protocol',
  'ether host': 'Ethernet host',
};

const KIND_NOTES: Record<NameKind, string> = {
  host: 'host names are answered by the resolver (in Node: /etc/hosts); an address always works',
  network: 'network names are answered by the resolver (in Node: /etc/networks); `net 10.0.0.0/8` always works',
  service:
    'port names are those of the built-in service table and of the resolver (in Node: /etc/services); a number always works',
  protocol: 'protocol names are those of /etc/protocols; a number always works',
  'ether protocol':
    'known here: aarp, arp, atalk, decnet, ip, ip6, ipx, iso, lat, lldp, loopback, mopdl, moprc, netbeui, rarp, sca, slow, stp; a number always works',
  'LLC protocol': 'known here: iso, stp, ipx, netbeui; a number always works',
  'ISO protocol': 'known here: clnp, esis, isis; a number always works',
  'ether host': 'Ethernet host names are answered by the resolver (in Node: /etc/ethers); a MAC address always works',
};

/** The diagnostic for a name that the resolver does not know, with the nearest name it does. */
export function unknownName(kind: NameKind, name: string, span: Span, resolver: NameResolver): Diagnostic {
  const near = closestName(name, resolver.names(kind));
  return {
    code: 'SKEP1060',
    severity: 'error',
    message: `unknown ${KIND_WORDS[kind]} "${name}"`,
    span,
    notes: [KIND_NOTES[kind]],
    ...(near === undefined ? {} : { fix: { description: `did you mean \`${near}\`?`, span, replacement: near } }),
  };
}

/** Throws {@link unknownName} as a SkepError. */
export function failUnknownName(kind: NameKind, name: string, span: Span, resolver: NameResolver): never {
  throw new SkepError(unknownName(kind, name, span, resolver));
}
