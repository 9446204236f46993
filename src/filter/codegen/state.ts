// What code generation knows while it walks the expression from left to right: where the headers are *now*.
//
// `vlan`, `mpls`, `pppoes`, `geneve`, `vxlan` and `lane` move those places for everything to the right of them; that is the
// documented meaning of the language, whatever `or` and `not` stand in between (pcap-filter(7)).

import type { Diagnostic, Span } from '../../diagnostics/index.js';
import type { Origin, Statement } from '../condition.js';
import { FIRST_MATCHING_DLT, LAST_MATCHING_DLT, type LinkLayout, type LinkType, linkTypeByDlt } from '../link-types.js';
import type { NameResolver } from '../names.js';
import { loadXMemory } from './build.js';
import { fail } from './errors.js';
import { Facts } from './facts.js';
import { LazyOrigin, type Words } from './origin.js';

/** Where the compiled filter will run. */
export type Target =
  /** Over packets of a capture file: all there is to know is in the bytes. */
  | 'savefile'
  /** In a Linux kernel (little-endian): VLAN tag, direction and interface come from ancillary loads. */
  | 'linux';

export interface GenerateOptions {
  /** DLT number of the packets. */
  readonly linkType: number;
  /** The capture interface's netmask, 32 bits; absent: unknown, and `ip broadcast` is refused. */
  readonly netmask?: number;
  readonly resolver: NameResolver;
  /** Default `savefile`. */
  readonly target?: Target;
  /** Walk IPv6 extension headers to find the transport header. Default false, as libpcap. */
  readonly ip6Extensions?: boolean;
  /** `tcp[13]` and the like also match TCP over IPv6. Default false, as libpcap. */
  readonly transportOverIp6?: boolean;
}

/** The part of an offset that each packet decides, held in scratch memory once something needs it. */
export class VariablePart {
  /** A virtual register, -1 until the first use. */
  register = -1;
}

/** A place in the packet: the sum of a constant and, perhaps, a variable part, in bytes from its beginning. */
export interface Offset {
  readonly constant: number;
  readonly variable?: VariablePart;
}

/** What libpcap computes with where a link type has no such offset: the sums wrap around at 32 bits. */
export const NOT_SET = 0xffffffff;

const NO_LAYOUT: LinkLayout = { demultiplexing: 'none' };

/** What a span of bytes is relative to. */
export type Base =
  | 'packet'
  | 'link header'
  /** The link-layer header around the one that is looked at. */
  | 'previous link header'
  | 'type'
  /** What the link layer carries: the LLC header where there is one. */
  | 'payload'
  | 'network header'
  /** The network header if there is 802.2 without SNAP. */
  | 'network header, no SNAP'
  | 'IPv4 payload'
  | 'IPv6 payload';

export class State {
  readonly options: GenerateOptions;
  readonly target: Target;
  readonly warnings: Diagnostic[] = [];
  readonly facts = new Facts(this.warnings);

  /** The link type at the beginning of the packet, and the one whose header is looked at now. */
  readonly outermost: LinkType;
  link: LinkType;
  previousLink: LinkType;

  /** The parts that the preamble computes (preamble.ts). */
  readonly prefixLength = new VariablePart();
  readonly payloadOffset = new VariablePart();

  readonly outermostHeader: Offset;
  #linkHeader: Offset;
  #previousLinkHeader: Offset;
  #linkPayload: Offset;
  #type: Offset;
  #network: number;
  #networkNoSnap: number;

  /** Statements of loads at the current places (load.ts), the same for the same field: cleared when a place moves. */
  readonly loads = new Map<Base, Map<number, Map<number, readonly Statement[]>>>();

  vlanDepth = 0;
  mplsDepth = 0;
  /** Inside Geneve or VXLAN. */
  tunnelled = false;

  /** The primitive that is being generated. */
  span: Span = { start: 0, end: 0 };

  #registers = 0;

  constructor(options: GenerateOptions) {
    this.options = options;
    this.target = options.target ?? 'savefile';
    this.outermost = knownLinkType(options.linkType);
    this.link = this.outermost;
    this.previousLink = this.outermost;
    const layout = this.layout;
    this.outermostHeader = {
      constant: layout.header ?? 0,
      ...(layout.prefix ? { variable: this.prefixLength } : {}),
    };
    this.#linkHeader = this.outermostHeader;
    this.#previousLinkHeader = this.outermostHeader;
    this.#linkPayload = {
      constant: layout.payload ?? NOT_SET,
      ...(layout.variablePayload ? { variable: this.payloadOffset } : {}),
    };
    this.#type = { constant: layout.type ?? NOT_SET };
    this.#network = layout.network ?? NOT_SET;
    this.#networkNoSnap = layout.networkNoSnap ?? NOT_SET;
  }

  get linkHeader(): Offset {
    return this.#linkHeader;
  }

  set linkHeader(value: Offset) {
    this.#linkHeader = value;
    this.loads.clear();
  }

  get previousLinkHeader(): Offset {
    return this.#previousLinkHeader;
  }

  set previousLinkHeader(value: Offset) {
    this.#previousLinkHeader = value;
    this.loads.clear();
  }

  get linkPayload(): Offset {
    return this.#linkPayload;
  }

  set linkPayload(value: Offset) {
    this.#linkPayload = value;
    this.loads.clear();
  }

  /** constant NOT_SET: the link layer has no type field. */
  get type(): Offset {
    return this.#type;
  }

  set type(value: Offset) {
    this.#type = value;
    this.loads.clear();
  }

  /** From the payload to the network-layer header, with SNAP or an EtherType. */
  get network(): number {
    return this.#network;
  }

  set network(value: number) {
    this.#network = value;
    this.loads.clear();
  }

  /** The same with 802.2 alone. */
  get networkNoSnap(): number {
    return this.#networkNoSnap;
  }

  set networkNoSnap(value: number) {
    this.#networkNoSnap = value;
    this.loads.clear();
  }

  /** The layout of the link type that is looked at now. */
  get layout(): LinkLayout {
    return this.link.layout ?? NO_LAYOUT;
  }

  /** A new virtual register. */
  allocate(): number {
    return this.#registers++;
  }

  origin(words: Words): Origin {
    return new LazyOrigin(this.span, words);
  }

  /** Loads an offset's variable part into X; undefined where there is none. */
  loadVariablePart(offset: Offset): Statement | undefined {
    if (!offset.variable) return undefined;
    if (offset.variable.register === -1) offset.variable.register = this.allocate();
    return loadXMemory(offset.variable.register);
  }

  /** From now on the link-layer header is another one, inside what was looked at before. */
  enterLinkLayer(dlt: number, header: Offset): void {
    this.previousLink = this.link;
    this.previousLinkHeader = this.linkHeader;
    this.link = knownLinkType(dlt);
    this.linkHeader = header;
    this.tunnelled = false;
  }
}

/** Adds bytes to an offset's constant part, at 32 bits as the machine does. */
export function shifted(offset: Offset, bytes: number): Offset {
  return { ...offset, constant: (offset.constant + bytes) >>> 0 };
}

function knownLinkType(dlt: number): LinkType {
  const known = linkTypeByDlt(dlt);
  if (known) return known;
  // A number without a name, in the range that tcpdump.org assigns from: only raw bytes can be filtered on.
  if (Number.isInteger(dlt) && dlt >= FIRST_MATCHING_DLT && dlt <= LAST_MATCHING_DLT) {
    return { dlt, linktype: dlt, name: String(dlt), description: 'not in the table of link types' };
  }
  return fail('SKEP1100', `unknown link type ${dlt}`, { start: 0, end: 0 });
}
