// The same operations on our maps and on the kernel's: every result and every byte that comes back is compared.
//
// Not compared, because no kernel promises it: in which order a hash table's keys come (the sets of keys are compared instead, and
// of batches, which go by bucket, what all of them together gave), and which element an LRU map evicts (the tests keep below its
// size).

import { afterAll, describe, expect, it } from 'vitest';
import { CREATE_FLAGS, errnoName, MAP_TYPES, type MapDefinition } from '../../src/maps/index.js';
import { rightDefinition } from './definitions.js';
import { type MapPort, openKernelMaps, simulated } from './ports.js';

const kernel = await openKernelMaps('operations on maps compared with the kernel');
afterAll(() => kernel?.[Symbol.dispose]());

/** A small generator (Numerical Recipes' LCG): the same sequences each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const { NO_PREALLOC, RDONLY, WRONLY, RDONLY_PROG, ZERO_SEED, MMAPABLE } = CREATE_FLAGS;
const hash = (
  type: string,
  keySizeBytes: number,
  valueSizeBytes: number,
  maxEntries: number,
  flags = 0,
): MapDefinition => ({
  type,
  name: 'skep_diff',
  keySizeBytes,
  valueSizeBytes,
  maxEntries,
  flags,
});

/** What is compared, and whether the order of keys is the same in both. */
const SUBJECTS: readonly { readonly definition: MapDefinition; readonly ordered: boolean; readonly keys: number }[] = [
  { definition: hash('hash', 4, 8, 6), ordered: false, keys: 9 },
  { definition: hash('hash', 4, 8, 6, NO_PREALLOC), ordered: false, keys: 9 },
  { definition: hash('hash', 7, 5, 40, ZERO_SEED), ordered: false, keys: 60 },
  { definition: hash('hash', 13, 3, 1), ordered: false, keys: 3 },
  { definition: hash('hash', 4, 8, 6, RDONLY_PROG), ordered: false, keys: 9 },
  { definition: hash('percpu_hash', 4, 8, 6), ordered: false, keys: 9 },
  { definition: hash('percpu_hash', 6, 5, 6, NO_PREALLOC), ordered: false, keys: 9 },
  { definition: hash('lru_hash', 4, 8, 1000), ordered: false, keys: 40 },
  { definition: hash('lru_percpu_hash', 4, 8, 1000), ordered: false, keys: 40 },
  { definition: hash('array', 4, 8, 7), ordered: true, keys: 9 },
  { definition: hash('array', 4, 3, 1), ordered: true, keys: 3 },
  { definition: hash('array', 4, 12, 7, MMAPABLE), ordered: true, keys: 9 },
  { definition: hash('percpu_array', 4, 8, 7), ordered: true, keys: 9 },
  { definition: hash('percpu_array', 4, 12, 7), ordered: true, keys: 9 },
  { definition: hash('queue', 0, 8, 4), ordered: true, keys: 1 },
  { definition: hash('stack', 0, 5, 4), ordered: true, keys: 1 },
  { definition: hash('lpm_trie', 6, 4, 12, NO_PREALLOC), ordered: true, keys: 0 },
  { definition: hash('lpm_trie', 20, 4, 12, NO_PREALLOC), ordered: true, keys: 0 },
];

const STEPS = 1500;
const FLAGS = [0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 8];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const said = (result: number): string => (result < 0 ? errnoName(result) : `${result}`);

/** A key: one of few, so that operations meet. */
function keyOf(definition: MapDefinition, keys: number, below: (n: number) => number): Uint8Array {
  const key = new Uint8Array(definition.keySizeBytes);
  if (definition.type === 'lpm_trie') {
    const bits = (key.length - 4) * 8;
    key[0] = below(20) === 0 ? bits + 1 : below(bits + 1);
    for (let at = 4; at < key.length; at++) key[at] = [0, 0, 0x80, 0xff, 0xf0, 1][below(6)]!;
    return key;
  }
  const number = below(keys);
  for (let at = 0; at < key.length; at++) key[at] = at === 0 || at === 6 ? number : 0;
  return key;
}

interface Seen {
  readonly text: string;
}

/** Everything in a map by next-key, as lines; in an order of its own if that is not the kernel's. */
function contents(port: MapPort, definition: MapDefinition, ordered: boolean): string {
  const lines: string[] = [];
  let key: Uint8Array | undefined;
  for (let n = 0; n < 2000; n++) {
    const next = new Uint8Array(definition.keySizeBytes);
    const result = port.nextKey(key, next);
    if (result !== 0) {
      lines.push(said(result));
      break;
    }
    const value = new Uint8Array(port.valueBytes);
    const found = port.lookup(next, value, 0);
    lines.push(`${hex(next)} ${said(found)} ${hex(value)}`);
    key = next;
  }
  return (ordered ? lines : lines.sort()).join('\n');
}

/** All batches of a map, with room for `count` elements each. */
function batches(port: MapPort, count: number, remove: boolean, ordered: boolean): string {
  const lines: string[] = [];
  const keyBytes = (keys: Uint8Array, n: number): number => (n === 0 ? 0 : keys.length / n);
  let cursor: Uint8Array | undefined;
  for (let n = 0; n < 300; n++) {
    const outcome = port.lookupBatch(cursor, count, remove);
    const key = keyBytes(outcome.keys, outcome.count);
    for (let at = 0; at < outcome.count; at++) {
      const value = outcome.values.subarray(at * port.valueBytes, (at + 1) * port.valueBytes);
      lines.push(`${hex(outcome.keys.subarray(at * key, (at + 1) * key))} ${hex(value)}`);
    }
    if (outcome.error !== 0) {
      if (ordered) lines.push(`${said(outcome.error)} after ${outcome.count}`);
      // ENOSPC depends on how many keys fall into one bucket.
      else if (outcome.error !== -28) lines.push(said(outcome.error));
      break;
    }
    if (ordered) lines.push(`cursor ${hex(outcome.cursor)}`);
    cursor = outcome.cursor;
  }
  return (ordered ? lines : lines.sort()).join('\n');
}

type Step = (port: MapPort) => Seen;

/** A random step, with its arguments fixed: it runs on both maps. */
function randomStep(
  subject: (typeof SUBJECTS)[number],
  valueBytes: number,
  below: (n: number) => number,
): { readonly what: string; readonly run: Step } {
  const { definition, ordered, keys } = subject;
  const key = keyOf(definition, keys, below);
  const value = Uint8Array.from({ length: valueBytes }, () => below(256));
  // What rounds a per-CPU value up is copied or not, as the kernel's version has it.
  const slot = Math.ceil(definition.valueSizeBytes / 8) * 8;
  if (valueBytes > slot || slot === valueBytes) {
    for (let at = 0; at < valueBytes; at++)
      if (at % slot >= definition.valueSizeBytes && valueBytes !== definition.valueSizeBytes) value[at] = 0;
  }
  const flags = FLAGS[below(FLAGS.length)]!;
  const out = (): Uint8Array => new Uint8Array(valueBytes);
  const kind = below(100);
  if (kind < 40) {
    return { what: `update ${hex(key)} ${flags}`, run: port => ({ text: said(port.update(key, value, flags)) }) };
  }
  if (kind < 55) {
    return {
      what: `lookup ${hex(key)}`,
      run(port) {
        const bytes = out();
        const result = port.lookup(key, bytes, kind === 40 ? flags : 0);
        return { text: `${said(result)} ${hex(bytes)}` };
      },
    };
  }
  if (kind < 72) return { what: `delete ${hex(key)}`, run: port => ({ text: said(port.delete(key)) }) };
  if (kind < 80) {
    return {
      what: `lookup and delete ${hex(key)}`,
      run(port) {
        const bytes = out();
        const result = port.lookupAndDelete(key, bytes, kind === 72 ? flags : 0);
        return { text: `${said(result)} ${result === 0 ? hex(bytes) : ''}` };
      },
    };
  }
  if (kind < 84 && ordered) {
    return {
      what: `next ${hex(key)}`,
      run(port) {
        const next = new Uint8Array(key.length);
        return { text: `${said(port.nextKey(key, next))} ${hex(next)}` };
      },
    };
  }
  if (kind < 90) return { what: 'contents', run: port => ({ text: contents(port, definition, ordered) }) };
  // Where the order differs, room for all: how many whole buckets fit less depends on the hash function.
  const count = ordered ? 1 + below(8) : 64;
  if (kind < 94) return { what: `batches of ${count}`, run: port => ({ text: batches(port, count, false, ordered) }) };
  if (kind < 95) return { what: `take all by ${count}`, run: port => ({ text: batches(port, count, true, ordered) }) };
  const many = Array.from({ length: 1 + below(4) }, () => keyOf(definition, keys, below));
  const all = new Uint8Array(many.flatMap(bytes => [...bytes]));
  if (kind < 98) {
    const values = new Uint8Array(many.flatMap(() => [...value]));
    return {
      what: `update batch ${hex(all)} ${flags}`,
      run: port => ({ text: port.updateBatch(all, values, many.length, flags).map(said).join(' done ') }),
    };
  }
  return {
    what: `delete batch ${hex(all)} ${flags}`,
    run: port => ({
      text: port
        .deleteBatch(all, many.length, flags & 4)
        .map(said)
        .join(' done '),
    }),
  };
}

describe.skipIf(!kernel)('random operations, on our maps and the kernel’s', () => {
  it.each(SUBJECTS)(
    '$definition.type of $definition.keySizeBytes -> $definition.valueSizeBytes, flags $definition.flags',
    subject => {
      const ours = simulated().create(subject.definition) as MapPort;
      const theirs = kernel!.create(subject.definition) as MapPort;
      try {
        expect(ours.valueBytes).toBe(theirs.valueBytes);
        const below = numbers(subject.definition.keySizeBytes * 1000 + subject.definition.flags);
        const history: string[] = [];
        for (let n = 0; n < STEPS; n++) {
          const { what, run } = randomStep(subject, ours.valueBytes, below);
          const [ourText, theirText] = [run(ours).text, run(theirs).text];
          history.push(`${what} -> ${theirText.split('\n')[0]}`);
          expect(ourText, `step ${n}:\n${history.slice(-12).join('\n')}`).toBe(theirText);
        }
        // Frozen: user space changes nothing more.
        for (const run of [(port: MapPort) => port.freeze(), (port: MapPort) => port.freeze()]) {
          expect(said(run(ours))).toBe(said(run(theirs)));
        }
        for (let n = 0; n < 60; n++) {
          const { what, run } = randomStep(subject, ours.valueBytes, below);
          expect(run(ours).text, `frozen: ${what}`).toBe(run(theirs).text);
        }
      } finally {
        ours.close();
        theirs.close();
      }
    },
  );
});

/** Types whose values are numbers of objects, and whose keys are: such numbers are descriptors, of which none may be open here. */
const OBJECT_VALUES =
  /^(prog_array|perf_event_array|cgroup_array|.*_of_maps|sockmap|sockhash|xskmap|reuseport_sockarray)$/;
const OBJECT_KEYS = /^(sk|inode|task|cgrp)_storage$/;
const CLOSED = 0x7fff_0000;

/** Each operation once, on an empty map of each type: above all, what it lacks. */
const SINGLE: readonly { readonly what: string; readonly run: (port: MapPort, definition: MapDefinition) => string }[] =
  [
    ...[0, 1, 2, 3, 4, 8].flatMap(flags =>
      [CLOSED, 0, 1].map(value => ({
        what: `update to ${value} with flags ${flags}`,
        run: (port: MapPort, d: MapDefinition) => said(port.update(keyAt(d, 5), valueWith(port, d, value), flags)),
      })),
    ),
    { what: 'update beyond', run: (port, d) => said(port.update(keyAt(d, 99999), valueWith(port, d, 1), 0)) },
    { what: 'update beyond, new', run: (port, d) => said(port.update(keyAt(d, 99999), valueWith(port, d, 1), 1)) },
    ...[0, 1, 4].map(flags => ({
      what: `lookup with flags ${flags}`,
      run(port: MapPort, d: MapDefinition) {
        const out = valueWith(port, d, 77);
        return `${said(port.lookup(keyAt(d, 5), out, flags))} ${hex(out)}`;
      },
    })),
    { what: 'lookup beyond', run: (port, d) => said(port.lookup(keyAt(d, 99999), valueWith(port, d, 1), 0)) },
    { what: 'first key', run: (port, d) => said(port.nextKey(undefined, keyAt(d, 0))) },
    { what: 'next key', run: (port, d) => said(port.nextKey(keyAt(d, 3), keyAt(d, 0))) },
    { what: 'next key beyond', run: (port, d) => said(port.nextKey(keyAt(d, 77777), keyAt(d, 0))) },
    { what: 'lookup batch', run: port => said(port.lookupBatch(undefined, 4, false).error) },
    { what: 'delete', run: (port, d) => said(port.delete(keyAt(d, 5))) },
    { what: 'delete again', run: (port, d) => said(port.delete(keyAt(d, 5))) },
    { what: 'delete beyond', run: (port, d) => said(port.delete(keyAt(d, 99999))) },
    { what: 'first key when empty', run: (port, d) => said(port.nextKey(undefined, keyAt(d, 0))) },
    ...[0, 4, 8].map(flags => ({
      what: `lookup and delete with flags ${flags}`,
      run: (port: MapPort, d: MapDefinition) => said(port.lookupAndDelete(keyAt(d, 5), valueWith(port, d, 0), flags)),
    })),
    { what: 'lookup batch when empty', run: port => said(port.lookupBatch(undefined, 4, false).error) },
    { what: 'lookup and delete batch', run: port => said(port.lookupBatch(undefined, 4, true).error) },
    ...[0, 2, 4, 8].map(flags => ({
      what: `update batch with flags ${flags}`,
      run: (port: MapPort, d: MapDefinition) =>
        port
          .updateBatch(keyAt(d, 5), valueWith(port, d, CLOSED), 1, flags)
          .map(said)
          .join(),
    })),
    ...[0, 4, 8].map(flags => ({
      what: `delete batch with flags ${flags}`,
      run: (port: MapPort, d: MapDefinition) => port.deleteBatch(keyAt(d, 5), 1, flags).map(said).join(),
    })),
    { what: 'freeze', run: port => said(port.freeze()) },
    { what: 'freeze again', run: port => said(port.freeze()) },
    { what: 'update when frozen', run: (port, d) => said(port.update(keyAt(d, 5), valueWith(port, d, 0), 0)) },
    { what: 'delete when frozen', run: (port, d) => said(port.delete(keyAt(d, 5))) },
  ];

const keyAt = (definition: MapDefinition, at: number): Uint8Array =>
  bytesOf(definition.keySizeBytes, OBJECT_KEYS.test(definition.type) ? CLOSED : at);

const valueWith = (port: MapPort, definition: MapDefinition, value: number): Uint8Array =>
  bytesOf(port.valueBytes, OBJECT_VALUES.test(definition.type) ? CLOSED : value);

function bytesOf(sizeBytes: number, value: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  if (sizeBytes >= 4) new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

describe.skipIf(!kernel)('every operation on an empty map', () => {
  const types = MAP_TYPES.map(row => row.name).filter(name => name !== 'struct_ops');
  const access = [0, RDONLY, WRONLY];
  it.each(types.flatMap(type => access.map(flags => ({ type, flags }))))(
    '$type with flags $flags',
    ({ type, flags }) => {
      const right = rightDefinition(type);
      const definition = { ...right, flags: right.flags | flags };
      const ours = simulated().create(definition);
      const theirs = kernel!.create(definition);
      try {
        if (typeof ours === 'number' || typeof theirs === 'number') {
          expect(ours).toBe(theirs);
          return;
        }
        const results = (port: MapPort): Record<string, string> =>
          Object.fromEntries(SINGLE.map(({ what, run }) => [what, run(port, definition)]));
        expect(results(ours)).toEqual(results(theirs));
      } finally {
        if (typeof ours !== 'number') ours.close();
        if (typeof theirs !== 'number') theirs.close();
      }
    },
  );
});
