// How rows of the helper table are written down: the words for argument types, and a function that derives what follows from them.

import type { HelperFunction, Signature } from '../engine/index.js';
import type { ArgumentType, HelperRow, ReturnType } from './prototype.js';

export const CONST_MAP_PTR: ArgumentType = { type: 'const_map_ptr' };
export const MAP_KEY: ArgumentType = { type: 'ptr_to_map_key' };
export const MAP_VALUE: ArgumentType = { type: 'ptr_to_map_value' };
export const MAP_VALUE_OR_NULL: ArgumentType = { type: 'ptr_to_map_value', flags: ['maybe_null'] };
export const UNINIT_MAP_VALUE: ArgumentType = { type: 'ptr_to_map_value', flags: ['uninit', 'write'] };
export const MEM: ArgumentType = { type: 'ptr_to_mem' };
export const MEM_OR_NULL: ArgumentType = { type: 'ptr_to_mem', flags: ['maybe_null'] };
export const RDONLY_MEM: ArgumentType = { type: 'ptr_to_mem', flags: ['rdonly'] };
export const RDONLY_MEM_OR_NULL: ArgumentType = { type: 'ptr_to_mem', flags: ['maybe_null', 'rdonly'] };
export const WRITE_MEM: ArgumentType = { type: 'ptr_to_mem', flags: ['write'] };
export const UNINIT_MEM: ArgumentType = { type: 'ptr_to_mem', flags: ['uninit', 'write'] };
/** Memory of a size that the helper fixes. */
export const fixedMem = (sizeBytes: number): ArgumentType => ({ type: 'ptr_to_mem', flags: ['fixed_size'], sizeBytes });
/** A number of 8 bytes that the helper writes. */
export const RESULT_MEM: ArgumentType = {
  type: 'ptr_to_mem',
  flags: ['fixed_size', 'uninit', 'write', 'aligned'],
  sizeBytes: 8,
};
/** The same of 4 bytes, read too. */
export const INOUT_U32: ArgumentType = {
  type: 'ptr_to_mem',
  flags: ['fixed_size', 'write', 'aligned'],
  sizeBytes: 4,
};
export const SIZE: ArgumentType = { type: 'const_size' };
export const SIZE_OR_ZERO: ArgumentType = { type: 'const_size_or_zero' };
export const ALLOC_SIZE: ArgumentType = { type: 'const_alloc_size_or_zero' };
export const CTX: ArgumentType = { type: 'ptr_to_ctx' };
export const CTX_OR_NULL: ArgumentType = { type: 'ptr_to_ctx', flags: ['maybe_null'] };
export const ANYTHING: ArgumentType = { type: 'anything' };
/** A number of 64 bits, or an address that the helper does not trust. */
export const ANYTHING64: ArgumentType = { type: 'anything', wide: true };
export const SCALAR: ArgumentType = { type: 'scalar' };
export const SPIN_LOCK: ArgumentType = { type: 'ptr_to_spin_lock' };
export const TIMER: ArgumentType = { type: 'ptr_to_timer' };
export const FUNC: ArgumentType = { type: 'ptr_to_func' };
export const STACK_OR_NULL: ArgumentType = { type: 'ptr_to_stack', flags: ['maybe_null'] };
export const CONST_STR: ArgumentType = { type: 'ptr_to_const_str' };
export const SOCK_COMMON: ArgumentType = { type: 'ptr_to_sock_common' };
export const BTF_SOCK_COMMON: ArgumentType = { type: 'ptr_to_btf_id_sock_common' };
export const BTF_SOCK_COMMON_RELEASE: ArgumentType = { type: 'ptr_to_btf_id_sock_common', flags: ['release'] };
export const PERCPU_BTF: ArgumentType = { type: 'ptr_to_percpu_btf_id' };
export const btf = (btfType: string): ArgumentType => ({ type: 'ptr_to_btf_id', btfType });
export const btfOrNull = (btfType: string): ArgumentType => ({ type: 'ptr_to_btf_id', flags: ['maybe_null'], btfType });
/** An object that the program owns, and the helper takes. */
export const OWNED_OBJECT_OR_NULL: ArgumentType = { type: 'ptr_to_btf_id', flags: ['maybe_null', 'release'] };
export const KPTR_DEST: ArgumentType = { type: 'kptr_xchg_dest' };
export const RINGBUF_MEM: ArgumentType = { type: 'ptr_to_ringbuf_mem', flags: ['release'] };
export const DYNPTR: ArgumentType = { type: 'ptr_to_dynptr', flags: ['rdonly'] };
export const NEW_LOCAL_DYNPTR: ArgumentType = { type: 'ptr_to_dynptr', flags: ['dynptr_local', 'uninit', 'write'] };
export const NEW_RINGBUF_DYNPTR: ArgumentType = { type: 'ptr_to_dynptr', flags: ['dynptr_ringbuf', 'uninit', 'write'] };
export const RINGBUF_DYNPTR: ArgumentType = { type: 'ptr_to_dynptr', flags: ['dynptr_ringbuf', 'release'] };

/** What a row says that cannot be derived. Flags that are absent are false. */
export interface RowText {
  readonly id: number;
  readonly declaration: string;
  readonly args: readonly ArgumentType[];
  readonly returns: ReturnType;
  readonly returnsBtfType?: string;
  readonly gplOnly?: true;
  readonly changesPacket?: true;
  readonly takesPacketPointers?: true;
  readonly mightSleep?: true;
  readonly programTypes: readonly string[] | '*';
  readonly since: string;
  readonly meaning: string;
  readonly run?: HelperFunction;
}

/** A whole row: its name and the registers' widths are those of its declaration and argument types. */
export function helper(text: RowText): HelperRow {
  const { name, result } = parseDeclaration(text.declaration);
  return {
    gplOnly: false,
    changesPacket: false,
    takesPacketPointers: false,
    mightSleep: false,
    ...text,
    name,
    signature: signatureOf(text.args, text.returns, result),
  };
}

/** Name and C type of the result of a declaration: `long bpf_x(void)` gives `bpf_x` and `long`. */
export function parseDeclaration(declaration: string): { name: string; result: string } {
  const match = /^(.+?[ *])(\w+)\(/.exec(declaration);
  if (!match) throw new Error(`no declaration of a function: ${declaration}`);
  return { name: match[2]!, result: match[1]!.trim() };
}

/**
 * How the registers are passed. Errors are small negative numbers, so `long` and `int` extend from 32 bits; only 64-bit types
 * bring a high half.
 */
export function signatureOf(args: readonly ArgumentType[], returns: ReturnType, cResult: string): Signature {
  let wideMask = 0;
  args.forEach((argument, index) => {
    if (argument.wide) wideMask |= 1 << index;
  });
  return { count: args.length, wideMask, result: resultOf(returns, cResult) };
}

function resultOf(returns: ReturnType, cResult: string): Signature['result'] {
  if (returns === 'void') return 'void';
  if (returns !== 'integer') return 'address';
  if (/^(?:u64|s64)$/.test(cResult)) return 'u64';
  return cResult === 'u32' ? 'u32' : 's32';
}
