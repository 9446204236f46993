// `tcpdump -dd`: the initializers of a C array of struct bpf_insn.

import type { ClassicProgram } from '../instruction.js';

/** One `{ code, jt, jf, k },` a line. */
export function printC(program: ClassicProgram): string {
  return program
    .map(({ code, jt, jf, k }) => `{ 0x${code.toString(16)}, ${jt}, ${jf}, 0x${k.toString(16).padStart(8, '0')} },\n`)
    .join('');
}
