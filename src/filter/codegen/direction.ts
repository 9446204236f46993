// `inbound`, `outbound`, `ifindex`: from the link-layer header where it says so, else from what the Linux kernel knows.

import { SKF_AD_OFF } from '../../isa/index.js';
import type { DirectionPrimitive } from '../ast.js';
import type { Condition } from '../condition.js';
import { describeLinkType, fail } from './errors.js';
import { compare, equals, field } from './load.js';
import type { State } from './state.js';

/** linux/filter.h and linux/if_packet.h. */
const SKF_AD_PKTTYPE = 4;
const SKF_AD_IFINDEX = 8;
const PACKET_OUTGOING = 4;

export function directionOrInterface(state: State, primitive: DirectionPrimitive): Condition {
  return primitive.kind === 'ifindex' ? interfaceIndex(state, primitive.value) : direction(state, primitive.kind);
}

function requireLive(state: State, keyword: string): void {
  if (state.target === 'linux') return;
  fail(
    'SKEP1114',
    `'${keyword}' cannot be told from packets of link type ${describeLinkType(state.link)} in a file`,
    state.span,
    { notes: ['the kernel knows it of live packets; in files, LINUX_SLL and LINUX_SLL2 have it'] },
  );
}

function interfaceIndex(state: State, index: number): Condition {
  const words = `interface index is ${index}`;
  const { ifindex } = state.layout;
  if (ifindex !== undefined) return equals(state, field('link header', ifindex, 4), index, words);
  requireLive(state, 'ifindex');
  return equals(state, field('packet', SKF_AD_OFF + SKF_AD_IFINDEX, 4), index, words);
}

function direction(state: State, way: 'inbound' | 'outbound'): Condition {
  const words = `the packet is ${way}`;
  const described = state.layout.direction;
  if (described) {
    const { value, mask } = described[way];
    const negate = way === 'inbound' && described.inbound.negate;
    return compare(
      state,
      field('link header', described.offset, described.size, mask),
      negate ? '!=' : '=',
      value,
      words,
    );
  }
  requireLive(state, way);
  const packetType = field('packet', SKF_AD_OFF + SKF_AD_PKTTYPE, 2);
  return compare(state, packetType, way === 'outbound' ? '=' : '!=', PACKET_OUTGOING, words);
}
