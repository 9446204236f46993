// Helpers: routing (net/core/filter.c, bpf_ipv4_fib_lookup and bpf_ipv6_fib_lookup). struct bpf_fib_lookup, 64 bytes:
//
//     0 family  1 l4_protocol  2 sport  4 dport  6 tot_len (in), mtu_result (out)  8 ifindex  12 tos, flowinfo (in), rt_metric (out)
//     16 source (4 or 16)  32 destination (4 or 16)  48 h_vlan_proto  50 h_vlan_TCI, or u32 tbid  52 smac[6] or u32 mark  58 dmac[6]

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf } from './host.js';
import { TC } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, CTX, helper, MEM, SIZE } from './row.js';
import { needed } from './support.js';

const PARAMS_BYTES = 64;
const FLAG = { direct: 1, output: 2, skipNeighbour: 4, table: 8, source: 16, mark: 32 } as const;
const KNOWN_FLAGS = 0x3f;
const AF_INET = 2;
const AF_INET6 = 10;
const EAFNOSUPPORT = 97;

/** BPF_FIB_LKUP_RET_*. */
const RET = {
  success: 0,
  blackhole: 1,
  unreachable: 2,
  prohibit: 3,
  notForwarded: 4,
  forwardingDisabled: 5,
  unsupportedTunnel: 6,
  noNeighbour: 7,
  fragmentationNeeded: 8,
  noSource: 9,
} as const;

const fibLookup: HelperFunction = (machine, _context, params, paramsBytes, flags) => {
  if (paramsBytes < PARAMS_BYTES || (flags & ~KNOWN_FLAGS) !== 0) return -ERRNO.EINVAL;
  const { view } = machine.space;
  const family = view.getUint8(params);
  if (family !== AF_INET && family !== AF_INET6) return -EAFNOSUPPORT;
  return lookUp(machine, params, flags, family === AF_INET ? 4 : 6);
};

function lookUp(machine: Machine, params: number, flags: number, family: 4 | 6): number {
  const { view, bytes } = machine.space;
  const host = hostOf(machine);
  const network = needed(host.network, 'bpf_fib_lookup', 'network');
  const addressBytes = family === 4 ? 4 : 16;
  const ifindex = view.getUint32(params + 8, true);
  const device = network.interfaceAt(ifindex);
  if (!device) return -ERRNO.ENODEV;
  // Whether this machine forwards is asked of the interface that the packet came in by.
  if (!(family === 4 ? device.forwarding4 : device.forwarding6)) return RET.forwardingDisabled;
  const output = (flags & FLAG.output) !== 0;
  const direct = (flags & FLAG.direct) !== 0;
  const route = network.route({
    family,
    source: bytes.slice(params + 16, params + 16 + addressBytes),
    destination: bytes.slice(params + 32, params + 32 + addressBytes),
    ifindex,
    output,
    direct,
    ...(direct && (flags & FLAG.table) !== 0 && { table: view.getUint32(params + 48, true) }),
    mark: (flags & FLAG.mark) !== 0 ? view.getUint32(params + 52, true) : 0,
    protocol: view.getUint8(params + 1),
    sourcePort: view.getUint16(params + 2),
    destinationPort: view.getUint16(params + 4),
    tos: family === 4 ? view.getUint8(params + 12) : 0,
  });
  switch (route.kind) {
    case 'blackhole':
      return RET.blackhole;
    case 'unreachable':
      return RET.unreachable;
    case 'prohibit':
      return RET.prohibit;
    case 'local':
    case 'none':
      return RET.notForwarded;
    case 'lightweight-tunnel':
      return RET.unsupportedTunnel;
  }
  const out = network.interfaceAt(route.ifindex);
  if (!out) return RET.noNeighbour;
  const totalBytes = view.getUint16(params + 6, true);
  const mtu = route.mtu === 0 ? out.mtu : route.mtu;
  if (totalBytes > mtu) {
    view.setUint16(params + 6, mtu, true);
    return RET.fragmentationNeeded;
  }
  // Without a length the caller looks at the packet's own.
  if (totalBytes === 0 && host.packet && host.packet.kind === 'skb' && host.packet.gsoSizeBytes === 0) {
    if (host.packet.lengthBytes - host.packet.networkOffset > out.mtu) {
      view.setUint16(params + 6, mtu, true);
      return RET.fragmentationNeeded;
    }
  }
  view.setUint16(params + 6, mtu, true);
  view.setUint32(params + 12, route.metric, true);
  view.setUint32(params + 8, out.ifindex, true);
  if ((flags & FLAG.source) !== 0) {
    if (!route.source) return RET.noSource;
    bytes.set(route.source, params + 16);
  }
  let next = bytes.slice(params + 32, params + 32 + addressBytes);
  let nextFamily: 4 | 6 = family;
  if (route.gateway) {
    next = route.gateway.address.slice();
    nextFamily = route.gateway.family;
    if (nextFamily === 6 && family === 4) view.setUint8(params, AF_INET6);
    bytes.set(next, params + 32);
  }
  if ((flags & FLAG.skipNeighbour) === 0) {
    const mac = network.neighbour(out.ifindex, nextFamily, next);
    if (!mac) return RET.noNeighbour;
    bytes.set(mac, params + 58);
    bytes.set(out.mac, params + 52);
  }
  // VLAN devices are not simulated.
  view.setUint32(params + 48, 0, true);
  return RET.success;
}

export const FIB_HELPERS: readonly HelperRow[] = [
  helper({
    id: 69,
    declaration: 'long bpf_fib_lookup(void *ctx, struct bpf_fib_lookup *params, int plen, u32 flags)',
    args: [CTX, MEM, SIZE, ANYTHING],
    returns: 'integer',
    gplOnly: true,
    programTypes: [...TC, 'xdp'],
    since: '4.18',
    meaning: 'looks the next hop of a packet up in the routing tables',
    run: fibLookup,
  }),
];
