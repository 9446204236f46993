// Programs whose context is the caller's bytes: syscall programs (bpf_prog_test_run_syscall), tracepoints' records, infrared samples.

import { kernelError } from '../../../maps/index.js';
import type { TestRunOptions } from '../../kernel.js';
import type { SimCpu } from '../cpu.js';
import { NO_BYTES, type Outcome, repeated, type Subject } from './runner.js';

/** U16_MAX, and PERF_MAX_TRACE_SIZE for records. */
const MAXIMUM_BYTES = { syscall: 65_535, tracepoint: 8192 } as const;

export function testRunBytes(subject: Subject, cpu: SimCpu, options: TestRunOptions): Outcome {
  const { name } = subject.row;
  if (options.data) throw kernelError('EINVAL', `a ${name} program has a context and no data`);
  if (options.context && !(options.context instanceof Uint8Array)) {
    throw kernelError('EINVAL', `the context of a ${name} program is bytes: what they mean is the caller's`);
  }
  const given = options.context ?? NO_BYTES;
  const maximum = name === 'syscall' ? MAXIMUM_BYTES.syscall : MAXIMUM_BYTES.tracepoint;
  if (given.length > maximum) throw kernelError('E2BIG', `a context of at most ${maximum} bytes, not ${given.length}`);
  // A record may be read beyond what was given: the rest is zero, as a tracepoint's missing fields are.
  const bytes = new Uint8Array(name === 'tracepoint' ? Math.max(given.length, 256) : given.length);
  bytes.set(given);
  const region = cpu.allocate(bytes, 'context', 'read-write');
  try {
    const { returnValue, durationNs } = repeated(subject, cpu, options, region.address, {});
    const context = subject.space.bytes.slice(region.address, region.address + given.length);
    return { returnValue, durationNs, data: NO_BYTES, context };
  } finally {
    subject.space.free(region);
  }
}
