// struct_ops: one kernel struct whose function pointers are programs (kernel/bpf/bpf_struct_ops.c). A value is struct
// bpf_struct_ops_common_value (u32 reference count, u32 state, padded to the struct's alignment) and the struct. Updating key 0 registers it.
// What calls the programs is the kernel's part; the map keeps the struct and its state.

import { BaseMap } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { CREATE_FLAGS } from '../flags.js';
import type { MapDefinition, MapHost } from '../map.js';

/** enum bpf_struct_ops_state. */
export const STRUCT_OPS_STATE = { init: 0, inUse: 1, toBeFree: 2, ready: 3 } as const;

export class StructOpsMap extends BaseMap {
  readonly #value: number;
  state: number = STRUCT_OPS_STATE.init;

  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition);
    this.#value = this.allocate(definition.valueSizeBytes, `value of map ${definition.name}`, 'read').address;
  }

  /** Address of the registered value; 0: none is registered. */
  get registered(): number {
    return this.state === STRUCT_OPS_STATE.init ? 0 : this.#value;
  }

  override userLookup(key: number, out: number, _flags: number): number {
    const { view } = this.host.space;
    if (view.getUint32(key, true) !== 0) return -ERRNO.ENOENT;
    this.heap.renew();
    if (this.state === STRUCT_OPS_STATE.init) {
      this.heap.zero(out, this.definition.valueSizeBytes);
      return 0;
    }
    this.heap.copy(out, this.#value, this.definition.valueSizeBytes);
    view.setUint32(out, 1, true);
    view.setUint32(out + 4, this.state, true);
    return 0;
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const { view } = this.host.space;
    if (flags !== 0) return -ERRNO.EINVAL;
    if (view.getUint32(key, true) !== 0) return -ERRNO.E2BIG;
    // The reference count and the state are not user space's.
    if (view.getUint32(value, true) !== 0 || view.getUint32(value + 4, true) !== 0) return -ERRNO.EINVAL;
    if (this.state !== STRUCT_OPS_STATE.init) return -ERRNO.EBUSY;
    this.heap.renew();
    this.heap.copy(this.#value, value, this.definition.valueSizeBytes);
    this.state = this.#byLink ? STRUCT_OPS_STATE.ready : STRUCT_OPS_STATE.inUse;
    return 0;
  }

  override userDelete(): number {
    if (this.#byLink) return -ERRNO.EOPNOTSUPP;
    if (this.state !== STRUCT_OPS_STATE.inUse) {
      return this.state === STRUCT_OPS_STATE.toBeFree ? -ERRNO.EINPROGRESS : -ERRNO.ENOENT;
    }
    this.state = STRUCT_OPS_STATE.toBeFree;
    return 0;
  }

  override nextKey(key: number, out: number): number {
    const { view } = this.host.space;
    if (key !== 0 && view.getUint32(key, true) === 0) return -ERRNO.ENOENT;
    view.setUint32(out, 0, true);
    return 0;
  }

  get #byLink(): boolean {
    return (this.definition.flags & CREATE_FLAGS.LINK) !== 0;
  }
}
