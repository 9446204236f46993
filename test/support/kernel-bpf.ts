// The real kernel's bpf(2) as an oracle for tests: programs are loaded, run by BPF_PROG_TEST_RUN and let go of; nothing is
// pinned or attached. man 2 bpf; include/uapi/linux/bpf.h (union bpf_attr).
//
//     using kernel = await openKernelBpf('what is skipped without it');
//     if (kernel) {
//       using program = kernel.loadProgram({ type: BPF_PROG_TYPE.xdp, instructions: assemble('r0 = 2\nexit') });
//       expect(program.testRun({ data: new Uint8Array(64) }).returnValue).toBe(2);
//     }

import { constants } from 'node:os';
import { encode as encodeInstructions, type Program as Instructions } from '../../src/isa/extended/index.js';

/** enum bpf_prog_type, as far as tests use it. */
export const BPF_PROG_TYPE = {
  socket_filter: 1,
  kprobe: 2,
  sched_cls: 3,
  sched_act: 4,
  tracepoint: 5,
  xdp: 6,
  perf_event: 7,
  cgroup_skb: 8,
  cgroup_sock: 9,
  lwt_in: 10,
  lwt_out: 11,
  lwt_xmit: 12,
  sock_ops: 13,
  sk_skb: 14,
  cgroup_device: 15,
  sk_msg: 16,
  raw_tracepoint: 17,
  cgroup_sock_addr: 18,
  lwt_seg6local: 19,
  lirc_mode2: 20,
  sk_reuseport: 21,
  flow_dissector: 22,
  cgroup_sysctl: 23,
  raw_tracepoint_writable: 24,
  cgroup_sockopt: 25,
  tracing: 26,
  struct_ops: 27,
  ext: 28,
  lsm: 29,
  sk_lookup: 30,
  syscall: 31,
  netfilter: 32,
} as const;

/** enum bpf_map_type. */
export const BPF_MAP_TYPE = {
  hash: 1,
  array: 2,
  prog_array: 3,
  perf_event_array: 4,
  percpu_hash: 5,
  percpu_array: 6,
  stack_trace: 7,
  cgroup_array: 8,
  lru_hash: 9,
  lru_percpu_hash: 10,
  lpm_trie: 11,
  array_of_maps: 12,
  hash_of_maps: 13,
  devmap: 14,
  sockmap: 15,
  cpumap: 16,
  xskmap: 17,
  sockhash: 18,
  cgroup_storage: 19,
  reuseport_sockarray: 20,
  percpu_cgroup_storage: 21,
  queue: 22,
  stack: 23,
  sk_storage: 24,
  devmap_hash: 25,
  struct_ops: 26,
  ringbuf: 27,
  inode_storage: 28,
  task_storage: 29,
  bloom_filter: 30,
  user_ringbuf: 31,
  cgrp_storage: 32,
  arena: 33,
} as const;

/** enum bpf_cmd. */
const COMMAND = {
  mapCreate: 0,
  mapLookup: 1,
  mapUpdate: 2,
  mapDelete: 3,
  mapNextKey: 4,
  programLoad: 5,
  programTestRun: 10,
  btfLoad: 18,
  mapLookupAndDelete: 21,
  mapFreeze: 22,
  mapLookupBatch: 24,
  mapLookupAndDeleteBatch: 25,
  mapUpdateBatch: 26,
  mapDeleteBatch: 27,
} as const;

/** __NR_bpf by process.arch. */
const SYSCALL: Readonly<Record<string, number>> = {
  x64: 321,
  arm64: 280,
  riscv64: 280,
  loong64: 280,
  ppc64: 361,
  s390x: 351,
};

const ERRNO_NAMES = new Map([
  ...Object.entries(constants.errno).map(([name, n]) => [n, name] as const),
  [524, 'ENOTSUPP'],
]);

/** A failed bpf(2): `code` is the errno's name; `log` is the verifier's, for a program or BTF. */
export class BpfError extends Error {
  override readonly name = 'BpfError';
  readonly errno: number;
  readonly code: string;
  readonly log: string;

  constructor(what: string, errno: number, log = '') {
    const code = ERRNO_NAMES.get(errno) ?? `errno ${errno}`;
    super(`${what}: ${code}${log === '' ? '' : `\n${log}`}`);
    this.errno = errno;
    this.code = code;
    this.log = log;
  }
}

export interface KernelProgramOptions {
  /** A number of BPF_PROG_TYPE. */
  readonly type: number;
  readonly instructions: Instructions;
  readonly name?: string;
  /** Default GPL. */
  readonly license?: string;
  readonly expectedAttachType?: number;
  readonly attachBtfId?: number;
  readonly attachProgramFd?: number;
  /** BPF_F_SLEEPABLE (16)... */
  readonly flags?: number;
  /** File descriptor of BTF, with func_info (8 bytes a record) and line_info (16) in the kernel's form. */
  readonly btfFd?: number;
  readonly functionInfo?: Uint8Array;
  readonly lineInfo?: Uint8Array;
  /** File descriptors that BPF_PSEUDO_MAP_IDX and kfunc offsets index. */
  readonly fdArray?: readonly number[];
  /** Ask for the verifier's log of an accepted program, too: 1, 2, or 4 for statistics. It is in `log`. */
  readonly logLevel?: number;
}

export interface KernelMapOptions {
  /** A number of BPF_MAP_TYPE. */
  readonly type: number;
  readonly keySizeBytes: number;
  readonly valueSizeBytes: number;
  readonly maxEntries: number;
  readonly flags?: number;
  readonly innerMapFd?: number;
  readonly name?: string;
  readonly btfFd?: number;
  readonly keyTypeId?: number;
  readonly valueTypeId?: number;
  readonly mapExtra?: bigint;
}

export interface KernelTestRunOptions {
  readonly data?: Uint8Array;
  readonly context?: Uint8Array;
  /** Default 1. FACTS of XDP: more than 1 costs some 20 ms a call. */
  readonly repeat?: number;
  readonly flags?: number;
  readonly cpu?: number;
}

export interface KernelTestRunResult {
  /** r0, low half, unsigned. */
  readonly returnValue: number;
  /** The packet afterwards; empty where there was none. */
  readonly data: Uint8Array;
  readonly context: Uint8Array;
  /** Mean of one run. */
  readonly durationNs: number;
}

/** A loaded program. Dispose of it after use. */
export interface LoadedProgram extends Disposable {
  readonly fd: number;
  /** The verifier's, where `logLevel` asked for it. */
  readonly log: string;
  testRun(options?: KernelTestRunOptions): KernelTestRunResult;
}

/** A map in the kernel. Dispose of it after use. Methods throw BpfError but for "no such key". */
export interface CreatedMap extends Disposable {
  readonly fd: number;
  /** Bytes of a value as user space passes it: for per-CPU types all CPUs' values. */
  readonly userValueSizeBytes: number;
  lookup(key: Uint8Array, flags?: number): Uint8Array | undefined;
  lookupAndDelete(key: Uint8Array, flags?: number): Uint8Array | undefined;
  update(key: Uint8Array, value: Uint8Array, flags?: number): void;
  /** Whether the key was there. */
  delete(key: Uint8Array): boolean;
  /** The key behind `key`; the first one without it; undefined behind the last. */
  nextKey(key?: Uint8Array): Uint8Array | undefined;
  freeze(): void;
}

export interface KernelBpf extends Disposable {
  loadProgram(options: KernelProgramOptions): LoadedProgram;
  createMap(options: KernelMapOptions): CreatedMap;
  /** Loads BTF; the file descriptor is closed with the kernel. */
  loadBtf(bytes: Uint8Array): number;
  /** bpf(2) itself: a command, its attributes, and what they point to (kept alive). 0 or more, or throws. */
  call(command: number, attributes: Uint8Array, what: string): number;
  /** Address of a buffer, for attributes; keep the buffer reachable. */
  addressOf(buffer: Uint8Array): bigint;
  closeFd(fd: number): void;
}

/** Whether bpf(2) can be used for the tests; if not, why. */
export async function available(): Promise<true | string> {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'it needs root';
  if (SYSCALL[process.arch] === undefined) return `the number of bpf(2) on ${process.arch} is not known`;
  try {
    await import('koffi');
  } catch (error) {
    return `koffi does not load (${(error as Error).message})`;
  }
  const kernel = await open();
  try {
    kernel.createMap({ type: BPF_MAP_TYPE.array, keySizeBytes: 4, valueSizeBytes: 8, maxEntries: 1 });
    return true;
  } catch (error) {
    return `bpf(2) fails: ${(error as Error).message}`;
  } finally {
    kernel[Symbol.dispose]();
  }
}

/** The kernel; undefined, said loudly, where it cannot be used. Dispose of it: everything that is still open is closed then. */
export async function openKernelBpf(whatIsSkipped: string): Promise<KernelBpf | undefined> {
  const reason = await available();
  if (reason === true) return open();
  console.warn(`SKIPPED: ${whatIsSkipped} (bpf(2) of the kernel): ${reason}`);
  return undefined;
}

const LOG_BYTES = 1 << 20;
const PER_CPU_TYPES: readonly number[] = [
  BPF_MAP_TYPE.percpu_hash,
  BPF_MAP_TYPE.percpu_array,
  BPF_MAP_TYPE.lru_percpu_hash,
  BPF_MAP_TYPE.percpu_cgroup_storage,
];

async function open(): Promise<KernelBpf> {
  const koffi = (await import('koffi')).default;
  const { readFileSync } = await import('node:fs');
  const libc = koffi.load(null);
  const syscall = libc.func('long syscall(long, int, void *, uint)');
  const close = libc.func('int close(int)');
  const number = SYSCALL[process.arch]!;
  const open = new Set<number>();

  const cpus = (): number => {
    const last = /(\d+)\s*$/.exec(readFileSync('/sys/devices/system/cpu/possible', 'utf8'));
    return Number(last?.[1] ?? 0) + 1;
  };
  // An address keeps nothing alive: what a call's attributes point to is held here until the next one that needs it.
  let held: readonly unknown[] = [];
  const hold = (...buffers: readonly unknown[]): void => {
    held = buffers;
  };
  /** Read, so that nobody takes `held` for unused and drops it. */
  const heldCount = (): number => held.length;
  const addressOf = (buffer: Uint8Array): bigint =>
    buffer.length === 0 ? 0n : BigInt(koffi.address(buffer as Uint8Array<ArrayBuffer>));
  /** What bpf(2) answers: 0 or more, or -errno. The errno is read before anything else may overwrite it. */
  const attempt = (command: number, attributes: Uint8Array): number => {
    const result: number = syscall(number, command, attributes, attributes.length);
    const errno = koffi.errno();
    heldCount();
    return result < 0 ? -errno : result;
  };
  const call = (command: number, attributes: Uint8Array, what: string): number => {
    const result = attempt(command, attributes);
    if (result < 0) throw new BpfError(what, -result);
    return result;
  };
  const closeFd = (fd: number): void => {
    if (open.delete(fd)) close(fd);
  };
  const own = (fd: number): number => {
    open.add(fd);
    return fd;
  };
  const textOf = (log: Uint8Array): string => {
    const end = log.indexOf(0);
    return new TextDecoder().decode(end < 0 ? log : log.subarray(0, end));
  };
  const named = (bytes: Uint8Array, at: number, name: string): void => {
    bytes.set(new TextEncoder().encode(name.replace(/[^\w.]/g, '_')).subarray(0, 15), at);
  };

  function loadProgram(options: KernelProgramOptions): LoadedProgram {
    const code = encodeInstructions(options.instructions);
    const license = new TextEncoder().encode(`${options.license ?? 'GPL'}\0`);
    const fds = Int32Array.from(options.fdArray ?? []);
    const fdBytes = new Uint8Array(fds.buffer);
    const attributes = new Uint8Array(148);
    const view = new DataView(attributes.buffer);
    view.setUint32(0, options.type, true);
    view.setUint32(4, options.instructions.length, true);
    view.setBigUint64(8, addressOf(code), true);
    view.setBigUint64(16, addressOf(license), true);
    view.setUint32(44, options.flags ?? 0, true);
    named(attributes, 48, options.name ?? '');
    view.setUint32(68, options.expectedAttachType ?? 0, true);
    view.setUint32(72, options.btfFd ?? 0, true);
    if (options.functionInfo) {
      view.setUint32(76, 8, true);
      view.setBigUint64(80, addressOf(options.functionInfo), true);
      view.setUint32(88, options.functionInfo.length / 8, true);
    }
    if (options.lineInfo) {
      view.setUint32(92, 16, true);
      view.setBigUint64(96, addressOf(options.lineInfo), true);
      view.setUint32(104, options.lineInfo.length / 16, true);
    }
    view.setUint32(108, options.attachBtfId ?? 0, true);
    view.setUint32(112, options.attachProgramFd ?? 0, true);
    view.setBigUint64(120, addressOf(fdBytes), true);
    let log = new Uint8Array(0);
    const load = (level: number): number => {
      log = new Uint8Array(level === 0 ? 0 : LOG_BYTES);
      hold(code, license, fdBytes, log, options.functionInfo, options.lineInfo);
      view.setUint32(24, level, true);
      view.setUint32(28, log.length, true);
      view.setBigUint64(32, addressOf(log), true);
      let result = -constants.errno.EAGAIN;
      // The verifier gives up when a signal is pending (a garbage collection, a timer): as libbpf does, try again.
      for (let tries = 0; tries < 5 && result === -constants.errno.EAGAIN; tries++) {
        result = attempt(COMMAND.programLoad, attributes);
      }
      return result;
    };
    let fd = load(options.logLevel ?? 0);
    if (fd < 0) {
      const errno = -fd;
      // The reason is in the log, which a first attempt does not ask for: it costs time.
      if (log.length === 0) fd = load(1);
      if (fd >= 0) close(fd);
      throw new BpfError(`program ${options.name ?? ''}`.trim(), errno, textOf(log).trim());
    }
    own(fd);
    return {
      fd,
      log: textOf(log),
      testRun: run => testRun(fd, run),
      [Symbol.dispose]: () => closeFd(fd),
    };
  }

  const runAttributes = new Uint8Array(80);
  const runView = new DataView(runAttributes.buffer);
  const outData = new Uint8Array(1 << 17);
  const outContext = new Uint8Array(4096);
  function testRun(fd: number, options: KernelTestRunOptions = {}): KernelTestRunResult {
    const { data, context } = options;
    runAttributes.fill(0);
    runView.setUint32(0, fd, true);
    if (data) {
      runView.setUint32(8, data.length, true);
      runView.setUint32(12, outData.length, true);
      runView.setBigUint64(16, addressOf(data), true);
      runView.setBigUint64(24, addressOf(outData), true);
    }
    runView.setUint32(32, options.repeat ?? 0, true);
    if (context) {
      runView.setUint32(40, context.length, true);
      runView.setBigUint64(48, addressOf(context), true);
      if (data) {
        runView.setUint32(44, outContext.length, true);
        runView.setBigUint64(56, addressOf(outContext), true);
      }
    }
    hold(data, context);
    runView.setUint32(64, options.flags ?? 0, true);
    runView.setUint32(68, options.cpu ?? 0, true);
    call(COMMAND.programTestRun, runAttributes, 'BPF_PROG_TEST_RUN');
    return {
      returnValue: runView.getUint32(4, true),
      data: data ? outData.slice(0, runView.getUint32(12, true)) : new Uint8Array(0),
      // Without a place to write it to, the context is changed in place (programs of type syscall).
      context:
        context && data ? outContext.slice(0, runView.getUint32(44, true)) : (context?.slice() ?? new Uint8Array(0)),
      durationNs: runView.getUint32(36, true),
    };
  }

  function createMap(options: KernelMapOptions): CreatedMap {
    const attributes = new Uint8Array(72);
    const view = new DataView(attributes.buffer);
    view.setUint32(0, options.type, true);
    view.setUint32(4, options.keySizeBytes, true);
    view.setUint32(8, options.valueSizeBytes, true);
    view.setUint32(12, options.maxEntries, true);
    view.setUint32(16, options.flags ?? 0, true);
    view.setUint32(20, options.innerMapFd ?? 0, true);
    named(attributes, 28, options.name ?? '');
    view.setUint32(48, options.btfFd ?? 0, true);
    view.setUint32(52, options.keyTypeId ?? 0, true);
    view.setUint32(56, options.valueTypeId ?? 0, true);
    view.setBigUint64(64, options.mapExtra ?? 0n, true);
    const fd = own(call(COMMAND.mapCreate, attributes, 'BPF_MAP_CREATE'));
    const perCpu = PER_CPU_TYPES.includes(options.type);
    const userValueSizeBytes = perCpu ? ((options.valueSizeBytes + 7) & ~7) * cpus() : options.valueSizeBytes;

    const key = new Uint8Array(options.keySizeBytes);
    const value = new Uint8Array(userValueSizeBytes);
    const next = new Uint8Array(options.keySizeBytes);
    const element = new Uint8Array(32);
    const elementView = new DataView(element.buffer);
    elementView.setUint32(0, fd, true);
    const prepare = (given: Uint8Array | undefined, other: Uint8Array, flags: number): void => {
      if (given) {
        if (given.length !== key.length) throw new RangeError(`a key of ${given.length} bytes, not ${key.length}`);
        key.set(given);
      }
      elementView.setBigUint64(8, given ? addressOf(key) : 0n, true);
      elementView.setBigUint64(16, addressOf(other), true);
      elementView.setBigUint64(24, BigInt(flags), true);
    };
    const read = (command: number, what: string, given: Uint8Array, flags: number): Uint8Array | undefined => {
      prepare(given, value, flags);
      const result = attempt(command, element);
      if (result === -constants.errno.ENOENT) return undefined;
      if (result < 0) throw new BpfError(what, -result);
      return value.slice();
    };
    return {
      fd,
      userValueSizeBytes,
      lookup: (given, flags = 0) => read(COMMAND.mapLookup, 'BPF_MAP_LOOKUP_ELEM', given, flags),
      lookupAndDelete: (given, flags = 0) =>
        read(COMMAND.mapLookupAndDelete, 'BPF_MAP_LOOKUP_AND_DELETE_ELEM', given, flags),
      update(given, newValue, flags = 0) {
        if (newValue.length !== value.length) {
          throw new RangeError(`a value of ${newValue.length} bytes, not ${value.length}`);
        }
        value.set(newValue);
        prepare(given, value, flags);
        call(COMMAND.mapUpdate, element, 'BPF_MAP_UPDATE_ELEM');
      },
      delete(given) {
        prepare(given, value, 0);
        const result = attempt(COMMAND.mapDelete, element.subarray(0, 16));
        if (result === -constants.errno.ENOENT) return false;
        if (result < 0) throw new BpfError('BPF_MAP_DELETE_ELEM', -result);
        return true;
      },
      nextKey(given) {
        prepare(given, next, 0);
        const result = attempt(COMMAND.mapNextKey, element.subarray(0, 24));
        if (result === -constants.errno.ENOENT) return undefined;
        if (result < 0) throw new BpfError('BPF_MAP_GET_NEXT_KEY', -result);
        return next.slice();
      },
      freeze() {
        call(COMMAND.mapFreeze, element.subarray(0, 4), 'BPF_MAP_FREEZE');
      },
      [Symbol.dispose]: () => closeFd(fd),
    };
  }

  function loadBtf(bytes: Uint8Array): number {
    const attributes = new Uint8Array(32);
    const view = new DataView(attributes.buffer);
    const log = new Uint8Array(LOG_BYTES);
    view.setBigUint64(0, addressOf(bytes), true);
    view.setUint32(16, bytes.length, true);
    hold(bytes, log);
    const result = attempt(COMMAND.btfLoad, attributes);
    if (result >= 0) return own(result);
    view.setBigUint64(8, addressOf(log), true);
    view.setUint32(20, log.length, true);
    view.setUint32(24, 1, true);
    const again = attempt(COMMAND.btfLoad, attributes);
    if (again >= 0) close(again);
    throw new BpfError('BPF_BTF_LOAD', -result, textOf(log));
  }

  return {
    loadProgram,
    createMap,
    loadBtf,
    call,
    addressOf,
    closeFd,
    [Symbol.dispose]() {
      for (const fd of [...open]) closeFd(fd);
    },
  };
}
