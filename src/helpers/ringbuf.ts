// Helpers: ring buffers (kernel/bpf/ringbuf.c). The map keeps the ring; a record is an address in it, and its header says which map it is of.

import type { HelperFunction, Machine } from '../engine/index.js';
import { BPF_RB_FORCE_WAKEUP, BPF_RB_NO_WAKEUP, ERRNO } from '../maps/index.js';
import { DYNPTR_BYTES, DYNPTR_MAXIMUM_BYTES, nullDynptr, readDynptr, writeDynptr } from './dynptr-memory.js';
import { hostOf } from './host.js';
import { partOf, type RingBuffer, type UserRingBuffer } from './map-parts.js';
import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import {
  ALLOC_SIZE,
  ANYTHING,
  ANYTHING64,
  CONST_MAP_PTR,
  FUNC,
  helper,
  NEW_RINGBUF_DYNPTR,
  RDONLY_MEM,
  RINGBUF_DYNPTR,
  RINGBUF_MEM,
  SIZE_OR_ZERO,
  STACK_OR_NULL,
} from './row.js';
import { hasOtherFlags, numberResult } from './support.js';

const WAKEUP_FLAGS = BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP;
/** BPF_MAX_USER_RINGBUF_SAMPLES. */
const MAXIMUM_SAMPLES = 128 * 1024;

const ringbufOutput: HelperFunction = (machine, map, data, sizeBytes, flags) =>
  hasOtherFlags(machine, 4, flags, WAKEUP_FLAGS)
    ? -ERRNO.EINVAL
    : partOf<RingBuffer>(machine, map).output(machine, data, sizeBytes, flags);

const ringbufReserve: HelperFunction = (machine, map, sizeBytes, flags) =>
  (flags | machine.high[3]!) !== 0 ? 0 : partOf<RingBuffer>(machine, map).reserve(machine, sizeBytes);

/** Ends a record: the word in front of its data is its map's handle. */
function commit(machine: Machine, sample: number, flags: number, discard: boolean): void {
  const map = hostOf(machine).mapAt(machine.space.view.getUint32(sample - 4, true)) as RingBuffer | undefined;
  map?.commit(machine, sample, flags, discard);
}

const ringbufSubmit: HelperFunction = (machine, sample, flags) => {
  commit(machine, sample, flags, false);
  return 0;
};

const ringbufDiscard: HelperFunction = (machine, sample, flags) => {
  commit(machine, sample, flags, true);
  return 0;
};

const ringbufQuery: HelperFunction = (machine, map, what) =>
  numberResult(machine, machine.high[2] === 0 ? partOf<RingBuffer>(machine, map).query(what) : 0);

const ringbufReserveDynptr: HelperFunction = (machine, map, sizeBytes, flags, dynptr) => {
  nullDynptr(machine, dynptr);
  if ((flags | machine.high[3]!) !== 0) return -ERRNO.EINVAL;
  if (sizeBytes > DYNPTR_MAXIMUM_BYTES) return -ERRNO.E2BIG;
  const data = partOf<RingBuffer>(machine, map).reserve(machine, sizeBytes);
  if (data === 0) return -ERRNO.EINVAL;
  writeDynptr(machine, dynptr, { type: 'ringbuf', data, sizeBytes, offsetBytes: 0, readOnly: false });
  return 0;
};

const end =
  (discard: boolean): HelperFunction =>
  (machine, dynptr, flags) => {
    const { data } = readDynptr(machine, dynptr);
    if (data !== 0) {
      commit(machine, data, flags, discard);
      nullDynptr(machine, dynptr);
    }
    return 0;
  };

const ringbufSubmitDynptr = end(false);
const ringbufDiscardDynptr = end(true);

/** Rings whose records are being read just now. */
const DRAINING = new WeakSet<UserRingBuffer>();

const userRingbufDrain: HelperFunction = (machine, handle, callback, context, flags) => {
  if (hasOtherFlags(machine, 4, flags, WAKEUP_FLAGS)) return -ERRNO.EINVAL;
  const map = partOf<UserRingBuffer>(machine, handle);
  if (DRAINING.has(map)) return -ERRNO.EBUSY;
  DRAINING.add(map);
  const dynptr = machine.space.allocate(DYNPTR_BYTES, 'dynptr of a user ring buffer record', 'read-write');
  try {
    let read = 0;
    for (let samples = 0; samples < MAXIMUM_SAMPLES; samples++) {
      const sample = map.peekSample();
      if (sample === -ERRNO.ENODATA) break;
      if (sample === -ERRNO.EAGAIN) continue;
      if (typeof sample === 'number') return sample;
      const { address: data, sizeBytes } = sample;
      writeDynptr(machine, dynptr.address, { type: 'local', data, sizeBytes, offsetBytes: 0, readOnly: false });
      const stop = machine.callback(callback, dynptr.address, context, 0, 0, 0);
      map.consumeSample();
      read++;
      if (stop !== 0) break;
    }
    return read;
  } finally {
    machine.space.free(dynptr);
    DRAINING.delete(map);
  }
};

export const RINGBUF_HELPERS: readonly HelperRow[] = [
  helper({
    id: 130,
    declaration: 'long bpf_ringbuf_output(void *ringbuf, void *data, u64 size, u64 flags)',
    args: [CONST_MAP_PTR, RDONLY_MEM, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.8',
    meaning: 'copies a record into a ring buffer',
    run: ringbufOutput,
  }),
  helper({
    id: 131,
    declaration: 'void *bpf_ringbuf_reserve(void *ringbuf, u64 size, u64 flags)',
    args: [CONST_MAP_PTR, ALLOC_SIZE, ANYTHING64],
    returns: 'ptr_to_ringbuf_mem_or_null',
    programTypes: BASE,
    since: '5.8',
    meaning: 'reserves a record in a ring buffer',
    run: ringbufReserve,
  }),
  helper({
    id: 132,
    declaration: 'void bpf_ringbuf_submit(void *data, u64 flags)',
    args: [RINGBUF_MEM, ANYTHING64],
    returns: 'void',
    programTypes: BASE,
    since: '5.8',
    meaning: 'hands a reserved record over',
    run: ringbufSubmit,
  }),
  helper({
    id: 133,
    declaration: 'void bpf_ringbuf_discard(void *data, u64 flags)',
    args: [RINGBUF_MEM, ANYTHING64],
    returns: 'void',
    programTypes: BASE,
    since: '5.8',
    meaning: 'gives a reserved record up',
    run: ringbufDiscard,
  }),
  helper({
    id: 134,
    declaration: 'u64 bpf_ringbuf_query(void *ringbuf, u64 flags)',
    args: [CONST_MAP_PTR, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.8',
    meaning: 'size, fill and positions of a ring buffer',
    run: ringbufQuery,
  }),
  helper({
    id: 198,
    declaration: 'long bpf_ringbuf_reserve_dynptr(void *ringbuf, u32 size, u64 flags, struct bpf_dynptr *ptr)',
    args: [CONST_MAP_PTR, ANYTHING, ANYTHING64, NEW_RINGBUF_DYNPTR],
    returns: 'integer',
    programTypes: BASE,
    since: '5.19',
    meaning: 'reserves a record of any size in a ring buffer',
    run: ringbufReserveDynptr,
  }),
  helper({
    id: 199,
    declaration: 'void bpf_ringbuf_submit_dynptr(struct bpf_dynptr *ptr, u64 flags)',
    args: [RINGBUF_DYNPTR, ANYTHING64],
    returns: 'void',
    programTypes: BASE,
    since: '5.19',
    meaning: 'hands a reserved record over',
    run: ringbufSubmitDynptr,
  }),
  helper({
    id: 200,
    declaration: 'void bpf_ringbuf_discard_dynptr(struct bpf_dynptr *ptr, u64 flags)',
    args: [RINGBUF_DYNPTR, ANYTHING64],
    returns: 'void',
    programTypes: BASE,
    since: '5.19',
    meaning: 'gives a reserved record up',
    run: ringbufDiscardDynptr,
  }),
  helper({
    id: 209,
    declaration: 'long bpf_user_ringbuf_drain(struct bpf_map *map, void *callback_fn, void *ctx, u64 flags)',
    args: [CONST_MAP_PTR, FUNC, STACK_OR_NULL, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '6.1',
    meaning: 'calls a function for every record that user space wrote',
    run: userRingbufDrain,
  }),
];
