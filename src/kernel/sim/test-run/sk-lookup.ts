// Socket lookup: bpf_prog_test_run_sk_lookup(). The caller describes the packet that a socket is wanted for; what comes back is the context with
// the cookie of the socket that the program chose.

import { KernelError, kernelError } from '../../../maps/index.js';
import type { TestRunOptions } from '../../kernel.js';
import { BPF_SK_LOOKUP } from '../../structs/table.js';
import { ContextView, contextBytes } from '../context-view.js';
import type { SimCpu } from '../cpu.js';
import { NO_BYTES, type Outcome, repeated, type Subject } from './runner.js';

const AF_INET = 2;
const AF_INET6 = 10;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
/** SK_PASS with a socket; without one the kernel looks on. */
const SK_PASS = 1;

export function testRunSkLookup(subject: Subject, cpu: SimCpu, options: TestRunOptions): Outcome {
  if (options.data) throw kernelError('EINVAL', 'an sk_lookup program has a context and no data');
  if (options.context === undefined) throw kernelError('EINVAL', 'an sk_lookup program needs a context');
  const { space, network } = subject;
  const bytes = contextBytes(BPF_SK_LOOKUP, options.context);
  const region = cpu.allocate(bytes, 'context (struct bpf_sk_lookup)', 'read-write');
  try {
    const view = new ContextView(space, region.address, BPF_SK_LOOKUP);
    const family = view.get('family');
    const protocol = view.get('protocol');
    if (view.get('local_port') > 0xffff) throw kernelError('ERANGE', 'local_port has 16 bits');
    if (family !== AF_INET && family !== AF_INET6) {
      throw new KernelError('EAFNOSUPPORT', 97, `sk_lookup knows no address family ${family}`);
    }
    if (protocol !== IPPROTO_TCP && protocol !== IPPROTO_UDP) throw kernelError('EINVAL', `no protocol ${protocol}`);
    const given = view.get('cookie');
    const socket = given === 0 ? undefined : network.socketByCookie(BigInt(given));
    if (given !== 0 && !socket) throw kernelError('EINVAL', `there is no socket with the cookie ${given}`);
    view.set('cookie', 0);
    if (socket) view.set('sk', socket.address);
    const { returnValue, durationNs } = repeated(subject, cpu, options, region.address, { socket });
    const chosen = returnValue === SK_PASS ? cpu.host.assignedSocket : undefined;
    view.set('cookie', 0);
    if (chosen) space.view.setBigUint64(region.address, chosen.cookie, true);
    const context = space.bytes.slice(region.address, region.address + BPF_SK_LOOKUP.sizeBytes);
    return { returnValue, durationNs, data: NO_BYTES, context };
  } finally {
    space.free(region);
  }
}
