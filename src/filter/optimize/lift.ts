// From a program back to a graph, so that any classic program can be optimized: basic blocks, each run symbolically.

import {
  BPF_ABS,
  BPF_IND,
  BPF_JA,
  BPF_JGE,
  BPF_JMP,
  BPF_K,
  BPF_LD,
  BPF_LDX,
  BPF_MSH,
  BPF_RET,
  BPF_X,
  type ClassicProgram,
  SKF_AD_OFF,
} from '../../isa/index.js';
import { type Block, Graph } from './cfg.js';
import { predicate } from './predicate.js';
import { resolveRegisters } from './resolve.js';
import { SymbolicMachine } from './symbolic.js';
import type { Assignment } from './terms.js';
import { A_REGISTER, Values, X_REGISTER } from './values.js';

/** Ancillary loads that read A or X: netlink attributes and XOR. */
const READS_REGISTERS: ReadonlySet<number> = new Set([SKF_AD_OFF + 12, SKF_AD_OFF + 16, SKF_AD_OFF + 40]);

/** The graph of a valid program; undefined where it jumps backwards or has instructions that cannot be followed. */
export function liftProgram(program: ClassicProgram): Graph | undefined {
  const leaders = findLeaders(program);
  if (!leaders) return undefined;
  const values = new Values('unknown');
  const graph = new Graph(values);
  const blocks = new Map<number, Block>();
  const machine = new SymbolicMachine(values);
  // Jumps are forward: from the end, every target is there already.
  for (let i = leaders.length - 1; i >= 0; i--) {
    const from = leaders[i]!;
    const to = i + 1 < leaders.length ? leaders[i + 1]! : program.length;
    machine.reset();
    let block: Block | undefined;
    for (let at = from; at < to; at++) {
      const { code, k, jt, jf } = program[at]!;
      if ((code & 7) === BPF_RET) {
        block = returnBlock(graph, machine, code, k);
        break;
      }
      if ((code & 7) !== BPF_JMP) {
        machine.step(code, k);
        continue;
      }
      if ((code & 0xf0) === BPF_JA) {
        block = graph.goto(blocks.get(at + 1 + k)!);
        break;
      }
      const a = machine.accumulator;
      const asked = predicate(values, code & 0xf0, a, code & BPF_X ? machine.index : -1, k);
      const whenTrue = blocks.get(at + 1 + jt)!;
      const whenFalse = blocks.get(at + 1 + jf)!;
      block = graph.ask(asked, whenTrue, whenFalse);
      block.atLeast = (code & 0xf0) === BPF_JGE;
    }
    block ??= graph.goto(blocks.get(to)!);
    if (block.kind !== 'return') {
      const assignments: Assignment[] = [];
      for (const [register, value] of machine.memory ?? []) assignments.push({ register, value });
      if (machine.a !== -1) assignments.push({ register: A_REGISTER, value: machine.a });
      if (machine.x !== -1) assignments.push({ register: X_REGISTER, value: machine.x });
      block.assignments = assignments;
    }
    blocks.set(from, block);
  }
  graph.entry = blocks.get(0)!;
  for (const block of blocks.values()) {
    block.assignments = block.assignments.filter(({ register }) => values.registersRead.has(register));
  }
  resolveRegisters(graph);
  return graph;
}

function returnBlock(graph: Graph, machine: SymbolicMachine, code: number, k: number): Block {
  if ((code & 0x18) === BPF_K) return graph.return(k);
  const block = graph.block('return');
  block.result = -1;
  block.a = (code & 0x18) === BPF_X ? machine.index : machine.accumulator;
  return block;
}

/** Where blocks begin, in order; undefined: not a program that can be followed. */
function findLeaders(program: ClassicProgram): number[] | undefined {
  const leads = new Uint8Array(program.length + 1);
  leads[0] = 1;
  for (let i = 0; i < program.length; i++) {
    const { code, jt, jf, k } = program[i]!;
    const kind = code & 7;
    if (kind === BPF_JMP) {
      const always = (code & 0xf0) === BPF_JA;
      const farthest = always ? i + 1 + k : i + 1 + Math.max(jt, jf);
      if (farthest >= program.length) return undefined;
      leads[i + 1] = 1;
      leads[always ? i + 1 + k : i + 1 + jt] = 1;
      if (!always) leads[i + 1 + jf] = 1;
    } else if (kind === BPF_RET) {
      leads[i + 1] = 1;
    } else if (kind === BPF_LD || kind === BPF_LDX) {
      const mode = code & 0xe0;
      if (mode === BPF_ABS && READS_REGISTERS.has(k)) return undefined;
      if (kind === BPF_LD && mode === BPF_MSH) return undefined;
      if (kind === BPF_LDX && (mode === BPF_ABS || mode === BPF_IND)) return undefined;
    }
  }
  const last = program.at(-1);
  if (!last || ((last.code & 7) !== BPF_RET && (last.code & 7) !== BPF_JMP)) return undefined;
  const leaders: number[] = [];
  for (let i = 0; i < program.length; i++) if (leads[i]) leaders.push(i);
  return leaders;
}
