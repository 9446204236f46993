// What a simulated kernel is made with. Everything has a default that gives the same results in every run.

import type { Engine } from '../../engine/index.js';
import type { Btf, KernelConfig } from '../../object/index.js';
import type { TaskOptions } from './tasks.js';

export interface SimKernelOptions {
  /** Simulated CPUs. Default 4. */
  readonly cpus?: number;
  /** CLOCK_MONOTONIC, nanoseconds, below 2^53. Default: a clock that goes on by a microsecond each time it is read. */
  readonly now?: () => number;
  /** Uniform u32. Default: a generator with a fixed seed. */
  readonly random?: () => number;
  /** Seed of the default generator. */
  readonly seed?: number;
  /** Types of the kernel: CO-RE relocations are made for them, tasks have its task_struct. Default: those of each object itself. */
  readonly btf?: Btf;
  /** Values of `.kconfig` externs: `CONFIG_HZ` -> `250`. Default: CONFIG_HZ=250 and what goes with it. */
  readonly kernelConfig?: KernelConfig;
  /** LINUX_KERNEL_VERSION: 0x061200 is 6.18.0, the default. */
  readonly kernelVersion?: number;
  /** Default `auto`: WebAssembly where it can be compiled, else the interpreter. Others are given as objects. */
  readonly engine?: 'auto' | 'interpreter' | 'wasm' | Engine;
  /** Look every memory access up. Default true: no program has been verified. */
  readonly checked?: boolean;
  /** Instructions that a run may take. Default 100 million. */
  readonly budgetInstructions?: number;
  /** Count how often each instruction runs: see `SimProgram.executable.counts`. */
  readonly coverage?: boolean;
  /** The task that programs run in. Default: pid 1000, uid 0, comm `skep`. */
  readonly task?: TaskOptions;
  /** Addresses of kernel variables (`.ksyms`), by name, and of symbols for bpf_kallsyms_lookup_name. */
  readonly symbols?: Readonly<Record<string, number | bigint>>;
  /** Limit of the memory that programs, maps and packets share. Default 512 MiB. */
  readonly maximumMemoryBytes?: number;
}

export const DEFAULT_KERNEL_VERSION = 0x061200;

/** What .kconfig externs find where nothing else is said: a common x86-64 configuration. */
export const DEFAULT_KERNEL_CONFIG: KernelConfig = new Map([
  ['CONFIG_HZ', '250'],
  ['CONFIG_BPF', 'y'],
  ['CONFIG_BPF_SYSCALL', 'y'],
  ['CONFIG_BPF_JIT', 'y'],
  ['CONFIG_X86', 'y'],
  ['CONFIG_X86_64', 'y'],
  ['CONFIG_64BIT', 'y'],
  ['CONFIG_NET', 'y'],
  ['CONFIG_INET', 'y'],
  ['CONFIG_IPV6', 'y'],
  ['CONFIG_SMP', 'y'],
  ['CONFIG_CGROUPS', 'y'],
  ['CONFIG_NR_CPUS', '8192'],
]);
