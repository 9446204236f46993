// Reads the JSON form: an array of instructions, or an object with one in `instructions`. An instruction is an object with
// code, jt, jf and k (the last three may be missing: 0), or an array of these four.

import { SkepError, type Span } from '../../../diagnostics/index.js';
import { type ClassicInstruction, instruction } from '../instruction.js';
import type { ParsedProgram } from './parsed.js';

const LIMITS = { code: 0xffff, jt: 0xff, jf: 0xff, k: 0xffffffff } as const;

/** The program of the JSON text. Throws SkepError (SKEP2011) saying what does not fit. */
export function parseJson(text: string): ParsedProgram {
  const whole = { start: 0, end: text.length };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refusal(`not JSON: ${lowerFirst((error as Error).message)}`, errorSpan(error as Error, text) ?? whole);
  }
  const list = Array.isArray(value) ? value : (value as { instructions?: unknown } | null)?.instructions;
  if (!Array.isArray(list)) throw refusal('there is no array of instructions', whole);
  if (list.length === 0) {
    throw new SkepError({ code: 'SKEP2030', severity: 'error', message: 'there are no instructions', span: whole });
  }
  const program = list.map((entry, index) => readEntry(entry, index, whole));
  return { program, spans: program.map(() => whole), diagnostics: [] };
}

function readEntry(entry: unknown, index: number, span: Span): ClassicInstruction {
  const fields = Array.isArray(entry) ? { code: entry[0], jt: entry[1], jf: entry[2], k: entry[3] } : entry;
  if (typeof fields !== 'object' || fields === null) {
    throw refusal(`instruction ${index} is neither an object nor an array`, span);
  }
  const read = (name: keyof typeof LIMITS): number => {
    const value = (fields as Record<string, unknown>)[name] ?? (name === 'code' ? undefined : 0);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > LIMITS[name]) {
      throw refusal(`instruction ${index}: ${name} is not a whole number from 0 to ${LIMITS[name]}`, span);
    }
    return value;
  };
  return instruction(read('code'), read('k'), read('jt'), read('jf'));
}

function refusal(message: string, span: Span): SkepError {
  return new SkepError({ code: 'SKEP2011', severity: 'error', message, span });
}

/** V8 says "at position 12" in its message. */
function errorSpan(error: Error, text: string): Span | undefined {
  const at = /position (\d+)/.exec(error.message);
  if (!at) return undefined;
  const start = Math.min(Number(at[1]), text.length);
  return { start, end: Math.min(start + 1, text.length) };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
