// What `skep run` says at the end: verdicts, packets, maps, printk lines, time, coverage.

import {
  contextValues,
  type ProgramError,
  type SimKernel,
  type SimMap,
  type SimProgram,
  type TestRunResult,
  verdictName,
} from '../../kernel/index.js';
import { isModifier } from '../../object/index.js';
import type { LineOutput } from '../output.js';
import type { CaptureCounts } from './capture.js';
import { coverageText, lineCounts } from './coverage.js';
import type { RunOptions } from './options.js';

/** r0 -> how often. */
export type Verdicts = Map<number, number>;

/** Entries of a map that are printed before the rest is only counted. */
const SHOWN_ENTRIES = 20;

interface Job {
  readonly file: string;
  readonly options: RunOptions;
  readonly kernel: SimKernel;
  readonly collection: ReturnType<SimKernel['load']>;
  readonly program: SimProgram;
}

interface Results {
  readonly verdicts: Verdicts;
  readonly elapsedNs: number;
  readonly packets?: CaptureCounts;
  readonly result?: TestRunResult;
  readonly fault?: ProgramError;
}

interface MapReport {
  readonly name: string;
  readonly type: string;
  readonly maxEntries: number;
  /** Entries in all. */
  readonly count: number;
  readonly entries: readonly (readonly [key: unknown, value: unknown])[];
}

export interface RunReport {
  readonly json: Record<string, unknown>;
  readonly job: Job;
  readonly results: Results;
  readonly maps: readonly MapReport[];
  readonly runs: number;
}

export function createReport(job: Job, results: Results): RunReport {
  const { program, options, kernel, collection } = job;
  const { verdicts, packets, result, fault, elapsedNs } = results;
  const runs = [...verdicts.values()].reduce((sum, count) => sum + count, 0);
  const limit = options.json ? Infinity : SHOWN_ENTRIES;
  const maps = [...collection.maps.values()].flatMap(map => mapReport(kernel, map, limit) ?? []);
  const struct = program.row.context;
  const json = {
    program: program.name,
    type: program.type,
    engine: program.executable.engine,
    runs,
    verdicts: Object.fromEntries([...verdicts].map(([value, count]) => [verdictName(program.row, value), count])),
    ...(packets && { packets }),
    ...(result && {
      returnValue: result.returnValue,
      verdict: result.verdict,
      ...(result.data.length > 0 && { data: hex(result.data) }),
      ...(result.context.length > 0 && {
        context: struct ? contextValues(struct, result.context) : hex(result.context),
      }),
    }),
    ...(fault && {
      fault: {
        kind: fault.fault,
        message: fault.message,
        instruction: fault.slot,
        ...(fault.source && { file: fault.source.file, line: fault.source.line, column: fault.source.column }),
      },
    }),
    maps: Object.fromEntries(maps.map(({ name, ...rest }) => [name, rest])),
    printk: kernel.printk.lines,
    ...(options.coverage && { coverage: lineCounts(program) }),
    nanosecondsPerRun: runs === 0 ? undefined : Math.round(elapsedNs / runs),
  };
  return { json, job, results, maps, runs };
}

export function printReport({ job, results, maps, runs }: RunReport, output: LineOutput): void {
  const { program, options, kernel } = job;
  const { verdicts, packets, result, elapsedNs } = results;
  if (runs === 0) return;
  const over = packets ? `${count(packets.packets, 'packet')} of ${options.pcap}` : count(runs, 'run');
  output.line(`${program.name} (${program.type}), ${over}, ${program.executable.engine}`);
  const named = [...verdicts].map(([value, n]) => [verdictName(program.row, value), String(n)] as const);
  const width = Math.max(0, ...named.map(([name]) => name.length));
  const digits = Math.max(0, ...named.map(([, n]) => n.length));
  for (const [name, n] of named) output.line(`  ${name.padEnd(width)}  ${n.padStart(digits)}`);
  if (packets && options.write !== undefined) {
    const changed = packets.changed > 0 ? `, ${packets.changed} of them changed` : '';
    output.line(`${count(packets.passed, 'packet')} written to ${options.write}${changed}`);
  } else if (packets && packets.changed > 0) output.line(`${count(packets.changed, 'packet')} changed`);
  if (result && result.data.length > 0 && options.data) {
    const same =
      result.data.length === options.data.length && result.data.every((byte, at) => byte === options.data![at]);
    output.line(same ? 'packet unchanged' : `packet  ${hex(result.data)}`);
  }
  for (const map of maps) printMap(map, output);
  if (kernel.printk.lines.length > 0) {
    output.line('printk');
    for (const line of kernel.printk.lines) output.line(`  ${line}`);
  }
  if (options.coverage && options.lcov === undefined) for (const line of coverageText(program)) output.line(line);
  if (runs > 0 && !options.trace) output.line(`${duration(elapsedNs / runs)} a run, ${duration(elapsedNs)} in all`);
}

function mapReport(kernel: SimKernel, map: SimMap, limit: number): MapReport | undefined {
  // Constants and strings of the program say nothing about the run.
  if (map.name.startsWith('.rodata') || map.name === '.kconfig') return undefined;
  const base = { name: map.name, type: map.type, maxEntries: map.maxEntries };
  if (map.type === 'perf_event_array') {
    const records = kernel.perfRecords(map);
    const entries = records.slice(0, limit).map(({ cpu, data }) => [`cpu ${cpu}`, hex(data)] as const);
    return { ...base, count: records.length, entries };
  }
  const records = map.records();
  if (records) {
    const entries = records.slice(0, limit).map((data, index) => [index, hex(data)] as const);
    return { ...base, count: records.length, entries };
  }
  const entries: (readonly [unknown, unknown])[] = [];
  let total = 0;
  const decode = decoder(map);
  try {
    for (const [key, value] of map.entries()) {
      // Arrays hold every index: those that are still zero are left out.
      if (map.type.endsWith('array') && value.every(byte => byte === 0)) continue;
      total++;
      if (entries.length < limit) entries.push(decode(key, value));
    }
  } catch {
    // Types that user space cannot iterate over have nothing to show.
    return undefined;
  }
  return { ...base, count: total, entries };
}

/** Decodes by BTF where the map has types. */
function decoder(map: SimMap): (key: Uint8Array, value: Uint8Array) => readonly [unknown, unknown] {
  if (map.types === undefined || map.types.valueTypeId === 0) {
    return (key, value) => [plainKey(key), hex(value)];
  }
  const typed = map.typed();
  const isAddress = map.keySizeBytes === 4 && isNetworkOrder(map.types);
  return (key, value) => [isAddress ? key.join('.') : typed.decodeKey(key), typed.decodeValue(value)];
}

/** Whether a key is declared as a number of the network's byte order: with four bytes that is an IPv4 address. */
function isNetworkOrder({ btf, keyTypeId }: NonNullable<SimMap['types']>): boolean {
  for (let type = btf.typeById(keyTypeId); isModifier(type); type = btf.typeById(type.typeId)) {
    if (type.name === '__be32') return true;
  }
  return btf.resolve(keyTypeId).name === 'in_addr';
}

const plainKey = (key: Uint8Array): unknown =>
  key.length === 4 ? new DataView(key.buffer, key.byteOffset).getUint32(0, true) : hex(key);

function printMap(map: MapReport, output: LineOutput): void {
  if (map.count === 0) return;
  output.line(`map ${map.name} (${map.type}), ${map.count} of ${map.maxEntries}`);
  for (const [key, value] of map.entries) output.line(`  ${show(key)}: ${show(value)}`);
  if (map.count > map.entries.length) output.line(`  ... and ${map.count - map.entries.length} more`);
}

/** A value as people write it: structs in braces, bytes in hexadecimal. */
function show(value: unknown): string {
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(([name, one]) => `${name}: ${show(one)}`);
    return `{ ${parts.join(', ')} }`;
  }
  return String(value);
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function duration(ns: number): string {
  if (ns < 1000) return `${Math.round(ns)} ns`;
  if (ns < 1e6) return `${(ns / 1000).toFixed(1)} µs`;
  return ns < 1e9 ? `${(ns / 1e6).toFixed(1)} ms` : `${(ns / 1e9).toFixed(2)} s`;
}
