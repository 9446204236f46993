// Netfilter hooks: bpf_prog_test_run_nf(). The context is two kernel pointers: the hook's state, and the packet, which programs read through
// dynptrs; struct nf_hook_state begins with the hook's number and the protocol family.

import { kernelError } from '../../../maps/index.js';
import type { TestRunOptions } from '../../kernel.js';
import { BPF_NF_CTX } from '../../structs/table.js';
import { ContextView } from '../context-view.js';
import type { SimCpu } from '../cpu.js';
import { SKB_MAXIMUM_BYTES } from '../skb-packet.js';
import { NO_BYTES, type Outcome, repeated, type Subject } from './runner.js';
import { loadSkb } from './skb.js';
import { checkedPacket } from './xdp.js';

const NFPROTO_IPV4 = 2;
const NFPROTO_IPV6 = 10;
const NF_INET_LOCAL_OUT = 3;
/** sizeof(struct nf_hook_state). */
const STATE_BYTES = 48;

export function testRunNetfilter(subject: Subject, cpu: SimCpu, options: TestRunOptions): Outcome {
  const data = checkedPacket(options.data, SKB_MAXIMUM_BYTES);
  const given = options.context;
  // The kernel takes hook and family: the first two bytes of struct nf_hook_state.
  let hook = NF_INET_LOCAL_OUT;
  let family = ((data[12]! << 8) | data[13]!) === 0x86dd ? NFPROTO_IPV6 : NFPROTO_IPV4;
  if (given instanceof Uint8Array) {
    if (given.subarray(2).some(byte => byte !== 0)) throw kernelError('EINVAL', 'a test run sets hook and pf alone');
    hook = given[0] ?? hook;
    family = given[1] ?? family;
  } else if (given) {
    for (const [name, value] of Object.entries(given)) {
      if (name === 'hook') hook = Number(value);
      else if (name === 'pf') family = Number(value);
      else throw kernelError('EINVAL', `a test run sets hook and pf of the hook's state, not ${name}`);
    }
  }
  if (hook > 4) throw kernelError('EINVAL', `there is no netfilter hook ${hook}`);
  if (family !== NFPROTO_IPV4 && family !== NFPROTO_IPV6) throw kernelError('EINVAL', `no family ${family}`);

  const { space } = subject;
  const packet = loadSkb(subject, cpu, data, 0, data.length);
  packet.area.clearRoom();
  const state = space.allocate(STATE_BYTES, 'hook state (struct nf_hook_state)', 'read');
  const context = space.allocate(BPF_NF_CTX.sizeBytes, 'context (struct bpf_nf_ctx)', 'read');
  try {
    space.bytes[state.address] = hook;
    space.bytes[state.address + 1] = family;
    const view = new ContextView(space, context.address, BPF_NF_CTX);
    view.set('state', state.address);
    view.set('skb', packet.context.address);
    const parts = { packet, socket: packet.socket };
    const { returnValue, durationNs } = repeated(subject, cpu, options, context.address, parts);
    return { returnValue, durationNs, data: NO_BYTES, context: NO_BYTES };
  } finally {
    space.free(state);
    space.free(context);
  }
}
