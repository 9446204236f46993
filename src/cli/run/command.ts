// What `skep run` does: loads the object, picks the program, runs it on what the options say, reports.

import { type Engine, ExecutionError, engineNamed, listWasm } from '../../engine/index.js';
import {
  KernelError,
  PROGRAM_TYPES,
  ProgramError,
  type ProgramTypeRow,
  programType,
  SimKernel,
  type SimProgram,
} from '../../kernel/index.js';
import { Btf, type CollectionSpec, isElf, loadObject, type ProgramSpec, readElf } from '../../object/index.js';
import { LineOutput } from '../output.js';
import { EXIT_OK, EXIT_REFUSED, InputError, readInput, UsageError } from '../terminal.js';
import { runCapture } from './capture.js';
import { writeLcov } from './coverage.js';
import { printFault } from './fault.js';
import { type RawRunOptions, type RunOptions, readOptions } from './options.js';
import { createReport, printReport, type RunReport, type Verdicts } from './report.js';
import { tracingEngine } from './trace.js';

export async function runCommand(file: string, raw: RawRunOptions): Promise<number> {
  const options = readOptions(raw);
  const spec = loadObject(readInput(file));
  const chosen = chooseProgram(spec, options.program, file);
  const output = new LineOutput();
  const engine = await chooseEngine(options, chosen, output);
  const clock = process.hrtime.bigint();
  const kernel = new SimKernel({
    engine,
    coverage: options.coverage,
    // A program's clock is the machine's: nanoseconds since it was started, as CLOCK_MONOTONIC has it.
    now: () => Number(process.hrtime.bigint() - clock) + 1_000_000_000,
    ...(options.kernelBtf !== undefined && { btf: readBtf(options.kernelBtf) }),
  });
  try {
    // Programs that the chosen one may tail call are loaded with it.
    const programs = [...spec.programs.values()].filter(
      one => one.name === chosen.name || (one.autoload && one.type === chosen.type),
    );
    const collection = kernel.load(spec, {
      programs: programs.map(({ name }) => name),
      variables: options.variables,
    });
    const program = collection.program(chosen.name);
    if (options.dump) {
      await dumpCode(program, options.dump, output);
      output.flush();
      return EXIT_OK;
    }
    return await runAndReport({ file, options, kernel, collection, program, output });
  } catch (error) {
    output.flush();
    if (error instanceof KernelError) throw new InputError(`${file}: ${error.message} (${error.code})`);
    throw error;
  } finally {
    kernel[Symbol.dispose]();
  }
}

interface Job {
  readonly file: string;
  readonly options: RunOptions;
  readonly kernel: SimKernel;
  readonly collection: ReturnType<SimKernel['load']>;
  readonly program: SimProgram;
  readonly output: LineOutput;
}

async function runAndReport(job: Job): Promise<number> {
  const { options, program, output, file } = job;
  const verdicts: Verdicts = new Map();
  let fault: ProgramError | undefined;
  let report: RunReport;
  const begin = process.hrtime.bigint();
  try {
    if (options.pcap !== undefined) {
      const packets = await runCapture({ program, options, verdicts, path: options.pcap });
      report = createReport(job, { verdicts, elapsedNs: Number(process.hrtime.bigint() - begin), packets });
    } else {
      const result = program.testRun({
        repeat: options.repeat,
        ...(options.data && { data: options.data }),
        ...(options.context && { context: options.context }),
        ...(options.arguments && { arguments: options.arguments }),
      });
      verdicts.set(result.returnValue, options.repeat);
      report = createReport(job, { verdicts, elapsedNs: Number(process.hrtime.bigint() - begin), result });
    }
  } catch (error) {
    if (!(error instanceof ExecutionError)) throw error;
    fault = error instanceof ProgramError ? error : new ProgramError(program.spec, error);
    report = createReport(job, { verdicts, elapsedNs: Number(process.hrtime.bigint() - begin), fault });
  }
  if (options.lcov !== undefined) writeLcov(options.lcov, program, file);
  if (options.json) {
    output.line(
      JSON.stringify(report.json, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value), 2),
    );
  } else printReport(report, output);
  output.flush();
  if (!fault) return EXIT_OK;
  if (!options.json) printFault(fault, program.spec);
  return EXIT_REFUSED;
}

function chooseProgram(spec: CollectionSpec, name: string | undefined, file: string): ProgramSpec {
  const programs = [...spec.programs.values()];
  const list = programs.map(one => `  ${one.name.padEnd(24)} ${one.sectionName}`).join('\n');
  if (programs.length === 0) throw new InputError(`${file}: there is no program in it`);
  const found = name === undefined ? (programs.length === 1 ? programs[0] : undefined) : spec.programs.get(name);
  if (!found) {
    const why = name === undefined ? 'which of its programs? --prog NAME' : `there is no program ${name}`;
    throw new UsageError(`${file}: ${why}\n${list}`);
  }
  if (!programType(found.type)) {
    const types = PROGRAM_TYPES.map((row: ProgramTypeRow) => row.name).join(', ');
    throw new InputError(
      `${file}: section '${found.sectionName}' does not say what type of program ${found.name} is (one of ${types})`,
    );
  }
  return found;
}

async function chooseEngine(
  options: RunOptions,
  spec: ProgramSpec,
  output: LineOutput,
): Promise<Engine | 'auto' | 'interpreter' | 'wasm'> {
  if (options.trace) {
    if (options.engine === 'wasm' || options.engine === 'x64') throw new UsageError('--trace runs on the interpreter');
    return tracingEngine(spec, output);
  }
  if (options.dump === 'wat') return 'wasm';
  if (options.engine === 'auto' || options.engine === 'wasm') return options.engine;
  if (options.engine === 'interp') return 'interpreter';
  const engine = await engineNamed('x64');
  if (engine.available !== true) throw new InputError(`--engine x64: ${engine.available}`);
  return engine;
}

async function dumpCode(program: SimProgram, what: 'jit' | 'wat', output: LineOutput): Promise<void> {
  if (what === 'wat') {
    const { linked, targets, options } = program.compiled;
    output.line(listWasm(linked, targets, options));
    return;
  }
  const { listX64 } = await import('./jit-listing.js');
  output.line(listX64(program.compiled).trimEnd());
}

function readBtf(path: string): Btf {
  const bytes = readInput(path);
  if (!isElf(bytes)) return Btf.parse(bytes);
  const section = readElf(bytes).sections.find(({ name }) => name === '.BTF');
  if (!section) throw new InputError(`${path}: an ELF file without BTF`);
  return Btf.parse(section.bytes);
}
