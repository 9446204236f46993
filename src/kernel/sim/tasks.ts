// The tasks of a simulated kernel. With a kernel's BTF each has a struct task_struct in the address space, laid out as that kernel has
// it, in which pid, tgid and comm stand: what tracing programs read most. Everything else in it is zero.

import type { AddressSpace, Region } from '../../engine/index.js';
import type { CgroupView, TaskView } from '../../helpers/index.js';
import type { Btf } from '../../object/index.js';

export interface TaskOptions {
  readonly pid?: number;
  /** Default: the pid. */
  readonly tgid?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** At most 15 bytes. */
  readonly comm?: string;
  readonly kernelStack?: readonly bigint[];
  readonly userStack?: readonly bigint[];
}

/** TASK_COMM_LEN. */
const COMM_BYTES = 16;
/** What stands for a task_struct when no BTF says what is in it: nothing that may be read. */
const OPAQUE_BYTES = 16;

export class SimTask implements TaskView {
  readonly address: number;
  readonly pid: number;
  readonly tgid: number;
  readonly uid: number;
  readonly gid: number;
  readonly comm: string;
  readonly cgroup: CgroupView;
  readonly kernelStack: readonly bigint[];
  readonly userStack: readonly bigint[];
  /** Signals that programs sent to it, in order. */
  readonly signals: number[] = [];
  readonly #region: Region;
  readonly #space: AddressSpace;

  constructor(space: AddressSpace, options: TaskOptions, cgroup: CgroupView, btf: Btf | undefined) {
    this.pid = options.pid ?? 1000;
    this.tgid = options.tgid ?? this.pid;
    this.uid = options.uid ?? 0;
    this.gid = options.gid ?? 0;
    this.comm = (options.comm ?? 'skep').slice(0, COMM_BYTES - 1);
    this.kernelStack = options.kernelStack ?? [];
    this.userStack = options.userStack ?? [];
    this.cgroup = cgroup;
    this.#space = space;
    const type = btf?.findByName('task_struct', 'struct');
    const label = `task ${this.pid} (struct task_struct)`;
    this.#region = space.allocate(type?.sizeBytes ?? OPAQUE_BYTES, label, type ? 'read' : 'none');
    this.address = this.#region.address;
    if (!type) return;
    const offset = (name: string): number | undefined => {
      const member = type.members.find(one => one.name === name);
      return member && this.address + member.offsetBits / 8;
    };
    const put = (name: string, value: number): void => {
      const at = offset(name);
      if (at !== undefined) space.view.setInt32(at, value, true);
    };
    put('pid', this.pid);
    put('tgid', this.tgid);
    const comm = offset('comm');
    if (comm !== undefined) space.bytes.set(new TextEncoder().encode(this.comm).subarray(0, COMM_BYTES - 1), comm);
  }

  sendSignal(signal: number): number {
    this.signals.push(signal);
    return 0;
  }

  free(): void {
    this.#space.free(this.#region);
  }
}
