// Nanoseconds a map operation: lookups as WebAssembly beside a hash table in C, and what a helper in JavaScript pays.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { importSource, root, temporaryFolder } from './build.mjs';
import { medianCpuNs } from './measure.mjs';

export const description = 'ns a map lookup or update, beside a hash table in C';

const LOOKUPS = 3_000_000;
const CALLS = 500_000;
const ROUNDS = 5;
const TARGET = { most: 2 };

export async function run({ log, quick }) {
  const folder = temporaryFolder();
  const harness = join(folder, 'hash-table');
  const built = spawnSync('gcc', ['-O2', '-o', harness, join(root, 'bench/c/hash-table.c')], { encoding: 'utf8' });
  if (built.status !== 0) log('NOT MEASURED: the hash table in C: gcc is not there or failed');
  const maps = await importSource('maps/index.ts');
  const engine = await importSource('engine/index.ts');
  const space = engine.createAddressSpace({ maximumBytes: 256 << 20 });
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  const host = { space, cpuCount: 1, now: () => 0n, random };
  const machine = { cpu: 0, space };
  const key = space.allocate(8, 'key', 'read-write').address;
  const value = space.allocate(8, 'value', 'read-write').address;
  const put = number => space.view.setUint32(key, number, true);

  /** Nanoseconds of an operation on random keys, called from JavaScript. */
  const calls = (elements, operation) => {
    const work = () => {
      for (let n = 0; n < CALLS; n++) {
        put(random() % elements);
        operation();
      }
    };
    work();
    return medianCpuNs(ROUNDS, work) / CALLS;
  };

  const rows = [];
  const sizes = [[4, 1000], [8, 1000], [4, 100_000], [8, 100_000], ...(quick ? [] : [[4, 1_000_000]])];
  for (const [keySizeBytes, maxEntries] of sizes) {
    const definition = { type: 'hash', name: 'bench', keySizeBytes, valueSizeBytes: 8, maxEntries, flags: 0 };
    const map = maps.createMap(host, definition);
    space.view.setBigUint64(key, 0n, true);
    for (let n = 0; n < maxEntries; n++) {
      put(n);
      map.update(machine, key, value, 0);
    }
    const loop = wasmLoop(engine, space, key, module => maps.addHashLookup(module, map.hashLayout));
    loop(LOOKUPS, maxEntries);
    const wasm = medianCpuNs(ROUNDS, () => loop(LOOKUPS, maxEntries)) / LOOKUPS;
    const c =
      built.status === 0
        ? Number(spawnSync(harness, [keySizeBytes, maxEntries, LOOKUPS].map(String), { encoding: 'utf8' }).stdout)
        : undefined;
    rows.push({
      name: `hash, ${maxEntries} keys of ${keySizeBytes}`,
      values: {
        C: c,
        wasm,
        'lookup from JS': calls(maxEntries, () => map.lookup(machine, key)),
        'update from JS': calls(maxEntries, () => map.update(machine, key, value, 0)),
      },
      ...(c === undefined ? {} : { ratio: wasm / c, target: TARGET }),
    });
    map.close();
  }
  const definition = { type: 'array', name: 'bench', keySizeBytes: 4, valueSizeBytes: 8, maxEntries: 1000, flags: 0 };
  const array = maps.createMap(host, definition);
  const loop = wasmLoop(engine, space, key, module => maps.addArrayLookup(module, array.arrayLayout));
  loop(LOOKUPS, 1000);
  rows.push({
    name: 'array, 1000 values',
    values: {
      wasm: medianCpuNs(ROUNDS, () => loop(LOOKUPS, 1000)) / LOOKUPS,
      'lookup from JS': calls(1000, () => array.lookup(machine, key)),
      'update from JS': calls(1000, () => array.update(machine, key, value, 0)),
    },
  });
  return [
    {
      title: 'Maps: nanoseconds an operation, random keys that are there',
      note: 'Drawing the key is counted. wasm: the lookup that JITs compile in; from JS: what a helper does.',
      columns: ['C', 'wasm', 'lookup from JS', 'update from JS'],
      rows,
    },
  ];
}

/** `(count, elements)`: so many lookups of random keys below `elements`, in WebAssembly, the values summed. */
function wasmLoop({ ModuleBuilder, BLOCK_VOID }, space, key, addLookup) {
  const module = new ModuleBuilder();
  module.importMemory('skep', 'memory', { minimum: 0, maximum: space.maximumBytes / 65536 });
  const lookup = addLookup(module);
  const parameters = ['count', 'elements'].map(name => [name, 'i32']);
  const body = module.function('run', parameters, ['i32']);
  const state = body.local('i32', 'state');
  const sum = body.local('i32', 'sum');
  const value = body.local('i32', 'value');
  body.i32(1).set(state).emit('loop', BLOCK_VOID);
  body.get(state).i32(1664525).emit('i32.mul').i32(1013904223).emit('i32.add').set(state);
  body.i32(key);
  body.get(state).emit('i64.extend_i32_u').get(1).emit('i64.extend_i32_u').emit('i64.mul');
  body.i64(32, 0).emit('i64.shr_u').emit('i32.wrap_i64').emit('i32.store', 2, 0);
  body.i32(key).emit('call', lookup.index).emit('local.tee', value).emit('if', BLOCK_VOID);
  body.get(sum).get(value).emit('i32.load', 2, 0).emit('i32.add').set(sum).emit('end');
  body.get(0).i32(-1).emit('i32.add').emit('local.tee', 0).emit('br_if', 0).emit('end').get(sum);
  module.export('run', 'function', body.index);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), {
    skep: { memory: space.memory },
  });
  return instance.exports.run;
}
