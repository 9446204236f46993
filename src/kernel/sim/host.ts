// What helpers ask of the simulated kernel: one host a CPU. The kernel's own parts (clock, tasks, network, printk) are the same behind
// all of them; what belongs to the program that runs just now (packet, socket, redirect...) is set up by `begin` and gone after it.

import type { Executable } from '../../engine/index.js';
import type {
  CgroupView,
  HelperHost,
  MessageBuffer,
  PacketBuffer,
  Redirect,
  ScheduledCall,
  SocketView,
  SockOpsView,
  SysctlView,
  TaskView,
  TracingView,
} from '../../helpers/index.js';
import type { KernelMap } from '../../maps/index.js';
import type { SimNetwork } from './network.js';

/** What a run brings with it. */
export interface RunParts {
  readonly packet?: PacketBuffer | undefined;
  readonly message?: MessageBuffer | undefined;
  readonly socket?: SocketView | undefined;
  readonly sysctl?: SysctlView | undefined;
  readonly sockOps?: SockOpsView | undefined;
  readonly tracing?: TracingView | undefined;
  readonly retval?: number | undefined;
  readonly attachCookie?: bigint | undefined;
}

/** The kernel behind the hosts. */
export interface HostKernel {
  readonly cpuCount: number;
  readonly network: SimNetwork;
  readonly currentTask: TaskView | undefined;
  readonly cgroup: CgroupView;
  now(): number;
  random(): number;
  mapAt(handle: number): KernelMap | undefined;
  tasks(): Iterable<TaskView>;
  printk(line: string): void;
  perfEvent(map: KernelMap, cpu: number, record: Uint8Array): number;
  tailCallTarget(map: KernelMap, index: number): Executable | undefined;
  schedule(cpu: number, call: PendingCall): ScheduledCall;
  seqWrite(bytes: Uint8Array): number;
  symbol(name: string): bigint | undefined;
  typeSize(program: unknown, typeId: number): number | undefined;
}

/** A callback that waits for its time: bpf_timer, bpf_wq. */
export interface PendingCall {
  readonly program: unknown;
  readonly atNs: number;
  readonly startSlot: number;
  readonly r1: number;
  readonly r2: number;
  readonly r3: number;
}

const NO_PARTS: RunParts = {};

export class SimHost implements HelperHost {
  readonly cpu: number;
  readonly cpuCount: number;
  readonly network: SimNetwork;
  program: unknown = undefined;
  redirect: Redirect | undefined = undefined;
  assignedSocket: SocketView | undefined = undefined;
  retval = 0;
  #parts: RunParts = NO_PARTS;
  readonly #kernel: HostKernel;

  constructor(kernel: HostKernel, cpu: number) {
    this.#kernel = kernel;
    this.cpu = cpu;
    this.cpuCount = kernel.cpuCount;
    this.network = kernel.network;
  }

  /** A program begins. */
  begin(program: unknown, parts: RunParts): void {
    this.program = program;
    this.#parts = parts;
    this.redirect = undefined;
    this.assignedSocket = undefined;
    this.retval = parts.retval ?? 0;
  }

  end(): void {
    this.#parts = NO_PARTS;
  }

  get packet(): PacketBuffer | undefined {
    return this.#parts.packet;
  }

  get message(): MessageBuffer | undefined {
    return this.#parts.message;
  }

  get socket(): SocketView | undefined {
    return this.#parts.socket;
  }

  get sysctl(): SysctlView | undefined {
    return this.#parts.sysctl;
  }

  get sockOps(): SockOpsView | undefined {
    return this.#parts.sockOps;
  }

  get tracing(): TracingView | undefined {
    return this.#parts.tracing;
  }

  get attachCookie(): bigint {
    return this.#parts.attachCookie ?? 0n;
  }

  get task(): TaskView | undefined {
    return this.#kernel.currentTask;
  }

  nowNs(): number {
    return this.#kernel.now();
  }

  random(): number {
    return this.#kernel.random();
  }

  mapAt(handle: number): KernelMap | undefined {
    return this.#kernel.mapAt(handle);
  }

  tailCallTarget(map: KernelMap, index: number): Executable | undefined {
    return this.#kernel.tailCallTarget(map, index);
  }

  emitPrintk(line: string): void {
    this.#kernel.printk(line);
  }

  emitPerfEvent(map: KernelMap, cpu: number, record: Uint8Array): number {
    return this.#kernel.perfEvent(map, cpu, record);
  }

  schedule(
    program: unknown,
    atNs: number,
    cpu: number | undefined,
    startSlot: number,
    r1: number,
    r2: number,
    r3: number,
  ): ScheduledCall {
    return this.#kernel.schedule(cpu ?? this.cpu, { program, atNs, startSlot, r1, r2, r3 });
  }

  tasks(): Iterable<TaskView> {
    return this.#kernel.tasks();
  }

  taskAt(address: number): TaskView | undefined {
    for (const task of this.#kernel.tasks()) if (task.address === address) return task;
    return undefined;
  }

  cgroupById(id: bigint): CgroupView | undefined {
    return this.#kernel.cgroup.id === id ? this.#kernel.cgroup : undefined;
  }

  cgroupAt(address: number): CgroupView | undefined {
    return this.#kernel.cgroup.address === address ? this.#kernel.cgroup : undefined;
  }

  socketAt(address: number): SocketView | undefined {
    const { socket, packet } = this.#parts;
    for (const one of [socket, packet?.socket]) {
      if (one && (one.address === address || one.tcpAddress === address)) return one;
    }
    return this.network.socketAt(address);
  }

  storageOwnerAt(address: number): object | undefined {
    return this.socketAt(address) ?? this.taskAt(address) ?? this.cgroupAt(address);
  }

  seqWrite(_seqAddress: number, bytes: Uint8Array): number {
    return this.#kernel.seqWrite(bytes);
  }

  kallsyms(name: string): bigint | undefined {
    return this.#kernel.symbol(name);
  }

  /** Per-CPU variables of the kernel itself are not simulated apart: each CPU sees the one copy. */
  perCpuAddress(address: number, cpu: number): number {
    return cpu < this.cpuCount ? address : 0;
  }

  programTypeSize(typeId: number): number | undefined {
    return this.#kernel.typeSize(this.program, typeId);
  }
}
