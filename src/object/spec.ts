// What an object file says, as values: the CollectionSpec of cilium/ebpf's design. Reading the same bytes gives the same spec
// on every machine; nothing is created until a kernel is handed one.

import type { Program as Instructions } from '../isa/extended/index.js';
import type { Btf } from './btf/index.js';

/** All that one object file (or several, linked) holds. */
export interface CollectionSpec {
  /** By function name: `SEC("xdp") int drop_icmp(...)` is `drop_icmp`. */
  readonly programs: ReadonlyMap<string, ProgramSpec>;
  /** By name. Global variables are maps too: `.bss`, `.data`, `.rodata` (named as libbpf names them: `OBJECT.bss` cut to 15 characters in the kernel). */
  readonly maps: ReadonlyMap<string, MapSpec>;
  /** Global variables by name, in the maps of their sections. */
  readonly variables: ReadonlyMap<string, VariableSpec>;
  /** Externs of `.kconfig` that still wait for a kernel's configuration; empty after `fillKernelOptions`. */
  readonly kernelOptions: readonly KernelOptionSpec[];
  /** The object's types; undefined when it was compiled without -g. */
  readonly btf: Btf | undefined;
  readonly byteOrder: 'little' | 'big';
  readonly license: string;
  /** Of a `version` section; 0 when there is none. */
  readonly kernelVersion: number;
}

/** One entry function with every function it calls behind it. */
export interface ProgramSpec {
  readonly name: string;
  /** The section as written: `xdp`, `tp/syscalls/sys_enter_openat`, `?fentry/vfs_read`. */
  readonly sectionName: string;
  /** Row of the program-type table, by its name there: `xdp`, `sched_cls`. */
  readonly type: string;
  /** Row of the attach-type table, where the section name tells it. */
  readonly attachType?: string;
  /** What stands behind the slash: a function, a tracepoint, a path. */
  readonly attachTo?: string;
  /** Flags that the section name asks for: sleepable (`.s`), frags, multi... */
  readonly flags: readonly string[];
  /** `?` in front of the section: not loaded unless asked for. */
  readonly autoload: boolean;
  /** The entry function first. Jumps and local calls are resolved; references below are not. */
  readonly instructions: Instructions;
  /** What a kernel must put in when it loads the program, in order of slots. */
  readonly references: readonly Reference[];
  readonly functions: readonly FunctionSpec[];
  readonly lines: readonly LineInfo[];
  /** CO-RE relocations that are still to be applied against a kernel's types; empty after `relocate`. */
  readonly coreRelocations: readonly CoreRelocation[];
  readonly license: string;
  readonly byteOrder: 'little' | 'big';
}

/** An instruction whose constant only a kernel knows. `slot` is the first slot of the instruction. */
export type Reference =
  | { readonly kind: 'map'; readonly slot: number; readonly map: string }
  /** Address of a map's (section's) data plus `offsetBytes`. */
  | { readonly kind: 'map-value'; readonly slot: number; readonly map: string; readonly offsetBytes: number }
  /** An extern of `.ksyms`: a kernel variable (in a 64-bit load) or kernel function (in a call). */
  | {
      readonly kind: 'ksym';
      readonly slot: number;
      readonly name: string;
      readonly btfTypeId: number;
      readonly weak: boolean;
    }
  | {
      readonly kind: 'kfunc';
      readonly slot: number;
      readonly name: string;
      readonly btfTypeId: number;
      readonly weak: boolean;
    }
  /** The address of a function of this program (callbacks). */
  | { readonly kind: 'function'; readonly slot: number; readonly name: string };

/** A function in a program's instructions. */
export interface FunctionSpec {
  readonly name: string;
  readonly startSlot: number;
  readonly endSlot: number;
  /** BTF id of its FUNC; 0 without BTF. */
  readonly btfTypeId: number;
  /** Global functions are verified on their own. */
  readonly linkage: 'static' | 'global';
}

/** Which source line an instruction came from (.BTF.ext). */
export interface LineInfo {
  readonly slot: number;
  readonly file: string;
  /** The line's text, where the compiler kept it. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** struct bpf_core_relo, with its strings. */
export interface CoreRelocation {
  readonly slot: number;
  readonly kind: number;
  readonly btfTypeId: number;
  readonly accessString: string;
}

export interface MapSpec {
  readonly name: string;
  /** Row of the map-type table, by its name there: `hash`, `percpu_array`. */
  readonly type: string;
  readonly keySizeBytes: number;
  readonly valueSizeBytes: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** BTF ids of key and value; 0 when unknown. */
  readonly keyTypeId: number;
  readonly valueTypeId: number;
  readonly btf?: Btf | undefined;
  /** LIBBPF_PIN_BY_NAME. */
  readonly pinByName: boolean;
  readonly numaNode?: number;
  readonly mapExtra?: bigint;
  /** Of a map in map. */
  readonly inner?: MapSpec;
  /** What the map holds from the beginning: a section's bytes under key 0, the programs or maps of an initialised array. */
  readonly contents: readonly MapEntry[];
  /** Read only for programs, and frozen after it was filled (.rodata). */
  readonly frozen: boolean;
  /** Of a map of type struct_ops: which programs its function pointers are. Its bytes are under key 0 of `contents`. */
  readonly structOps?: StructOpsSpec;
}

/** A variable of `.struct_ops`. */
export interface StructOpsSpec {
  /** The kernel's struct: `tcp_congestion_ops`. */
  readonly typeName: string;
  /** False: the section's name began with `?`. */
  readonly autocreate: boolean;
  readonly functions: readonly { readonly member: string; readonly offsetBytes: number; readonly program: string }[];
}

export interface MapEntry {
  readonly key: Uint8Array;
  /** Bytes, or the name of a program or map to be put there. */
  readonly value: Uint8Array | { readonly program: string } | { readonly map: string };
}

export interface VariableSpec {
  readonly name: string;
  /** Name of the section's map. */
  readonly map: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** Of the variable's type (not of its VAR); 0 without BTF. */
  readonly btfTypeId: number;
}

/** An extern of `.kconfig`: `CONFIG_HZ`, `LINUX_KERNEL_VERSION`; its value stands in the map `.kconfig`. */
export interface KernelOptionSpec {
  readonly name: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly btfTypeId: number;
  /** Stays zero when the kernel does not know it. */
  readonly weak: boolean;
}
