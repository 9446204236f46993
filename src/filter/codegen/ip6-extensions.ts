// Walking IPv6 extension headers to the upper-layer header (RFC 8200, 4; RFC 4302 for AH). Opt-in: libpcap looks at the
// first next-header field only (and `proto` at one fragment header).
//
// The walk ends at the first header that is no extension, and at a fragment that is not the first: what follows it is payload.
// Over capture files it is a loop; for a kernel, which refuses loops, it is unrolled MAX_KERNEL_HEADERS times.

import { BPF_ADD, BPF_AND, BPF_JEQ, BPF_JGE, BPF_LSH } from '../../isa/index.js';
import type { Condition, Statement } from '../condition.js';
import {
  add,
  addX,
  alu,
  branch,
  loadImmediate,
  loadIndexed,
  loadMemory,
  loadXImmediate,
  loadXMemory,
  not,
  type Size,
  store,
  storeX,
  test,
  txa,
} from './build.js';
import { type Comparison, field, IP6_HEADER_LENGTH, JUMPS, load, place } from './load.js';
import type { Words } from './origin.js';
import { IP_PROTOCOL, ipProtocolWords } from './protocols.js';
import type { State } from './state.js';

/** RFC 8200 recommends at most six before the upper layer. */
const MAX_KERNEL_HEADERS = 6;

/** Headers of `(length + 1) * 8` bytes whose first two bytes are the next header and the length. */
const OPTION_HEADERS = [
  IP_PROTOCOL.HOP_BY_HOP,
  IP_PROTOCOL.ROUTING,
  IP_PROTOCOL.DESTINATION_OPTIONS,
  IP_PROTOCOL.MOBILITY,
  IP_PROTOCOL.HIP,
  IP_PROTOCOL.SHIM6,
];

/** How the walk goes on from a header. */
const STOP = 0;
const OPTIONS = 1;
const FRAGMENT = 2;
const AUTHENTICATION = 3;

/** The upper-layer header of the IPv6 packet at the current place, after `walk` was tested. */
export interface Ip6Upper {
  /** Always true; leaves what the others read in registers. */
  readonly walk: Condition;
  protocolIs(protocol: number): Condition;
  /** Not a fragment other than the first. */
  firstFragment(): Condition;
  /** A comparison of bytes at `offset` in the upper-layer header. */
  compare(offset: number, size: Size, comparison: Comparison, value: number, text: Words): Condition;
  /** The register that holds the header's offset, to which `constant` must be added. */
  readonly offset: { readonly register: number; readonly constant: number };
}

export function ip6Upper(state: State): Ip6Upper {
  const protocol = state.allocate();
  const offset = state.allocate();
  const fragment = state.allocate();
  const step = state.allocate();
  const { intoX, constant } = place(state, 'network header');

  /** A = the kind of step that the header in `protocol` asks for. */
  const kinds: readonly (readonly [protocol: number, kind: number])[] = [
    ...OPTION_HEADERS.map(number => [number, OPTIONS] as const),
    [IP_PROTOCOL.FRAGMENT, FRAGMENT],
    [IP_PROTOCOL.AH, AUTHENTICATION],
  ];
  let classify: Statement[] = [loadXImmediate(STOP)];
  for (const [number, kind] of [...kinds].reverse()) {
    classify = [branch(BPF_JEQ, number, [loadXImmediate(kind)], classify)];
  }

  /** One header: A and `protocol` become the next header, `offset` moves behind this one. `step` is OPTIONS or more. */
  const advance: readonly Statement[] = [
    loadXMemory(offset),
    loadIndexed(1, constant),
    store(protocol),
    loadMemory(step),
    branch(
      BPF_JEQ,
      FRAGMENT,
      [loadIndexed(2, constant + 2), alu(BPF_AND, 0xfff8), store(fragment), loadImmediate(8)],
      [
        branch(
          BPF_JEQ,
          AUTHENTICATION,
          [loadIndexed(1, constant + 1), add(2), alu(BPF_LSH, 2)],
          [loadIndexed(1, constant + 1), add(1), alu(BPF_LSH, 3)],
        ),
      ],
    ),
    addX(),
    store(offset),
  ];
  const look: readonly Statement[] = [loadMemory(protocol), ...classify, storeX(step), loadMemory(step)];
  /** Goes on unless this was a later fragment. */
  const unlessLater = (then: readonly Statement[], otherwise: readonly Statement[]): readonly Statement[] => [
    loadMemory(fragment),
    branch(BPF_JEQ, 0, then, otherwise),
  ];

  let walk: readonly Statement[];
  if (state.target === 'savefile') {
    walk = [
      {
        kind: 'loop',
        body: [
          ...look,
          branch(BPF_JEQ, STOP, [{ kind: 'break' }]),
          ...advance,
          ...unlessLater([], [{ kind: 'break' }]),
        ],
      },
    ];
  } else {
    walk = [];
    for (let i = 0; i < MAX_KERNEL_HEADERS; i++) {
      walk = [...look, branch(BPF_JEQ, STOP, [], [...advance, ...(walk.length > 0 ? unlessLater(walk, []) : [])])];
    }
  }

  const start: readonly Statement[] = [
    ...(intoX.length > 0 ? [...intoX, txa(), alu(BPF_ADD, IP6_HEADER_LENGTH)] : [loadImmediate(IP6_HEADER_LENGTH)]),
    store(offset),
    loadImmediate(0),
    store(fragment),
    ...load(state, field('network header', 6, 1)),
    store(protocol),
  ];

  return {
    walk: test([...start, ...walk, loadImmediate(0)], BPF_JGE, 0, state.origin('IPv6 extension headers are walked')),
    protocolIs: number =>
      test(
        [loadMemory(protocol)],
        BPF_JEQ,
        number,
        state.origin(() => `the header behind IPv6's extensions is ${ipProtocolWords(number)}`),
      ),
    firstFragment: () => test([loadMemory(fragment)], BPF_JEQ, 0, state.origin('not a later IPv6 fragment')),
    compare(at, size, comparison, value, text) {
      const { jump, negate } = JUMPS[comparison];
      const origin = state.origin(text);
      const leaf = test([loadXMemory(offset), loadIndexed(size, constant + at)], jump, value, origin);
      return negate ? not(leaf, origin) : leaf;
    },
    offset: { register: offset, constant },
  };
}
