// Flow dissectors: bpf_prog_test_run_flow_dissector(). What comes back is no packet but the keys that were found (struct bpf_flow_keys).

import { kernelError } from '../../../maps/index.js';
import type { TestRunOptions } from '../../kernel.js';
import { BPF_FLOW_KEYS, SK_BUFF } from '../../structs/table.js';
import { contextBytes } from '../context-view.js';
import type { SimCpu } from '../cpu.js';
import { SKB_MAXIMUM_BYTES } from '../skb-packet.js';
import { NO_BYTES, type Outcome, repeated, type Subject } from './runner.js';
import { loadSkb } from './skb.js';
import { checkedPacket, ETHERNET_HEADER_BYTES } from './xdp.js';

const FLAGS = BPF_FLOW_KEYS.byName.get('flags')!.offsetBytes;
const keyAt = (name: string): number => BPF_FLOW_KEYS.byName.get(name)!.offsetBytes;

export function testRunFlowDissector(subject: Subject, cpu: SimCpu, options: TestRunOptions): Outcome {
  const data = checkedPacket(options.data, SKB_MAXIMUM_BYTES);
  const given = contextBytes(BPF_FLOW_KEYS, options.context);
  if (given.some((byte, index) => byte !== 0 && (index < FLAGS || index >= FLAGS + 4))) {
    throw kernelError('EINVAL', 'a test run sets the flags of bpf_flow_keys; everything else must be 0');
  }
  const packet = loadSkb(subject, cpu, data, 0, data.length);
  const { space } = subject;
  const keys = space.allocate(BPF_FLOW_KEYS.sizeBytes, 'flow keys (struct bpf_flow_keys)', 'read-write');
  try {
    space.bytes.set(given, keys.address);
    const { view } = space;
    view.setUint16(keys.address + keyAt('nhoff'), ETHERNET_HEADER_BYTES, true);
    view.setUint16(keys.address + keyAt('thoff'), ETHERNET_HEADER_BYTES, true);
    view.setUint16(keys.address + keyAt('n_proto'), (data[12]! << 8) | data[13]!, false);
    view.setUint32(packet.context.address + SK_BUFF.byName.get('flow_keys')!.offsetBytes, keys.address, true);
    const { returnValue, durationNs } = repeated(subject, cpu, options, packet.context.address, { packet });
    // The kernel keeps both offsets within the packet.
    const after = space.view;
    const clamp = (name: string, least: number): number => {
      const at = keys.address + keyAt(name);
      const value = Math.min(Math.max(after.getUint16(at, true), least), data.length);
      after.setUint16(at, value, true);
      return value;
    };
    clamp('thoff', clamp('nhoff', ETHERNET_HEADER_BYTES));
    const out = space.bytes.slice(keys.address, keys.address + BPF_FLOW_KEYS.sizeBytes);
    return { returnValue, durationNs, data: out, context: NO_BYTES };
  } finally {
    space.free(keys);
  }
}
