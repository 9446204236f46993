// Chooses the engine for a program and wraps it: packets as byte arrays in, results out.

import type { ClassicProgram } from '../../isa/index.js';
import type { Ancillary } from '../ancillary.js';
import { type PreparedProgram, prepare } from '../interpret.js';
import type { RunOptions } from '../run-options.js';
import { AD_RANDOM, ANCILLARY_BLOCK_BYTES, writeAncillaryBlock } from './ancillary-block.js';
import { compileFilterFunction, MOST_JS_INSTRUCTIONS } from './js.js';
import type { EngineName } from './walk.js';
import { buildFilterModule, DESCRIPTOR_BYTES } from './wasm.js';

/** A program ready to run in some engine. The result of every engine is that of the interpreter. */
export interface CompiledProgram extends PreparedProgram {
  readonly engine: EngineName;
  /** Whether the result is not 0. `wireLength` is the packet's length if it is not given. */
  matches(packet: Uint8Array, wireLength?: number, ancillary?: Ancillary): boolean;
  /**
   * Runs over many packets: `count` records of three numbers in `descriptors`, offset in `buffer`, captured length and
   * length on the wire; puts the results into `results` and gives the number of those that are not 0.
   */
  runBatch(buffer: Uint8Array, descriptors: Uint32Array, count: number, results: Uint32Array): number;
}

export interface CompileOptions extends RunOptions {
  /**
   * Default `auto`: the interpreter for the first packets, then JavaScript code made for the program, WebAssembly where
   * that is forbidden, and the interpreter for good where both are. An engine that is named and not there throws.
   */
  readonly engine?: EngineName | 'auto';
}

/** Makes a program ready to run. Throws SkepError when it cannot run at all. */
export function compileProgram(program: ClassicProgram, options: CompileOptions = {}): CompiledProgram {
  switch (options.engine ?? 'auto') {
    case 'interpreter':
      return wrap('interpreter', prepare(program, options));
    case 'js':
      return compileJs(program, options);
    case 'wasm': {
      const bytes = buildFilterModule(program, options).toBytes();
      return wrapWasm(program, options, new WebAssembly.Module(bytes));
    }
    default:
      return compileLazily(program, options);
  }
}

/**
 * The same, with WebAssembly compiled off the main thread: browsers refuse modules of more than 4 KiB (Chrome) or 8 MiB
 * when they are compiled at once on it.
 */
export async function compileProgramAsync(
  program: ClassicProgram,
  options: CompileOptions = {},
): Promise<CompiledProgram> {
  if (options.engine !== 'wasm') return compileProgram(program, options);
  return wrapWasm(program, options, await WebAssembly.compile(buildFilterModule(program, options).toBytes()));
}

/** Packets that the interpreter sees before a program is compiled: compiling takes as long as some hundred packets. */
const WARM_UP_PACKETS = 64;

function compileLazily(program: ClassicProgram, options: CompileOptions): CompiledProgram {
  const first = prepare(program, options);
  let current: CompiledProgram = wrap('interpreter', first);
  let seen = 0;
  const warmUp = (packets: number): void => {
    seen += packets;
    if (seen >= WARM_UP_PACKETS) {
      seen = Number.NEGATIVE_INFINITY;
      current = compileBest(program, options) ?? current;
    }
  };
  return {
    program,
    dialect: first.dialect,
    get engine() {
      return current.engine;
    },
    run(packet, wireLength, ancillary) {
      warmUp(1);
      return current.run(packet, wireLength, ancillary);
    },
    runAt(buffer, offset, capturedLength, wireLength, ancillary) {
      warmUp(1);
      return current.runAt(buffer, offset, capturedLength, wireLength, ancillary);
    },
    matches(packet, wireLength = packet.length, ancillary) {
      warmUp(1);
      return current.run(packet, wireLength, ancillary) !== 0;
    },
    runBatch(buffer, descriptors, count, results) {
      warmUp(count);
      return current.runBatch(buffer, descriptors, count, results);
    },
  };
}

function compileBest(program: ClassicProgram, options: CompileOptions): CompiledProgram | undefined {
  const attempts = [
    () => (program.length <= MOST_JS_INSTRUCTIONS ? compileJs(program, options) : undefined),
    () => wrapWasm(program, options, new WebAssembly.Module(buildFilterModule(program, options).toBytes())),
  ];
  for (const attempt of attempts) {
    try {
      const compiled = attempt();
      if (compiled) return compiled;
    } catch {
      // Forbidden by a content security policy, missing, or too large for this thread: the next.
    }
  }
  return undefined;
}

function compileJs(program: ClassicProgram, options: CompileOptions): CompiledProgram {
  const runAt = compileFilterFunction(program, options);
  return wrap('js', {
    program,
    dialect: options.dialect ?? 'libpcap',
    run: (packet, wireLength, ancillary) => runAt(packet, 0, packet.length, wireLength, ancillary),
    runAt,
  });
}

function wrap(engine: EngineName, { program, dialect, run, runAt }: PreparedProgram): CompiledProgram {
  return {
    engine,
    program,
    dialect,
    run,
    runAt,
    matches: (packet, wireLength = packet.length, ancillary) => run(packet, wireLength, ancillary) !== 0,
    runBatch: (buffer, descriptors, count, results) => {
      let matches = 0;
      for (let n = 0; n < count; n++) {
        const result = runAt(buffer, descriptors[n * 3]!, descriptors[n * 3 + 1]!, descriptors[n * 3 + 2]!);
        results[n] = result;
        if (result !== 0) matches++;
      }
      return matches;
    },
  };
}

const PAGE_BYTES = 65536;
/** Memory of a compiled program: zeros, its ancillary block, then the packets. */
const BLOCK_ADDRESS = 128;
const PACKETS_ADDRESS = BLOCK_ADDRESS + ANCILLARY_BLOCK_BYTES + 48;

interface FilterExports {
  match(packet: number, captured: number, wireLength: number, ancillary: number): number;
  batch(descriptors: number, count: number, results: number): number;
}

function wrapWasm(program: ClassicProgram, options: CompileOptions, module: WebAssembly.Module): CompiledProgram {
  const memory = new WebAssembly.Memory({ initial: 1 });
  let bytes = new Uint8Array(memory.buffer);
  let view = new DataView(memory.buffer);
  let words = new Uint32Array(memory.buffer);
  let current: Ancillary | undefined;
  const random = (block: number): number => {
    const value = current?.random;
    return typeof value === 'function' ? value() : view.getUint32(block + AD_RANDOM, true);
  };
  const { match, batch } = new WebAssembly.Instance(module, { skep: { memory, random } })
    .exports as unknown as FilterExports;

  const reserve = (end: number): void => {
    if (end <= bytes.length) return;
    memory.grow(Math.ceil((end - bytes.length) / PAGE_BYTES));
    bytes = new Uint8Array(memory.buffer);
    view = new DataView(memory.buffer);
    words = new Uint32Array(memory.buffer);
  };
  const run = (packet: Uint8Array, wireLength: number, ancillary?: Ancillary): number => {
    reserve(PACKETS_ADDRESS + packet.length);
    bytes.set(packet, PACKETS_ADDRESS);
    let block = 0;
    if (ancillary) {
      writeAncillaryBlock(view, BLOCK_ADDRESS, ancillary);
      block = BLOCK_ADDRESS;
    }
    current = ancillary;
    return match(PACKETS_ADDRESS, packet.length, wireLength, block) >>> 0;
  };
  return {
    engine: 'wasm',
    program,
    dialect: options.dialect ?? 'libpcap',
    run,
    runAt: (buffer, offset, capturedLength, wireLength, ancillary) =>
      run(buffer.subarray(offset, offset + capturedLength), wireLength, ancillary),
    matches: (packet, wireLength = packet.length, ancillary) => run(packet, wireLength, ancillary) !== 0,
    runBatch: (buffer, descriptors, count, results) => {
      const packets = PACKETS_ADDRESS + count * (DESCRIPTOR_BYTES + 4);
      const tableAt = PACKETS_ADDRESS;
      const resultsAt = tableAt + count * DESCRIPTOR_BYTES;
      let end = packets;
      for (let n = 0; n < count; n++) end += descriptors[n * 3 + 1]!;
      reserve(end);
      let at = packets;
      for (let n = 0; n < count; n++) {
        const captured = descriptors[n * 3 + 1]!;
        bytes.set(buffer.subarray(descriptors[n * 3]!, descriptors[n * 3]! + captured), at);
        const row = tableAt / 4 + n * 4;
        words[row] = at;
        words[row + 1] = captured;
        words[row + 2] = descriptors[n * 3 + 2]!;
        words[row + 3] = 0;
        at += captured;
      }
      current = undefined;
      const matches = batch(tableAt, count, resultsAt);
      results.set(words.subarray(resultsAt / 4, resultsAt / 4 + count));
      return matches;
    },
  };
}
