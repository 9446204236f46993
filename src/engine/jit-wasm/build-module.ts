// A program as a WebAssembly module. Its imports, all of module `skep`:
//
//     memory                the address space
//     words, stackTop, cpu  globals: of the machine that it runs on
//     counters              global: where blocks are counted, with coverage
//     fault, wild, packet   what throws, what reads packets
//     h0, h1...             helpers
//
// and its exports: `enter_<slot>` for each function, with r1 to r5 as 32-bit numbers. r0's high half goes to the machine's words.

import type { CallTarget, CompileOptions } from '../engine.js';
import { FRAME_BYTES, FRAME_STRIDE_BYTES, WORD } from '../machine.js';
import { ModuleBuilder, type ValueType } from '../wasm/index.js';
import { FunctionCompiler, type ModuleParts } from './function-compiler.js';
import type { DecodedProgram } from './functions.js';
import { InlineCalls } from './inline-calls.js';
import { defineCheck, type Layout } from './memory-access.js';

export interface BuiltModule {
  readonly module: ModuleBuilder;
  /** The helpers imported, in order: h0, h1... */
  readonly targets: readonly CallTarget[];
  /** Basic blocks of all functions, in the order of their counters. */
  readonly blockCount: number;
  /** Of each of the program's functions: its index, and pairs of place in its instruction stream and slot. */
  readonly marks: readonly { readonly functionIndex: number; readonly marks: readonly number[] }[];
}

export interface BuildOptions {
  /** Uses the fallback of irreducible graphs everywhere. For tests and measurements. */
  readonly forceDispatch?: boolean;
}

/** Name of the export that enters the function at a slot. */
export const entryName = (startSlot: number): string => `enter_${startSlot}`;

export function buildModule(
  name: string,
  decoded: DecodedProgram,
  targetOf: (id: number, kind: 'helper' | 'kfunc') => CallTarget | undefined,
  options: CompileOptions,
  layout: Layout,
  { forceDispatch = false }: BuildOptions = {},
): BuiltModule {
  const module = new ModuleBuilder();
  module.importMemory('skep', 'memory', { minimum: 1 });
  const words = module.importGlobal('skep', 'words', 'i32');
  const stackTop = module.importGlobal('skep', 'stackTop', 'i32');
  const cpu = module.importGlobal('skep', 'cpu', 'i32');
  const counters = options.coverage ? module.importGlobal('skep', 'counters', 'i32') : undefined;
  const fault = module.importFunction('skep', 'fault', ['i32', 'i32', 'i32']);
  const wild = module.importFunction('skep', 'wild', ['i32', 'i32', 'i32', 'i32']);
  const packet = module.importFunction('skep', 'packet', ['i32', 'i32', 'i32'], ['i32']);
  const targets = importTargets(module, decoded, targetOf);
  const check = options.checked ? defineCheck(module, layout, wild) : -1;

  const { functions } = decoded;
  const compiled = functions.map(({ start, argumentCount }) => {
    const params: [string, ValueType][] = [['frame', 'i32']];
    for (let n = 1; n <= argumentCount; n++) params.push([`r${n}`, 'i64']);
    return module.function(start === 0 ? identifier(name) : `function_${start}`, params, ['i64']);
  });
  const inlineCalls = new InlineCalls(module, options, cpu);
  const parts: ModuleParts = {
    decoded,
    options,
    layout,
    fuel: options.checked || options.budgetInstructions !== undefined,
    words,
    counters,
    fault,
    packet,
    check,
    targets,
    targetOf,
    inlineCall: (target, constants) => inlineCalls.of(target, constants),
    functionIndices: new Map(functions.map(({ start }, n) => [start, compiled[n]!.index])),
    functionByStart: new Map(functions.map(each => [each.start, each])),
  };
  let blockCount = 0;
  const marks = functions.map((bpf, n) => {
    const compiler = new FunctionCompiler(parts, bpf, compiled[n]!, blockCount);
    compiler.compile({ forceDispatch });
    blockCount += bpf.blocks.length;
    return { functionIndex: compiled[n]!.index, marks: compiler.marks };
  });
  functions.forEach(({ start, argumentCount }, n) => {
    defineEntry(module, entryName(start), argumentCount, compiled[n]!.index, words, stackTop);
  });
  return { module, targets: [...targets.keys()], blockCount, marks };
}

/** Imports what the program calls, each once. */
function importTargets(
  module: ModuleBuilder,
  { slots, rows }: DecodedProgram,
  targetOf: (id: number, kind: 'helper' | 'kfunc') => CallTarget | undefined,
): Map<CallTarget, number> {
  const targets = new Map<CallTarget, number>();
  rows.forEach((row, slot) => {
    if (row?.kind !== 'call' || row.mnemonic === 'call_local') return;
    const target = targetOf(slots[slot]!.imm, row.mnemonic === 'call_kfunc' ? 'kfunc' : 'helper');
    if (!target || targets.has(target)) return;
    const params = new Array<ValueType>(target.signature.count).fill('i32');
    const results: ValueType[] = target.signature.result === 'void' ? [] : ['i32'];
    targets.set(target, module.importFunction('skep', `h${targets.size}`, params, results));
  });
  return targets;
}

/** Defines and exports what JavaScript calls: the frame is the machine's, registers come and go as 32-bit halves. */
function defineEntry(
  module: ModuleBuilder,
  name: string,
  argumentCount: number,
  functionIndex: number,
  words: number,
  stackTop: number,
): void {
  const params = [1, 2, 3, 4, 5].map((n): [string, ValueType] => [`r${n}`, 'i32']);
  const code = module.function(name, params, ['i32']);
  const r0 = code.local('i64', 'r0');
  code.emit('global.get', stackTop);
  code
    .emit('global.get', words)
    .emit('i32.load', 2, WORD.frame * 4)
    .i32(FRAME_STRIDE_BYTES)
    .emit('i32.mul');
  code.emit('i32.sub').i32(FRAME_BYTES).emit('i32.sub');
  for (let n = 1; n <= argumentCount; n++) code.get(n - 1).emit('i64.extend_i32_u');
  code.emit('call', functionIndex).set(r0);
  code.emit('global.get', words);
  code
    .get(r0)
    .i64(32, 0)
    .emit('i64.shr_u')
    .emit('i64.store32', 2, WORD.high * 4);
  code.get(r0).emit('i32.wrap_i64');
  module.export(name, 'function', code.index);
}

/** A name as the text format takes it. */
const identifier = (name: string): string => name.replace(/[^\w.]/g, '_') || 'program';
