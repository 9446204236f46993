// Which values may stay in the byte order they have in the packet.
//
// A packet's numbers are big endian, WebAssembly's loads little endian. A value that is only ever compared for equality,
// masked, copied or stored need not be swapped when the constants are swapped instead. Values that meet in a variable
// have to agree, so definitions are joined into webs (as in register allocation: union-find over the definitions that
// reach a common use), and a web stays raw when all its definitions are packet loads of one width and all its uses allow it.

import { type ClassicProgram, instructionRow } from '../../isa/index.js';
import { A, type Blocks, VARIABLES, X } from './blocks.js';

export interface ByteOrders {
  /** For the definition or use of A at an instruction: width in bytes of the raw value, 0 for a number in machine order. */
  rawWidth(pc: number): number;
}

/** Bit number of a one-bit set. */
const variableOf = (bit: number): number => 31 - Math.clz32(bit);

const HOST = -1;
const UNKNOWN = 0;

/**
 * `loadWidth` says how many bytes the instruction at pc loads from the packet into A as a big-endian number that
 * could stay raw; 0 for anything else.
 */
export function findByteOrders(program: ClassicProgram, blocks: Blocks, loadWidth: (pc: number) => number): ByteOrders {
  const parent: number[] = [];
  /** UNKNOWN, HOST, or the width of the loads in the web; valid at roots. */
  const kind: number[] = [];
  const create = (initial: number): number => {
    parent.push(parent.length);
    kind.push(initial);
    return parent.length - 1;
  };
  const find = (web: number): number => {
    let root = web;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = web; at !== root; ) {
      const above = parent[at]!;
      parent[at] = root;
      at = above;
    }
    return root;
  };
  const union = (left: number, right: number): void => {
    const a = find(left);
    const b = find(right);
    if (a === b) return;
    parent[b] = a;
    if (kind[a] === UNKNOWN) kind[a] = kind[b]!;
    else if (kind[b] !== UNKNOWN && kind[b] !== kind[a]) kind[a] = HOST;
  };
  const forceHost = (web: number): void => {
    kind[find(web)] = HOST;
  };

  /** Web of each live variable at the beginning of each block; all start as 0, which is 0 in either order. */
  const entry = new Map<number, number>();
  const entryWeb = (block: number, variable: number): number => {
    const key = block * VARIABLES + variable;
    let web = entry.get(key);
    if (web === undefined) {
      web = create(UNKNOWN);
      entry.set(key, web);
    }
    return web;
  };
  /** The web of A that an instruction uses or defines. */
  const webAt = new Int32Array(program.length).fill(-1);
  /** The web of each variable at the point that is being looked at; -1: none yet. */
  const current = new Int32Array(VARIABLES);
  const web = (variable: number): number => {
    if (current[variable] === -1) current[variable] = create(UNKNOWN);
    return current[variable]!;
  };
  const a = variableOf(A);
  const x = variableOf(X);

  for (const block of blocks.order) {
    current.fill(-1);
    for (let live = blocks.liveIn[block]!; live !== 0; live &= live - 1) {
      const variable = variableOf(live & -live);
      current[variable] = entryWeb(block, variable);
    }
    for (let pc = blocks.start[block]!; pc < blocks.end[block]!; pc++) {
      const { code, k } = program[pc]!;
      const row = instructionRow(code)!;
      webAt[pc] = web(a);
      switch (row.operand) {
        case 'abs':
        case 'ind':
          if (row.operand === 'ind') forceHost(web(x));
          else if (k > 0x7fffffff) {
            forceHost(web(a));
            forceHost(web(x));
          }
          current[a] = create(loadWidth(pc) > 1 ? loadWidth(pc) : HOST);
          webAt[pc] = current[a];
          break;
        case 'mem': {
          const word = 2 + k;
          if (row.class === 'st') current[word] = web(a);
          else if (row.class === 'stx') current[word] = web(x);
          else current[row.class === 'ld' ? a : x] = web(word);
          break;
        }
        case 'none':
          if (row.mnemonic === 'tax') current[x] = web(a);
          else if (row.mnemonic === 'txa') current[a] = web(x);
          else {
            forceHost(web(a));
            current[a] = create(HOST);
          }
          break;
        case 'cond-k':
          if (row.mnemonic === 'jgt' || row.mnemonic === 'jge') forceHost(web(a));
          break;
        case 'cond-x':
          union(web(a), web(x));
          if (row.mnemonic === 'jgt' || row.mnemonic === 'jge') forceHost(web(a));
          break;
        case 'a':
          forceHost(web(a));
          break;
        case 'goto':
          break;
        default: // imm, x, len, msh
          if (row.class === 'alu') {
            if (row.mnemonic === 'and' && row.operand === 'imm') break;
            forceHost(web(a));
            if (row.operand === 'x') forceHost(web(x));
            current[a] = create(HOST);
          } else if (row.class === 'ldx') {
            current[x] = create(HOST);
          } else if (row.class === 'ld') {
            current[a] = create(HOST);
          }
      }
    }
    for (const next of [blocks.taken[block]!, blocks.otherwise[block]!]) {
      if (next === -1) continue;
      for (let live = blocks.liveIn[next]!; live !== 0; live &= live - 1) {
        const variable = variableOf(live & -live);
        union(web(variable), entryWeb(next, variable));
      }
    }
  }
  return {
    rawWidth: pc => {
      if (webAt[pc] === -1) return 0;
      const width = kind[find(webAt[pc]!)]!;
      return width > 1 ? width : 0;
    },
  };
}
