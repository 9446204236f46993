// The text format (WebAssembly Core Specification 6) of a module under construction, from the same instruction stream
// as its binary: flat instructions, indented by nesting, locals and functions by name.

import type { FunctionBuilder } from './function.js';
import type { Import, Limits, ModuleBuilder } from './module.js';
import { BLOCK_I32, BLOCK_I64, BLOCK_VOID, OPCODES } from './opcodes.js';

/** The module in text format, with a trailing newline. */
export function printWat(module: ModuleBuilder): string {
  const lines = ['(module'];
  const functionNames = [
    ...module.imports.filter(({ description }) => description.kind === 'function').map(({ name }) => name),
    ...module.functions.map(({ name }) => name),
  ];
  for (const { params, results } of module.types) {
    lines.push(`  (type (func${list('param', params)}${list('result', results)}))`);
  }
  for (const entry of module.imports) lines.push(`  (import "${entry.module}" "${entry.name}" ${describe(entry)})`);
  if (module.table) lines.push(`  (table ${limits(module.table)} funcref)`);
  if (module.memory) lines.push(`  (memory ${limits(module.memory)})`);
  for (const { name, type, mutable, low, high } of module.globals) {
    const valueType = mutable ? `(mut ${type})` : type;
    lines.push(`  (global $${name} ${valueType} (${type}.const ${type === 'i32' ? low | 0 : hex64(low, high)}))`);
  }
  for (const { name, kind, index } of module.exports) {
    lines.push(`  (export "${name}" (${kind === 'function' ? `func $${functionNames[index]}` : `${kind} ${index}`}))`);
  }
  for (const { offset, functions } of module.elements) {
    lines.push(`  (elem (i32.const ${offset}) func ${functions.map(index => `$${functionNames[index]}`).join(' ')})`);
  }
  for (const body of module.functions) printFunction(body, functionNames, lines);
  for (const { offset, bytes } of module.data) {
    const text = Array.from(bytes, byte => `\\${byte.toString(16).padStart(2, '0')}`).join('');
    lines.push(`  (data (i32.const ${offset}) "${text}")`);
  }
  lines.push(')', '');
  return lines.join('\n');
}

const list = (keyword: string, types: readonly string[]): string =>
  types.length === 0 ? '' : ` (${keyword} ${types.join(' ')})`;

const limits = ({ minimum, maximum }: Limits): string =>
  maximum === undefined ? `${minimum}` : `${minimum} ${maximum}`;

const hex64 = (low: number, high: number): string =>
  `0x${(high >>> 0).toString(16).padStart(8, '0')}${(low >>> 0).toString(16).padStart(8, '0')}`;

function describe({ name, description }: Import): string {
  switch (description.kind) {
    case 'function':
      return `(func $${name} (type ${description.typeIndex}))`;
    case 'memory':
      return `(memory ${limits(description.limits)})`;
    case 'table':
      return `(table ${limits(description.limits)} funcref)`;
    case 'global': {
      const { type, mutable } = description.global;
      return `(global $${name} ${mutable ? `(mut ${type})` : type})`;
    }
  }
}

function printFunction(body: FunctionBuilder, functionNames: readonly string[], lines: string[]): void {
  const { name, type, locals, stream } = body;
  const params = locals.slice(0, type.params.length).map(local => ` (param $${local.name} ${local.type})`);
  lines.push(`  (func $${name}${params.join('')}${list('result', type.results)}`);
  for (const local of locals.slice(type.params.length)) lines.push(`    (local $${local.name} ${local.type})`);

  let depth = 2;
  for (let at = 0; at < stream.length; ) {
    const row = OPCODES[stream[at++]!]!;
    let text = row.name;
    switch (row.immediate) {
      case 'none':
      case 'memory':
      case 'memories':
        break;
      case 'block': {
        const blockType = stream[at++]!;
        if (blockType === BLOCK_I32) text += ' (result i32)';
        else if (blockType === BLOCK_I64) text += ' (result i64)';
        else if (blockType !== BLOCK_VOID) text += ` (type ${blockType})`;
        break;
      }
      case 'local':
        text += ` $${locals[stream[at++]!]!.name}`;
        break;
      case 'function':
        text += ` $${functionNames[stream[at++]!]}`;
        break;
      case 'label':
      case 'global':
      case 'i32':
        text += ` ${stream[at++]}`;
        break;
      case 'i64':
        text += ` ${hex64(stream[at]!, stream[at + 1]!)}`;
        at += 2;
        break;
      case 'indirect':
        text += ` ${stream[at + 1]} (type ${stream[at]})`;
        at += 2;
        break;
      case 'memarg': {
        const [align, offset] = [stream[at]!, stream[at + 1]!];
        at += 2;
        if (offset !== 0) text += ` offset=${offset >>> 0}`;
        if (align !== row.widthLog2) text += ` align=${2 ** align}`;
        break;
      }
      case 'labels': {
        const count = stream[at++]!;
        text += ` ${stream.slice(at, at + count + 1).join(' ')}`;
        at += count + 1;
        break;
      }
    }
    if (row.name === 'end' || row.name === 'else') depth--;
    lines.push('  '.repeat(Math.min(depth, 40)) + text);
    if (row.immediate === 'block' || row.name === 'else') depth++;
  }
  lines.push('  )');
}
