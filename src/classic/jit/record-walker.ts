// Makes record walkers (walk.ts): memory, engine, and the way in and out of the control block.

import type { ClassicProgram } from '../../isa/index.js';
import { DIALECTS } from '../dialect.js';
import { prepare } from '../interpret.js';
import { assertRunnable, type RunOptions } from '../run-options.js';
import { compileFilterFunction, MOST_JS_INSTRUCTIONS } from './js.js';
import { type FilterAt, type WalkCounters, walkRecords } from './js-walk.js';
import type {
  EngineName,
  RecordWalker,
  RecordWalkerOptions,
  WalkInterface,
  WalkRequest,
  WalkResult,
  WalkStatus,
} from './walk.js';
import {
  buildWalkModule,
  CONTROL,
  FREE_MEMORY,
  INTERFACE_TABLE,
  MAX_INTERFACES,
  OUTPUT_CODES,
  STATUS_CODES,
} from './wasm-walk.js';

const PAGE_BYTES = 65536;
/** Two GiB keep all addresses and lengths positive in 32 bits. */
const MOST_MEMORY = 0x7fff0000;
const NO_LIMIT = 0xffffffff;
const STATUSES = (Object.keys(STATUS_CODES) as WalkStatus[]).sort((a, b) => STATUS_CODES[a] - STATUS_CODES[b]);

const NO_INTERFACES: readonly WalkInterface[] = [];

/** A request with its defaults filled in; one object a walker. */
type FullRequest = { -readonly [Field in keyof WalkRequest]-?: Exclude<WalkRequest[Field], undefined> };

/** Walks with one engine: takes the request with its defaults filled in and leaves the counters. */
interface WalkEngine {
  readonly name: EngineName;
  setFilters(programs: readonly ClassicProgram[]): void;
  /** Compiles for a format what has not been compiled yet. Throws where that is forbidden. */
  compile(format: WalkRequest['format']): void;
  walk(request: FullRequest, result: WalkCounters): void;
}

/**
 * Makes a walker for packets of a capture file. Throws SkepError when one of the programs cannot run, RangeError for
 * sizes that no memory has.
 */
export function createRecordWalker(
  programs: readonly ClassicProgram[],
  options: RecordWalkerOptions & RunOptions,
): RecordWalker {
  const inputBytes = Math.ceil(options.inputBytes / 8) * 8;
  const { outputBytes } = options;
  const size = Math.ceil((FREE_MEMORY + inputBytes + outputBytes) / PAGE_BYTES);
  if (!(options.inputBytes >= 0 && outputBytes >= 0 && size * PAGE_BYTES <= MOST_MEMORY)) {
    throw new RangeError(`a walker cannot have ${options.inputBytes} bytes of input and ${outputBytes} of output`);
  }
  // What is wrong with a program is said before engines are tried.
  const check = (all: readonly ClassicProgram[]): void => {
    for (const program of all) assertRunnable(program, DIALECTS[options.dialect ?? 'libpcap']);
  };
  check(programs);
  let current = programs;
  const created = createEngine(size, options);
  const { buffer } = created;
  let { engine } = created;
  engine.setFilters(programs);
  const bytes = new Uint8Array(buffer);
  const inputStart = FREE_MEMORY;
  const outputStart = FREE_MEMORY + inputBytes;
  const full: FullRequest = {
    format: 'pcap',
    bigEndian: false,
    headerBytes: 16,
    start: 0,
    end: 0,
    limitBytes: 0,
    interfaces: NO_INTERFACES,
    maxMatches: 0,
    output: 'count',
    outputStart: 0,
    outputEnd: 0,
  };
  const result = {
    status: 'more' as WalkStatus,
    position: 0,
    records: 0,
    matches: 0,
    outputStart: 0,
    outputEnd: 0,
  } satisfies WalkResult;

  return {
    get engine() {
      return engine.name;
    },
    bytes,
    inputStart,
    inputBytes,
    outputStart,
    outputBytes,
    setFilters(next) {
      check(next);
      current = next;
      engine.setFilters(next);
    },
    walk(request) {
      // Field by field: this runs for every chunk of a file.
      full.format = request.format;
      full.bigEndian = request.bigEndian ?? false;
      full.headerBytes = request.headerBytes ?? 16;
      full.start = request.start;
      full.end = request.end;
      full.limitBytes = Math.min(request.limitBytes, MOST_MEMORY);
      full.interfaces = request.interfaces ?? NO_INTERFACES;
      full.maxMatches = request.maxMatches ?? NO_LIMIT;
      full.output = request.output;
      full.outputStart = request.outputStart ?? outputStart;
      full.outputEnd = request.outputEnd ?? outputStart + outputBytes;
      checkArea(full.start, full.end, bytes.length);
      checkArea(full.outputStart, full.outputEnd, bytes.length);
      result.outputStart = full.outputStart;
      try {
        engine.compile(full.format);
      } catch (error) {
        // A content security policy may forbid WebAssembly, a browser modules of this size on its main thread.
        if ((options.engine ?? 'auto') !== 'auto') throw error;
        engine = new JsWalkEngine(buffer, 'js', true, options);
        engine.setFilters(current);
      }
      engine.walk(full, result);
      return result;
    },
  };
}

/** Areas lie behind the walker's own part of the memory. */
function checkArea(start: number, end: number, size: number): void {
  if (Number.isInteger(start) && Number.isInteger(end) && start >= FREE_MEMORY && start <= end && end <= size) return;
  throw new RangeError(`[${start}, ${end}) is not a part of the walker's ${size} bytes from ${FREE_MEMORY} on`);
}

function createEngine(
  pages: number,
  options: RecordWalkerOptions & RunOptions,
): { readonly engine: WalkEngine; readonly buffer: ArrayBuffer } {
  const wanted = options.engine ?? 'auto';
  if (wanted === 'wasm' || (wanted === 'auto' && typeof WebAssembly === 'object')) {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    return { engine: new WasmWalkEngine(memory, options), buffer: memory.buffer };
  }
  const buffer = new ArrayBuffer(pages * PAGE_BYTES);
  const name = wanted === 'interpreter' ? 'interpreter' : 'js';
  return { engine: new JsWalkEngine(buffer, name, wanted === 'auto', options), buffer };
}

class WasmWalkEngine implements WalkEngine {
  readonly name = 'wasm';
  private readonly memory: WebAssembly.Memory;
  private readonly control: DataView;
  private readonly options: RunOptions;
  private programs: readonly ClassicProgram[] = [];
  /** The function of each format, compiled when the first file of that format comes. */
  private walks: Partial<Record<WalkRequest['format'], () => void>> = {};

  constructor(memory: WebAssembly.Memory, options: RunOptions) {
    this.memory = memory;
    this.options = options;
    this.control = new DataView(memory.buffer, 0, FREE_MEMORY);
  }

  setFilters(programs: readonly ClassicProgram[]): void {
    this.programs = programs;
    this.walks = {};
  }

  compile(format: WalkRequest['format']): void {
    if (this.walks[format]) return;
    const bytes = buildWalkModule(format, this.programs, this.options).toBytes();
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { skep: { memory: this.memory } });
    this.walks[format] = instance.exports['walk'] as () => void;
  }

  walk(request: FullRequest, result: WalkCounters): void {
    const { control } = this;
    const put = (address: number, value: number): void => control.setUint32(address, value, true);
    const take = (address: number): number => control.getUint32(address, true);
    put(CONTROL.position, request.start);
    put(CONTROL.end, request.end);
    put(CONTROL.bigEndian, request.bigEndian ? 1 : 0);
    put(CONTROL.headerBytes, request.headerBytes);
    put(CONTROL.limitBytes, request.limitBytes);
    put(CONTROL.maxMatches, Math.min(request.maxMatches, NO_LIMIT));
    put(CONTROL.output, OUTPUT_CODES[request.output]);
    put(CONTROL.outputPosition, request.outputStart);
    put(CONTROL.outputEnd, request.outputEnd);
    // Packets of interfaces that have no room in the table stop the walk, as those without a filter do.
    const count = Math.min(request.interfaces.length, MAX_INTERFACES);
    for (let n = 0; n < count; n++) {
      const { filter, snapBytes } = request.interfaces[n]!;
      put(INTERFACE_TABLE + n * 8, filter);
      put(INTERFACE_TABLE + n * 8 + 4, snapBytes === 0 ? NO_LIMIT : snapBytes);
    }
    put(CONTROL.interfaceCount, count);
    this.walks[request.format]!();
    result.status = STATUSES[take(CONTROL.status)]!;
    result.position = take(CONTROL.position);
    result.records = take(CONTROL.records);
    result.matches = take(CONTROL.matches);
    result.outputEnd = take(CONTROL.outputPosition);
  }
}

class JsWalkEngine implements WalkEngine {
  name: EngineName;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly mayFallBack: boolean;
  private readonly options: RunOptions;
  private filters: readonly FilterAt[] = [];

  constructor(buffer: ArrayBuffer, name: EngineName, mayFallBack: boolean, options: RunOptions) {
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.name = name;
    this.mayFallBack = mayFallBack;
    this.options = options;
  }

  setFilters(programs: readonly ClassicProgram[]): void {
    this.filters = programs.map(program => {
      if (this.name === 'js' && (!this.mayFallBack || program.length <= MOST_JS_INSTRUCTIONS)) {
        try {
          return compileFilterFunction(program, this.options);
        } catch (error) {
          // A content security policy may forbid it.
          if (!this.mayFallBack) throw error;
          this.name = 'interpreter';
        }
      }
      return prepare(program, this.options).runAt;
    });
  }

  compile(): void {
    // The filters are ready, and the walk is the same for both formats.
  }

  walk(request: FullRequest, result: WalkCounters): void {
    walkRecords(this.bytes, this.view, this.filters, request, result);
  }
}
