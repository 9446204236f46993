// Every engine over one program and its packets: the helper compares them, so that no test can forget one.

import {
  type Ancillary,
  compileProgram,
  createRecordWalker,
  isAccepted,
  type Outcome,
  prepare,
  type RunOptions,
  type Step,
  trace,
} from '../../src/classic/index.js';
import { assemble, type ClassicProgram, formatProgram } from '../../src/isa/index.js';
import { KERNEL_ANCILLARY, type KernelFilter } from '../support/kernel-filter.js';

/** A packet as an engine gets it. */
export interface Sample {
  readonly bytes: Uint8Array;
  /** Default: as many as there are bytes. */
  readonly wireLength?: number;
  readonly ancillary?: Ancillary;
}

export interface Agreement {
  /** The common results. */
  readonly results: readonly number[];
  /** Engines that did not run, and why. */
  readonly skipped: readonly { readonly engine: string; readonly reason: string }[];
}

/** What an engine may say instead of results. */
interface Skip {
  readonly skip: string;
}

interface Engine {
  readonly name: string;
  readonly run: (program: ClassicProgram, samples: readonly Sample[], options: RunOptions) => readonly number[] | Skip;
  /** What the engine shows of a result. Default: all of it. */
  readonly visible?: (result: number, sample: Sample) => number;
}

const wireLengthOf = ({ bytes, wireLength }: Sample): number => wireLength ?? bytes.length;

function outcomeOf(steps: Generator<Step, Outcome>): Outcome {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const compiled =
  (engine: 'wasm' | 'js' | 'auto'): Engine['run'] =>
  (program, samples, options) => {
    const filter = compileProgram(program, { ...options, engine });
    // Twice, at different places: nothing may be left over from the run before.
    const first = samples.map(sample => filter.run(sample.bytes, wireLengthOf(sample), sample.ancillary));
    const second = samples.map(sample => {
      const buffer = new Uint8Array(sample.bytes.length + 64).fill(0xee);
      buffer.set(sample.bytes, 13);
      return filter.runAt(buffer, 13, sample.bytes.length, wireLengthOf(sample), sample.ancillary);
    });
    const differs = first.findIndex((result, n) => result !== second[n]);
    if (differs !== -1) throw new Error(`${engine}: sample ${differs}: ${first[differs]}, then ${second[differs]}`);
    return first;
  };

const batch =
  (engine: 'wasm' | 'js'): Engine['run'] =>
  (program, samples, options) => {
    if (samples.some(({ ancillary }) => ancillary)) return { skip: 'a batch has no ancillary data' };
    const buffer = new Uint8Array(samples.reduce((sum, { bytes }) => sum + bytes.length, 0));
    const descriptors = new Uint32Array(samples.length * 3);
    let at = 0;
    samples.forEach((sample, n) => {
      buffer.set(sample.bytes, at);
      descriptors.set([at, sample.bytes.length, wireLengthOf(sample)], n * 3);
      at += sample.bytes.length;
    });
    const results = new Uint32Array(samples.length);
    const matches = compileProgram(program, { ...options, engine }).runBatch(
      buffer,
      descriptors,
      samples.length,
      results,
    );
    if (matches !== results.filter(Boolean).length) throw new Error('the number of matches is wrong');
    return [...results];
  };

/** The walk over pcap records, which only tells whether a result is 0. */
const walk =
  (engine: 'wasm' | 'js' | 'interpreter'): Engine['run'] =>
  (program, samples, options) => {
    if (samples.some(({ ancillary }) => ancillary)) return { skip: 'capture files have no ancillary data' };
    const size = samples.reduce((sum, { bytes }) => sum + bytes.length + 16, 0);
    const walker = createRecordWalker([program], {
      ...options,
      engine,
      inputBytes: size,
      outputBytes: samples.length * 8,
    });
    const view = new DataView(walker.bytes.buffer);
    const places = new Map<number, number>();
    let at = walker.inputStart;
    samples.forEach((sample, n) => {
      places.set(at, n);
      view.setUint32(at + 8, sample.bytes.length, true);
      view.setUint32(at + 12, wireLengthOf(sample), true);
      walker.bytes.set(sample.bytes, at + 16);
      at += 16 + sample.bytes.length;
    });
    const { status, position, records, outputStart, outputEnd } = walker.walk({
      format: 'pcap',
      start: walker.inputStart,
      end: at,
      limitBytes: 65536,
      output: 'list',
    });
    if (status !== 'more' || position !== at || records !== samples.length)
      throw new Error(`the walk ended: ${status}`);
    const results = new Array<number>(samples.length).fill(0);
    for (let row = outputStart; row < outputEnd; row += 8) results[places.get(view.getUint32(row, true))!] = 1;
    return results;
  };

const kernelEngine = (kernel: KernelFilter | undefined): Engine => ({
  name: 'kernel',
  run: (program, samples, options) => {
    if (!kernel) return { skip: 'no kernel to ask' };
    if (options.dialect !== 'linux') return { skip: 'the kernel speaks the linux dialect only' };
    if (!isAccepted(program, 'linux')) return { skip: 'the program is not for Linux' };
    if (samples.some(({ ancillary }) => ancillary !== KERNEL_ANCILLARY)) return { skip: 'other ancillary data' };
    if (samples.some(sample => wireLengthOf(sample) !== sample.bytes.length)) return { skip: 'packets are never cut' };
    if (samples.some(({ bytes }) => bytes.length === 0)) return { skip: 'no message is empty' };
    const results = kernel.run(
      program,
      samples.map(({ bytes }) => bytes),
    );
    return typeof results === 'string' ? { skip: results } : results;
  },
  visible: (result, { bytes }) => Math.min(result, bytes.length),
});

/** Compares all engines and gives the common results. Throws what differs, with the listing and the packet. */
export function expectAgreement(
  source: ClassicProgram | string,
  samples: readonly Sample[],
  options: RunOptions = {},
  kernel?: KernelFilter,
): Agreement {
  const program = typeof source === 'string' ? assemble(source) : source;
  const reference = prepare(program, options);
  const results = samples.map(sample => reference.run(sample.bytes, wireLengthOf(sample), sample.ancillary));
  const isMatch = (result: number): number => Number(result !== 0);
  const engines: readonly Engine[] = [
    {
      name: 'steps',
      run: () =>
        samples.map(
          ({ bytes, ancillary, ...sample }) =>
            outcomeOf(
              trace(program, bytes, wireLengthOf({ bytes, ...sample }), {
                ...options,
                ...(ancillary && { ancillary }),
              }),
            ).value,
        ),
    },
    { name: 'wasm', run: compiled('wasm') },
    { name: 'js', run: compiled('js') },
    { name: 'auto', run: compiled('auto') },
    { name: 'wasm batch', run: batch('wasm') },
    { name: 'js batch', run: batch('js') },
    { name: 'wasm walk', run: walk('wasm'), visible: isMatch },
    { name: 'js walk', run: walk('js'), visible: isMatch },
    { name: 'interpreter walk', run: walk('interpreter'), visible: isMatch },
    kernelEngine(kernel),
  ];
  const skipped: { engine: string; reason: string }[] = [];
  for (const { name, run, visible } of engines) {
    const found = run(program, samples, options);
    if ('skip' in found) {
      skipped.push({ engine: name, reason: found.skip });
      continue;
    }
    samples.forEach((sample, n) => {
      const expected = visible ? visible(results[n]!, sample) : results[n]!;
      if (found[n] === expected) return;
      throw new Error(
        [
          `${name} says ${found[n]}, the interpreter ${expected} (dialect ${options.dialect ?? 'libpcap'})`,
          formatProgram(program, 'tcpdump'),
          `packet: ${Array.from(sample.bytes, byte => byte.toString(16).padStart(2, '0')).join(' ')}`,
          `of ${wireLengthOf(sample)} bytes; ancillary: ${JSON.stringify(sample.ancillary)}`,
        ].join('\n'),
      );
    });
  }
  return { results, skipped };
}
