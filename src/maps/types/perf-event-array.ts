// perf_event_array: a buffer for each CPU, which bpf_perf_event_output writes to (kernel/trace/bpf_trace.c). Opening a buffer and
// reading it is in ../perf-buffer.ts.

import { ERRNO } from '../errno.js';
import type { MapDefinition, MapHost } from '../map.js';
import { ObjectArray } from './object-array.js';

export class PerfEventArray extends ObjectArray<'perf-event'> {
  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition, 'perf-event', false);
  }

  /** What bpf_perf_event_output does on a CPU: 0 or -errno. `data` is copied. */
  output(cpu: number, index: number, data: Uint8Array): number {
    if (index >= this.definition.maxEntries) return -ERRNO.E2BIG;
    return this.at(index)?.output(cpu, data) ?? -ERRNO.ENOENT;
  }

  /** Takes an event out again when its reader closes. */
  unset(index: number): void {
    this.objects.delete(index);
  }
}
