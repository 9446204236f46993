// Reading what bpf_perf_event_output writes: one buffer a CPU, as perf_event_open(2) gives them. The kernel's accounting: a sample
// takes 8 bytes of header and 4 of length with its data, rounded up to 8; what finds no room is lost, and the next record
// that does is preceded by how many were (PERF_RECORD_LOST, 24 bytes).

import { ERRNO } from './errno.js';
import { KERNEL_LIMITS } from './flags.js';
import type { MapPerfEvent } from './map.js';
import type { PerfEventArray } from './types/perf-event-array.js';

const HEADER_BYTES = 8;
const LOST_BYTES = 24;

export interface PerfReaderOptions {
  /** Pages of each CPU's buffer; a power of two. Default 64. */
  readonly pagesPerCpu?: number;
}

export interface PerfRecord {
  readonly cpu: number;
  /** What the program wrote, then zeros up to a multiple of 8 less 4, as the kernel pads it. */
  readonly data: Uint8Array<ArrayBuffer>;
}

export class PerfReader implements Disposable {
  readonly #map: PerfEventArray;
  readonly #buffers: CpuBuffer[] = [];

  /** Opens a buffer for each CPU that the map has an element for. */
  constructor(map: PerfEventArray, { pagesPerCpu = 64 }: PerfReaderOptions = {}) {
    if (!(pagesPerCpu > 0 && Number.isInteger(Math.log2(pagesPerCpu)))) {
      throw new RangeError(`a perf buffer has a power of two of pages, not ${pagesPerCpu}`);
    }
    this.#map = map;
    const cpus = Math.min(map.host.cpuCount, map.definition.maxEntries);
    for (let cpu = 0; cpu < cpus; cpu++) {
      const buffer = new CpuBuffer(cpu, pagesPerCpu * KERNEL_LIMITS.pageBytes);
      this.#buffers.push(buffer);
      map.set(cpu, buffer);
    }
  }

  /**
   * Hands over what was written, CPU by CPU, oldest first; and to `lost`, in between, how many records of a CPU found no room. How
   * many records were handed over.
   */
  drain(visit: (record: PerfRecord) => void, lost?: (cpu: number, count: number) => void): number {
    let count = 0;
    for (const buffer of this.#buffers) {
      for (const entry of buffer.take()) {
        if (typeof entry === 'number') lost?.(buffer.cpu, entry);
        else {
          count++;
          visit({ cpu: buffer.cpu, data: entry });
        }
      }
    }
    return count;
  }

  /** Records that found no room, since the reader was opened. */
  get lostCount(): number {
    return this.#buffers.reduce((sum, { lostCount }) => sum + lostCount, 0);
  }

  [Symbol.dispose](): void {
    for (const buffer of this.#buffers) if (this.#map.at(buffer.cpu) === buffer) this.#map.unset(buffer.cpu);
    this.#buffers.length = 0;
  }
}

class CpuBuffer implements MapPerfEvent {
  readonly id: number;
  readonly cpu: number;
  lostCount = 0;
  readonly #sizeBytes: number;
  #usedBytes = 0;
  /** Lost since the last record that found room. */
  #lost = 0;
  /** Records, and numbers of lost ones where they went missing. */
  #entries: (Uint8Array<ArrayBuffer> | number)[] = [];

  constructor(cpu: number, sizeBytes: number) {
    this.cpu = cpu;
    this.id = cpu;
    this.#sizeBytes = sizeBytes;
  }

  output(cpu: number, data: Uint8Array): number {
    if (cpu !== this.cpu) return -ERRNO.EOPNOTSUPP;
    const rawBytes = Math.ceil((data.length + 4) / 8) * 8 - 4;
    // The size of a record is a u16.
    if (HEADER_BYTES + 4 + rawBytes > 0xffff) return -ERRNO.E2BIG;
    const needed = HEADER_BYTES + 4 + rawBytes + (this.#lost > 0 ? LOST_BYTES : 0);
    if (this.#usedBytes + needed > this.#sizeBytes) {
      this.#lost++;
      this.lostCount++;
      return -ERRNO.ENOSPC;
    }
    if (this.#lost > 0) this.#entries.push(this.#lost);
    this.#lost = 0;
    this.#usedBytes += needed;
    const record = new Uint8Array(rawBytes);
    record.set(data);
    this.#entries.push(record);
    return 0;
  }

  take(): readonly (Uint8Array<ArrayBuffer> | number)[] {
    const entries = this.#entries;
    this.#entries = [];
    this.#usedBytes = 0;
    return entries;
  }
}
