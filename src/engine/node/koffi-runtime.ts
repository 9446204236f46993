// Machine code on Linux: pages from mmap(2), made executable by mprotect(2) once they are written and never writable at the same time, and
// called through koffi. koffi is an optional dependency; without it there is no runtime, and a reason why.

import { type NativeCode, type NativeRuntime, STATE } from '../jit-x64/index.js';

type Koffi = typeof import('koffi');

/** <sys/mman.h> */
const [PROT_READ, PROT_WRITE, PROT_EXEC] = [1, 2, 4] as const;
const [MAP_PRIVATE, MAP_ANONYMOUS] = [2, 0x20] as const;
const PAGE_BYTES = 4096;

/** Named so that no bundler takes it along. */
const OPTIONAL = ['koffi'];

let runtime: Promise<NativeRuntime | string> | undefined;

/** The runtime of this process, or why it has none. */
export function loadNativeRuntime(): Promise<NativeRuntime | string> {
  runtime ??= makeRuntime();
  return runtime;
}

async function makeRuntime(): Promise<NativeRuntime | string> {
  if (typeof process !== 'object' || !process.versions?.node) return 'machine code runs under Node only';
  if (process.arch !== 'x64') return `machine code is for x86-64, and this is ${process.arch}`;
  if (process.platform !== 'linux') return `machine code runs on Linux, and this is ${process.platform}`;
  let koffi: Koffi;
  try {
    const loaded = await import(OPTIONAL[0]!);
    koffi = loaded.default ?? loaded;
  } catch {
    return 'machine code runs through the package koffi, which is not installed';
  }
  try {
    return koffiRuntime(koffi);
  } catch (error) {
    return `this system refuses machine code: ${(error as Error).message}`;
  }
}

function koffiRuntime(koffi: Koffi): NativeRuntime {
  const libc = koffi.load(null);
  const mmap = libc.func('void *mmap(size_t address, size_t length, int prot, int flags, int fd, int64_t offset)');
  const mprotect = libc.func('int mprotect(void *address, size_t length, int prot)');
  const memcpy = libc.func('void *memcpy(void *to, const uint8_t *from, size_t length)');
  const munmap = libc.func('int munmap(void *address, size_t length)');
  const entry = koffi.proto('uint32_t (uint64_t state, uint64_t function)');
  const callback = koffi.pointer(koffi.proto('uint32_t (uint32_t site)'));

  const state = new ArrayBuffer(STATE.sizeBytes);
  const stateAddress = Number(koffi.address(state));
  const made: NativeRuntime = {
    state,
    addressOf: buffer => Number(koffi.address(buffer)),
    load,
    onCall: () => 1,
  };
  // Registered for as long as the process lives: one for all programs.
  new BigUint64Array(state)[STATE.callback / 8] = koffi.register((site: number) => made.onCall(site), callback);
  const unused = new FinalizationRegistry<readonly [bigint, number]>(([address, sizeBytes]) => {
    munmap(address, sizeBytes);
  });

  function load(code: Uint8Array): NativeCode {
    const sizeBytes = Math.ceil(code.length / PAGE_BYTES) * PAGE_BYTES;
    const page: bigint = mmap(0, sizeBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page === 0n || BigInt.asIntN(64, page) === -1n) throw new Error('mmap gives no memory');
    memcpy(page, code, code.length);
    if (mprotect(page, sizeBytes, PROT_READ | PROT_EXEC) !== 0) {
      munmap(page, sizeBytes);
      throw new Error('mprotect makes nothing executable');
    }
    const start = Number(page);
    const enter: (state: number, function_: number) => number = koffi.decode(page, entry);
    const loaded: NativeCode = { run: entryOffsetBytes => enter(stateAddress, start + entryOffsetBytes) };
    unused.register(loaded, [page, sizeBytes]);
    return loaded;
  }
  return made;
}
