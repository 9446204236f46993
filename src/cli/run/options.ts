// The options of `skep run`, from text to values.

import { UsageError } from '../terminal.js';

/** As commander gives them. */
export interface RawRunOptions {
  readonly prog?: string;
  readonly data?: string;
  readonly pcap?: string;
  readonly write?: string;
  readonly ctx?: string;
  readonly args?: string;
  readonly engine: 'auto' | 'interp' | 'wasm' | 'x64';
  readonly repeat: string;
  readonly set: readonly string[];
  readonly kernelBtf?: string;
  readonly trace?: true;
  readonly coverage?: true;
  readonly lcov?: string;
  readonly dumpJit?: true;
  readonly dumpWat?: true;
  readonly json?: true;
}

export type ContextFields = Readonly<Record<string, number | bigint | readonly (number | bigint)[]>>;
export type Argument = number | bigint | boolean | string | Uint8Array;

export interface RunOptions {
  readonly program: string | undefined;
  readonly data: Uint8Array | undefined;
  readonly pcap: string | undefined;
  readonly write: string | undefined;
  readonly context: Uint8Array | ContextFields | undefined;
  readonly arguments: readonly Argument[] | undefined;
  readonly engine: RawRunOptions['engine'];
  readonly repeat: number;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly kernelBtf: string | undefined;
  readonly trace: boolean;
  /** Count what runs, for a report or an lcov file. */
  readonly coverage: boolean;
  readonly lcov: string | undefined;
  readonly dump: 'jit' | 'wat' | undefined;
  readonly json: boolean;
}

/** Throws UsageError for what cannot be meant. */
export function readOptions(raw: RawRunOptions): RunOptions {
  const repeat = Number(raw.repeat);
  if (!Number.isInteger(repeat) || repeat < 1) throw new UsageError(`--repeat ${raw.repeat}: a number from 1 on`);
  if (raw.data !== undefined && raw.pcap !== undefined) throw new UsageError('--data and --pcap exclude each other');
  if (raw.write !== undefined && raw.pcap === undefined)
    throw new UsageError('-w needs --pcap: what is to be written?');
  if (raw.dumpJit && raw.dumpWat) throw new UsageError('--dump-jit and --dump-wat exclude each other');
  return {
    program: raw.prog,
    data: raw.data === undefined ? undefined : parseHex(raw.data, '--data'),
    pcap: raw.pcap,
    write: raw.write,
    context: raw.ctx === undefined ? undefined : parseContext(raw.ctx),
    arguments: raw.args === undefined ? undefined : parseArguments(raw.args),
    engine: raw.engine,
    repeat,
    variables: Object.fromEntries(raw.set.map(parseSetting)),
    kernelBtf: raw.kernelBtf,
    trace: raw.trace === true,
    coverage: raw.coverage === true || raw.lcov !== undefined,
    lcov: raw.lcov,
    dump: raw.dumpJit ? 'jit' : raw.dumpWat ? 'wat' : undefined,
    json: raw.json === true,
  };
}

/** Hexadecimal digits; blanks, colons, commas and 0x may stand between bytes. */
export function parseHex(text: string, option: string): Uint8Array {
  const digits = text.replaceAll(/0x/gi, '').replaceAll(/[\s:,._-]/g, '');
  if (!/^[0-9a-f]*$/i.test(digits) || digits.length % 2 !== 0) {
    throw new UsageError(`${option}: bytes in hexadecimal, two digits each`);
  }
  return Uint8Array.from(digits.match(/../g) ?? [], pair => Number.parseInt(pair, 16));
}

function parseJson(text: string, option: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`);
  }
}

function parseContext(text: string): Uint8Array | ContextFields {
  if (!text.trimStart().startsWith('{')) return parseHex(text, '--ctx');
  const fields = parseJson(text, '--ctx') as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(one => toNumber(one, name)) : toNumber(value, name),
    ]),
  );
}

/** Numbers; as text too, for hexadecimal and for those that JSON cannot hold. */
function toNumber(value: unknown, name: string): number | bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'string' && /^-?(0x[0-9a-f]+|\d+)$/i.test(value)) return parseInteger(value);
  throw new UsageError(`--ctx: ${name} is a whole number`);
}

function parseArguments(text: string): Argument[] {
  const list = parseJson(text, '--args');
  if (!Array.isArray(list)) throw new UsageError('--args: a list, like [1, "text"]');
  return list.map((value: unknown) => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'object' && value !== null && 'hex' in value) return parseHex(String(value.hex), '--args');
    throw new UsageError('--args: numbers, strings, and {"hex": "..."} for bytes');
  });
}

function parseSetting(text: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--set ${text}: NAME=VALUE`);
  return [text.slice(0, at), parseValue(text.slice(at + 1))];
}

/** A number, true or false, JSON for lists and structs, else the text itself (an enumerator's name, a string). */
function parseValue(text: string): unknown {
  if (/^-?(0x[0-9a-f]+|\d+)$/i.test(text)) {
    const value = parseInteger(text);
    return value >= -0x80000000n && value <= 0xffffffffn ? Number(value) : value;
  }
  if (text === 'true' || text === 'false') return text === 'true';
  return /^["[{]/.test(text) ? parseJson(text, '--set') : text;
}

function parseInteger(text: string): bigint {
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}
