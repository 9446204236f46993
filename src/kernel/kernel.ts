/// <reference lib="esnext.disposable" preserve="true" />
// The Kernel interface: bpf(2) as objects. kernel/sim implements it in this process, kernel/linux hands it to the machine; one suite of
// contract tests runs on both. Names follow libbpf and cilium/ebpf. Everything that is created can be disposed of.

import type { CollectionSpec, MapSpec, ProgramSpec } from '../object/index.js';

export { KernelError } from '../maps/index.js';

export interface Kernel extends Disposable {
  /** `sim` or `linux`. */
  readonly name: string;
  createMap(spec: MapSpec): KernelMapObject;
  /** Loads one program; maps that it refers to by name must be given. Throws VerifierError (a KernelError) when it is refused. */
  loadProgram(spec: ProgramSpec, options?: LoadOptions): ProgramObject;
  /** Creates every map of the spec, fills in variables, loads every program. On failure nothing stays behind. */
  load(spec: CollectionSpec, options?: LoadCollectionOptions): Collection;
  /** printk output (bpf_trace_printk), line by line, since the kernel was made. */
  readonly printk: AsyncIterable<string> & { readonly lines: readonly string[] };
}

export interface LoadOptions {
  readonly maps?: ReadonlyMap<string, KernelMapObject>;
}

export interface LoadCollectionOptions {
  /** Only these programs (and the maps they use). Default: those that load automatically. */
  readonly programs?: readonly string[];
  /** Initial values of global variables, by name; allowed for .rodata too. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Use these maps instead of creating the ones of the same name. */
  readonly maps?: ReadonlyMap<string, KernelMapObject>;
}

/** What `load` makes. Disposing it lets all of it go. */
export interface Collection extends Disposable {
  readonly programs: ReadonlyMap<string, ProgramObject>;
  readonly maps: ReadonlyMap<string, KernelMapObject>;
  readonly variables: ReadonlyMap<string, VariableObject>;
  /** Throws when there is none of that name, and says which there are. */
  program(name: string): ProgramObject;
  map(name: string): KernelMapObject;
}

/** A global variable, read and written in place. */
export interface VariableObject {
  value: unknown;
  readonly bytes: Uint8Array;
}

/** struct bpf_attr.test, with the kernel's meaning (BPF_PROG_TEST_RUN). */
export interface TestRunOptions {
  /** The packet. */
  readonly data?: Uint8Array;
  /** Bytes of the context that may be set, or fields by name: `{ ingress_ifindex: 1 }`, `{ cb: [1, 2] }`. */
  readonly context?: Uint8Array | Readonly<Record<string, number | bigint | readonly (number | bigint)[]>>;
  /**
   * Arguments of programs that stand for a function (tracing, lsm, struct_ops, raw_tracepoint, kprobe): numbers; bytes and strings are put into
   * memory, and the program gets their address. The simulated kernel only.
   */
  readonly arguments?: readonly (number | bigint | boolean | string | Uint8Array)[];
  /** Default 1. */
  readonly repeat?: number;
  readonly cpu?: number;
}

export interface TestRunResult {
  /** r0 as an unsigned 32-bit number, as the kernel gives it. */
  readonly returnValue: number;
  /** Its name where the program type has one: `XDP_DROP`; else the number as text. */
  readonly verdict: string;
  /** The packet afterwards; of a flow dissector, the keys (struct bpf_flow_keys). */
  readonly data: Uint8Array;
  /** The context afterwards, as far as the kernel gives it back. */
  readonly context: Uint8Array;
  /** Mean of one run, by the kernel's clock. */
  readonly durationNs: number;
}

export interface ProgramObject extends Disposable {
  readonly name: string;
  /** Row of the program-type table. */
  readonly type: string;
  readonly id: number;
  testRun(options?: TestRunOptions): TestRunResult;
}

/** A map as user space sees it. Keys and values are bytes here; `typed` gives codecs. */
export interface KernelMapObject extends Disposable {
  readonly name: string;
  readonly type: string;
  readonly id: number;
  readonly keySizeBytes: number;
  /** For per-CPU maps: one value's; `lookup` then gives all CPUs' values, one after the other, each rounded up to 8 bytes. */
  readonly valueSizeBytes: number;
  readonly maxEntries: number;
  /** undefined: no such key. */
  lookup(key: Uint8Array): Uint8Array | undefined;
  /** Throws KernelError: E2BIG, EEXIST, ENOENT, EINVAL... */
  update(key: Uint8Array, value: Uint8Array, flags?: 'any' | 'noexist' | 'exist'): void;
  /** Whether the key was there. */
  delete(key: Uint8Array): boolean;
  lookupAndDelete(key: Uint8Array): Uint8Array | undefined;
  keys(): IterableIterator<Uint8Array>;
  entries(): IterableIterator<[Uint8Array, Uint8Array]>;
  /** Keys and values as JavaScript values, by the map's BTF. Throws EINVAL for a map without types. */
  typed<K = unknown, V = unknown>(): TypedMap<K, V>;
  /** No more changes from user space (BPF_MAP_FREEZE). */
  freeze(): void;
}

/** A map with codecs: see `codecOf` for which values stand for which types. Values of per-CPU maps are lists, one element a CPU. */
export interface TypedMap<K, V> extends Iterable<[K, V]>, AsyncIterable<[K, V]> {
  get(key: K): V | undefined;
  set(key: K, value: V, flags?: 'any' | 'noexist' | 'exist'): void;
  /** Whether the key was there. */
  delete(key: K): boolean;
}
