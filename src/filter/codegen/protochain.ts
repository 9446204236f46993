// `protochain`: follow IPv4's AH, or IPv6's extension headers, until the wanted protocol or the end.
//
// The steps are libpcap's but for one: it forgets to add AH's length to where AH stands, so that it looks for the next
// header in the wrong place, and on some packets forever. Here each step goes forward, so a walk ends with the packet.

import { BPF_JEQ, BPF_MUL } from '../../isa/index.js';
import type { ProtocolName } from '../ast.js';
import type { Condition, Statement } from '../condition.js';
import {
  add,
  addX,
  all,
  alu,
  any,
  branch,
  loadIndexed,
  loadMemory,
  loadXImmediate,
  store,
  tax,
  test,
} from './build.js';
import { fail, failQualifier, requireAtMost } from './errors.js';
import { linkProtocol } from './link-layer.js';
import { field, IP6_HEADER_LENGTH, load, loadXIpv4HeaderLength, place } from './load.js';
import { ETHERTYPE, IP_PROTOCOL, ipProtocolWords } from './protocols.js';
import type { State } from './state.js';

const BREAK: Statement = { kind: 'break' };

const IP6_OPTION_HEADERS = [
  IP_PROTOCOL.HOP_BY_HOP,
  IP_PROTOCOL.DESTINATION_OPTIONS,
  IP_PROTOCOL.ROUTING,
  IP_PROTOCOL.FRAGMENT,
];

export function protocolChain(state: State, protocol: number, over: ProtocolName | undefined): Condition {
  if (over === undefined) {
    return any([protocolChain(state, protocol, 'ip'), protocolChain(state, protocol, 'ip6')]);
  }
  if (over !== 'ip' && over !== 'ip6') {
    failQualifier(over, "'protochain'", state.span, ["'protochain' goes with ip, ip6 or no protocol"]);
  }
  requireAtMost('protocol number', protocol, 0xff, state.span);
  if (state.linkPayload.variable) {
    fail('SKEP1120', "'protochain' cannot be used behind a header of variable length", state.span, {
      notes: ['such are radio headers, 802.11, the pf log, and what is inside Geneve and VXLAN'],
    });
  }
  return all([
    linkProtocol(state, over === 'ip' ? ETHERTYPE.IP : ETHERTYPE.IP6),
    over === 'ip' ? ip4Chain(state, protocol) : ip6Chain(state, protocol),
  ]);
}

/** A and `register` = the next header field of the header at X. */
function nextHeader(network: number, register: number): Statement[] {
  return [loadIndexed(1, network), store(register)];
}

/** X += (packet[X + 1] + 2) * 4. */
function overAuthentication(network: number, register: number): Statement[] {
  return [
    ...nextHeader(network, register),
    ...[loadIndexed(1, network + 1), add(2), alu(BPF_MUL, 4), addX(), tax()],
    loadMemory(register),
  ];
}

/** X += (packet[X + 1] + 1) * 8. */
function overOptions(network: number, register: number): Statement[] {
  return [
    ...nextHeader(network, register),
    ...[loadIndexed(1, network + 1), add(1), alu(BPF_MUL, 8), addX(), tax()],
    loadMemory(register),
  ];
}

/** The loop's beginning: found, or nothing follows. */
function stopAt(protocol: number, otherwise: readonly Statement[]): Statement {
  return branch(BPF_JEQ, protocol, [BREAK], [branch(BPF_JEQ, IP_PROTOCOL.NO_NEXT_HEADER, [BREAK], otherwise)]);
}

function found(state: State, protocol: number, statements: readonly Statement[]): Condition {
  return test(
    statements,
    BPF_JEQ,
    protocol,
    state.origin(`the chain of headers leads to ${ipProtocolWords(protocol)}`),
  );
}

function ip4Chain(state: State, protocol: number): Condition {
  const register = state.allocate();
  const network = place(state, 'network header').constant;
  const body = stopAt(protocol, [branch(BPF_JEQ, IP_PROTOCOL.AH, overAuthentication(network, register), [BREAK])]);
  return found(state, protocol, [
    ...load(state, field('network header', 9, 1)),
    ...loadXIpv4HeaderLength(state),
    { kind: 'loop', body: [body] },
  ]);
}

function ip6Chain(state: State, protocol: number): Condition {
  const register = state.allocate();
  const network = place(state, 'network header').constant;
  let step: Statement = branch(BPF_JEQ, IP_PROTOCOL.AH, overAuthentication(network, register), [BREAK]);
  for (const header of [...IP6_OPTION_HEADERS].reverse()) {
    step = branch(BPF_JEQ, header, overOptions(network, register), [step]);
  }
  return found(state, protocol, [
    ...load(state, field('network header', 6, 1)),
    loadXImmediate(IP6_HEADER_LENGTH),
    { kind: 'loop', body: [stopAt(protocol, [step])] },
  ]);
}
