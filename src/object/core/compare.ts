// When a type of a program and a type of a kernel count as the same (libbpf's relo_core.c): loosely for fields and for existence,
// strictly for bpf_core_type_matches.

import {
  type Btf,
  type BtfType,
  type CompositeType,
  type EnumType,
  essentialName,
  isComposite,
  isEnum,
} from '../btf/index.js';

/** Types nest no deeper in a comparison (the kernel's limit). */
const MAX_DEPTH = 32;
/** Pairs of types that one comparison looks at: real ones take hundreds, and types that repeat each other could take for ever. */
const MAX_COMPARISONS = 100_000;

interface Budget {
  left: number;
}

const sameKind = (a: BtfType, b: BtfType): boolean => a.kind === b.kind || (isEnum(a) && isEnum(b));
const sameName = (a: BtfType | { name: string }, b: BtfType | { name: string }): boolean =>
  essentialName(a.name) === essentialName(b.name);

/** Whether a member of one type may stand for a member of the other: pointers fit pointers, integers fit integers of any size. */
export function fieldsAreCompatible(localBtf: Btf, localId: number, btf: Btf, id: number): boolean {
  let [a, b] = [localBtf.resolve(localId), btf.resolve(id)];
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (isComposite(a) && isComposite(b)) return true;
    if (!sameKind(a, b)) return false;
    switch (a.kind) {
      case 'ptr':
      case 'float':
        return true;
      case 'fwd':
      case 'enum':
      case 'enum64':
        // One of them may be anonymous.
        return a.name === '' || b.name === '' || sameName(a, b);
      case 'int':
        return a.offsetBits === 0 && b.kind === 'int' && b.offsetBits === 0;
      case 'array':
        if (b.kind !== 'array') return false;
        [a, b] = [localBtf.resolve(a.elementTypeId), btf.resolve(b.elementTypeId)];
        break;
      default:
        return false;
    }
  }
  return false;
}

/** Whether a type counts as the other for bpf_core_type_exists and its like: kinds all the way down, names at the top only. */
export function typesAreCompatible(localBtf: Btf, localId: number, btf: Btf, id: number): boolean {
  return compatible(localBtf, localId, btf, id, 0, { left: MAX_COMPARISONS });
}

function compatible(localBtf: Btf, localId: number, btf: Btf, id: number, depth: number, budget: Budget): boolean {
  if (depth > MAX_DEPTH || budget.left-- <= 0) return false;
  const a = localBtf.resolve(localId);
  const b = btf.resolve(id);
  if (!sameKind(a, b)) return false;
  const below = (from: number, to: number): boolean => compatible(localBtf, from, btf, to, depth + 1, budget);
  switch (a.kind) {
    case 'void':
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
    case 'fwd':
      return true;
    case 'int':
      return a.offsetBits === 0 && b.kind === 'int' && b.offsetBits === 0;
    case 'ptr':
      return b.kind === 'ptr' && below(a.typeId, b.typeId);
    case 'array':
      return b.kind === 'array' && below(a.elementTypeId, b.elementTypeId);
    case 'func_proto':
      return (
        b.kind === 'func_proto' &&
        a.parameters.length === b.parameters.length &&
        a.parameters.every(({ typeId }, index) => below(typeId, b.parameters[index]!.typeId)) &&
        below(a.returnTypeId, b.returnTypeId)
      );
    default:
      return false;
  }
}

/** bpf_core_type_matches: every member of the local type is in the other, under its name and with a type that matches. */
export function typesMatch(localBtf: Btf, localId: number, btf: Btf, id: number): boolean {
  return matches(localBtf, localId, btf, id, false, 0, { left: MAX_COMPARISONS });
}

function matches(
  localBtf: Btf,
  localId: number,
  btf: Btf,
  id: number,
  behindPointer: boolean,
  depth: number,
  budget: Budget,
): boolean {
  if (depth > MAX_DEPTH || budget.left-- <= 0) return false;
  const a = localBtf.resolve(localId);
  const b = btf.resolve(id);
  if (!sameName(a, b)) return false;
  const below = (from: number, to: number, pointer: boolean): boolean =>
    matches(localBtf, from, btf, to, pointer, depth + 1, budget);
  switch (a.kind) {
    case 'void':
      return b.kind === 'void';
    case 'fwd':
      if (b.kind === 'fwd') return a.of === b.of;
      return behindPointer && b.kind === a.of;
    case 'enum':
    case 'enum64':
      return isEnum(b) && enumsMatch(a, b);
    case 'struct':
    case 'union':
      if (behindPointer) return b.kind === a.kind || (b.kind === 'fwd' && b.of === a.kind);
      return b.kind === a.kind && compositesMatch(a, b, (from, to) => below(from, to, false));
    case 'int':
      return b.kind === 'int' && a.signed === b.signed && (behindPointer || a.sizeBytes === b.sizeBytes);
    case 'ptr':
      return b.kind === 'ptr' && below(a.typeId, b.typeId, true);
    case 'array':
      return b.kind === 'array' && a.length === b.length && below(a.elementTypeId, b.elementTypeId, behindPointer);
    case 'func_proto':
      return (
        b.kind === 'func_proto' &&
        a.parameters.length === b.parameters.length &&
        a.parameters.every(({ typeId }, index) => below(typeId, b.parameters[index]!.typeId, true)) &&
        below(a.returnTypeId, b.returnTypeId, true)
      );
    default:
      return false;
  }
}

function enumsMatch(a: EnumType, b: EnumType): boolean {
  const names = new Set(b.values.map(({ name }) => essentialName(name)));
  return a.values.length <= b.values.length && a.values.every(({ name }) => names.has(essentialName(name)));
}

function compositesMatch(a: CompositeType, b: CompositeType, below: (from: number, to: number) => boolean): boolean {
  if (a.members.length > b.members.length) return false;
  const byName = new Map<string, number[]>();
  for (const { name, typeId } of b.members) {
    const key = essentialName(name);
    const ids = byName.get(key);
    if (ids) ids.push(typeId);
    else byName.set(key, [typeId]);
  }
  return a.members.every(({ name, typeId }) => (byName.get(essentialName(name)) ?? []).some(id => below(typeId, id)));
}
