// ATM with SunATM's pseudo-header: virtual path and channel, signalling messages, LAN emulation.
// Numbers: ATM Forum UNI 3.1 (channels of VPI 0), ITU-T Q.2931 (messages), SunATM's header.
//
//     0         1       2         4
//     +---------+-------+---------+---------
//     | type, 4 |  VPI  |   VCI   | AAL payload
//     +---------+-------+---------+---------

import type { AtmPrimitive } from '../ast.js';
import type { Condition } from '../condition.js';
import { all, any } from './build.js';
import { failUnsupported, requireAtMost } from './errors.js';
import type { FactSet } from './facts.js';
import { NO_FACTS } from './facts.js';
import { type Comparison, compare, equals, field } from './load.js';
import type { State } from './state.js';

const VPI_OFFSET = 1;
const VCI_OFFSET = 2;
const PAYLOAD_OFFSET = 4;
/** Of a Q.2931 message, from the payload. */
const MESSAGE_TYPE_OFFSET = 5;

/** Traffic types in the low 4 bits of the first byte. */
const SUNATM_LANE = 1;
export const SUNATM_LLC = 2;

/** Well-known channels of VPI 0. */
const CHANNELS = {
  metac: { vci: 1, words: 'meta signalling' },
  bcc: { vci: 2, words: 'broadcast signalling' },
  oamf4sc: { vci: 3, words: 'segment OAM F4 cells' },
  oamf4ec: { vci: 4, words: 'end-to-end OAM F4 cells' },
  sc: { vci: 5, words: 'point-to-point signalling' },
  ilmic: { vci: 16, words: 'ILMI' },
} as const;

const MESSAGES = {
  'release complete': 0x5a,
  release: 0x4d,
  'connect acknowledge': 0x0f,
  connect: 0x07,
  setup: 0x05,
  'call proceeding': 0x02,
} as const;

type Message = keyof typeof MESSAGES;

/** In the order in which they are tested. */
const CONNECTION_MESSAGES = Object.keys(MESSAGES) as Message[];

/** The pseudo-header's traffic type. */
export function sunAtmType(state: State, type: number): Condition {
  const words = type === SUNATM_LANE ? 'LAN emulation' : 'LLC';
  return equals(state, field('link header', 0, 1, 0x0f), type, `ATM traffic type is ${words} (${type})`);
}

function requireAtm(state: State, keyword: string): void {
  if (state.layout.demultiplexing !== 'sunatm') {
    failUnsupported(keyword, state, ['it needs ATM with a SunATM header: SUNATM']);
  }
}

/** `vpi 3`, `vci > 5`. */
export function atmField(state: State, primitive: Extract<AtmPrimitive, { kind: 'atm-field' }>): Condition {
  requireAtm(state, primitive.field);
  return primitive.field === 'vpi'
    ? vpi(state, primitive.operator, primitive.value)
    : vci(state, primitive.operator, primitive.value);
}

function vpi(state: State, comparison: Comparison, value: number): Condition {
  requireAtMost('VPI', value, 0xff, state.span);
  return compare(state, field('link header', VPI_OFFSET, 1), comparison, value, `VPI ${comparison} ${value}`);
}

function vci(state: State, comparison: Comparison, value: number, words = ''): Condition {
  requireAtMost('VCI', value, 0xffff, state.span);
  return compare(state, field('link header', VCI_OFFSET, 2), comparison, value, `VCI ${comparison} ${value}${words}`);
}

function channel(state: State, name: keyof typeof CHANNELS): Condition {
  const { vci: number, words } = CHANNELS[name];
  return all([vpi(state, '=', 0), vci(state, '=', number, ` (${words})`)]);
}

function message(state: State, name: Message): Condition {
  const what = field('link header', PAYLOAD_OFFSET + MESSAGE_TYPE_OFFSET, 1);
  return equals(state, what, MESSAGES[name], `Q.2931 message is ${name}`);
}

/** `lane`, `oamf4`, `connectmsg` and the rest. */
export function atm(
  state: State,
  primitive: Extract<AtmPrimitive, { kind: 'atm' }>,
): { condition: Condition; whenTrue: FactSet } {
  requireAtm(state, primitive.type);
  const plain = (condition: Condition): { condition: Condition; whenTrue: FactSet } => ({
    condition,
    whenTrue: NO_FACTS,
  });
  switch (primitive.type) {
    case 'lane':
      return lane(state);
    case 'oam':
    case 'oamf4':
      return plain(
        all([
          vpi(state, '=', 0),
          any([CHANNELS.oamf4sc, CHANNELS.oamf4ec].map(({ vci: n, words }) => vci(state, '=', n, ` (${words})`))),
        ]),
      );
    case 'connectmsg':
      return plain(all([channel(state, 'sc'), any(CONNECTION_MESSAGES.map(name => message(state, name)))]));
    case 'metaconnect':
      return plain(
        all([
          channel(state, 'metac'),
          any(CONNECTION_MESSAGES.filter(name => name !== 'connect acknowledge').map(name => message(state, name))),
        ]),
      );
    default:
      return plain(channel(state, primitive.type));
  }
}

/** LAN emulation: from here on it is Ethernet, behind the pseudo-header and LANE's two bytes. Token ring is not thought of. */
function lane(state: State): { condition: Condition; whenTrue: FactSet } {
  const condition = sunAtmType(state, SUNATM_LANE);
  const header = PAYLOAD_OFFSET + 2;
  state.enterLinkLayer(DLT_EN10MB, { constant: header });
  state.type = { ...state.type, constant: header + 12 };
  state.linkPayload = { ...state.linkPayload, constant: header + 14 };
  state.network = 0;
  state.networkNoSnap = 3;
  return { condition, whenTrue: state.facts.enter('lane', state.span, true) };
}

const DLT_EN10MB = 1;
