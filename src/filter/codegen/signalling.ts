// SS7: MTP2 signal units by their length indicator, and the fields of MTP3's routing label, for both kinds of links
// (ITU-T Q.703, 2.2 and annex A; Q.704, 2.2). The label is little-endian: 14 bits DPC, 14 bits OPC, 4 bits SLS.

import type { SignallingPrimitive } from '../ast.js';
import type { Condition } from '../condition.js';
import type { SignallingOffsets } from '../link-types.js';
import { all } from './build.js';
import { failUnsupported, requireAtMost } from './errors.js';
import { compare, type Field, field } from './load.js';
import type { State } from './state.js';

/** High-speed links have a sequence number of 2 bytes and a length of 9 bits: everything behind stands 3 bytes further. */
const HSL_SHIFT = 3;
const LENGTH_MASK = 0x3f;
const HSL_LENGTH_MASK = 0xff80;

function offsets(state: State, keyword: string): SignallingOffsets {
  const found = state.layout.signalling;
  if (!found) failUnsupported(keyword, state, ['it needs SS7: MTP2, MTP2_WITH_PHDR or ERF']);
  return found;
}

/** `fisu`, `lssu`, `msu`, and `hfisu` and so on: fill-in (empty), link status (1 or 2 bytes), message (3 and more). */
export function signalUnit(state: State, { type }: Extract<SignallingPrimitive, { kind: 'mtp2' }>): Condition {
  const { lengthIndicator, lengthIndicatorHsl } = offsets(state, type);
  const highSpeed = type.startsWith('h');
  const length = highSpeed
    ? field('packet', lengthIndicatorHsl, 2, HSL_LENGTH_MASK)
    : field('packet', lengthIndicator, 1, LENGTH_MASK);
  const units = (n: number): number => (highSpeed ? n << 7 : n);
  const words = highSpeed ? 'HSL length indicator' : 'length indicator';
  switch (type) {
    case 'fisu':
    case 'hfisu':
      return compare(state, length, '=', 0, `${words} is 0: a fill-in signal unit`);
    case 'lssu':
    case 'hlssu':
      return all([
        compare(state, length, '>', 0, `${words} is not 0`),
        compare(state, length, '<=', units(2), `${words} is at most 2: a link status signal unit`),
      ]);
    case 'msu':
    case 'hmsu':
      return compare(state, length, '>', units(2), `${words} is more than 2: a message signal unit`);
  }
}

interface RoutingField {
  readonly largest: number;
  readonly place: (at: SignallingOffsets, shift: number) => Field;
  /** The value as it stands in the masked field. */
  readonly encode: (value: number) => number;
}

const swap16 = (value: number): number => ((value >>> 8) & 0xff) | ((value & 0xff) << 8);
const swap32 = (value: number): number => ((swap16(value) << 16) | swap16(value >>> 16)) >>> 0;

const POINT_CODE = 0x3fff;

const FIELDS: Readonly<Record<'sio' | 'opc' | 'dpc' | 'sls', RoutingField>> = {
  sio: {
    largest: 0xff,
    place: (at, shift) => field('packet', at.sio + shift, 1),
    encode: value => value,
  },
  opc: {
    largest: POINT_CODE,
    place: (at, shift) => field('packet', at.routingLabel + shift, 4, swap32(POINT_CODE << 14)),
    encode: value => swap32(value << 14),
  },
  dpc: {
    largest: POINT_CODE,
    place: (at, shift) => field('packet', at.routingLabel + shift, 2, swap16(POINT_CODE)),
    encode: swap16,
  },
  sls: {
    largest: 0x0f,
    place: (at, shift) => field('packet', at.sls + shift, 1, 0xf0),
    encode: value => value << 4,
  },
};

/** `opc 5`, `hsls >= 3`. `>` and `<` compare the field's bytes as they stand, as libpcap does: for codes that is not their order. */
export function routingField(
  state: State,
  { field: name, operator, value }: Extract<SignallingPrimitive, { kind: 'mtp3-field' }>,
): Condition {
  const at = offsets(state, name);
  const highSpeed = name.startsWith('h');
  const { largest, place, encode } = FIELDS[(highSpeed ? name.slice(1) : name) as keyof typeof FIELDS];
  requireAtMost(name, value, largest, state.span);
  return compare(state, place(at, highSpeed ? HSL_SHIFT : 0), operator, encode(value), `${name} ${operator} ${value}`);
}
