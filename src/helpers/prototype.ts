// The shape of a row of the helper table: what bpf-helpers(7) and the kernel's struct bpf_func_proto say of a helper. The verifier
// reads the argument types, the engines the signature, `skep feature` and the reports the version.

import type { HelperFunction, Signature } from '../engine/index.js';

/** enum bpf_arg_type, in lower case without the ARG_ prefix; flags are joined by `|` in the kernel and listed here. */
export interface ArgumentType {
  readonly type:
    | 'dontcare'
    | 'const_map_ptr'
    | 'ptr_to_map_key'
    | 'ptr_to_map_value'
    | 'ptr_to_mem'
    | 'ptr_to_arena'
    | 'const_size'
    | 'const_size_or_zero'
    | 'const_alloc_size_or_zero'
    | 'ptr_to_ctx'
    | 'anything'
    | 'scalar'
    | 'ptr_to_spin_lock'
    | 'ptr_to_sock_common'
    | 'ptr_to_socket'
    | 'ptr_to_btf_id'
    | 'ptr_to_ringbuf_mem'
    | 'ptr_to_btf_id_sock_common'
    | 'ptr_to_percpu_btf_id'
    | 'ptr_to_func'
    | 'ptr_to_stack'
    | 'ptr_to_const_str'
    | 'ptr_to_timer'
    | 'kptr_xchg_dest'
    | 'ptr_to_dynptr';
  readonly flags?: readonly ArgumentFlag[];
  /** Of a fixed-size memory argument. */
  readonly sizeBytes?: number;
  /** Type behind a ptr_to_btf_id: `task_struct`. */
  readonly btfType?: string;
  /** Its 64 bits matter to the helper (a u64, not a pointer or 32-bit number). */
  readonly wide?: boolean;
}

/** Flags of enum bpf_type_flag that arguments have; the last two say what kind of dynptr. */
export type ArgumentFlag =
  | 'maybe_null'
  | 'uninit'
  | 'rdonly'
  | 'write'
  | 'release'
  | 'aligned'
  | 'fixed_size'
  | 'dynptr_local'
  | 'dynptr_ringbuf';

/** enum bpf_return_type, likewise. */
export type ReturnType =
  | 'integer'
  | 'void'
  | 'ptr_to_map_value'
  | 'ptr_to_map_value_or_null'
  | 'ptr_to_socket_or_null'
  | 'ptr_to_tcp_sock_or_null'
  | 'ptr_to_sock_common_or_null'
  | 'ptr_to_ringbuf_mem_or_null'
  | 'ptr_to_dynptr_mem_or_null'
  | 'ptr_to_btf_id_or_null'
  | 'ptr_to_mem_or_btf_id_or_null'
  | 'ptr_to_mem_or_btf_id'
  | 'ptr_to_btf_id'
  | 'ptr_to_btf_id_trusted';

export interface HelperRow {
  readonly id: number;
  /** `bpf_map_lookup_elem`. */
  readonly name: string;
  /** Its declaration in C, with the types and names of include/uapi/linux/bpf.h: `void *bpf_map_lookup_elem(struct bpf_map *map, const void *key)`. */
  readonly declaration: string;
  readonly args: readonly ArgumentType[];
  readonly returns: ReturnType;
  /** Type behind a returned ptr_to_btf_id: `task_struct`. */
  readonly returnsBtfType?: string;
  readonly signature: Signature;
  readonly gplOnly: boolean;
  /** Touches packet data, so that packet pointers are void after it. */
  readonly changesPacket: boolean;
  /** Its memory arguments may point into the packet (pkt_access of struct bpf_func_proto). */
  readonly takesPacketPointers: boolean;
  readonly mightSleep: boolean;
  /** Program types that may call it, by name in the program-type table; `*` for all. An `ext` program may call what the one it replaces may. */
  readonly programTypes: readonly string[] | '*';
  /** Kernel that brought it: `3.18`. */
  readonly since: string;
  /** One line of meaning, in our own words. */
  readonly meaning: string;
  /** Absent: the helper has no meaning outside a running Linux; calling it is a typed error that names it. */
  readonly run?: HelperFunction;
}
