// References of a program -> what stands in its instructions when it runs: the addresses of maps, of their values, of kernel variables; the
// numbers by which engines ask for kernel functions. What libbpf and the kernel's resolve_pseudo_ldimm64() do between them.

import { type LinkedProgram, linkProgram, type Resolution } from '../../engine/index.js';
import { BPF_PSEUDO_BTF_ID, BPF_PSEUDO_MAP_FD, BPF_PSEUDO_MAP_VALUE, LDDW_OPCODE } from '../../isa/extended/index.js';
import { type KernelMap, kernelError } from '../../maps/index.js';
import type { ProgramSpec } from '../../object/index.js';

export interface Resolver {
  /** A map by the name that the object gives it. */
  map(name: string): KernelMap;
  /** A map by its number, which stands in place of a file descriptor in programs without references. */
  mapById(id: number): KernelMap | undefined;
  /** Address of a kernel variable; undefined: there is none. */
  kernelVariable(name: string, btfTypeId: number): number | undefined;
  /** The number of a kernel function; undefined: there is none. */
  kernelFunction(name: string): number | undefined;
}

/** Calls of a weak kernel function that does not exist go here: programs ask for its address first and do not come to the call. */
export const MISSING_FUNCTION = 0;

/** Links a program. Throws KernelError: EBADF for a map, ESRCH's part for a symbol, that is not there. */
export function resolveProgram(spec: ProgramSpec, resolver: Resolver): LinkedProgram {
  const resolutions = new Map<number, Resolution>();
  for (const reference of spec.references) {
    const { slot } = reference;
    switch (reference.kind) {
      case 'map':
        resolutions.set(slot, { value: resolver.map(reference.map).handle });
        break;
      case 'map-value':
        resolutions.set(slot, { value: valueAddress(resolver.map(reference.map), reference.offsetBytes) });
        break;
      case 'ksym': {
        const address =
          resolver.kernelVariable(reference.name, reference.btfTypeId) ??
          // A weak function is asked for by address: any address but 0 says that it is there.
          resolver.kernelFunction(reference.name);
        if (address === undefined && !reference.weak) throw noSymbol(spec, 'variable', reference.name);
        resolutions.set(slot, { value: address ?? 0 });
        break;
      }
      case 'kfunc': {
        const id = resolver.kernelFunction(reference.name);
        if (id === undefined && !reference.weak) throw noSymbol(spec, 'function', reference.name);
        resolutions.set(slot, { kfuncId: id ?? MISSING_FUNCTION });
        break;
      }
      case 'function': {
        const target = spec.functions.find(({ name }) => name === reference.name);
        if (!target) throw noSymbol(spec, 'function', reference.name);
        resolutions.set(slot, { functionSlot: target.startSlot });
        break;
      }
    }
  }
  for (let slot = 0; slot < spec.instructions.length; slot++) {
    const { opcode, src, imm } = spec.instructions[slot]!;
    if (opcode !== LDDW_OPCODE) continue;
    if ((src === BPF_PSEUDO_MAP_FD || src === BPF_PSEUDO_MAP_VALUE) && !resolutions.has(slot)) {
      const map = resolver.mapById(imm);
      if (!map) throw kernelError('EBADF', `instruction ${slot} of ${spec.name}: there is no map ${imm}`);
      const offset = spec.instructions[slot + 1]?.imm ?? 0;
      resolutions.set(slot, { value: src === BPF_PSEUDO_MAP_FD ? map.handle : valueAddress(map, offset) });
    } else if (src === BPF_PSEUDO_BTF_ID && !resolutions.has(slot)) {
      throw kernelError('EINVAL', `instruction ${slot} of ${spec.name} refers to BTF id ${imm} without a name`);
    }
    slot++;
  }
  return linkProgram({
    name: spec.name,
    instructions: spec.instructions,
    resolutions,
    functionStarts: spec.functions.map(({ startSlot }) => startSlot),
  });
}

function valueAddress(map: KernelMap, offsetBytes: number): number {
  if (map.valuesAddress === undefined) {
    throw kernelError('EINVAL', `a ${map.definition.type} map has no values in a row that a program may point to`);
  }
  return map.valuesAddress + offsetBytes;
}

function noSymbol(spec: ProgramSpec, what: string, name: string): Error {
  return kernelError('EINVAL', `${spec.name} needs the kernel ${what} ${name}, which this kernel does not have`);
}
