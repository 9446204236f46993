// Reads the bytes of a program as hexadecimal digits, white space between any two bytes.

import { SkepError } from '../../../diagnostics/index.js';
import { decodeProgram, guessByteOrder, INSTRUCTION_BYTES } from '../encode.js';
import type { ParsedProgram, ParseOptions } from './parsed.js';
import { Problems } from './problems.js';

/** The program of the digits. Throws SkepError with all that is wrong. */
export function parseHex(text: string, options: ParseOptions = {}): ParsedProgram {
  const problems = new Problems();
  const bytes = new Uint8Array(text.length >> 1);
  const starts: number[] = [];
  for (const word of text.matchAll(/\S+/g)) {
    const span = { start: word.index, end: word.index + word[0].length };
    if (!/^[0-9a-fA-F]+$/.test(word[0])) problems.error('SKEP2003', 'expected hexadecimal digits', span);
    else if (word[0].length % 2 !== 0) problems.error('SKEP2003', 'a byte has two digits; one is missing here', span);
    else {
      for (let at = 0; at < word[0].length; at += 2) {
        bytes[starts.length] = Number.parseInt(word[0].slice(at, at + 2), 16);
        starts.push(word.index + at);
      }
    }
    if (problems.isFull) break;
  }
  problems.throwIfAny();
  const whole = { start: 0, end: text.length };
  if (starts.length === 0) {
    throw new SkepError({ code: 'SKEP2030', severity: 'error', message: 'there are no instructions', span: whole });
  }
  const used = bytes.subarray(0, starts.length);
  const rest = used.length % INSTRUCTION_BYTES;
  if (rest !== 0) {
    throw new SkepError({
      code: 'SKEP2002',
      severity: 'error',
      message: `the program ends within an instruction: ${used.length} bytes are not a multiple of ${INSTRUCTION_BYTES}`,
      span: { start: starts.at(-rest)!, end: starts.at(-1)! + 2 },
    });
  }
  const program = decodeProgram(used, options.byteOrder ?? guessByteOrder(used));
  const spans = program.map((_, index) => ({
    start: starts[index * INSTRUCTION_BYTES]!,
    end: starts[(index + 1) * INSTRUCTION_BYTES - 1]! + 2,
  }));
  return { program, spans, diagnostics: [] };
}
