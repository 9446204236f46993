// Compiling: from the text of an expression to its program, beside tcpdump, which does the same and prints it.

import { spawnSync } from 'node:child_process';
import { importSource } from './build.mjs';
import { cpuNs, median } from './measure.mjs';

export const description = 'compile times and program lengths, usual filters and long lists, beside tcpdump';

/** Usual filters, warm; milliseconds that one may take. */
const USUAL = [
  'tcp port 80',
  'host 10.0.0.1 and not port 22',
  '(tcp or udp) and not (port 80 or host 10.0.0.1)',
  'tcp[tcpflags] & (tcp-syn|tcp-fin) != 0 and not src and dst net 192.168.0.0/16',
  'vlan and tcp port 80',
];
const USUAL_LIMIT_MS = 0.5;

/** Lists; the limit is what the whole compilation may take. */
const LISTS = [
  { kind: 'host', count: 20 },
  { kind: 'host', count: 100 },
  { kind: 'host', count: 500, limitMs: 20 },
  { kind: 'host', count: 5_000, limitMs: 250 },
  { kind: 'host', count: 50_000 },
  { kind: 'port', count: 100 },
  { kind: 'net', count: 100 },
  { kind: 'net', count: 1_000 },
];
/** tcpdump's time grows with the cube of the length: more than this is not worth waiting for. */
const MOST_FOR_TCPDUMP = 100;

/** The same numbers in every run (a linear congruential generator, Numerical Recipes). */
function numbers() {
  let state = 12_345;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}

const dotted = address => [24, 16, 8, 0].map(shift => (address >>> shift) & 255).join('.');

function listOf(kind, count) {
  const next = numbers();
  const item = {
    host: () => dotted(next() % 0xdf000000),
    port: () => next() >>> 16,
    net: () => `${dotted((next() & 0xffffff00) >>> 0)}/24`,
  }[kind];
  return `${kind} (${Array.from({ length: count }, item).join(' or ')})`;
}

/** Median CPU milliseconds of a compilation, once it is warm. */
function compileMs(compileFilter, expression, rounds, inner) {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const begin = cpuNs();
    for (let i = 0; i < inner; i++) compileFilter(expression);
    times.push((cpuNs() - begin) / inner / 1e6);
  }
  return median(times.slice(Math.floor(rounds / 3)));
}

/** tcpdump's milliseconds beyond those of starting it, and the length of the shorter of its two programs. */
function tcpdump(expression) {
  const run = flags => {
    const begin = process.hrtime.bigint();
    const { status, stdout } = spawnSync('tcpdump', ['-y', 'EN10MB', '-ddd', ...flags, expression], {
      encoding: 'utf8',
    });
    return {
      ms: Number(process.hrtime.bigint() - begin) / 1e6,
      length: status === 0 ? Number.parseInt(stdout, 10) : 0,
    };
  };
  const start = median(
    Array.from({ length: 5 }, () => {
      const begin = process.hrtime.bigint();
      spawnSync('tcpdump', ['-y', 'EN10MB', '-ddd', 'ip']);
      return Number(process.hrtime.bigint() - begin) / 1e6;
    }),
  );
  const optimized = run([]);
  return { ms: Math.max(optimized.ms - start, 0), length: Math.min(optimized.length, run(['-O']).length) };
}

export async function run({ log, quick }) {
  const { compileFilter } = await importSource('filter/index.ts');
  const hasTcpdump = spawnSync('tcpdump', ['--version']).status === 0;
  if (!hasTcpdump) log('there is no tcpdump here: its columns stay empty');
  const columns = ['ours ms', 'limit ms', 'ours insns', 'tcpdump ms', 'tcpdump insns'];

  const measured = (name, expression, rounds, inner, limitMs, peer) => {
    log(name);
    const ms = compileMs(compileFilter, expression, rounds, inner);
    const theirs = peer && hasTcpdump ? tcpdump(expression) : undefined;
    return {
      name,
      values: {
        'ours ms': ms,
        ...(limitMs === undefined ? {} : { 'limit ms': limitMs }),
        'ours insns': String(compileFilter(expression).program.length),
        ...(theirs ? { 'tcpdump ms': theirs.ms, 'tcpdump insns': String(theirs.length) } : {}),
      },
      ...(limitMs === undefined ? {} : { ratio: ms / limitMs, target: { most: 1 } }),
    };
  };

  const usual = USUAL.map(expression => measured(expression, expression, quick ? 5 : 15, 200, USUAL_LIMIT_MS, true));
  const lists = LISTS.filter(({ count }) => !quick || count <= 5_000).map(({ kind, count, limitMs }) =>
    measured(
      `${count.toLocaleString('en')} ${kind}s`,
      listOf(kind, count),
      count > 10_000 ? 3 : quick ? 6 : 12,
      1,
      limitMs,
      count <= MOST_FOR_TCPDUMP,
    ),
  );
  return [
    {
      title: 'Compiling usual filters (CPU ms, warm)',
      note: 'text to program; the ratio is to the limit; tcpdump: without the time it takes to start',
      columns,
      rows: usual,
    },
    {
      title: 'Compiling lists (CPU ms, warm)',
      note: "tcpdump is asked for up to 100 entries: its time grows with the cube of the list's length",
      columns,
      rows: lists,
    },
  ];
}
