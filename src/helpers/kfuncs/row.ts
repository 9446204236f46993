// The shape of a row of the table of kernel functions (kfuncs): what BTF and the sets of BTF ids (BTF_KFUNCS_START) say of one.

import type { HelperFunction, Signature } from '../../engine/index.js';
import { parseDeclaration } from '../row.js';

/** Flags of include/linux/btf.h, without KF_. */
export type KfuncFlag =
  | 'acquire'
  | 'release'
  | 'ret_null'
  | 'trusted_args'
  | 'sleepable'
  | 'destructive'
  | 'rcu'
  | 'rcu_protected'
  | 'iter_new'
  | 'iter_next'
  | 'iter_destroy'
  | 'fastcall';

export interface KfuncRow {
  /** `bpf_dynptr_from_skb`. */
  readonly name: string;
  /**
   * Its declaration in C. Suffixes of parameters are the kernel's: `__k` a constant, `__sz` and `__szk` the size of the argument
   * before, `__ign` not looked at, `__uninit`, `__opt` and `__nullable`, `__map`, `__alloc`.
   */
  readonly declaration: string;
  readonly flags: readonly KfuncFlag[];
  readonly signature: Signature;
  /** Kernel that brought it. */
  readonly since: string;
  readonly meaning: string;
  /** Absent: it has no meaning outside a running Linux. */
  readonly run?: HelperFunction;
}

export type KfuncText = Omit<KfuncRow, 'name' | 'signature'>;

/** A whole row: name and registers are those of the declaration. */
export function kfunc(text: KfuncText): KfuncRow {
  return { ...text, ...registersOf(text.declaration) };
}

const WIDE = /^(?:const )?(?:u64|s64|__u64|__s64|unsigned long|unsigned long long|long long)\b(?!.*\*)/;

function registersOf(declaration: string): { name: string; signature: Signature } {
  const { name, result } = parseDeclaration(declaration);
  const parameters = splitParameters(declaration.slice(declaration.indexOf('(') + 1, declaration.lastIndexOf(')')));
  let wideMask = 0;
  parameters.forEach((parameter, index) => {
    if (WIDE.test(parameter)) wideMask |= 1 << index;
  });
  return { name, signature: { count: parameters.length, wideMask, result: resultOf(result) } };
}

function resultOf(type: string): Signature['result'] {
  if (type.endsWith('*')) return 'address';
  if (type === 'void') return 'void';
  if (/^(?:__)?[us]64$/.test(type)) return 'u64';
  return /^(?:(?:__)?u(?:8|16|32)|bool|size_t)$/.test(type) ? 'u32' : 's32';
}

/** A callback's parameters hold commas, too. */
function splitParameters(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    else if (at === text.length || (text[at] === ',' && depth === 0)) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return parts.filter(part => part !== '' && part !== 'void');
}
