// A CO-RE relocation's access string, read against the types it was written for and found again in the types of a kernel
// (the rules of libbpf's relo_core.c). "0:1:2" is the first element, its second member, the third member of that; an enumerator
// is named by its index; a type by "0".

import { SkepError } from '../../diagnostics/index.js';
import {
  type ArrayType,
  type Btf,
  type CompositeType,
  essentialName,
  isComposite,
  isEnum,
  type Member,
} from '../btf/index.js';
import type { CoreRelocation } from '../spec.js';
import { fieldsAreCompatible, typesAreCompatible, typesMatch } from './compare.js';
import { CORE_KINDS, type CoreKind } from './kinds.js';

/** One step: a named member (`member`), or an index into an array. */
export interface Step {
  /** The struct that holds the member; the element type of an array. */
  readonly typeId: number;
  readonly index: number;
  readonly member?: Member;
}

/** An access, resolved in one BTF. */
export interface Access {
  readonly btf: Btf;
  readonly rootTypeId: number;
  readonly kind: CoreKind;
  readonly steps: readonly Step[];
  /** Of the field, from the beginning of the root type. */
  readonly bitOffset: number;
}

/** Longest access string that the kernel takes (BPF_CORE_SPEC_MAX_LEN). */
const MAX_STEPS = 64;
/** Anonymous structs that one struct holds, with a margin. */
const MAX_ANONYMOUS = 1000;

/** Reads a relocation against the object's own types. Throws SKEP4301. */
export function localAccess(btf: Btf, { kind: number, btfTypeId, accessString }: CoreRelocation): Access {
  const row = CORE_KINDS[number];
  if (!row) throw accessError(`relocations of kind ${number} are not known`);
  const indexes = accessString.split(':').map(text => (/^\d{1,9}$/.test(text) ? Number(text) : -1));
  if (indexes.includes(-1) || indexes.length > MAX_STEPS) {
    throw accessError(`'${accessString}' is no access string`);
  }
  const access = { btf, rootTypeId: btfTypeId, kind: row.name };
  if (row.about === 'type') {
    if (accessString !== '0') throw accessError(`the access string of a type is '0', not '${accessString}'`);
    return { ...access, steps: [], bitOffset: 0 };
  }
  const root = btf.resolve(btfTypeId);
  if (row.about === 'enumerator') {
    if (indexes.length !== 1 || !isEnum(root) || indexes[0]! >= root.values.length) {
      throw accessError(`'${accessString}' names no enumerator of type ${btfTypeId}`);
    }
    return { ...access, steps: [{ typeId: root.id, index: indexes[0]! }], bitOffset: 0 };
  }

  const steps: Step[] = [{ typeId: root.id, index: indexes[0]! }];
  let bitOffset = indexes[0]! * btf.sizeOf(root.id) * 8;
  let id: number = root.id;
  for (const index of indexes.slice(1)) {
    const type = btf.resolve(id);
    if (isComposite(type)) {
      const member = type.members[index];
      if (!member) throw accessError(`'${accessString}': '${type.name}' has no member ${index}`);
      bitOffset += member.offsetBits;
      // Anonymous members are looked through when the field is found again.
      if (member.name !== '') steps.push({ typeId: type.id, index, member });
      id = member.typeId;
    } else if (type.kind === 'array') {
      const element = btf.resolve(type.elementTypeId);
      if (index >= type.length && !isFlexibleArray(btf, steps.at(-1)!, type)) {
        throw accessError(`'${accessString}': index ${index} is behind an array of ${type.length}`);
      }
      steps.push({ typeId: element.id, index });
      bitOffset += index * btf.sizeOf(element.id) * 8;
      id = element.id;
    } else {
      throw accessError(`'${accessString}': a ${type.kind} has no parts`);
    }
  }
  return { ...access, steps, bitOffset };
}

/** The same access in a type of another BTF; undefined when it does not fit. */
export function targetAccess(local: Access, btf: Btf, rootTypeId: number): Access | undefined {
  const found = { btf, rootTypeId, kind: local.kind };
  switch (CORE_KINDS.find(({ name }) => name === local.kind)!.about) {
    case 'type': {
      const compare = local.kind === 'type_matches' ? typesMatch : typesAreCompatible;
      return compare(local.btf, local.rootTypeId, btf, rootTypeId) ? { ...found, steps: [], bitOffset: 0 } : undefined;
    }
    case 'enumerator': {
      const localType = local.btf.resolve(local.rootTypeId);
      const type = btf.resolve(rootTypeId);
      if (!isEnum(localType) || !isEnum(type)) return undefined;
      const wanted = essentialName(localType.values[local.steps[0]!.index]!.name);
      const index = type.values.findIndex(({ name }) => essentialName(name) === wanted);
      return index === -1 ? undefined : { ...found, steps: [{ typeId: type.id, index }], bitOffset: 0 };
    }
    case 'field':
      return targetField(local, btf, rootTypeId);
  }
}

function targetField(local: Access, btf: Btf, rootTypeId: number): Access | undefined {
  const steps: Step[] = [];
  let bitOffset = 0;
  let id = rootTypeId;
  for (const [position, step] of local.steps.entries()) {
    const type = btf.resolve(id);
    if (step.member) {
      const found = isComposite(type) ? findMember(step.member, btf, type, new Set()) : undefined;
      if (!found || !fieldsAreCompatible(local.btf, step.member.typeId, btf, found.step.member!.typeId))
        return undefined;
      steps.push(found.step);
      bitOffset += found.bitOffset;
      id = found.step.member!.typeId;
      continue;
    }
    // The first index counts whole values of the root type; the others are of arrays.
    let element = type.id;
    if (position > 0) {
      if (type.kind !== 'array') return undefined;
      if (step.index >= type.length && !isFlexibleArray(btf, steps.at(-1)!, type)) return undefined;
      element = btf.resolve(type.elementTypeId).id;
    }
    steps.push({ typeId: element, index: step.index });
    bitOffset += step.index * btf.sizeOf(element) * 8;
    id = element;
  }
  return { btf, rootTypeId, kind: local.kind, steps, bitOffset };
}

/** A member by name, in the struct or in its anonymous members. `seen`: where it was not. */
function findMember(
  wanted: Member,
  btf: Btf,
  type: CompositeType,
  seen: Set<number>,
): { step: Step; bitOffset: number } | undefined {
  if (seen.has(type.id) || seen.size > MAX_ANONYMOUS) return undefined;
  seen.add(type.id);
  for (const [index, member] of type.members.entries()) {
    if (member.name === wanted.name) return { step: { typeId: type.id, index, member }, bitOffset: member.offsetBits };
    if (member.name !== '') continue;
    const inside = btf.resolve(member.typeId);
    if (!isComposite(inside)) continue;
    const found = findMember(wanted, btf, inside, seen);
    if (found) return { step: found.step, bitOffset: member.offsetBits + found.bitOffset };
  }
  return undefined;
}

/** An array of 0 or 1 elements that is the last member of its struct may be longer than it says. */
function isFlexibleArray(btf: Btf, { typeId, index, member }: Step, array: ArrayType): boolean {
  if (!member || array.length > 1) return false;
  const parent = btf.typeById(typeId);
  return parent.kind === 'struct' && index === parent.members.length - 1;
}

/** `struct task_struct.mm`, for messages. */
export function describeAccess({ btf, rootTypeId, kind, steps }: Access): string {
  const root = btf.resolve(rootTypeId);
  const named = btf.typeById(rootTypeId);
  const name = named.name || root.name || `type ${rootTypeId}`;
  const word =
    named.kind === 'typedef'
      ? ''
      : root.kind === 'enum64'
        ? 'enum '
        : isComposite(root) || isEnum(root)
          ? `${root.kind} `
          : '';
  if (CORE_KINDS.find(row => row.name === kind)!.about === 'enumerator') {
    return isEnum(root) ? `${word}${name}::${root.values[steps[0]?.index ?? 0]?.name ?? '?'}` : name;
  }
  const path = steps.slice(1).map(({ member, index }) => (member ? `.${member.name}` : `[${index}]`));
  return `${word}${name}${path.join('')}`;
}

function accessError(message: string): SkepError {
  return new SkepError({ code: 'SKEP4301', severity: 'error', message });
}
