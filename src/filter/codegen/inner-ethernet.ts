// Ethernet inside something else: what must be checked before its addresses mean anything.

import { BPF_JEQ } from '../../isa/index.js';
import type { Condition } from '../condition.js';
import { constant, loadMemory, loadXMemory, not, testX } from './build.js';
import { compare, field } from './load.js';
import type { State } from './state.js';

const SUNATM_PAYLOAD = 4;
const LE_CONTROL = 0xff00;

/** In a tunnel: that there is an Ethernet header at all; in LAN emulation: that this is no control frame. Else nothing. */
export function insideEthernet(state: State): Condition {
  if (state.tunnelled) {
    // Geneve may carry bare IP: then the payload begins where the Ethernet header would.
    state.facts.touch('link header', state.span);
    const origin = state.origin('the tunnel carries an Ethernet header');
    return not(
      testX(
        [loadMemory(state.linkHeader.variable!.register), loadXMemory(state.linkPayload.variable!.register)],
        BPF_JEQ,
        origin,
      ),
      origin,
    );
  }
  if (state.previousLink.layout?.demultiplexing === 'sunatm' && state.link !== state.previousLink) {
    return compare(
      state,
      field('previous link header', SUNATM_PAYLOAD, 2),
      '!=',
      LE_CONTROL,
      'not a LAN emulation control frame',
    );
  }
  return constant(true);
}
