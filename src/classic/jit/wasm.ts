// A classic program as a WebAssembly module: one packet a call, or a batch over a table of descriptors.
//
// Exports, over the imported memory `skep.memory`:
//
//     match(packet, captured, wireLength, ancillary) -> result
//         packet      address of the captured bytes, `captured` of them
//         ancillary   address of an ancillary block (ancillary-block.ts); not read by programs without ancillary loads
//         result      unsigned 32 bits: bytes to keep, 0 to reject
//     batch(descriptors, count, results) -> number of results that are not 0
//         descriptors  `count` records of 16 bytes: packet, captured, wireLength, ancillary, little-endian u32
//         results      address for `count` results, u32
//
// Programs that ask for random numbers import `skep.random(ancillary) -> u32`.

import { BLOCK_VOID, type FunctionBuilder, ModuleBuilder, printWat } from '../../engine/index.js';
import type { ClassicProgram } from '../../isa/index.js';
import type { RunOptions } from '../run-options.js';
import { buildFlow } from './flow.js';
import type { ClassicFlow } from './graph.js';
import { defineFilterHelpers, emitVerdict, importFilterHelpers } from './wasm-filter.js';

/** Bytes of a batch descriptor. */
export const DESCRIPTOR_BYTES = 16;

/** Graphs of more nodes than this are a function that is called; smaller ones are put where they run. */
export const INLINE_NODES = 400;

/** Builds the module. Throws SkepError when the program cannot run. */
export function buildFilterModule(program: ClassicProgram, options: RunOptions = {}): ModuleBuilder {
  return filterModule(buildFlow(program, { ...options, swapConstants: true }));
}

/** The module in WebAssembly's text format. Throws SkepError when the program cannot run. */
export function filterWat(program: ClassicProgram, options: RunOptions = {}): string {
  return printWat(buildFilterModule(program, options));
}

function filterModule(flow: ClassicFlow): ModuleBuilder {
  const module = new ModuleBuilder();
  module.importMemory('skep', 'memory', { minimum: 1 });
  const helpers = defineFilterHelpers(module, [flow], importFilterHelpers(module, [flow]));

  const match = module.function(
    'match',
    [
      ['packet', 'i32'],
      ['captured', 'i32'],
      ['wireLength', 'i32'],
      ['ancillary', 'i32'],
    ],
    ['i32'],
  );
  const verdict = match.local('i32', 'verdict');
  emitVerdict(match, flow, { packet: 0, captured: 1, wireLength: 2, ancillary: 3, verdict }, helpers);
  match.get(verdict);
  module.export('match', 'function', match.index);

  const batch = module.function(
    'batch',
    [
      ['descriptors', 'i32'],
      ['count', 'i32'],
      ['results', 'i32'],
    ],
    ['i32'],
  );
  const [descriptors, count, results] = [0, 1, 2];
  const locals = {
    packet: batch.local('i32', 'packet'),
    captured: batch.local('i32', 'captured'),
    wireLength: batch.local('i32', 'wireLength'),
    ancillary: batch.local('i32', 'ancillary'),
    verdict: batch.local('i32', 'verdict'),
  };
  const matches = batch.local('i32', 'matches');
  const end = batch.local('i32', 'end');
  batch.get(descriptors).get(count).i32(4).emit('i32.shl').emit('i32.add').set(end);
  batch.emit('block', BLOCK_VOID);
  batch.emit('loop', BLOCK_VOID);
  batch.get(descriptors).get(end).emit('i32.ge_u').emit('br_if', 1);
  [locals.packet, locals.captured, locals.wireLength, locals.ancillary].forEach((local, word) => {
    batch
      .get(descriptors)
      .emit('i32.load', 2, word * 4)
      .set(local);
  });
  touchAhead(batch, flow, descriptors, end);
  if (flow.nodes.length <= INLINE_NODES) {
    emitVerdict(batch, flow, locals, helpers);
  } else {
    batch.get(locals.packet).get(locals.captured).get(locals.wireLength).get(locals.ancillary);
    batch.emit('call', match.index).set(locals.verdict);
  }
  batch.get(results).get(locals.verdict).emit('i32.store', 2, 0);
  batch.get(matches).get(locals.verdict).i32(0).emit('i32.ne').emit('i32.add').set(matches);
  batch.get(descriptors).i32(DESCRIPTOR_BYTES).emit('i32.add').set(descriptors);
  batch.get(results).i32(4).emit('i32.add').set(results);
  batch.emit('br', 0);
  batch.emit('end').emit('end');
  batch.get(matches);
  module.export('batch', 'function', batch.index);
  return module;
}

/** Packets between the one that is filtered and the one that is touched. */
const AHEAD = 12;

/**
 * Reads a byte of a packet that comes later, so that its cache line is there when its turn comes: over packets that are
 * not in the caches this takes a third of the time away, and it costs next to nothing over those that are.
 */
function touchAhead(batch: FunctionBuilder, flow: ClassicFlow, descriptors: number, end: number): void {
  if (flow.firstBytes === 0) return;
  const ahead = batch.local('i32', 'ahead');
  batch
    .get(descriptors)
    .i32(AHEAD * DESCRIPTOR_BYTES)
    .emit('i32.add')
    .emit('local.tee', ahead);
  batch.get(end).emit('i32.lt_u').emit('if', BLOCK_VOID);
  batch.get(ahead).emit('i32.load', 2, 4).i32(flow.firstBytes).emit('i32.ge_u').emit('if', BLOCK_VOID);
  batch
    .get(ahead)
    .emit('i32.load', 2, 0)
    .emit('i32.load8_u', 0, flow.firstBytes - 1)
    .emit('drop');
  batch.emit('end').emit('end');
}
