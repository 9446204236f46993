// `tcpdump -ddd`: the number of instructions, then code, jt, jf and k of each in decimal. What iptables' bpf match,
// tc's `bytecode-file` and many small tools read.

import type { ClassicProgram } from '../instruction.js';

/** The count, then one instruction a line. */
export function printDecimal(program: ClassicProgram): string {
  return `${program.length}\n${program.map(({ code, jt, jf, k }) => `${code} ${jt} ${jf} ${k}\n`).join('')}`;
}
