// The syntax tree of a filter expression: what was written, qualifiers already inherited, names not yet resolved.
//
// pcap-filter(7)'s grammar lets an id stand alone after an operator and take the qualifiers of the primitive before it
// (`host a or b`, `tcp port 80 or 443`, `src net 10 and not 10.1`); the parser does that, so each primitive here is complete.

import type { Span } from '../diagnostics/index.js';

export type Expression = LogicalExpression | NotExpression | Primitive;

/** `and` and `or` have the same precedence and group to the left, as in pcap-filter. */
export interface LogicalExpression {
  readonly kind: 'and' | 'or';
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

export interface NotExpression {
  readonly kind: 'not';
  readonly operand: Expression;
  readonly span: Span;
}

/** Protocol qualifiers and abbreviations. `link` stands for ether, fddi, tr, wlan, ppp, slip and link. */
export type ProtocolName =
  | 'link'
  | 'ip'
  | 'arp'
  | 'rarp'
  | 'sctp'
  | 'tcp'
  | 'udp'
  | 'icmp'
  | 'igmp'
  | 'igrp'
  | 'atalk'
  | 'decnet'
  | 'lat'
  | 'sca'
  | 'moprc'
  | 'mopdl'
  | 'ip6'
  | 'icmp6'
  | 'ah'
  | 'esp'
  | 'pim'
  | 'vrrp'
  | 'aarp'
  | 'iso'
  | 'esis'
  | 'isis'
  | 'clnp'
  | 'stp'
  | 'ipx'
  | 'netbeui'
  | 'l1'
  | 'l2'
  | 'iih'
  | 'snp'
  | 'csnp'
  | 'psnp'
  | 'lsp'
  | 'radio'
  | 'carp';

export type Direction =
  | 'src'
  | 'dst'
  | 'src or dst'
  | 'src and dst'
  | 'addr1'
  | 'addr2'
  | 'addr3'
  | 'addr4'
  | 'ra'
  | 'ta';

export type AddressType = 'host' | 'net' | 'port' | 'portrange' | 'proto' | 'protochain' | 'gateway';

/** What stands before an id; undefined is the grammar's default. */
export interface Qualifiers {
  readonly protocol?: ProtocolName;
  readonly direction?: Direction;
  readonly type?: AddressType;
}

/** The id itself. */
export type Id =
  /** A name, to be resolved by type: a host, net, port, port range `a-b`, protocol. Backslash escape removed. */
  | { readonly type: 'name'; readonly text: string }
  | { readonly type: 'number'; readonly value: number }
  /** `10`, `10.1`, `10.1.2`, `10.1.2.3`: 1 to 4 octets as written (an octet may be > 255: an error of meaning), with `/len` or `mask m`. */
  | {
      readonly type: 'ipv4';
      readonly octets: readonly number[];
      readonly prefixLength?: number;
      readonly mask?: readonly number[];
    }
  | { readonly type: 'ipv6'; readonly bytes: Uint8Array; readonly prefixLength?: number }
  /** Six octets. */
  | { readonly type: 'mac'; readonly bytes: Uint8Array }
  /** `$xx`: an ARCnet address. */
  | { readonly type: 'arcnet'; readonly value: number };

export type Primitive =
  | IdPrimitive
  | ProtocolPrimitive
  | RelationPrimitive
  | BroadcastPrimitive
  | LengthPrimitive
  | BytePrimitive
  | DirectionPrimitive
  | EncapsulationPrimitive
  | PflogPrimitive
  | WlanPrimitive
  | LlcPrimitive
  | AtmPrimitive
  | SignallingPrimitive;

/** `tcp src port 80`, `net 10/8`, `ether host 1:2:3:4:5:6`, `$ab`. */
export interface IdPrimitive {
  readonly kind: 'id';
  readonly qualifiers: Qualifiers;
  readonly id: Id;
  /** The id's own words, without the qualifiers. */
  readonly idSpan: Span;
  readonly span: Span;
}

/** A protocol alone: `tcp`, `ip6`, `isis`. */
export interface ProtocolPrimitive {
  readonly kind: 'protocol';
  readonly protocol: ProtocolName;
  readonly span: Span;
}

export type RelationalOperator = '>' | '>=' | '=' | '<=' | '<' | '!=';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>';

/** `ip[6:2] & 0x1fff = 0`, `len > 100`. */
export interface RelationPrimitive {
  readonly kind: 'relation';
  readonly operator: RelationalOperator;
  readonly left: Arithmetic;
  readonly right: Arithmetic;
  readonly span: Span;
}

export type Arithmetic =
  | { readonly kind: 'number'; readonly value: number; readonly span: Span }
  | { readonly kind: 'length'; readonly span: Span }
  | {
      readonly kind: 'load';
      readonly protocol: ProtocolName;
      readonly offset: Arithmetic;
      readonly size: number;
      readonly span: Span;
    }
  | {
      readonly kind: 'binary';
      readonly operator: ArithmeticOperator;
      readonly left: Arithmetic;
      readonly right: Arithmetic;
      readonly span: Span;
    }
  | { readonly kind: 'negate'; readonly operand: Arithmetic; readonly span: Span };

/** `ether broadcast`, `ip multicast`, `multicast`. */
export interface BroadcastPrimitive {
  readonly kind: 'broadcast' | 'multicast';
  readonly protocol?: ProtocolName;
  readonly span: Span;
}

/** `less 128`, `greater 64`. */
export interface LengthPrimitive {
  readonly kind: 'less' | 'greater';
  readonly value: number;
  readonly span: Span;
}

/** `byte 3 = 4` (undocumented, old). */
export interface BytePrimitive {
  readonly kind: 'byte';
  readonly offset: number;
  readonly operator: '&' | '|' | '<' | '>' | '=';
  readonly value: number;
  readonly span: Span;
}

/** `inbound`, `outbound`, `ifindex 3`. */
export type DirectionPrimitive =
  | { readonly kind: 'inbound' | 'outbound'; readonly span: Span }
  | { readonly kind: 'ifindex'; readonly value: number; readonly span: Span };

/** These shift the offsets of what stands to the right of them. */
export interface EncapsulationPrimitive {
  readonly kind: 'vlan' | 'mpls' | 'pppoed' | 'pppoes' | 'geneve' | 'vxlan';
  /** The VLAN id, MPLS label, session id or VNI; undefined: any. */
  readonly value?: number;
  readonly span: Span;
}

/** OpenBSD's PFLOG header. */
export type PflogPrimitive =
  | { readonly kind: 'pflog'; readonly field: 'ifname' | 'ruleset'; readonly value: string; readonly span: Span }
  | { readonly kind: 'pflog'; readonly field: 'rulenum' | 'subrulenum'; readonly value: number; readonly span: Span }
  /** A number, or a name of the reason table. */
  | { readonly kind: 'pflog'; readonly field: 'reason'; readonly value: number | string; readonly span: Span }
  | { readonly kind: 'pflog'; readonly field: 'action'; readonly value: string; readonly span: Span };

/** `type mgt subtype beacon`, `subtype ack`, `dir tods`. Names are resolved by the parser's tables: the values are frame-control bits. */
export type WlanPrimitive =
  | { readonly kind: 'wlan-type'; readonly value: number; readonly mask: number; readonly span: Span }
  | { readonly kind: 'wlan-dir'; readonly value: number; readonly span: Span };

/** `llc`, `llc i`, `llc rr`, `llc ua`. */
export interface LlcPrimitive {
  readonly kind: 'llc';
  /** undefined: any LLC frame; `i`, `s`, `u`: the format; else a supervisory or unnumbered subtype by name. */
  readonly type?:
    | 'i'
    | 's'
    | 'u'
    | 'rr'
    | 'rnr'
    | 'rej'
    | 'ui'
    | 'ua'
    | 'disc'
    | 'dm'
    | 'sabme'
    | 'test'
    | 'xid'
    | 'frmr';
  readonly span: Span;
}

/** `lane`, `oamf4`, `vpi 3`, `vci > 5`. Lists (`vci (1 or 2)`) are `or` expressions. */
export type AtmPrimitive =
  | {
      readonly kind: 'atm';
      readonly type:
        | 'lane'
        | 'metac'
        | 'bcc'
        | 'oamf4sc'
        | 'oamf4ec'
        | 'sc'
        | 'ilmic'
        | 'oam'
        | 'oamf4'
        | 'connectmsg'
        | 'metaconnect';
      readonly span: Span;
    }
  | {
      readonly kind: 'atm-field';
      readonly field: 'vpi' | 'vci';
      readonly operator: RelationalOperator;
      readonly value: number;
      readonly span: Span;
    };

/** SS7: `fisu`, `hmsu`, `opc 5`, `hsls >= 3`. */
export type SignallingPrimitive =
  | { readonly kind: 'mtp2'; readonly type: 'fisu' | 'lssu' | 'msu' | 'hfisu' | 'hlssu' | 'hmsu'; readonly span: Span }
  | {
      readonly kind: 'mtp3-field';
      readonly field: 'sio' | 'opc' | 'dpc' | 'sls' | 'hsio' | 'hopc' | 'hdpc' | 'hsls';
      readonly operator: RelationalOperator;
      readonly value: number;
      readonly span: Span;
    };
