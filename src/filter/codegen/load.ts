// Packet loads relative to a header, and comparisons of what was loaded.

import { BPF_AND, BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JSET, BPF_LSH } from '../../isa/index.js';
import type { Condition, Statement } from '../condition.js';
import {
  addX,
  alu,
  constant,
  loadAbsolute,
  loadIndexed,
  loadXHeaderLength,
  not,
  type Size,
  tax,
  test,
} from './build.js';
import type { Words } from './origin.js';
import type { Base, State } from './state.js';

/** Bytes of an IPv6 header without extensions (RFC 8200, 3). */
export const IP6_HEADER_LENGTH = 40;

/** `size` bytes at `offset` from `base`, masked. */
export interface Field {
  readonly base: Base;
  readonly offset: number;
  readonly size: Size;
  readonly mask?: number;
}

export function field(base: Base, offset: number, size: Size, mask?: number): Field {
  return mask === undefined ? { base, offset, size } : { base, offset, size, mask };
}

/** What a load relative to `base` needs: statements that bring the variable part into X, and the constant part. */
export interface Place {
  /** Empty: there is no variable part. */
  readonly intoX: readonly Statement[];
  readonly constant: number;
}

/** Where `base` is now. Sums wrap around at 32 bits, as libpcap's do. */
export function place(state: State, base: Base): Place {
  state.facts.touch(base, state.span);
  const payload = state.linkPayload;
  switch (base) {
    case 'packet':
      return { intoX: [], constant: 0 };
    case 'link header':
      return at(state, state.linkHeader, 0);
    case 'previous link header':
      return at(state, state.previousLinkHeader, 0);
    case 'type':
      return at(state, state.type, 0);
    case 'payload':
      return at(state, payload, 0);
    case 'network header':
      return at(state, payload, state.network);
    case 'network header, no SNAP':
      return at(state, payload, state.networkNoSnap);
    case 'IPv4 payload':
      return { intoX: loadXIpv4HeaderLength(state), constant: (payload.constant + state.network) >>> 0 };
    case 'IPv6 payload':
      return at(state, payload, state.network + IP6_HEADER_LENGTH);
  }
}

function at(state: State, offset: State['linkHeader'], more: number): Place {
  const variable = state.loadVariablePart(offset);
  return { intoX: variable ? [variable] : [], constant: (offset.constant + more) >>> 0 };
}

/** X = the IPv4 header's length plus the variable part of the payload's offset. */
export function loadXIpv4HeaderLength(state: State): readonly Statement[] {
  const variable = state.loadVariablePart(state.linkPayload);
  const header = (state.linkPayload.constant + state.network) >>> 0;
  if (!variable) return [loadXHeaderLength(header)];
  // No 4*([x+k]&0xf) in the machine: by hand.
  return [variable, loadIndexed(1, header), alu(BPF_AND, 0xf), alu(BPF_LSH, 2), addX(), tax()];
}

/** No mask, as a key: masks are unsigned. */
const UNMASKED = -1;

/** A = the field's bytes, masked. The same array for the same field, until a place moves. */
export function load(state: State, { base, offset, size, mask }: Field): readonly Statement[] {
  state.facts.touch(base, state.span);
  const known = loadsOfField(state, base, offset * 8 + size);
  const key = mask ?? UNMASKED;
  let statements = known.get(key);
  if (!statements) {
    const { intoX, constant: from } = place(state, base);
    const bytes = intoX.length > 0 ? loadIndexed(size, from + offset) : loadAbsolute(size, from + offset);
    statements = mask === undefined ? [...intoX, bytes] : [...intoX, bytes, alu(BPF_AND, mask)];
    known.set(key, statements);
  }
  return statements;
}

/** The loads of one field that were made at the current places, by mask. */
function loadsOfField({ loads }: State, base: Base, key: number): Map<number, readonly Statement[]> {
  let ofBase = loads.get(base);
  if (!ofBase) {
    ofBase = new Map();
    loads.set(base, ofBase);
  }
  let ofField = ofBase.get(key);
  if (!ofField) {
    ofField = new Map();
    ofBase.set(key, ofField);
  }
  return ofField;
}

export type Comparison = '=' | '!=' | '>' | '>=' | '<' | '<=';

/** The machine has `=`, `>` and `>=`; the others are their opposites. */
export const JUMPS: Readonly<Record<Comparison, { readonly jump: number; readonly negate: boolean }>> = {
  '=': { jump: BPF_JEQ, negate: false },
  '!=': { jump: BPF_JEQ, negate: true },
  '>': { jump: BPF_JGT, negate: false },
  '>=': { jump: BPF_JGE, negate: false },
  '<': { jump: BPF_JGE, negate: true },
  '<=': { jump: BPF_JGT, negate: true },
};

/** `field <comparison> value`; `text` says it in words, as it reads when the condition holds. */
export function compare(state: State, what: Field, comparison: Comparison, value: number, text: Words): Condition {
  const { jump, negate } = JUMPS[comparison];
  const origin = state.origin(text);
  const leaf = test(load(state, what), jump, value, origin);
  return negate ? not(leaf, origin) : leaf;
}

/** `field = value`. A mask of zero makes it a constant: nothing is loaded. */
export function equals(state: State, what: Field, value: number, text: Words): Condition {
  if (what.mask === 0) return constant(value === 0, state.origin(text));
  return compare(state, what, '=', value, text);
}

/** Any of `bits` is set in the field. */
export function anyBitSet(state: State, what: Field, bits: number, text: Words): Condition {
  return test(load(state, what), BPF_JSET, bits, state.origin(text));
}

/** None of `bits` is. */
export function noBitSet(state: State, what: Field, bits: number, text: Words): Condition {
  const origin = state.origin(text);
  return not(test(load(state, what), BPF_JSET, bits, origin), origin);
}

/** The bytes at `offset` are `bytes`: from the end to the beginning, in words, a half-word, a byte, as libpcap tests them. */
export function bytesEqual(
  state: State,
  base: Base,
  offset: number,
  bytes: Uint8Array,
  text: Words,
): readonly Condition[] {
  const tests: Condition[] = [];
  let left = bytes.length;
  while (left > 0) {
    const size: Size = left >= 4 ? 4 : left >= 2 ? 2 : 1;
    left -= size;
    let value = 0;
    for (let i = 0; i < size; i++) value = (value << 8) | bytes[left + i]!;
    const from = left;
    const part =
      size === bytes.length ? text : () => `${typeof text === 'string' ? text : text()} (${partOf(from, size)})`;
    tests.push(compare(state, field(base, offset + left, size), '=', value, part));
  }
  return tests;
}

function partOf(from: number, size: Size): string {
  return size === 1 ? `byte ${from + 1}` : `bytes ${from + 1} to ${from + size}`;
}
