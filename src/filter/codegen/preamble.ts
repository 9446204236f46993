// What runs before the first test: the lengths of variable-length headers go into the registers that the tests read.
//
// Radiotap: radiotap.org. AVS and Prism: the headers' lengths as drivers fill them. PPI: CACE Technologies, PPI 1.0.10.
// 802.11: IEEE 802.11-2020, 9.2.4. The pf log: net/if_pflog.h.

import { BPF_ADD, BPF_AND, BPF_JEQ, BPF_JSET, BPF_LSH, BPF_OR } from '../../isa/index.js';
import type { Condition, Statement } from '../condition.js';
import type { RadioPrefix } from '../link-types.js';
import {
  add,
  alu,
  aluX,
  branch,
  loadAbsolute,
  loadImmediate,
  loadIndexed,
  loadMemory,
  loadXImmediate,
  store,
  tax,
  test,
  txa,
} from './build.js';
import { equals, field } from './load.js';
import type { State } from './state.js';

const DLT_IEEE802_11 = 105;

/** A = the 16-bit little-endian number at `offset`. */
function loadLittleEndian16(offset: number): Statement[] {
  return [loadAbsolute(1, offset + 1), alu(BPF_LSH, 8), tax(), loadAbsolute(1, offset), aluX(BPF_OR)];
}

/** A Prism header may turn out to be an AVS header: its cookie tells. */
const AVS_COOKIE = 0x80211000;
const PRISM_HEADER_LENGTH = 144;

/** A = the length of the header before the 802.11 frame. */
const PREFIX_LENGTH: Readonly<Record<RadioPrefix, readonly Statement[]>> = {
  radiotap: loadLittleEndian16(2),
  ppi: loadLittleEndian16(2),
  avs: [loadAbsolute(4, 4)],
  prism: [
    loadAbsolute(4, 0),
    alu(BPF_AND, 0xfffff000),
    branch(BPF_JEQ, AVS_COOKIE, [loadAbsolute(4, 4)], [loadImmediate(PRISM_HEADER_LENGTH)]),
  ],
};

/** 802.11's frame control and the length of a data frame's header without QoS. */
const DATA_BIT = 0x08;
const CONTROL_BIT = 0x04;
const QOS_BIT = 0x80;
const WLAN_HEADER_LENGTH = 24;

/** Presence bits of radiotap's first word, as they load big-endian, and its flag for padding behind the 802.11 header. */
const RADIOTAP_FLAGS = 0x02000000;
const RADIOTAP_EXTENDED = 0x00000080;
const RADIOTAP_TSFT = 0x01000000;
const RADIOTAP_DATA_PADDING = 0x20;

/** Sets the registers that are in use; empty if none is. */
function statements(state: State): readonly Statement[] {
  const { prefix, variablePayload } = state.outermost.layout ?? {};
  const { prefixLength, payloadOffset } = state;
  const out: Statement[] = [];
  // The payload's offset is made of the prefix's length.
  if (prefix && (prefixLength.register !== -1 || payloadOffset.register !== -1)) {
    if (prefixLength.register === -1) prefixLength.register = state.allocate();
    out.push(...PREFIX_LENGTH[prefix], store(prefixLength.register), tax());
  }
  if (payloadOffset.register !== -1) {
    if (variablePayload === 'pflog') {
      // The first byte, rounded up to a multiple of 4.
      out.push(loadAbsolute(1, 0), add(3), alu(BPF_AND, 0xfffffffc), store(payloadOffset.register));
    } else if (variablePayload === 'wlan') {
      if (!prefix) out.push(loadXImmediate(state.outermostHeader.constant));
      out.push(...wlanPayload(payloadOffset.register, prefix === 'radiotap'));
    }
  }
  return out;
}

/** The 802.11 header begins at X: 24 bytes, 2 more for QoS data, and radiotap may say that padding follows. */
function wlanPayload(register: number, radiotap: boolean): readonly Statement[] {
  const grow = (steps: readonly Statement[]): Statement[] => [loadMemory(register), ...steps, store(register)];
  const roundUp = branch(BPF_JSET, RADIOTAP_DATA_PADDING, grow([add(3), alu(BPF_AND, 0xfffffffc)]));
  const padding: readonly Statement[] = [
    loadAbsolute(4, 4),
    branch(BPF_JSET, RADIOTAP_FLAGS, [
      branch(
        BPF_JSET,
        RADIOTAP_EXTENDED,
        [],
        [
          // The flags stand behind the 8-byte timestamp, if there is one.
          branch(BPF_JSET, RADIOTAP_TSFT, [loadAbsolute(1, 16), roundUp], [loadAbsolute(1, 8), roundUp]),
        ],
      ),
    ]),
  ];
  return [
    txa(),
    alu(BPF_ADD, WLAN_HEADER_LENGTH),
    store(register),
    loadIndexed(1, 0),
    branch(BPF_JSET, DATA_BIT, [
      branch(BPF_JSET, CONTROL_BIT, [], [branch(BPF_JSET, QOS_BIT, grow([add(2)])), ...(radiotap ? padding : [])]),
    ]),
  ];
}

/** Sets registers to 0 in front of everything else. */
export function withZeroed(registers: readonly number[], condition: Condition): Condition {
  return registers.length === 0 ? condition : prepend([loadImmediate(0), ...registers.map(store)], condition);
}

/** Puts the preamble before the condition's first test, and PPI's check of what it holds before that. */
export function withPreamble(state: State, condition: Condition): Condition {
  const whole = prepend(statements(state), condition);
  if (state.layout.prefix !== 'ppi') return whole;
  state.span = { start: 0, end: 0 };
  const holdsWlan = equals(
    state,
    field('packet', 4, 4),
    (DLT_IEEE802_11 << 24) >>> 0,
    'the PPI header says that 802.11 follows',
  );
  if (whole.kind === 'constant') return whole.value ? holdsWlan : whole;
  return { kind: 'and', terms: [holdsWlan, whole] };
}

/** The same condition, with `first` run before anything else. The tree may be 50,000 levels deep: no recursion. */
function prepend(first: readonly Statement[], condition: Condition): Condition {
  if (first.length === 0) return condition;
  const path: Condition[] = [];
  let node = condition;
  for (let term = firstTerm(node); term; term = firstTerm(node)) {
    path.push(node);
    node = term;
  }
  let result: Condition;
  if (node.kind === 'test') {
    result = { ...node, statements: [...first, ...node.statements] };
  } else {
    const value = node.kind === 'constant' && node.value;
    result = test([...first, loadImmediate(value ? 0 : 1)], BPF_JEQ, 0, node.origin ?? WHOLE[`${value}`]);
  }
  for (let parent = path.pop(); parent; parent = path.pop()) {
    if (parent.kind === 'not') result = { ...parent, term: result };
    else if (parent.kind === 'and' || parent.kind === 'or') {
      result = { ...parent, terms: [result, ...parent.terms.slice(1)] };
    }
  }
  return result;
}

function firstTerm(node: Condition): Condition | undefined {
  if (node.kind === 'not') return node.term;
  return node.kind === 'and' || node.kind === 'or' ? node.terms[0] : undefined;
}

const WHOLE = {
  true: { span: { start: 0, end: 0 }, text: 'every packet' },
  false: { span: { start: 0, end: 0 }, text: 'no packet' },
};
