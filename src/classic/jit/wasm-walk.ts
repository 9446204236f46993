// The record walk (walk.ts) as a WebAssembly module, for one file format and a list of filters.
//
// Imports `skep.memory`, exports `walk()`, which takes its arguments from a control block in that memory and leaves its
// results there. Memory: zeros (an empty ancillary block) at 0, the control block, the interface table, then whatever the
// caller puts there. Matching records that lie side by side are copied in one go.

import { BLOCK_VOID, type FunctionBuilder, ModuleBuilder } from '../../engine/index.js';
import type { ClassicProgram } from '../../isa/index.js';
import type { RunOptions } from '../run-options.js';
import { buildFlow } from './flow.js';
import type { ClassicFlow } from './graph.js';
import type { WalkStatus } from './walk.js';
import { INLINE_NODES } from './wasm.js';
import { defineFilterHelpers, emitVerdict, FilterEmitter, type FilterHelpers } from './wasm-filter.js';

/** The control block: addresses of its little-endian words. */
export const CONTROL = {
  /** First record; after the walk the first that is not done. */
  position: 128,
  end: 132,
  bigEndian: 136,
  headerBytes: 140,
  limitBytes: 144,
  maxMatches: 148,
  output: 152,
  /** Where output goes; after the walk where it ends. */
  outputPosition: 156,
  outputEnd: 160,
  interfaceCount: 164,
  status: 168,
  records: 172,
  matches: 176,
} as const;

/** Rows of 8 bytes: filter number, snap length (0xffffffff: none). */
export const INTERFACE_TABLE = 256;
export const MAX_INTERFACES = 992;
/** The caller's part of the memory begins here. */
export const FREE_MEMORY = 8192;

export const OUTPUT_CODES = { copy: 0, list: 1, count: 2 } as const;

/** Numbers of the statuses in the control block. */
export const STATUS_CODES: Readonly<Record<WalkStatus, number>> = {
  more: 0,
  limit: 1,
  full: 2,
  oversize: 3,
  corrupt: 4,
  block: 5,
  interface: 6,
};

/** Bytes of a row of a list. */
export const LIST_ROW_BYTES = 8;

// pcap record header: where the two lengths are. Before them stand seconds and a fraction.
const PCAP_CAPTURED = 8;
const PCAP_WIRE = 12;

/** pcapng blocks that hold a packet. `least` is the length of such a block without packet data and options. */
export const PACKET_BLOCKS = {
  enhanced: { type: 6, least: 32, dataOffset: 28 },
  /** Obsolete: the interface id has 16 bits. */
  packet: { type: 2, least: 32, dataOffset: 28 },
  simple: { type: 3, least: 16, dataOffset: 12 },
} as const;

/** Builds the module. Throws SkepError when one of the programs cannot run. */
export function buildWalkModule(
  format: 'pcap' | 'pcapng',
  programs: readonly ClassicProgram[],
  options: RunOptions = {},
): ModuleBuilder {
  const flows = programs.map(program =>
    buildFlow(program, { ...options, swapConstants: true, noAncillary: true, matchOnly: true }),
  );
  const module = new ModuleBuilder();
  module.importMemory('skep', 'memory', { minimum: 1 });
  const helpers = defineFilterHelpers(module, flows, {});
  new WalkEmitter(module, flows, helpers).emit(format);
  return module;
}

class WalkEmitter {
  private readonly module: ModuleBuilder;
  private readonly flows: readonly ClassicFlow[];
  private readonly helpers: FilterHelpers;
  /** Filters that are too long to be put into the loop. */
  private readonly filterFunctions: (number | undefined)[];
  private readonly code: FunctionBuilder;
  private readonly locals: Readonly<Record<(typeof LOCALS)[number], number>>;

  constructor(module: ModuleBuilder, flows: readonly ClassicFlow[], helpers: FilterHelpers) {
    this.module = module;
    this.flows = flows;
    this.helpers = helpers;
    this.filterFunctions = flows.map((flow, number) =>
      flow.nodes.length > INLINE_NODES ? this.defineFilter(flow, number) : undefined,
    );
    this.code = module.function('walk', []);
    this.locals = Object.fromEntries(LOCALS.map(name => [name, this.code.local('i32', name)])) as typeof this.locals;
  }

  private defineFilter(flow: ClassicFlow, number: number): number {
    const code = this.module.function(
      `filter${number}`,
      [
        ['packet', 'i32'],
        ['captured', 'i32'],
        ['wireLength', 'i32'],
      ],
      ['i32'],
    );
    // Nothing reads ancillary data: any local will do.
    const verdict = code.local('i32', 'verdict');
    emitVerdict(code, flow, { packet: 0, captured: 1, wireLength: 2, ancillary: verdict, verdict }, this.helpers);
    code.get(verdict);
    return code.index;
  }

  emit(format: 'pcap' | 'pcapng'): void {
    const { code, locals } = this;
    for (const [local, address] of [
      [locals.position, CONTROL.position],
      [locals.end, CONTROL.end],
      [locals.bigEndian, CONTROL.bigEndian],
      [locals.headerBytes, CONTROL.headerBytes],
      [locals.limitBytes, CONTROL.limitBytes],
      [locals.maxMatches, CONTROL.maxMatches],
      [locals.output, CONTROL.output],
      [locals.outputPosition, CONTROL.outputPosition],
      [locals.outputEnd, CONTROL.outputEnd],
    ] as const) {
      code.i32(0).emit('i32.load', 2, address).set(local);
    }

    code.emit('block', BLOCK_VOID); // exit
    code.get(locals.maxMatches).emit('i32.eqz').emit('if', BLOCK_VOID);
    this.leave('limit', 1);
    code.emit('end');
    code.emit('loop', BLOCK_VOID); // next
    if (format === 'pcap') this.emitPcapHeader();
    else this.emitBlockHeader();
    code.get(locals.records).i32(1).emit('i32.add').set(locals.records);
    code.emit('block', BLOCK_VOID); // accepted
    code.emit('block', BLOCK_VOID); // rejected
    this.emitFilters(format === 'pcap' ? 1 : this.flows.length);
    code.emit('end');
    this.flushRun();
    this.advance();
    code.emit('br', 1); // next
    code.emit('end');
    this.emitMatch();
    code.emit('br', 0); // next
    code.emit('end');
    code.emit('end');

    this.flushRun();
    for (const [local, address] of [
      [locals.position, CONTROL.position],
      [locals.outputPosition, CONTROL.outputPosition],
      [locals.status, CONTROL.status],
      [locals.records, CONTROL.records],
      [locals.matches, CONTROL.matches],
    ] as const) {
      code.i32(0).get(local).emit('i32.store', 2, address);
    }
    this.module.export('walk', 'function', code.index);
  }

  /** Ends the walk; `depth` blocks stand around, not counting `exit`. */
  private leave(status: WalkStatus, depth: number): void {
    this.code.i32(STATUS_CODES[status]).set(this.locals.status).emit('br', depth);
  }

  /** Ends the walk if the condition on the stack holds. To be used directly inside of the loop, `depth` ifs deep. */
  private leaveIf(status: WalkStatus, depth = 0): void {
    this.code.emit('if', BLOCK_VOID);
    this.leave(status, depth + 2);
    this.code.emit('end');
  }

  /** Leaves whether fewer than that many bytes are left on the stack. */
  private leftIsLess(bytes: () => void): void {
    this.code.get(this.locals.end).get(this.locals.position).emit('i32.sub');
    bytes();
    this.code.emit('i32.lt_u');
  }

  /** Loads a word of the record in the byte order of the file. */
  private loadWord(offset: number, to: number): void {
    const { code, locals } = this;
    code.get(locals.position).emit('i32.load', 0, offset).set(to);
    code.get(locals.bigEndian).emit('if', BLOCK_VOID);
    code.get(to).i32(8).emit('i32.rotl').i32(0x00ff00ff).emit('i32.and');
    code.get(to).i32(8).emit('i32.rotr').i32(0xff00ff00).emit('i32.and').emit('i32.or').set(to);
    code.emit('end');
  }

  /** Sets packet, captured, wireLength and total of the record at position, or leaves the walk. */
  private emitPcapHeader(): void {
    const { code, locals } = this;
    this.leftIsLess(() => code.get(locals.headerBytes));
    this.leaveIf('more');
    this.loadWord(PCAP_CAPTURED, locals.captured);
    this.loadWord(PCAP_WIRE, locals.wireLength);
    code.get(locals.captured).get(locals.limitBytes).emit('i32.gt_u');
    this.leaveIf('oversize');
    code.get(locals.captured).get(locals.headerBytes).emit('i32.add').set(locals.total);
    this.leftIsLess(() => code.get(locals.total));
    this.leaveIf('more');
    code.get(locals.position).get(locals.headerBytes).emit('i32.add').set(locals.packet);
  }

  private emitBlockHeader(): void {
    const { code, locals } = this;
    const { enhanced, packet, simple } = PACKET_BLOCKS;
    this.leftIsLess(() => code.i32(8));
    this.leaveIf('more');
    this.loadWord(0, locals.type);
    code.get(locals.type).i32(enhanced.type).emit('i32.ne').emit('if', BLOCK_VOID);
    code.get(locals.type).i32(simple.type).emit('i32.ne');
    code.get(locals.type).i32(packet.type).emit('i32.ne').emit('i32.and');
    this.leaveIf('block', 1);
    code.emit('end');
    this.loadWord(4, locals.total);
    code.get(locals.total).i32(simple.least).emit('i32.lt_u');
    code.get(locals.total).i32(3).emit('i32.and').emit('i32.or');
    this.leaveIf('corrupt');
    this.leftIsLess(() => code.get(locals.total));
    this.leaveIf('more');
    // The length stands again at the end.
    code.get(locals.position).get(locals.total).emit('i32.add').i32(4).emit('i32.sub').emit('i32.load', 0, 0);
    code.get(locals.position).emit('i32.load', 0, 4).emit('i32.ne');
    this.leaveIf('corrupt');

    code.get(locals.type).i32(simple.type).emit('i32.eq').emit('if', BLOCK_VOID);
    code.i32(0).set(locals.interface);
    this.loadWord(8, locals.wireLength);
    code.get(locals.position).i32(simple.dataOffset).emit('i32.add').set(locals.packet);
    code.get(locals.total).i32(simple.least).emit('i32.sub').set(locals.room);
    code.emit('else');
    code.get(locals.total).i32(enhanced.least).emit('i32.lt_u');
    this.leaveIf('corrupt', 1);
    this.loadWord(8, locals.interface);
    code.get(locals.type).i32(packet.type).emit('i32.eq').emit('if', BLOCK_VOID);
    // A 16-bit id and a 16-bit count of drops: the id comes first in memory.
    code.get(locals.interface).i32(16).emit('i32.shr_u').get(locals.interface).i32(0xffff).emit('i32.and');
    code.get(locals.bigEndian).emit('select').set(locals.interface);
    code.emit('end');
    this.loadWord(20, locals.captured);
    this.loadWord(24, locals.wireLength);
    code.get(locals.position).i32(enhanced.dataOffset).emit('i32.add').set(locals.packet);
    code.get(locals.total).i32(enhanced.least).emit('i32.sub').set(locals.room);
    code.emit('end');

    code.get(locals.interface).i32(0).emit('i32.load', 2, CONTROL.interfaceCount).emit('i32.ge_u');
    this.leaveIf('interface');
    const row = (offset: number): void => {
      code
        .get(locals.interface)
        .i32(3)
        .emit('i32.shl')
        .emit('i32.load', 2, INTERFACE_TABLE + offset);
    };
    row(0);
    code.emit('local.tee', locals.filter).i32(this.flows.length).emit('i32.ge_u');
    this.leaveIf('interface');

    code.get(locals.type).i32(simple.type).emit('i32.eq').emit('if', BLOCK_VOID);
    // Simple packets do not say how much was captured: what the wire had, cut to the snap length.
    row(4);
    code.emit('local.tee', locals.captured).get(locals.wireLength);
    code.get(locals.captured).get(locals.wireLength).emit('i32.lt_u').emit('select').set(locals.captured);
    code.emit('end');
    code.get(locals.captured).get(locals.limitBytes).emit('i32.gt_u');
    this.leaveIf('oversize');
    code.get(locals.captured).get(locals.room).emit('i32.gt_u');
    this.leaveIf('corrupt');
  }

  /** Runs the first `count` filters, chosen by their number. Leads to `rejected` (0) and `accepted` (1). */
  private emitFilters(count: number): void {
    const { code, flows, locals } = this;
    if (count > 1) {
      for (let n = 0; n < count; n++) code.emit('block', BLOCK_VOID);
      code.get(locals.filter).brTable(
        flows.slice(1).map((_, n) => n),
        count - 1,
      );
    }
    for (let number = 0; number < count; number++) {
      if (count > 1) code.emit('end');
      const between = count - 1 - number;
      const index = this.filterFunctions[number];
      if (index === undefined) {
        const filterLocals = { ...locals, ancillary: locals.zero, verdict: locals.zero };
        const suffix = number === 0 ? '' : `_${number}`;
        new FilterEmitter(code, flows[number]!, filterLocals, this.helpers, { between, suffix }).emit();
      } else {
        code.get(locals.packet).get(locals.captured).get(locals.wireLength).emit('call', index);
        code.emit('br_if', between + 1).emit('br', between);
      }
    }
  }

  private advance(): void {
    const { code, locals } = this;
    code.get(locals.position).get(locals.total).emit('i32.add').set(locals.position);
  }

  /** Copies the records that matched side by side, up to position. */
  private flushRun(): void {
    const { code, locals } = this;
    const length = (): void => {
      code.get(locals.position).get(locals.run).emit('i32.sub');
    };
    code.get(locals.run).emit('if', BLOCK_VOID);
    code.get(locals.outputPosition).get(locals.run);
    length();
    code.emit('memory.copy');
    code.get(locals.outputPosition);
    length();
    code.emit('i32.add').set(locals.outputPosition);
    code.i32(0).set(locals.run);
    code.emit('end');
  }

  /** What happens to a record that matches, directly inside of the loop. */
  private emitMatch(): void {
    const { code, locals } = this;
    const leaveUntouched = (depth: number): void => {
      code.emit('if', BLOCK_VOID);
      code.get(locals.records).i32(1).emit('i32.sub').set(locals.records);
      this.leave('full', depth + 2);
      code.emit('end');
    };
    code.emit('block', BLOCK_VOID); // written
    code.emit('block', BLOCK_VOID); // list
    code.emit('block', BLOCK_VOID); // copy
    code.get(locals.output).brTable([0, 1], 2);
    code.emit('end');
    code.get(locals.run).emit('i32.eqz').emit('if', BLOCK_VOID).get(locals.position).set(locals.run).emit('end');
    code.get(locals.position).get(locals.run).emit('i32.sub').get(locals.total).emit('i32.add');
    code.get(locals.outputEnd).get(locals.outputPosition).emit('i32.sub').emit('i32.gt_u');
    leaveUntouched(2);
    code.emit('br', 1);
    code.emit('end');
    code.get(locals.outputEnd).get(locals.outputPosition).emit('i32.sub').i32(LIST_ROW_BYTES).emit('i32.lt_u');
    leaveUntouched(1);
    code.get(locals.outputPosition).get(locals.position).emit('i32.store', 2, 0);
    code.get(locals.outputPosition).get(locals.total).emit('i32.store', 2, 4);
    code.get(locals.outputPosition).i32(LIST_ROW_BYTES).emit('i32.add').set(locals.outputPosition);
    code.emit('end');
    this.advance();
    code.get(locals.matches).i32(1).emit('i32.add').emit('local.tee', locals.matches);
    code.get(locals.maxMatches).emit('i32.eq');
    this.leaveIf('limit');
  }
}

const LOCALS = [
  'position',
  'end',
  'bigEndian',
  'headerBytes',
  'limitBytes',
  'maxMatches',
  'output',
  'outputPosition',
  'outputEnd',
  'packet',
  'captured',
  'wireLength',
  'total',
  'status',
  'records',
  'matches',
  /** Where the records that matched side by side begin; 0: there are none. */
  'run',
  'type',
  'interface',
  'filter',
  /** Bytes that a block has for packet data and options. */
  'room',
  'zero',
] as const;
