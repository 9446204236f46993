// `vlan`, `mpls`, `pppoed`, `pppoes`, `geneve`, `vxlan`: each tests for its header, and moves the places where everything to
// the right of it looks (IEEE 802.1Q; RFC 3032; RFC 2516; RFC 8926; RFC 7348).

import { BPF_AND, BPF_JEQ, BPF_JGE, BPF_LSH, SKF_AD_OFF } from '../../isa/index.js';
import type { EncapsulationPrimitive } from '../ast.js';
import type { Condition, Statement } from '../condition.js';
import {
  add,
  addX,
  all,
  alu,
  any,
  branch,
  loadAbsolute,
  loadImmediate,
  loadIndexed,
  loadMemory,
  loadXMemory,
  not,
  store,
  tax,
  test,
  txa,
} from './build.js';
import { fail, failUnsupported, requireAtMost } from './errors.js';
import { type FactSet, NO_FACTS } from './facts.js';
import { ip6Upper } from './ip6-extensions.js';
import { bottomOfStack, linkProtocol } from './link-layer.js';
import { equals, field, IP6_HEADER_LENGTH, load, loadXIpv4HeaderLength, place } from './load.js';
import { ETHERTYPE, hex } from './protocols.js';
import { type Offset, type State, shifted, VariablePart } from './state.js';
import { ip4Ports, ip6Ports } from './transport.js';

const DLT_EN10MB = 1;
const DLT_PPP = 9;

export interface Encapsulated {
  readonly condition: Condition;
  /** What is known where it matched. */
  readonly whenTrue: FactSet;
}

export function encapsulation(state: State, primitive: EncapsulationPrimitive): Encapsulated {
  switch (primitive.kind) {
    case 'vlan':
      return vlan(state, primitive.value);
    case 'mpls':
      return mpls(state, primitive.value);
    case 'pppoed':
      return { condition: linkProtocol(state, ETHERTYPE.PPPOED), whenTrue: NO_FACTS };
    case 'pppoes':
      return pppoeSession(state, primitive.value);
    case 'geneve':
    case 'vxlan':
      return tunnel(state, primitive.kind, primitive.value);
  }
}

/** linux/filter.h. */
const SKF_AD_VLAN_TAG = 44;
const SKF_AD_VLAN_TAG_PRESENT = 48;
const VLAN_ID_MASK = 0x0fff;
const VLAN_TAG_LENGTH = 4;

/** In the order of their tests. */
const TAG_ETHERTYPES = [ETHERTYPE.VLAN, ETHERTYPE.PROVIDER_VLAN, ETHERTYPE.QINQ_VLAN];

function vlan(state: State, id: number | undefined): Encapsulated {
  if (state.mplsDepth > 0) {
    fail('SKEP1112', "'vlan' cannot follow 'mpls': a label stack does not say that Ethernet is inside", state.span);
  }
  if (!state.layout.vlan) {
    failUnsupported('vlan', state, ['VLAN tags are known of Ethernet and 802.11']);
  }
  if (id !== undefined) requireAtMost('VLAN id', id, VLAN_ID_MASK, state.span);
  const outermostEthernet =
    state.link.dlt === DLT_EN10MB && state.vlanDepth === 0 && state.linkHeader === state.outermostHeader;
  const condition =
    state.target === 'linux' && outermostEthernet ? vlanInMetadataOrPacket(state, id) : vlanInPacket(state, id);
  state.vlanDepth++;
  return { condition, whenTrue: state.facts.enter('vlan', state.span, false) };
}

function isTagged(state: State): Condition {
  return any(TAG_ETHERTYPES.map(ethertype => linkProtocol(state, ethertype)));
}

function hasVlanId(state: State, id: number): Condition {
  return equals(state, field('network header', 0, 2, VLAN_ID_MASK), id, `VLAN id is ${id}`);
}

function vlanInPacket(state: State, id: number | undefined): Condition {
  const condition = all([isTagged(state), ...(id === undefined ? [] : [hasVlanId(state, id)])]);
  state.linkPayload = shifted(state.linkPayload, VLAN_TAG_LENGTH);
  state.type = shifted(state.type, VLAN_TAG_LENGTH);
  return condition;
}

/**
 * In the kernel the outermost tag may have been taken out of the packet, or not: which, each packet tells. Where it is still
 * in the packet, the places behind it move, so they get variable parts: 0 (memory.ts sees that they
 * begin so), or 4 once the tag was looked for in the packet.
 */
function vlanInMetadataOrPacket(state: State, id: number | undefined): Condition {
  const present = (): Statement => loadAbsolute(1, SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT);
  const inMetadata = test([present()], BPF_JEQ, 1, state.origin("the kernel's metadata have a VLAN tag"));
  const tagged = isTagged(state);
  let hasId: Condition | undefined;
  if (id !== undefined) {
    const fromPacket = load(state, field('network header', 0, 2));
    hasId = test(
      [
        present(),
        branch(BPF_JEQ, 1, [loadAbsolute(2, SKF_AD_OFF + SKF_AD_VLAN_TAG)], fromPacket),
        alu(BPF_AND, VLAN_ID_MASK),
      ],
      BPF_JEQ,
      id,
      state.origin(`VLAN id is ${id}`),
    );
  }

  const shift = (offset: Offset): { offset: Offset; statements: Statement[] } => {
    const variable = new VariablePart();
    variable.register = state.allocate();
    return {
      offset: { ...offset, variable },
      statements: [loadMemory(variable.register), add(VLAN_TAG_LENGTH), store(variable.register)],
    };
  };
  const payload = shift(state.linkPayload);
  const type = shift(state.type);
  state.linkPayload = payload.offset;
  state.type = type.offset;
  // Always true; it stands before the tests of the packet's own tag, whose places do not move.
  const move = test(
    [...payload.statements, ...type.statements, loadImmediate(0)],
    BPF_JGE,
    0,
    state.origin('the tag, if any, is in the packet: what follows stands 4 bytes further'),
  );
  return all([any([inMetadata, all([move, tagged])]), ...(hasId ? [hasId] : [])]);
}

const LABEL_LENGTH = 4;
const LARGEST_LABEL = 0xfffff;

function mpls(state: State, label: number | undefined): Encapsulated {
  const terms: Condition[] = [];
  if (state.mplsDepth > 0) {
    terms.push(not(bottomOfStack(state), state.origin('another MPLS label follows')));
  } else {
    if (state.layout.mpls === undefined) {
      failUnsupported('mpls', state, ['MPLS is known over Ethernet, Cisco HDLC and PPP']);
    }
    terms.push(linkProtocol(state, state.layout.mpls));
  }
  if (label !== undefined) {
    requireAtMost('MPLS label', label, LARGEST_LABEL, state.span);
    const entry = field('network header', 0, 4, 0xfffff000);
    terms.push(equals(state, entry, (label << 12) >>> 0, `MPLS label is ${label}`));
  }
  state.network = (state.network + LABEL_LENGTH) >>> 0;
  state.networkNoSnap = (state.networkNoSnap + LABEL_LENGTH) >>> 0;
  state.mplsDepth++;
  return { condition: all(terms), whenTrue: state.facts.enter('mpls', state.span, false) };
}

const PPPOE_HEADER_LENGTH = 6;

function pppoeSession(state: State, session: number | undefined): Encapsulated {
  const terms = [linkProtocol(state, ETHERTYPE.PPPOES)];
  if (session !== undefined) {
    requireAtMost('PPPoE session', session, 0xffff, state.span);
    terms.push(equals(state, field('network header', 2, 2), session, `PPPoE session is ${hex(session, 4)}`));
  }
  // PPP without HDLC framing: the protocol number comes first.
  const header = shifted(state.linkPayload, state.network + PPPOE_HEADER_LENGTH);
  state.enterLinkLayer(DLT_PPP, header);
  state.type = header;
  state.linkPayload = shifted(header, 2);
  state.network = 0;
  state.networkNoSnap = 0;
  return { condition: all(terms), whenTrue: state.facts.enter('pppoes', state.span, true) };
}

const UDP_HEADER_LENGTH = 8;
const LARGEST_VNI = 0xffffff;
const ETHERNET_TYPE = 12;
const ETHERNET_HEADER_LENGTH = 14;

const TUNNELS = {
  geneve: { port: 6081, words: 'Geneve version is 0', mask: 0xc0, value: 0 },
  vxlan: { port: 4789, words: "VXLAN's flags say that there is a VNI", mask: undefined, value: 0x08 },
} as const;

/** Of both tunnels: an 8-byte header behind UDP, with the VNI in bytes 4 to 6. */
const TUNNEL_HEADER_LENGTH = 8;

function tunnel(state: State, keyword: keyof typeof TUNNELS, vni: number | undefined): Encapsulated {
  const { port, words, mask, value } = TUNNELS[keyword];
  if (vni !== undefined)
    requireAtMost(`${keyword === 'geneve' ? 'Geneve' : 'VXLAN'} VNI`, vni, LARGEST_VNI, state.span);
  const range = { first: port, last: port };
  /** Where the tunnel's header begins, from the beginning of the packet. */
  const beginning = state.allocate();

  const headerTests = (base: 'IPv4 payload' | 'IPv6 payload'): Condition[] => [
    equals(state, field(base, UDP_HEADER_LENGTH, 1, mask), value, words),
    ...(vni === undefined
      ? []
      : [
          equals(
            state,
            field(base, UDP_HEADER_LENGTH + 4, 4, 0xffffff00),
            (vni << 8) >>> 0,
            `${keyword === 'geneve' ? 'Geneve' : 'VXLAN'} VNI is ${vni}`,
          ),
        ]),
  ];
  const keep = (statements: readonly Statement[], behind: number): Condition =>
    test(
      [...statements, add(behind), store(beginning), loadImmediate(0)],
      BPF_JGE,
      0,
      state.origin(`the ${keyword} header's place is kept`),
    );

  const network = place(state, 'network header');
  const over4 = all([
    ip4Ports(state, range, 'udp', 'dst'),
    ...headerTests('IPv4 payload'),
    keep([...loadXIpv4HeaderLength(state), txa()], network.constant + UDP_HEADER_LENGTH),
  ]);
  const over6 = state.options.ip6Extensions
    ? tunnelBehindExtensions(state, keyword, vni, keep)
    : all([
        ip6Ports(state, range, 'udp', 'dst'),
        ...headerTests('IPv6 payload'),
        keep(
          network.intoX.length > 0
            ? [...network.intoX, txa(), add(IP6_HEADER_LENGTH)]
            : [loadImmediate(IP6_HEADER_LENGTH)],
          network.constant + UDP_HEADER_LENGTH,
        ),
      ]);

  const header = new VariablePart();
  const type = new VariablePart();
  const payload = new VariablePart();
  for (const part of [header, type, payload]) part.register = state.allocate();
  const offsets =
    keyword === 'geneve'
      ? geneveOffsets(beginning, header, type, payload)
      : [
          loadMemory(beginning),
          add(TUNNEL_HEADER_LENGTH),
          store(header.register),
          add(ETHERNET_TYPE),
          store(type.register),
          add(ETHERNET_HEADER_LENGTH - ETHERNET_TYPE),
          store(payload.register),
        ];
  const enter = test(
    [...offsets, loadImmediate(0)],
    BPF_JGE,
    0,
    state.origin(`what follows looks at the packet inside ${keyword}`),
  );

  state.enterLinkLayer(DLT_EN10MB, { constant: 0, variable: header });
  state.type = { constant: 0, variable: type };
  state.linkPayload = { constant: 0, variable: payload };
  state.network = 0;
  state.tunnelled = true;
  return {
    condition: all([any([over4, over6]), enter]),
    whenTrue: state.facts.enter(keyword, state.span, true),
  };
}

/** Behind options of variable length comes Ethernet if the protocol says so, else the network header itself. */
function geneveOffsets(
  beginning: number,
  header: VariablePart,
  type: VariablePart,
  payload: VariablePart,
): readonly Statement[] {
  return [
    loadMemory(beginning),
    tax(),
    add(2),
    store(type.register),
    // The low 6 bits of the first byte: the options' length in words.
    ...[loadIndexed(1, 0), alu(BPF_AND, 0x3f), alu(BPF_LSH, 2), add(TUNNEL_HEADER_LENGTH), addX()],
    store(header.register),
    store(payload.register),
    loadIndexed(2, 2),
    branch(BPF_JEQ, ETHERTYPE.TRANSPARENT_BRIDGING, [
      ...[loadMemory(header.register), add(ETHERNET_TYPE), store(type.register)],
      ...[add(ETHERNET_HEADER_LENGTH - ETHERNET_TYPE), store(payload.register)],
    ]),
  ];
}

/** With IPv6 extension headers walked. */
function tunnelBehindExtensions(
  state: State,
  keyword: keyof typeof TUNNELS,
  vni: number | undefined,
  keep: (statements: readonly Statement[], behind: number) => Condition,
): Condition {
  const { port, words, mask, value } = TUNNELS[keyword];
  const upper = ip6Upper(state);
  const { register, constant } = upper.offset;
  const at = (offset: number, size: 1 | 4, bits: number | undefined, wanted: number, text: string): Condition =>
    test(
      [
        loadXMemory(register),
        loadIndexed(size, constant + offset),
        ...(bits === undefined ? [] : [alu(BPF_AND, bits)]),
      ],
      BPF_JEQ,
      wanted,
      state.origin(text),
    );
  return all([
    linkProtocol(state, ETHERTYPE.IP6),
    upper.walk,
    upper.protocolIs(17),
    upper.firstFragment(),
    upper.compare(2, 2, '=', port, `destination port is ${port}`),
    at(UDP_HEADER_LENGTH, 1, mask, value, words),
    ...(vni === undefined ? [] : [at(UDP_HEADER_LENGTH + 4, 4, 0xffffff00, (vni << 8) >>> 0, `VNI is ${vni}`)]),
    keep([loadMemory(register)], constant + UDP_HEADER_LENGTH),
  ]);
}
