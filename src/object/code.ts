// Functions and programs. A program is its entry function with every function that it reaches behind it, in the order of libbpf's
// bpf_object__reloc_code: depth first, each function appended when its first call is met. Relocations become resolved
// calls, or references that a kernel fills in.

import { SkepError } from '../diagnostics/index.js';
import {
  BPF_CALL,
  BPF_PSEUDO_BTF_ID,
  BPF_PSEUDO_CALL,
  BPF_PSEUDO_FUNC,
  BPF_PSEUDO_KFUNC_CALL,
  BPF_PSEUDO_MAP_FD,
  BPF_PSEUDO_MAP_VALUE,
  decode,
  type Instruction,
  LDDW_OPCODE,
  SLOT_BYTES,
} from '../isa/extended/index.js';
import type { CoreInfo, FunctionInfo, SourceLine } from './btf/index.js';
import { dataSection, type ObjectContext, sectionVariables, symbolLabel } from './context.js';
import { type ElfRelocation, type ElfSection, type ElfSymbol, relocationName, UNDEFINED_SECTION } from './elf.js';
import { KCONFIG_SECTION } from './fix-up.js';
import type { PlacedMap } from './map-definitions.js';
import { sectionMeaning } from './section-table.js';
import type { CoreRelocation, FunctionSpec, LineInfo, ProgramSpec, Reference } from './spec.js';

const CALL_OPCODE = 0x05 | BPF_CALL;
/** All programs of an object together; each repeats the functions that it shares with others. */
const MAX_TOTAL_SLOTS = 2 * 1024 * 1024;

/** A function where it stands in the file. */
export interface PlacedFunction {
  readonly name: string;
  readonly section: ElfSection;
  /** Bytes in its section. */
  readonly start: number;
  readonly end: number;
  readonly linkage: 'static' | 'global';
  readonly weak: boolean;
}

/** Every function of the object, by section index and offset, in order. */
export type FunctionTable = ReadonlyMap<number, ReadonlyMap<number, PlacedFunction>>;

export function readFunctions(context: ObjectContext): FunctionTable {
  const table = new Map<number, Map<number, PlacedFunction>>();
  for (const section of context.elf.sections) {
    if (context.roles[section.index] !== 'code') continue;
    const symbols = context.symbolsOf.get(section.index) ?? [];
    const named = symbols.filter(({ type }) => type === 'func');
    // Assembly without `.type name, @function` marks its functions by global labels.
    const starts = named.length > 0 ? named : symbols.filter(({ binding, name }) => binding !== 'local' && name !== '');
    table.set(section.index, functionsOf(section, starts));
  }
  return table;
}

function functionsOf(section: ElfSection, symbols: readonly ElfSymbol[]): Map<number, PlacedFunction> {
  const functions = new Map<number, PlacedFunction>();
  // Two names of one function: the first is its name.
  const starts = symbols.filter(({ value }, index) => index === 0 || symbols[index - 1]!.value !== value);
  let previous: PlacedFunction | undefined;
  for (const [index, symbol] of starts.entries()) {
    const next = starts[index + 1]?.value ?? section.sizeBytes;
    const end = symbol.sizeBytes === 0 ? next : symbol.value + symbol.sizeBytes;
    const at = section.offset + symbol.value;
    if (end > section.sizeBytes || end <= symbol.value) {
      throw codeError(`function '${symbol.name}' does not lie in its section '${section.name}'`, at);
    }
    if (symbol.value % SLOT_BYTES !== 0 || end % SLOT_BYTES !== 0) {
      throw codeError(`function '${symbol.name}' is not a whole number of instructions`, at);
    }
    if (previous && previous.end > symbol.value) {
      throw codeError(`functions '${previous.name}' and '${symbol.name}' overlap`, at);
    }
    previous = {
      name: symbol.name,
      section,
      start: symbol.value,
      end,
      linkage: symbol.binding === 'local' || symbol.hidden ? 'static' : 'global',
      weak: symbol.binding === 'weak',
    };
    functions.set(symbol.value, previous);
  }
  return functions;
}

/** The function that begins at an offset of a section. */
export function functionAt(table: FunctionTable, section: number, offset: number): PlacedFunction | undefined {
  return table.get(section)?.get(offset);
}

/** What an instruction of a function refers to, before it is known where the function will stand. `slot` counts from its beginning. */
type Target =
  | { readonly kind: 'function'; readonly slot: number; readonly call: boolean; readonly function: PlacedFunction }
  | { readonly kind: 'reference'; readonly slot: number; readonly reference: Reference };

/** A function decoded once for all programs that hold it; slots count from its beginning. */
interface FunctionBody {
  readonly function: PlacedFunction;
  readonly instructions: readonly Instruction[];
  readonly targets: readonly Target[];
  readonly lines: readonly LineInfo[];
  readonly core: readonly CoreRelocation[];
  readonly btfTypeId: number;
}

export interface Programs {
  readonly context: ObjectContext;
  readonly functions: FunctionTable;
  readonly maps: readonly PlacedMap[];
  readonly license: string;
}

/** Every program of the object. */
export function readPrograms(input: Programs): ProgramSpec[] {
  const reader = new BodyReader(input);
  const entries = entryFunctions(input.functions);
  const programs: ProgramSpec[] = [];
  let total = 0;
  for (const entry of entries) {
    const program = assemble(entry, reader, input, MAX_TOTAL_SLOTS - total);
    total += program.instructions.length;
    programs.push(program);
  }
  return programs;
}

/** Functions outside .text that are not static; the one function of an object that has no other. */
export function entryFunctions(functions: FunctionTable): PlacedFunction[] {
  const all = [...functions.values()].flatMap(section => [...section.values()]);
  const isEntry = ({ section, linkage }: PlacedFunction): boolean => section.name !== '.text' && linkage === 'global';
  return all.length === 1 ? all : all.filter(isEntry);
}

function assemble(
  entry: PlacedFunction,
  reader: BodyReader,
  { context, license }: Programs,
  room: number,
): ProgramSpec {
  const instructions: Instruction[] = [];
  const functions: FunctionSpec[] = [];
  const lines: LineInfo[] = [];
  const coreRelocations: CoreRelocation[] = [];
  const references: Reference[] = [];
  const placed = new Map<PlacedFunction, number>();

  const append = (body: FunctionBody): { body: FunctionBody; start: number; next: number } => {
    const start = instructions.length;
    if (start + body.instructions.length > room) {
      throw codeError(`the programs of this object have more than ${MAX_TOTAL_SLOTS} instructions together`, 0);
    }
    placed.set(body.function, start);
    for (const instruction of body.instructions) instructions.push(instruction);
    const { name, linkage } = body.function;
    functions.push({ name, startSlot: start, endSlot: instructions.length, btfTypeId: body.btfTypeId, linkage });
    for (const line of body.lines) lines.push({ ...line, slot: start + line.slot });
    for (const core of body.core) coreRelocations.push({ ...core, slot: start + core.slot });
    return { body, start, next: 0 };
  };

  // An explicit stack: chains of calls in a file may be as long as the file.
  const stack = [append(reader.body(entry))];
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const target = frame.body.targets[frame.next];
    if (!target) {
      stack.pop();
      continue;
    }
    const slot = frame.start + target.slot;
    if (target.kind === 'reference') {
      references.push({ ...target.reference, slot });
      frame.next++;
      continue;
    }
    const start = placed.get(target.function);
    if (start === undefined) {
      stack.push(append(reader.body(target.function)));
      continue;
    }
    const instruction = instructions[slot]!;
    instructions[slot] = {
      ...instruction,
      src: target.call ? BPF_PSEUDO_CALL : BPF_PSEUDO_FUNC,
      imm: start - slot - 1,
    };
    if (!target.call) {
      instructions[slot + 1] = { ...instructions[slot + 1]!, imm: 0 };
      references.push({ kind: 'function', slot, name: target.function.name });
    }
    frame.next++;
  }

  references.sort((a, b) => a.slot - b.slot);
  const { type, attachType, attachTo, flags, autoload } = sectionMeaning(entry.section.name);
  return {
    name: entry.name,
    sectionName: entry.section.name,
    type,
    ...(attachType !== undefined && { attachType }),
    ...(attachTo !== undefined && { attachTo }),
    flags,
    autoload,
    instructions,
    references,
    functions,
    lines,
    coreRelocations,
    license,
    byteOrder: context.elf.byteOrder,
  };
}

/** An extern symbol, by what the BTF says of it. */
type Extern =
  | { readonly kind: 'option'; readonly offsetBytes: number }
  | { readonly kind: 'variable'; readonly btfTypeId: number }
  | { readonly kind: 'function'; readonly btfTypeId: number };

class BodyReader {
  readonly #context: ObjectContext;
  readonly #functions: FunctionTable;
  readonly #maps: ReadonlyMap<string, PlacedMap>;
  readonly #arena: PlacedMap | undefined;
  readonly #bodies = new Map<PlacedFunction, FunctionBody>();
  readonly #externs: ReadonlyMap<string, Extern>;
  readonly #lines: (section: ElfSection) => readonly SourceLine[];
  readonly #core: (section: ElfSection) => readonly CoreInfo[];
  readonly #infos: (section: ElfSection) => readonly FunctionInfo[];

  constructor({ context, functions, maps }: Programs) {
    this.#context = context;
    this.#functions = functions;
    this.#maps = new Map(maps.map(map => [`${map.section}:${map.offset}`, map]));
    this.#arena = maps.find(({ spec }) => spec.type === 'arena');
    this.#externs = readExterns(context);
    this.#lines = sortedBySection(context.ext.lines);
    this.#infos = sortedBySection(context.ext.functions);
    this.#core = sortedBySection(context.ext.core);
  }

  body(placed: PlacedFunction): FunctionBody {
    let body = this.#bodies.get(placed);
    if (body === undefined) {
      body = this.#read(placed);
      this.#bodies.set(placed, body);
    }
    return body;
  }

  #read(placed: PlacedFunction): FunctionBody {
    const { elf } = this.#context;
    const { section, start, end } = placed;
    const instructions = [...decode(section.bytes.subarray(start, end), { bigEndian: elf.byteOrder === 'big' })];
    const targets: Target[] = [];
    const relocated = new Set<number>();
    for (const relocation of within(elf.relocations.get(section.index) ?? [], 'offset', start, end)) {
      const slot = (relocation.offset - start) / SLOT_BYTES;
      if (!Number.isInteger(slot) || relocated.has(slot)) {
        throw this.#relocationError(placed, relocation, 'it is not at the beginning of an instruction, or one has two');
      }
      relocated.add(slot);
      targets.push(this.#target(placed, instructions, relocation, slot));
    }
    // Calls inside a section may have been resolved by the assembler.
    for (let slot = 0; slot < instructions.length; slot++) {
      const { opcode, src, imm } = instructions[slot]!;
      const isCall = opcode === CALL_OPCODE && src === BPF_PSEUDO_CALL;
      const isAddress = opcode === LDDW_OPCODE && src === BPF_PSEUDO_FUNC;
      if ((isCall || isAddress) && !relocated.has(slot)) {
        const offset = start + (slot + 1 + imm) * SLOT_BYTES;
        const target = functionAt(this.#functions, section.index, offset);
        if (!target)
          throw codeError(
            `function '${placed.name}' calls byte ${offset}, where no function begins`,
            section.offset + start,
          );
        targets.push({ kind: 'function', slot, call: isCall, function: target });
      }
      if (opcode === LDDW_OPCODE) slot++;
    }
    targets.sort((a, b) => a.slot - b.slot);
    const slotOf = (offsetBytes: number): number => Math.floor((offsetBytes - start) / SLOT_BYTES);
    const lines = within(this.#lines(section), 'offsetBytes', start, end);
    const core = within(this.#core(section), 'offsetBytes', start, end);
    const info = within(this.#infos(section), 'offsetBytes', start, start + 1)[0];
    return {
      function: placed,
      instructions,
      targets,
      lines: lines.map(({ offsetBytes, ...line }) => ({ slot: slotOf(offsetBytes), ...line })),
      core: core.map(({ offsetBytes, ...record }) => ({ slot: slotOf(offsetBytes), ...record })),
      btfTypeId: info?.btfTypeId ?? this.#context.btf?.findByName(placed.name, 'func')?.id ?? 0,
    };
  }

  /** Carries out one relocation, as far as it can be here. */
  #target(placed: PlacedFunction, instructions: Instruction[], relocation: ElfRelocation, slot: number): Target {
    const { elf, roles } = this.#context;
    const symbol = elf.symbols[relocation.symbol]!;
    const instruction = instructions[slot]!;
    const { opcode, src } = instruction;
    const refer = (reference: Reference): Target => ({ kind: 'reference', slot, reference });

    if (opcode === CALL_OPCODE) {
      if (symbol.section === UNDEFINED_SECTION) {
        const extern = this.#extern(placed, symbol, relocation);
        if (extern.kind !== 'function') throw this.#relocationError(placed, relocation, 'it calls a variable');
        instructions[slot] = { ...instruction, src: BPF_PSEUDO_KFUNC_CALL, imm: 0 };
        return refer({
          kind: 'kfunc',
          slot,
          name: symbol.name,
          btfTypeId: extern.btfTypeId,
          weak: symbol.binding === 'weak',
        });
      }
      if (src !== BPF_PSEUDO_CALL) throw this.#relocationError(placed, relocation, 'a call of a helper has no symbol');
      const offset = symbol.value + (relocation.addend ?? (instruction.imm + 1) * SLOT_BYTES);
      return { kind: 'function', slot, call: true, function: this.#functionAt(placed, relocation, symbol, offset) };
    }

    const second = instructions[slot + 1];
    if (opcode !== LDDW_OPCODE || !second) {
      throw this.#relocationError(placed, relocation, 'only calls and 64-bit loads have relocations');
    }
    const set = (pseudo: number, high: number): void => {
      instructions[slot] = { ...instruction, src: pseudo, imm: 0 };
      instructions[slot + 1] = { ...second, imm: high };
    };
    if (symbol.section === UNDEFINED_SECTION) {
      const extern = this.#extern(placed, symbol, relocation);
      if (extern.kind === 'option') {
        set(BPF_PSEUDO_MAP_VALUE, extern.offsetBytes);
        return refer({ kind: 'map-value', slot, map: KCONFIG_SECTION, offsetBytes: extern.offsetBytes });
      }
      set(extern.btfTypeId === 0 ? 0 : BPF_PSEUDO_BTF_ID, 0);
      return refer({
        kind: 'ksym',
        slot,
        name: symbol.name,
        btfTypeId: extern.btfTypeId,
        weak: symbol.binding === 'weak',
      });
    }

    const offset = symbol.value + (relocation.addend ?? instruction.imm);
    switch (roles[symbol.section]) {
      case 'code':
        return { kind: 'function', slot, call: false, function: this.#functionAt(placed, relocation, symbol, offset) };
      case 'btf-maps':
      case 'legacy-maps': {
        const map = this.#maps.get(`${symbol.section}:${offset}`);
        if (!map) throw this.#relocationError(placed, relocation, `no map is defined at byte ${offset} of its section`);
        set(BPF_PSEUDO_MAP_FD, 0);
        return refer({ kind: 'map', slot, map: map.spec.name });
      }
      case 'data':
      case 'rodata':
      case 'bss': {
        const section = elf.sections[symbol.section]!;
        if (offset < 0 || offset > section.sizeBytes) {
          throw this.#relocationError(placed, relocation, `byte ${offset} is outside '${section.name}'`);
        }
        set(BPF_PSEUDO_MAP_VALUE, offset);
        return refer({ kind: 'map-value', slot, map: section.name, offsetBytes: offset });
      }
      case 'arena': {
        const arena = this.#arena;
        if (!arena)
          throw this.#relocationError(placed, relocation, 'the object has variables of an arena and no arena map');
        set(BPF_PSEUDO_MAP_VALUE, offset);
        return refer({ kind: 'map-value', slot, map: arena.spec.name, offsetBytes: offset });
      }
      default:
        throw this.#relocationError(
          placed,
          relocation,
          `section '${elf.sections[symbol.section]?.name ?? ''}' is not data of a program`,
        );
    }
  }

  #functionAt(placed: PlacedFunction, relocation: ElfRelocation, symbol: ElfSymbol, offset: number): PlacedFunction {
    const target = functionAt(this.#functions, symbol.section, offset);
    if (!target) throw this.#relocationError(placed, relocation, `no function begins at byte ${offset} of its section`);
    return target;
  }

  #extern(placed: PlacedFunction, symbol: ElfSymbol, relocation: ElfRelocation): Extern {
    const extern = this.#externs.get(symbol.name);
    if (extern) return extern;
    const at = placed.section.offset + relocation.offset;
    throw new SkepError({
      code: 'SKEP4203',
      severity: 'error',
      message: `'${symbol.name}', which function '${placed.name}' uses, is defined nowhere`,
      span: { start: at, end: at + SLOT_BYTES },
      notes: [
        'a kernel function or variable is declared with __ksym, a kernel option with __kconfig (and BTF: compile with -g)',
        'what another object defines is found when the objects are linked',
      ],
    });
  }

  #relocationError(placed: PlacedFunction, relocation: ElfRelocation, why: string): SkepError {
    const symbol = this.#context.elf.symbols[relocation.symbol]!;
    const at = placed.section.offset + relocation.offset;
    return new SkepError({
      code: 'SKEP4202',
      severity: 'error',
      message: `the relocation to '${symbolLabel(this.#context, symbol)}' in function '${placed.name}' cannot be carried out: ${why}`,
      span: { start: at, end: at + SLOT_BYTES },
      notes: [`it is of type ${relocationName(relocation.type)}`],
    });
  }
}

/** Externs by name: options of the kernel, and its variables and functions. */
function readExterns({ btf }: ObjectContext): Map<string, Extern> {
  const externs = new Map<string, Extern>();
  if (!btf) return externs;
  const options = dataSection(btf, KCONFIG_SECTION);
  if (options) {
    for (const { variable, offsetBytes } of sectionVariables(btf, options)) {
      externs.set(variable.name, { kind: 'option', offsetBytes });
    }
  }
  const symbols = dataSection(btf, '.ksyms');
  for (const { typeId } of symbols?.variables ?? []) {
    const type = btf.typeById(typeId);
    if (type.kind === 'func') externs.set(type.name, { kind: 'function', btfTypeId: type.id });
    else if (type.kind === 'var') {
      // `extern const void name __ksym` is an address without a type.
      const isTypeless = btf.resolve(type.typeId).kind === 'void';
      externs.set(type.name, { kind: 'variable', btfTypeId: isTypeless ? 0 : type.typeId });
    }
  }
  return externs;
}

/** Records of a section in order of their offsets, sorted once. */
function sortedBySection<T extends { readonly offsetBytes: number }>(
  groups: ReadonlyMap<string, readonly T[]>,
): (section: ElfSection) => readonly T[] {
  const sorted = new Map<string, readonly T[]>();
  return ({ name }) => {
    let records = sorted.get(name);
    if (records === undefined) {
      records = [...(groups.get(name) ?? [])].sort((a, b) => a.offsetBytes - b.offsetBytes);
      sorted.set(name, records);
    }
    return records;
  };
}

/** The records with `start <= record[key] < end`, of records sorted by it. */
function within<K extends string, T extends Readonly<Record<K, number>>>(
  records: readonly T[],
  key: K,
  start: number,
  end: number,
): readonly T[] {
  const lowerBound = (value: number): number => {
    let low = 0;
    let high = records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (records[middle]![key] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return records.slice(lowerBound(start), lowerBound(end));
}

function codeError(message: string, at: number): SkepError {
  return new SkepError({ code: 'SKEP4204', severity: 'error', message, span: { start: at, end: at } });
}
