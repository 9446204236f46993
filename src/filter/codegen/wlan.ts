// IEEE 802.11: frame types and the addresses whose places depend on the DS bits (IEEE 802.11-2020, 9.2 and 9.3.2).
//
//     frame          To DS  From DS   destination at   source at
//     management       -       -            4             10
//     data             0       0            4             10
//     data             0       1            4             16
//     data             1       0           16             10
//     data             1       1           16             24
//
// Control frames have neither; type 3 is reserved.

import type { Direction, WlanPrimitive } from '../ast.js';
import type { Condition } from '../condition.js';
import { all, any } from './build.js';
import { failUnsupported } from './errors.js';
import { anyBitSet, bytesEqual, compare, equals, field, noBitSet } from './load.js';
import { hex } from './protocols.js';
import type { State } from './state.js';

/** Frame control, first byte: type and subtype; second byte: the DS bits. */
const TYPE_MASK = 0x0c;
const SUBTYPE_MASK = 0xf0;
const DS_MASK = 0x03;
const TYPE_CONTROL = 0x04;
const TYPE_DATA = 0x08;
const SUBTYPE_CTS = 0xc0;
const SUBTYPE_ACK = 0xd0;
const TO_DS = 0x01;
const FROM_DS = 0x02;

const FRAME_TYPE = field('link header', 0, 1);
const FRAME_FLAGS = field('link header', 1, 1);

export function isDataFrame(state: State): Condition {
  return equals(state, field('link header', 0, 1, TYPE_MASK), TYPE_DATA, 'it is an 802.11 data frame');
}

const toDs = (state: State): Condition => anyBitSet(state, FRAME_FLAGS, TO_DS, 'To DS is set');
const notToDs = (state: State): Condition => noBitSet(state, FRAME_FLAGS, TO_DS, 'To DS is clear');
const fromDs = (state: State): Condition => anyBitSet(state, FRAME_FLAGS, FROM_DS, 'From DS is set');
const notFromDs = (state: State): Condition => noBitSet(state, FRAME_FLAGS, FROM_DS, 'From DS is clear');
const dataBit = (state: State): Condition => anyBitSet(state, FRAME_TYPE, TYPE_DATA, 'it is a data frame');
const notDataBit = (state: State): Condition => noBitSet(state, FRAME_TYPE, TYPE_DATA, 'it is a management frame');
const notControlBit = (state: State): Condition =>
  noBitSet(state, FRAME_TYPE, TYPE_CONTROL, 'it is neither a control nor a reserved frame');

/** `matches(at)` for the destination address, wherever it is in this frame. */
export function destinationAddress(state: State, matches: (offset: number) => Condition): Condition {
  return all([
    notControlBit(state),
    any([
      all([notDataBit(state), matches(4)]),
      all([dataBit(state), any([all([notToDs(state), matches(4)]), all([toDs(state), matches(16)])])]),
    ]),
  ]);
}

/** The same for the source address. */
function sourceAddress(state: State, matches: (offset: number) => Condition): Condition {
  return all([
    notControlBit(state),
    any([
      all([notDataBit(state), matches(10)]),
      all([
        dataBit(state),
        any([
          all([notFromDs(state), matches(10)]),
          all([fromDs(state), any([all([notToDs(state), matches(16)]), all([toDs(state), matches(24)])])]),
        ]),
      ]),
    ]),
  ]);
}

function not(state: State, mask: number, value: number, text: string): Condition {
  return compare(state, field('link header', 0, 1, mask), '!=', value, text);
}

const notControl = (state: State): Condition => not(state, TYPE_MASK, TYPE_CONTROL, 'it is not a control frame');

/** CTS and ACK frames have one address alone. */
const hasSecondAddress = (state: State): Condition =>
  any([
    notControl(state),
    all([
      not(state, SUBTYPE_MASK, SUBTYPE_CTS, 'it is not a CTS frame'),
      not(state, SUBTYPE_MASK, SUBTYPE_ACK, 'it is not an ACK frame'),
    ]),
  ]);

/** `wlan host 1:2:3:4:5:6` and its directions. */
export function wlanHost(
  state: State,
  address: Uint8Array,
  direction: Direction | undefined,
  words: string,
): Condition {
  const at =
    (name: string) =>
    (offset: number): Condition =>
      all(bytesEqual(state, 'link header', offset, address, `${name} (at ${offset}) is ${words}`));
  switch (direction) {
    case 'src':
      return sourceAddress(state, at('source address'));
    case 'dst':
      return destinationAddress(state, at('destination address'));
    case 'src and dst':
      return all([wlanHost(state, address, 'src', words), wlanHost(state, address, 'dst', words)]);
    case 'src or dst':
    case undefined:
      return any([wlanHost(state, address, 'src', words), wlanHost(state, address, 'dst', words)]);
    case 'addr1':
      return at('address 1')(4);
    case 'addr2':
      return all([hasSecondAddress(state), at('address 2')(10)]);
    case 'addr3':
      return all([notControl(state), at('address 3')(16)]);
    case 'addr4':
      return all([
        equals(state, field('link header', 1, 1, DS_MASK), TO_DS | FROM_DS, 'To DS and From DS are set'),
        at('address 4')(24),
      ]);
    case 'ra':
      return all([anyBitSet(state, FRAME_TYPE, TYPE_DATA, 'it is not a management frame'), at('receiver address')(4)]);
    case 'ta':
      return all([
        anyBitSet(state, FRAME_TYPE, TYPE_DATA, 'it is not a management frame'),
        hasSecondAddress(state),
        at('transmitter address')(10),
      ]);
  }
}

/** `type mgt subtype beacon`, `dir tods`. */
export function wlanFrame(state: State, primitive: WlanPrimitive): Condition {
  const keyword = primitive.kind === 'wlan-type' ? 'type' : 'dir';
  if (state.layout.demultiplexing !== 'wlan') {
    failUnsupported(keyword, state, ['it needs 802.11 frames, with or without a radio header']);
  }
  if (primitive.kind === 'wlan-dir') {
    const bits = primitive.value;
    return equals(
      state,
      field('link header', 1, 1, DS_MASK),
      bits,
      `To DS is ${bits & TO_DS ? 'set' : 'clear'}, From DS is ${bits & FROM_DS ? 'set' : 'clear'}`,
    );
  }
  const { value, mask } = primitive;
  return equals(
    state,
    field('link header', 0, 1, mask),
    value,
    `802.11 frame ${mask === TYPE_MASK ? 'type is' : 'type and subtype are'} ${hex(value, 2)}`,
  );
}
