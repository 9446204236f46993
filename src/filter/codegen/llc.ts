// `llc` and its types: the control field of IEEE 802.2 headers (ISO/IEC 8802-2, 5.2).

import { BPF_JSET } from '../../isa/index.js';
import type { LlcPrimitive } from '../ast.js';
import type { Condition } from '../condition.js';
import { SUNATM_LLC, sunAtmType } from './atm.js';
import { all, constant, not, test } from './build.js';
import { failUnsupported } from './errors.js';
import { compare, equals, field, load } from './load.js';
import { hex, LARGEST_LENGTH } from './protocols.js';
import type { State } from './state.js';
import { isDataFrame } from './wlan.js';

type LlcType = NonNullable<LlcPrimitive['type']>;

/** Supervisory frames differ in the low 4 bits of the control field; unnumbered ones in all but the poll bit. */
const SUPERVISORY_MASK = 0x0f;
const UNNUMBERED_MASK = 0xef;
const FORMAT_MASK = 0x03;

const TYPES: Readonly<Record<Exclude<LlcType, 'i'>, { value: number; mask: number; words: string }>> = {
  s: { value: 0x01, mask: FORMAT_MASK, words: 'a supervisory frame' },
  u: { value: 0x03, mask: FORMAT_MASK, words: 'an unnumbered frame' },
  rr: { value: 0x01, mask: SUPERVISORY_MASK, words: 'receive ready' },
  rnr: { value: 0x05, mask: SUPERVISORY_MASK, words: 'receive not ready' },
  rej: { value: 0x09, mask: SUPERVISORY_MASK, words: 'reject' },
  ui: { value: 0x03, mask: UNNUMBERED_MASK, words: 'unnumbered information' },
  ua: { value: 0x63, mask: UNNUMBERED_MASK, words: 'unnumbered acknowledgement' },
  disc: { value: 0x43, mask: UNNUMBERED_MASK, words: 'disconnect' },
  dm: { value: 0x0f, mask: UNNUMBERED_MASK, words: 'disconnected mode' },
  sabme: { value: 0x6f, mask: UNNUMBERED_MASK, words: 'set asynchronous balanced mode extended' },
  test: { value: 0xe3, mask: UNNUMBERED_MASK, words: 'test' },
  xid: { value: 0xaf, mask: UNNUMBERED_MASK, words: 'exchange identification' },
  frmr: { value: 0x87, mask: UNNUMBERED_MASK, words: 'frame reject' },
};

const CONTROL_OFFSET = 2;

export function llcFrame(state: State, { type }: LlcPrimitive): Condition {
  const hasHeader = llcHeader(state);
  if (type === undefined) return hasHeader;
  if (type === 'i') {
    const origin = state.origin('LLC control says an information frame');
    const control = load(state, field('payload', CONTROL_OFFSET, 1));
    return all([hasHeader, not(test(control, BPF_JSET, 0x01, origin), origin)]);
  }
  const { value, mask, words } = TYPES[type];
  return all([
    hasHeader,
    equals(
      state,
      field('payload', CONTROL_OFFSET, 1, mask),
      value,
      `LLC control says ${words} (${hex(value, 2)}, mask ${hex(mask, 2)})`,
    ),
  ]);
}

/** The frame has an LLC header. */
function llcHeader(state: State): Condition {
  switch (state.layout.llc) {
    case 'length-field':
      return all([
        compare(state, field('type', 0, 2), '<=', LARGEST_LENGTH, 'the type field is a length: 802.3 with LLC'),
        compare(state, field('payload', 0, 2), '!=', 0xffff, "not Novell's 802.3, which has no LLC header"),
      ]);
    case 'sunatm':
      return sunAtmType(state, SUNATM_LLC);
    case 'wlan':
      return isDataFrame(state);
    case 'always':
      return constant(true, state.origin(`${state.link.name} frames always have an LLC header`));
    case undefined:
      return failUnsupported('llc', state);
  }
}
