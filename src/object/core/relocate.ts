// CO-RE, "compile once, run everywhere": fits programs that were compiled against some types to the types of the kernel they will run
// in. The rules are libbpf's (relo_core.c): candidates are the target's types of the same kind and essential name; those
// that fit must agree.

import { type Diagnostic, SkepError } from '../../diagnostics/index.js';
import type { Instruction } from '../../isa/extended/index.js';
import { type Btf, type BtfType, isEnum } from '../btf/index.js';
import type { CollectionSpec, CoreRelocation, ProgramSpec } from '../spec.js';
import { type Access, describeAccess, localAccess, targetAccess } from './access.js';
import { patchInstruction } from './patch.js';
import { type CoreValue, coreValue } from './value.js';

/** Applies every CO-RE relocation of a spec. Throws SkepError (SKEP4301, SKEP4302, SKEP4303) with one diagnostic a program that fails. */
export function relocate(spec: CollectionSpec, target: Btf): CollectionSpec {
  if (!spec.btf) return spec;
  const relocator = new Relocator(spec.btf, target);
  const programs = new Map<string, ProgramSpec>();
  const failures: Diagnostic[] = [];
  for (const [name, program] of spec.programs) {
    try {
      programs.set(name, relocator.program(program));
    } catch (error) {
      if (!(error instanceof SkepError)) throw error;
      failures.push(...error.diagnostics);
    }
  }
  if (failures.length > 0) throw new SkepError(failures);
  return { ...spec, programs };
}

/** One program's relocations, applied. `local` are the types of the object it comes from. */
export function relocateProgram(program: ProgramSpec, local: Btf, target: Btf): ProgramSpec {
  return new Relocator(local, target).program(program);
}

interface Resolution {
  readonly local: CoreValue;
  readonly target: CoreValue;
  readonly what: string;
}

/** Remembers what was found: programs share functions, and relocations repeat. */
class Relocator {
  readonly #local: Btf;
  readonly #target: Btf;
  readonly #candidates = new Map<number, readonly number[]>();
  readonly #resolutions = new Map<string, Resolution>();

  constructor(local: Btf, target: Btf) {
    this.#local = local;
    this.#target = target;
  }

  program(program: ProgramSpec): ProgramSpec {
    if (program.coreRelocations.length === 0) return program;
    const instructions: Instruction[] = [...program.instructions];
    for (const relocation of program.coreRelocations) {
      try {
        const { local, target, what } = this.#resolve(relocation);
        patchInstruction(instructions, relocation.slot, local, target, what);
      } catch (error) {
        if (!(error instanceof SkepError)) throw error;
        throw withPlace(error, program, relocation);
      }
    }
    return { ...program, instructions, coreRelocations: [] };
  }

  #resolve(relocation: CoreRelocation): Resolution {
    const key = `${relocation.kind} ${relocation.btfTypeId} ${relocation.accessString}`;
    let resolution = this.#resolutions.get(key);
    if (resolution === undefined) {
      resolution = this.#find(relocation);
      this.#resolutions.set(key, resolution);
    }
    return resolution;
  }

  #find(relocation: CoreRelocation): Resolution {
    const access = localAccess(this.#local, relocation);
    const what = describeAccess(access);
    const local = coreValue(access.kind, access);
    if (access.kind === 'type_id_local') return { local, target: local, what };

    let chosen: { access: Access; value: CoreValue } | undefined;
    for (const id of this.#candidatesOf(relocation.btfTypeId)) {
      const found = targetAccess(access, this.#target, id);
      if (!found) continue;
      const value = coreValue(access.kind, found);
      if (chosen && (chosen.access.bitOffset !== found.bitOffset || chosen.value.value !== value.value)) {
        throw new SkepError({
          code: 'SKEP4302',
          severity: 'error',
          message: `the target has several types that '${what}' fits, and they disagree`,
          notes: [chosen, { access: found, value }].map(
            choice =>
              `in type ${choice.access.rootTypeId} it is ${choice.value.value}, at bit ${choice.access.bitOffset}`,
          ),
        });
      }
      chosen ??= { access: found, value };
    }
    return { local, target: chosen?.value ?? coreValue(access.kind, undefined), what };
  }

  /** Types of the target with the local type's kind and essential name. */
  #candidatesOf(typeId: number): readonly number[] {
    let ids = this.#candidates.get(typeId);
    if (ids === undefined) {
      const type = this.#local.typeById(typeId);
      if (type.name === '') {
        throw new SkepError({
          code: 'SKEP4301',
          severity: 'error',
          message: `type ${typeId} has no name by which the target's could be found`,
        });
      }
      ids = this.#target.idsByEssentialName(type.name).filter(id => isCandidate(type, this.#target, id));
      this.#candidates.set(typeId, ids);
    }
    return ids;
  }
}

function isCandidate(local: BtfType, btf: Btf, id: number): boolean {
  const kind = btf.kindOf(id);
  return kind === local.kind || (isEnum(local) && (kind === 'enum' || kind === 'enum64'));
}

function withPlace(error: SkepError, program: ProgramSpec, { slot }: CoreRelocation): SkepError {
  const line = program.lines.findLast(candidate => candidate.slot <= slot);
  const place = line ? `, ${line.file}:${line.line}` : '';
  return new SkepError(
    error.diagnostics.map(diagnostic => ({
      ...diagnostic,
      notes: [...(diagnostic.notes ?? []), `in program '${program.name}', instruction ${slot}${place}`],
    })),
    { cause: error },
  );
}
