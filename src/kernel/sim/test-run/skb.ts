// Programs of the stack: bpf_prog_test_run_skb(). A frame goes through eth_type_trans(): programs of traffic control see it whole, the others from
// the network layer on, and get it back with fourteen zero bytes in front, as the kernel gives it.

import { kernelError } from '../../../maps/index.js';
import type { TestRunOptions } from '../../kernel.js';
import { SK_BUFF } from '../../structs/table.js';
import { contextBytes } from '../context-view.js';
import type { SimCpu } from '../cpu.js';
import { SKB_MAXIMUM_BYTES, type SkbPacket, type SkbPlace } from '../skb-packet.js';
import { type Outcome, repeated, type Subject } from './runner.js';
import { checkedPacket, ETHERNET_HEADER_BYTES } from './xdp.js';

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
/** What eth_type_trans makes of a length: raw 802.3 where the payload begins with all ones, else LLC. */
const ETH_P_802_3 = 0x0001;
const ETH_P_802_2 = 0x0004;
const ETH_P_802_3_MIN = 0x0600;
const AF_UNSPEC = 0;
const AF_INET = 2;
const AF_INET6 = 10;
const GSO_MAX_SEGS = 65_535;
const GSO_LEGACY_MAX_SIZE = 65_536;

const at = (name: string): number => SK_BUFF.byName.get(name)!.offsetBytes;

/** Fields that a caller may set (convert___skb_to_skb); all others must be 0. */
const SETTABLE = [
  'mark',
  'priority',
  'ingress_ifindex',
  'ifindex',
  'cb',
  'tstamp',
  'wire_len',
  'gso_segs',
  'gso_size',
  'hwtstamp',
];
const settable = new Uint8Array(SK_BUFF.sizeBytes);
for (const name of SETTABLE) {
  const { offsetBytes, sizeBytes } = SK_BUFF.byName.get(name)!;
  settable.fill(1, offsetBytes, offsetBytes + sizeBytes);
}

/** Those that are handed back (convert_skb_to___skb). */
const RETURNED = ['mark', 'priority', 'ingress_ifindex', 'ifindex', 'cb', 'tstamp', 'wire_len', 'gso_segs', 'hwtstamp'];

export function testRunSkb(subject: Subject, cpu: SimCpu, options: TestRunOptions): Outcome {
  const data = checkedPacket(options.data, SKB_MAXIMUM_BYTES);
  const given = contextBytes(SK_BUFF, options.context);
  if (given.some((byte, index) => byte !== 0 && settable[index] === 0)) {
    throw kernelError('EINVAL', `a test run sets ${SETTABLE.join(', ')} of __sk_buff; everything else must be 0`);
  }
  const packet = cpu.skb;
  requireHeaders(data);
  loadSkb(subject, cpu, data, 0, data.length);
  packet.area.clearRoom(-packet.macOffset);
  applyContext(subject, packet, given, options.context !== undefined);
  const { returnValue, durationNs } = repeated(subject, cpu, options, packet.context.address, {
    packet,
    socket: packet.socket,
  });

  const context = given.slice();
  const base = packet.context.address;
  const { bytes } = subject.space;
  for (const name of RETURNED) {
    const { offsetBytes, sizeBytes } = SK_BUFF.byName.get(name)!;
    context.set(bytes.subarray(base + offsetBytes, base + offsetBytes + sizeBytes), offsetBytes);
  }
  const content = packet.area.take(false);
  let out = content;
  if (!subject.row.linkLayer) {
    out = new Uint8Array(ETHERNET_HEADER_BYTES + content.length);
    out.set(content, ETHERNET_HEADER_BYTES);
  }
  return { returnValue, durationNs, data: out, context };
}

/** A frame as eth_type_trans leaves it, with the context that belongs to it. [start, end) of `from`. */
export function loadSkb(subject: Subject, cpu: SimCpu, from: Uint8Array, start: number, end: number): SkbPacket {
  const packet = cpu.skb;
  const linkBytes = Math.min(ETHERNET_HEADER_BYTES, end - start);
  packet.load(from, start, end, linkBytes, subject.row.linkLayer === true, placeOf(subject));
  const type = linkBytes < ETHERNET_HEADER_BYTES ? 0 : (from[start + 12]! << 8) | from[start + 13]!;
  const isType = type >= ETH_P_802_3_MIN;
  const allOnes = from[start + 14] === 0xff && from[start + 15] === 0xff;
  packet.protocol = isType ? type : allOnes ? ETH_P_802_3 : ETH_P_802_2;
  packet.packetType = packetType(from, start, subject.network.interfaceAt(1)!.mac);
  const { view, bytes } = subject.space;
  const base = packet.context.address;
  view.setUint32(base + at('ifindex'), 1, true);
  view.setUint32(base + at('wire_len'), packet.lengthBytes, true);

  const ip = start + linkBytes;
  let family = AF_UNSPEC;
  if (packet.protocol === ETH_P_IP) {
    family = AF_INET;
    if (ip + 20 <= end) {
      bytes.set(from.subarray(ip + 12, ip + 16), base + at('local_ip4'));
      bytes.set(from.subarray(ip + 16, ip + 20), base + at('remote_ip4'));
    }
  } else if (packet.protocol === ETH_P_IPV6) {
    family = AF_INET6;
    if (ip + 40 <= end) {
      bytes.set(from.subarray(ip + 8, ip + 24), base + at('local_ip6'));
      bytes.set(from.subarray(ip + 24, ip + 40), base + at('remote_ip6'));
    }
  }
  view.setUint32(base + at('family'), family, true);
  packet.socket = cpu.socket(family);
  return packet;
}

function placeOf({ spec, network }: Subject): SkbPlace {
  const egress = spec.attachType === 'tcx_egress' || spec.attachType === 'cgroup_inet_egress';
  return {
    atIngress: !egress,
    routeRealm: 0,
    classid: 0,
    maximumLengthBytes: Math.max(network.interfaceAt(1)!.mtu, 65_535) + ETHERNET_HEADER_BYTES,
  };
}

/** eth_skb_pkt_type for the loopback interface, which has no broadcast address: its own, a group's, or another host's. */
function packetType(from: Uint8Array, start: number, mac: Uint8Array): number {
  for (let index = 0; index < 6; index++) {
    if ((from[start + index] ?? 0) !== mac[index]) return ((from[start] ?? 0) & 1) !== 0 ? 2 : 3;
  }
  return 0;
}

/** A frame that says it holds IP has to hold its header. */
function requireHeaders(data: Uint8Array): void {
  const type = (data[12]! << 8) | data[13]!;
  const needed = type === ETH_P_IP ? 20 : type === ETH_P_IPV6 ? 40 : 0;
  if (data.length < ETHERNET_HEADER_BYTES + needed) {
    throw kernelError(
      'EINVAL',
      `a frame of IP version ${needed === 20 ? 4 : 6} has at least ${ETHERNET_HEADER_BYTES + needed} bytes`,
    );
  }
}

function applyContext(subject: Subject, packet: SkbPacket, given: Uint8Array<ArrayBuffer>, hasContext: boolean): void {
  const view = new DataView(given.buffer);
  const u32 = (name: string): number => view.getUint32(at(name), true);
  const ifindex = u32('ifindex');
  if (ifindex > 1 && !subject.network.interfaceAt(ifindex)) {
    throw kernelError('ENODEV', `there is no interface ${ifindex}`);
  }
  const wireLength = u32('wire_len');
  if (wireLength !== 0 && (wireLength < packet.lengthBytes || wireLength > GSO_LEGACY_MAX_SIZE)) {
    throw kernelError('EINVAL', `wire_len is 0, or from ${packet.lengthBytes} to ${GSO_LEGACY_MAX_SIZE}`);
  }
  if (u32('gso_segs') > GSO_MAX_SEGS) throw kernelError('EINVAL', `gso_segs is at most ${GSO_MAX_SEGS}`);
  const base = packet.context.address;
  for (const name of SETTABLE) {
    const { offsetBytes, sizeBytes } = SK_BUFF.byName.get(name)!;
    if ((name === 'ifindex' && ifindex === 0) || (name === 'wire_len' && wireLength === 0)) continue;
    subject.space.bytes.set(given.subarray(offsetBytes, offsetBytes + sizeBytes), base + offsetBytes);
  }
  // The length on the wire is known to a queueing discipline only: without a context it is 0.
  if (!hasContext) subject.space.view.setUint32(base + at('wire_len'), 0, true);
}
