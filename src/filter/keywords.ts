// The words of the language and what each is to the parser: one table (libpcap 1.11, scanner.l).

import type { AtmPrimitive, Direction, EncapsulationPrimitive, ProtocolName, SignallingPrimitive } from './ast.js';

/** What the parser sees of a token. The keywords that work alike share one kind and differ in `word`. */
export type TokenKind =
  // ids
  | 'name'
  | 'number'
  | 'ipv4'
  | 'ipv6'
  | 'mac'
  | 'arcnet'
  // qualifiers
  | 'protocol'
  | 'direction'
  | 'type'
  | 'proto'
  | 'gateway'
  // logic
  | 'and'
  | 'or'
  | 'not'
  // primitives of their own
  | 'cast'
  | 'length bound'
  | 'byte'
  | 'len'
  | 'way'
  | 'ifindex'
  | 'encapsulation'
  | 'pppoed'
  | 'llc'
  | 'atm'
  | 'atm field'
  | 'mtp2'
  | 'mtp3 field'
  | 'pf name'
  | 'pf number'
  | 'pf reason'
  | 'pf action'
  | 'wlan type'
  | 'wlan subtype'
  | 'wlan dir'
  | 'mask'
  // one-character and two-character marks are their own kind
  | Mark
  | 'error'
  | 'end';

export type Mark =
  | '('
  | ')'
  | '['
  | ']'
  | ':'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '&'
  | '|'
  | '^'
  | '<<'
  | '>>'
  | '>'
  | '>='
  | '='
  | '<='
  | '<'
  | '!=';

export interface Keyword {
  readonly kind: TokenKind;
  /** The canonical word: synonyms share it. */
  readonly word: string;
}

const rows: [kind: TokenKind, ...words: string[]][] = [];

/** Each item is a word, or `alias=word`. */
function row(kind: TokenKind, words: string): void {
  rows.push([kind, ...words.split(' ')]);
}

row('protocol', 'link ether=link ppp=link slip=link fddi=link tr=link wlan=link');
row('protocol', 'arp rarp ip sctp tcp udp icmp igmp igrp pim vrrp carp radio ip6 icmp6 ah esp');
row('protocol', 'atalk aarp decnet lat sca moprc mopdl iso esis es-is=esis isis is-is=isis clnp stp ipx netbeui');
row('protocol', 'l1 l2 iih lsp snp csnp psnp');
row('direction', 'src dst ra ta addr1 address1=addr1 addr2 address2=addr2 addr3 address3=addr3 addr4 address4=addr4');
row('type', 'host net port portrange');
row('proto', 'proto protochain');
row('gateway', 'gateway');
row('mask', 'mask');
row('and', 'and');
row('or', 'or');
row('not', 'not');
row('cast', 'broadcast multicast');
row('length bound', 'less greater');
row('byte', 'byte');
row('len', 'len length=len');
row('way', 'inbound outbound');
row('ifindex', 'ifindex');
row('encapsulation', 'vlan mpls pppoes geneve vxlan');
row('pppoed', 'pppoed');
row('llc', 'llc');
row('atm', 'lane metac bcc oam oamf4 oamf4ec oamf4sc sc ilmic connectmsg metaconnect');
row('atm field', 'vpi vci');
row('mtp2', 'fisu lssu lsu=lssu msu hfisu hlssu hmsu');
row('mtp3 field', 'sio opc dpc sls hsio hopc hdpc hsls');
row('pf name', 'ifname on=ifname ruleset rset=ruleset');
row('pf number', 'rulenum rnr=rulenum subrulenum srnr=subrulenum');
row('pf reason', 'reason');
row('pf action', 'action');
row('wlan type', 'type');
row('wlan subtype', 'subtype');
row('wlan dir', 'dir direction=dir');

/** Every keyword of the language. */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map(
  rows.flatMap(([kind, ...words]) =>
    words.map((item): [string, Keyword] => {
      const [written, canonical] = item.split('=') as [string, string | undefined];
      return [written, { kind, word: canonical ?? written }];
    }),
  ),
);

// The canonical words of each kind are the names that the syntax tree uses.
export type ProtocolWord = ProtocolName;
export type DirectionWord = Extract<Direction, 'src' | 'dst' | 'addr1' | 'addr2' | 'addr3' | 'addr4' | 'ra' | 'ta'>;
export type EncapsulationWord = EncapsulationPrimitive['kind'];
export type AtmWord = Extract<AtmPrimitive, { kind: 'atm' }>['type'];
export type SignallingWord = Extract<SignallingPrimitive, { kind: 'mtp2' }>['type'];

/** A word that stands for a number, anywhere a number may. */
export interface NamedConstant {
  readonly name: string;
  readonly value: number;
  /** The protocol whose header it is about. */
  readonly of: 'icmp' | 'icmp6' | 'tcp';
  /** An offset into that header, a value of its type field, or a bit of the flags. */
  readonly is: 'offset' | 'type' | 'flag';
}

function constants(of: NamedConstant['of'], is: NamedConstant['is'], items: string): NamedConstant[] {
  return items.split(' ').map(item => {
    const [name, value] = item.split('=') as [string, string];
    return { name, value: Number(value), of, is };
  });
}

/** The named constants (RFC 792, RFC 4443 and the IANA ICMPv6 registry, RFC 9293; names from pcap-filter(7)). */
export const NAMED_CONSTANTS: ReadonlyMap<string, NamedConstant> = new Map(
  [
    ...constants('icmp', 'offset', 'icmptype=0 icmpcode=1'),
    ...constants(
      'icmp',
      'type',
      'icmp-echoreply=0 icmp-unreach=3 icmp-sourcequench=4 icmp-redirect=5 icmp-echo=8 icmp-routeradvert=9 ' +
        'icmp-routersolicit=10 icmp-timxceed=11 icmp-paramprob=12 icmp-tstamp=13 icmp-tstampreply=14 icmp-ireq=15 ' +
        'icmp-ireqreply=16 icmp-maskreq=17 icmp-maskreply=18',
    ),
    ...constants('icmp6', 'offset', 'icmp6type=0 icmp6code=1'),
    ...constants(
      'icmp6',
      'type',
      'icmp6-destinationunreach=1 icmp6-packettoobig=2 icmp6-timeexceeded=3 icmp6-parameterproblem=4 icmp6-echo=128 ' +
        'icmp6-echoreply=129 icmp6-multicastlistenerquery=130 icmp6-multicastlistenerreportv1=131 ' +
        'icmp6-multicastlistenerdone=132 icmp6-routersolicit=133 icmp6-routeradvert=134 icmp6-neighborsolicit=135 ' +
        'icmp6-neighboradvert=136 icmp6-redirect=137 icmp6-routerrenum=138 icmp6-nodeinformationquery=139 ' +
        'icmp6-nodeinformationresponse=140 icmp6-ineighbordiscoverysolicit=141 icmp6-ineighbordiscoveryadvert=142 ' +
        'icmp6-multicastlistenerreportv2=143 icmp6-homeagentdiscoveryrequest=144 icmp6-homeagentdiscoveryreply=145 ' +
        'icmp6-mobileprefixsolicit=146 icmp6-mobileprefixadvert=147 icmp6-certpathsolicit=148 icmp6-certpathadvert=149 ' +
        'icmp6-multicastrouteradvert=151 icmp6-multicastroutersolicit=152 icmp6-multicastrouterterm=153',
    ),
    ...constants('tcp', 'offset', 'tcpflags=13'),
    ...constants(
      'tcp',
      'flag',
      'tcp-fin=1 tcp-syn=2 tcp-rst=4 tcp-push=8 tcp-ack=16 tcp-urg=32 tcp-ece=64 tcp-cwr=128',
    ),
  ].map(constant => [constant.name, constant]),
);
