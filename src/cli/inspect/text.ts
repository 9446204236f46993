// What `skep inspect` prints for people.

import type pc from 'picocolors';
import { HELPER_NAMES } from '../../helpers/index.js';
import { kernelDialect, list } from '../../isa/extended/index.js';
import {
  type Btf,
  CORE_KINDS,
  type CollectionSpec,
  codecOf,
  declare,
  describeAccess,
  localAccess,
  type MapSpec,
  type ProgramSpec,
  type Reference,
  typeInC,
  type VariableSpec,
  writeC,
} from '../../object/index.js';

type Colors = ReturnType<typeof pc.createColors>;

const SHOWN_VALUE_CHARACTERS = 100;

const helperName = (id: number): string | undefined => HELPER_NAMES[id];

/** The file in a line or two, and its programs, a line each. */
export function* summaryLines(spec: CollectionSpec, name: string, colors: Colors): IterableIterator<string> {
  const facts = [
    `${spec.byteOrder} endian`,
    spec.license === '' ? 'no license' : `license ${spec.license}`,
    spec.btf ? `${spec.btf.typeCount - 1} types` : 'no BTF',
    ...(spec.kernelVersion ? [`kernel version 0x${spec.kernelVersion.toString(16)}`] : []),
  ];
  yield `${colors.bold(name)}: ${facts.join(', ')}`;
  yield '';
  yield colors.bold(`programs (${spec.programs.size})`);
  for (const program of spec.programs.values()) yield `  ${programSummary(program, colors)}`;
  yield '';
}

function programSummary(program: ProgramSpec, colors: Colors): string {
  const { name, sectionName, type, attachType, attachTo, flags, autoload, instructions, functions } = program;
  const facts = [
    type === 'unspec' ? 'of no known type' : type,
    ...(attachType && attachType !== type ? [attachType] : []),
    ...(attachTo ? [`to ${attachTo}`] : []),
    ...flags,
    ...(autoload ? [] : ['not loaded unless asked for']),
    `${instructions.length} instructions`,
    ...(functions.length > 1 ? [`${functions.length} functions`] : []),
  ];
  return `${colors.green(name)}  ${colors.dim(`SEC("${sectionName}")`)}  ${facts.join(', ')}`;
}

export function* mapLines(spec: CollectionSpec, colors: Colors): IterableIterator<string> {
  const maps = [...spec.maps.values()];
  if (maps.length === 0) return;
  yield colors.bold(`maps (${maps.length})`);
  for (const map of maps) yield* oneMap(map, colors, '  ');
  yield '';
}

function* oneMap(map: MapSpec, colors: Colors, indent: string): IterableIterator<string> {
  const { name, type, keySizeBytes, valueSizeBytes, maxEntries, flags, keyTypeId, valueTypeId, btf } = map;
  const side = (what: string, typeId: number, size: number): string => {
    if (size === 0) return '';
    const kind = typeId === 0 ? undefined : btf?.kindOf(typeId);
    return kind === undefined || kind === 'datasec'
      ? `${what} ${size} bytes`
      : `${what} ${typeInC(btf!, typeId)} (${size} bytes)`;
  };
  const facts = [
    side('key', keyTypeId, keySizeBytes),
    side('value', valueTypeId, valueSizeBytes),
    maxEntries ? `at most ${maxEntries}` : '',
    flags ? `flags 0x${flags.toString(16)}` : '',
    map.pinByName ? 'pinned by name' : '',
    map.frozen ? 'read only' : '',
    map.numaNode === undefined ? '' : `numa node ${map.numaNode}`,
    map.mapExtra === undefined ? '' : `extra 0x${map.mapExtra.toString(16)}`,
    map.structOps ? `struct ${map.structOps.typeName}` : '',
  ].filter(fact => fact !== '');
  yield `${indent}${colors.yellow(name)}  ${type}  ${facts.join(', ')}`;
  for (const { member, program } of map.structOps?.functions ?? []) yield `${indent}  .${member} = ${program}`;
  for (const { key, value } of map.contents) {
    if (value instanceof Uint8Array) continue;
    const index = btf?.byteOrder === 'big' ? (key[2]! << 8) | key[3]! : key[0]! | (key[1]! << 8);
    yield `${indent}  [${index}] = ${'program' in value ? value.program : value.map}`;
  }
  if (map.inner) yield* oneMap(map.inner, colors, `${indent}  `);
}

export function* variableLines(spec: CollectionSpec, colors: Colors): IterableIterator<string> {
  const variables = [...spec.variables.values()];
  if (variables.length > 0) {
    yield colors.bold(`global variables (${variables.length})`);
    for (const variable of variables) yield `  ${oneVariable(spec, variable, colors)}`;
    yield '';
  }
  if (spec.kernelOptions.length > 0) {
    yield colors.bold(`kernel options (${spec.kernelOptions.length})`);
    for (const { name, btfTypeId, weak } of spec.kernelOptions) {
      yield `  ${declare(spec.btf!, btfTypeId, name)}${weak ? '  0 when the kernel does not know it' : ''}`;
    }
    yield '';
  }
}

function oneVariable(spec: CollectionSpec, variable: VariableSpec, colors: Colors): string {
  const { name, map, offsetBytes, sizeBytes, btfTypeId } = variable;
  const declaration = spec.btf && btfTypeId !== 0 ? declare(spec.btf, btfTypeId, name) : `${name} (${sizeBytes} bytes)`;
  const value = initialValue(spec, variable);
  return `${declaration}${value === undefined ? '' : ` = ${value}`}  ${colors.dim(`${map}+${offsetBytes}`)}`;
}

/** What a variable holds from the beginning, as text; undefined for those of .bss, which are zero. */
function initialValue({ maps, btf }: CollectionSpec, variable: VariableSpec): string | undefined {
  const content = maps.get(variable.map)?.contents[0]?.value;
  if (!(content instanceof Uint8Array)) return undefined;
  const bytes = content.subarray(variable.offsetBytes, variable.offsetBytes + variable.sizeBytes);
  const text =
    btf && variable.btfTypeId !== 0
      ? valueText(codecOf(btf, variable.btfTypeId).decode(bytes))
      : [...bytes.subarray(0, 32)].map(byte => byte.toString(16).padStart(2, '0')).join(' ');
  return text.length <= SHOWN_VALUE_CHARACTERS ? text : `${text.slice(0, SHOWN_VALUE_CHARACTERS - 1)}…`;
}

/** A decoded value, on one line. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `{${[...value].join(', ')}}`;
  if (Array.isArray(value)) return `{${value.map(valueText).join(', ')}}`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, item]) => `.${name} = ${valueText(item)}`)
      .join(', ')}}`;
  }
  return String(value);
}

/** What a reference refers to, in a word or two. */
export function referenceText(reference: Reference, spec: CollectionSpec): string {
  switch (reference.kind) {
    case 'map':
      return `map ${reference.map}`;
    case 'map-value':
      return placeText(spec, reference.map, reference.offsetBytes);
    case 'function':
      return `function ${reference.name}`;
    case 'kfunc':
      return `kernel function ${reference.name}${reference.weak ? ' (weak)' : ''}`;
    case 'ksym':
      return `kernel variable ${reference.name}${reference.weak ? ' (weak)' : ''}`;
  }
}

/** `packets`, `array+4`, or `.rodata+7` where no variable is known. */
function placeText(spec: CollectionSpec, map: string, offset: number): string {
  const options = spec.kernelOptions.map(option => ({ ...option, map: '.kconfig' }));
  const there = [...spec.variables.values(), ...options].find(
    variable =>
      variable.map === map && offset >= variable.offsetBytes && offset < variable.offsetBytes + variable.sizeBytes,
  );
  if (!there) return `${map}+${offset}`;
  return offset === there.offsetBytes ? there.name : `${there.name}+${offset - there.offsetBytes}`;
}

export function* relocationLines(spec: CollectionSpec, colors: Colors): IterableIterator<string> {
  for (const program of spec.programs.values()) {
    if (program.references.length + program.coreRelocations.length === 0) continue;
    yield colors.bold(`relocations of ${program.name}`);
    for (const reference of program.references)
      yield `  ${slotText(reference.slot, colors)} ${referenceText(reference, spec)}`;
    for (const relocation of program.coreRelocations) {
      yield `  ${slotText(relocation.slot, colors)} CO-RE ${coreText(spec.btf, relocation)}`;
    }
    yield '';
  }
}

function coreText(btf: Btf | undefined, relocation: ProgramSpec['coreRelocations'][number]): string {
  const kind = CORE_KINDS[relocation.kind]?.name ?? `kind ${relocation.kind}`;
  return btf ? `${kind} of ${describeAccess(localAccess(btf, relocation))}` : kind;
}

/** The types as C. */
export function* typeLines(spec: CollectionSpec): IterableIterator<string> {
  yield spec.btf ? writeC(spec.btf, { guard: '' }).trimEnd() : '/* no BTF: compiled without -g */';
}

/** A program's listing: the source line over the instructions that come from it, functions under their names. */
export function* programLines(spec: CollectionSpec, program: ProgramSpec, colors: Colors): IterableIterator<string> {
  yield programSummary(program, colors);
  const functions = new Map(program.functions.map(({ startSlot, name }) => [startSlot, name]));
  const lines = new Map(program.lines.map(line => [line.slot, line]));
  const references = new Map(program.references.map(reference => [reference.slot, reference]));
  let shown = '';
  const nameAt = (slot: number): string | undefined => {
    const reference = references.get(slot);
    return reference && 'map' in reference ? reference.map : undefined;
  };
  for (const { slot, text, instruction } of list(program.instructions, kernelDialect, {
    map: nameAt,
    helper: helperName,
  })) {
    const name = functions.get(slot);
    if (name !== undefined) {
      yield `${colors.cyan(name)}:`;
      shown = '';
    }
    const line = lines.get(slot);
    if (line) {
      const place = `${line.file}:${line.line}`;
      if (place !== shown) yield colors.dim(`    ; ${line.text.trim() || '?'}  ${place}`);
      shown = place;
    }
    const comment = commentOn(
      spec,
      program,
      slot,
      instruction.imm,
      instruction.opcode,
      instruction.src,
      functions,
      references,
    );
    const words = text ?? `(${instruction.opcode.toString(16).padStart(2, '0')}) no such instruction`;
    yield `  ${slotText(slot, colors)} ${words}${comment === '' ? '' : colors.dim(`  ; ${comment}`)}`;
  }
  yield '';
}

function commentOn(
  spec: CollectionSpec,
  { instructions, coreRelocations }: ProgramSpec,
  slot: number,
  imm: number,
  opcode: number,
  src: number,
  functions: ReadonlyMap<number, string>,
  references: ReadonlyMap<number, Reference>,
): string {
  const isLocalCall = opcode === 0x85 && src === 1;
  if (isLocalCall) return functions.get(slot + 1 + instructions[slot]!.imm) ?? '';
  const reference = references.get(slot);
  if (reference && reference.kind !== 'map') return referenceText(reference, spec);
  const core = coreRelocations.find(relocation => relocation.slot === slot);
  if (core) return `CO-RE ${coreText(spec.btf, core)}`;
  return opcode === 0x85 && src === 0 && imm === 195896080
    ? 'poisoned: what it needs does not exist in the target'
    : '';
}

const slotText = (slot: number, colors: Colors): string => colors.dim(`${String(slot).padStart(5)}:`);
