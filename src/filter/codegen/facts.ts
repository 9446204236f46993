// What is known to hold where a primitive is evaluated: the protocols that were tested, and the encapsulations that were
// found. Only warnings come of it: `vlan or ip` looks for IPv4 behind a tag that the packet may not have.
//
// A small forward analysis over the expression: each node has the facts of its being true and of its being false, as bits.

import type { Diagnostic, Span } from '../../diagnostics/index.js';
import type { Base } from './state.js';

/** Two sets as bits: protocols (see PROTOCOL_BITS) and encapsulations in the order of their appearance. */
export interface FactSet {
  readonly protocols: number;
  readonly layers: number;
}

export const NO_FACTS: FactSet = { protocols: 0, layers: 0 };

export function union(a: FactSet, b: FactSet): FactSet {
  return { protocols: a.protocols | b.protocols, layers: a.layers | b.layers };
}

export function intersection(a: FactSet, b: FactSet): FactSet {
  return { protocols: a.protocols & b.protocols, layers: a.layers & b.layers };
}

const FACT_PROTOCOLS = [
  ...['ip', 'ip6', 'arp', 'rarp', 'atalk', 'decnet', 'lat', 'sca', 'moprc', 'mopdl'],
  ...['tcp', 'udp', 'sctp', 'icmp', 'igmp', 'igrp', 'pim', 'vrrp', 'carp', 'icmp6'],
];

/** The fact that the packet is of a protocol; none for protocols that no load is checked against. */
export function protocolFact(protocol: string): FactSet {
  const index = FACT_PROTOCOLS.indexOf(protocol);
  return index === -1 ? NO_FACTS : { protocols: 1 << index, layers: 0 };
}

/** More encapsulations than this in one expression are not followed. */
const MAX_LAYERS = 31;

interface Layer {
  readonly keyword: string;
  readonly span: Span;
  readonly bit: number;
  /** The link-layer header moved too, not only what follows it. */
  readonly movesLinkHeader: boolean;
  warned: boolean;
}

export class Facts {
  /** What holds on the way to the primitive that is being generated. */
  known: FactSet = NO_FACTS;
  readonly #layers: Layer[] = [];
  readonly #warnings: Diagnostic[];

  constructor(warnings: Diagnostic[]) {
    this.#warnings = warnings;
  }

  /** From here on, offsets are those inside this encapsulation. Returns the fact that the packet has it. */
  enter(keyword: string, span: Span, movesLinkHeader: boolean): FactSet {
    if (this.#layers.length === MAX_LAYERS) return NO_FACTS;
    const bit = 1 << this.#layers.length;
    this.#layers.push({ keyword, span, bit, movesLinkHeader, warned: false });
    return { protocols: 0, layers: bit };
  }

  /** A load relative to `base` at `span`: warns once for each encapsulation that the packet need not have here. */
  touch(base: Base, span: Span): void {
    if (base === 'packet' || base === 'previous link header') return;
    for (const layer of this.#layers) {
      if (layer.warned || (this.known.layers & layer.bit) !== 0) continue;
      if (base === 'link header' && !layer.movesLinkHeader) continue;
      layer.warned = true;
      this.#warnings.push({
        code: 'SKEP1150',
        severity: 'warning',
        message: `this looks inside '${layer.keyword}', also in packets where '${layer.keyword}' does not match`,
        span,
        notes: [
          `'${layer.keyword}' (at offset ${layer.span.start}) moves the place where everything to the right of it looks, whatever 'or' and 'not' stand between`,
          `write what is meant for packets without it to the left of '${layer.keyword}'`,
        ],
      });
    }
  }
}
