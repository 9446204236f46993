// The machine's libbpf as an oracle: it opens an object, relocates it, and shows the instructions that it would hand to the kernel.
// Needs root, for it creates the object's maps on the way; all of it goes when the object is closed.

import { createRequire } from 'node:module';

const LIBRARY = 'libbpf.so.1';

export interface LibbpfProgram {
  readonly name: string;
  /** `struct bpf_insn`s, after relocation. */
  readonly bytes: Uint8Array;
}

export interface LibbpfObject {
  readonly programs: readonly LibbpfProgram[];
  /** 0, or what loading into the kernel answered. */
  readonly loadResult: number;
}

interface Functions {
  open(bytes: Uint8Array): LibbpfObject;
}

let loaded: Functions | string | undefined;

/** The functions, or why there are none: to be said loudly. */
export function libbpf(): Functions | string {
  loaded ??= load();
  return loaded;
}

function load(): Functions | string {
  if (process.getuid?.() !== 0) return 'not root';
  // biome-ignore lint/suspicious/noExplicitAny: koffi has no types for what it makes
  let library: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  let koffi: any;
  try {
    koffi = createRequire(import.meta.url)('koffi');
    library = koffi.load(LIBRARY);
  } catch (error) {
    return `${LIBRARY}: ${(error as Error).message.split('\n')[0]}`;
  }
  const setStrict = library.func('int libbpf_set_strict_mode(int mode)');
  const setPrint = library.func('void *libbpf_set_print(void *callback)');
  const openMemory = library.func('void *bpf_object__open_mem(const void *bytes, size_t size, const void *options)');
  const loadObject = library.func('int bpf_object__load(void *object)');
  const close = library.func('void bpf_object__close(void *object)');
  const next = library.func('void *bpf_object__next_program(void *object, void *previous)');
  const nameOf = library.func('const char *bpf_program__name(void *program)');
  const instructions = library.func('void *bpf_program__insns(void *program)');
  const count = library.func('size_t bpf_program__insn_cnt(void *program)');
  setStrict(-1);
  setPrint(null);
  return {
    open(bytes) {
      const object = openMemory(bytes, bytes.length, null);
      if (!object) throw new Error('libbpf does not open the object');
      try {
        const loadResult = loadObject(object) as number;
        const programs: LibbpfProgram[] = [];
        for (let program = next(object, null); program; program = next(object, program)) {
          const size = Number(count(program)) * 8;
          const view = koffi.decode(instructions(program), koffi.array('uint8_t', size, 'Typed')) as Uint8Array;
          programs.push({ name: nameOf(program) as string, bytes: view.slice() });
        }
        return { programs, loadResult };
      } finally {
        close(object);
      }
    },
  };
}
