// A program as JSON, for other programs: the four numbers of each instruction, and its text for the reader.

import type { ClassicProgram } from '../instruction.js';
import { asmText } from './asm.js';

/** The shape of the JSON form. `text` is for people; only the numbers count when it is read back. */
export interface ClassicProgramJson {
  readonly isa: 'classic';
  readonly instructions: readonly {
    readonly code: number;
    readonly jt: number;
    readonly jf: number;
    readonly k: number;
    readonly text: string;
  }[];
}

/** The JSON form as a value. */
export function programToJson(program: ClassicProgram): ClassicProgramJson {
  return {
    isa: 'classic',
    instructions: program.map((insn, pc) => ({
      code: insn.code,
      jt: insn.jt,
      jf: insn.jf,
      k: insn.k,
      text: asmText(insn, pc),
    })),
  };
}

/** The JSON form as text, an instruction a line. */
export function printJson(program: ClassicProgram): string {
  const { isa, instructions } = programToJson(program);
  const lines = instructions.map(row => `    ${JSON.stringify(row)}`).join(',\n');
  return `{\n  "isa": ${JSON.stringify(isa)},\n  "instructions": [${lines ? `\n${lines}\n  ` : ''}]\n}\n`;
}
