// A plugin of the bpf_conformance suite: memory in hexadecimal as an argument, the program in hexadecimal (or with --elf an object) on
// standard input, r0 in hexadecimal on standard output. The program begins with r1 = address of the memory, r2 = its size.
// Protocol: README.md of Alan-Jowett/bpf_conformance.

import { parseArgs } from 'node:util';
import { SkepError } from '../../diagnostics/index.js';
import {
  createAddressSpace,
  createMachine,
  ENGINE_NAMES,
  type EngineName,
  type Executable,
  ExecutionError,
  engineNamed,
  linkProgram,
  runProgram,
} from '../../engine/index.js';
import { decode, type Program } from '../../isa/extended/index.js';
import { isElf, loadObject, readElf } from '../../object/index.js';
import { EXIT_OK, EXIT_REFUSED, EXIT_USAGE, InputError, UsageError } from '../terminal.js';

declare const __SKEP_VERSION__: string;

/** What --engine takes: the protocol's users say interp. */
const ENGINES: Readonly<Record<string, EngineName>> = { interp: 'interpreter', wasm: 'wasm', x64: 'x64' };

/** Instructions that a program may take: conformance programs are short. */
const BUDGET_INSTRUCTIONS = 100_000_000;

const USAGE = `Usage: skep-conformance [--elf] [--program NAME] [--engine ${Object.keys(ENGINES).join('|')}] [MEMORY]

Runs one eBPF program, as a plugin of bpf_conformance: the program's bytes in hexadecimal on standard input (or, with --elf, an
object file, its bytes as they are or in hexadecimal); MEMORY is what r1 points to, in hexadecimal, r2 its size. Prints r0 in hexadecimal.

  --elf             standard input is an object file; its first program runs, or the one that --program names
  --program NAME    which program of the object
  --engine NAME     default ${Object.keys(ENGINES).find(name => ENGINES[name] === ENGINE_NAMES[0])}

Exit codes: 0 success, 1 the program is refused or faults, 2 wrong usage.
`;

/** What a run prints, and how it ends. */
export interface PluginResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the plugin: its arguments (without node and script), and where standard input comes from. */
export async function runPlugin(args: readonly string[], readInput: () => Uint8Array): Promise<PluginResult> {
  try {
    return { exitCode: EXIT_OK, stdout: await answer(args, readInput), stderr: '' };
  } catch (error) {
    const known =
      error instanceof SkepError ||
      error instanceof ExecutionError ||
      error instanceof InputError ||
      error instanceof UsageError;
    if (!known) throw error;
    return {
      exitCode: error instanceof UsageError ? EXIT_USAGE : EXIT_REFUSED,
      stdout: '',
      stderr: `error: ${error.message}\n`,
    };
  }
}

async function answer(args: readonly string[], readInput: () => Uint8Array): Promise<string> {
  const { values, positionals } = parse(args);
  if (values.help) return USAGE;
  if (values.version) return `${__SKEP_VERSION__}\n`;
  if (positionals.length > 1) throw new UsageError('more than one MEMORY: quote it if it has spaces');
  const name = values.engine === undefined ? ENGINE_NAMES[0]! : ENGINES[values.engine];
  if (!name) throw new UsageError(`--engine ${values.engine}: there are ${Object.keys(ENGINES).join(', ')}`);
  const engine = await engineNamed(name);
  if (engine.available !== true)
    throw new InputError(`the engine ${values.engine} cannot run here: ${engine.available}`);
  const memory = fromHex(positionals[0] ?? '', 'MEMORY');
  const input = readInput();
  const program = values.elf
    ? programOfObject(isElf(input) ? input : fromHex(textOf(input), 'standard input'), values.program)
    : decode(fromHex(textOf(input), 'standard input'));
  if (program.length === 0) throw new InputError('standard input: there is no program in it');

  const space = createAddressSpace();
  const region = memory.length > 0 ? space.allocate(memory.length, 'memory', 'read-write') : undefined;
  if (region) space.bytes.set(memory, region.address);
  using machine = createMachine({ space });
  const executable = engine.compile(linkProgram({ name: 'program', instructions: program }), () => undefined, {
    checked: true,
    budgetInstructions: BUDGET_INSTRUCTIONS,
  });
  const low = runProgram(withSize(executable, memory.length), machine, region?.address ?? 0, BUDGET_INSTRUCTIONS);
  const r0 = (BigInt(machine.high[0]! >>> 0) << 32n) | BigInt(low >>> 0);
  return `${r0.toString(16)}\n`;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        elf: { type: 'boolean' },
        program: { type: 'string' },
        engine: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'V' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The executable, whose entry function finds a number in r2. */
function withSize(executable: Executable, size: number): Executable {
  return {
    program: executable.program,
    engine: executable.engine,
    run: executable.run.bind(executable),
    enter: (machine, startSlot, r1, r2, r3, r4, r5) =>
      executable.enter(machine, startSlot, r1, startSlot === 0 ? size : r2, r3, r4, r5),
  };
}

/** A program of an object file: by its name, else the first; without any, the code of `.text`. */
function programOfObject(bytes: Uint8Array, name: string | undefined): Program {
  const { programs } = loadObject(bytes);
  const program = name === undefined ? programs.values().next().value : programs.get(name);
  if (!program) {
    if (name !== undefined) {
      throw new InputError(`there is no program ${name}; there are ${[...programs.keys()].join(', ') || 'none'}`);
    }
    const file = readElf(bytes);
    const text = file.sections.find(section => section.name === '.text' && section.bytes.length > 0);
    if (!text) throw new InputError('the object holds no program');
    return decode(text.bytes, { bigEndian: file.byteOrder === 'big' });
  }
  const [reference] = program.references.filter(({ kind }) => kind !== 'function');
  if (reference) {
    throw new InputError(
      `instruction ${reference.slot} refers to a ${reference.kind}, and there is no kernel: use skep run`,
    );
  }
  return program.instructions;
}

const textOf = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

/** Bytes in hexadecimal: white space and 0x are allowed between bytes. */
function fromHex(text: string, what: string): Uint8Array {
  const digits = text.replace(/\b0x/gi, '').replace(/\s+/g, '');
  if (!/^(?:[\da-f]{2})*$/i.test(digits)) throw new InputError(`${what}: bytes in hexadecimal, two digits each`);
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
}
