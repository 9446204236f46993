// Nanoseconds a packet of every engine, beside libpcap's bpf_filter(): the same program, the same packets.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importSource, root, temporaryFolder } from './build.mjs';
import { FILTERS } from './filters.mjs';
import { makeCapture } from './make-capture.mjs';
import { cpuNs, median, settle } from './measure.mjs';

export const description = 'ns a packet: wasm, JavaScript and interpreter beside libpcap';

const PACKETS = 1_000_000;
/** The loop that stays in the caches: so many packets again and again. */
const HOT = 1000;
const HOT_PASSES = 300;
const ROUNDS = 5;
const FIRST_RECORD = 24;
const PAGE = 65536;
const TARGET = { cold: { most: 0.6 }, hot: { most: 0.3 } };

export async function run({ log, quick }) {
  const folder = temporaryFolder();
  const capture = join(folder, 'packets.pcap');
  log(`making ${PACKETS} packets`);
  const made = makeCapture(capture, { packets: PACKETS });
  const harness = buildHarness(folder);
  if (typeof harness !== 'string') {
    log(`NOT MEASURED: libpcap: ${harness.reason}`);
    return [];
  }
  const filters = FILTERS.filter(({ name }) => !(quick && name === '500 hosts'));
  log('running libpcap (its compiler takes some seconds for 500 hosts)');
  const { stdout, stderr, status } = spawnSync(harness, [capture, String(ROUNDS)], {
    input: filters.map(({ expression }) => `${expression}\n`).join(''),
    maxBuffer: 1 << 26,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the harness failed: ${stderr}`);
  const peers = stdout.trim().split('\n\n').map(parseHarness);

  const { compileProgram, buildFilterModule, MOST_JS_INSTRUCTIONS } = await importSource('classic/index.ts');
  const packets = loadPackets(capture, made.bytes);
  const rows = [];
  for (const [n, { name }] of filters.entries()) {
    const peer = peers[n];
    const engines = [
      ['wasm batch', () => measureWasm(buildFilterModule(peer.program), packets, peer.matches)],
      ['js', () => measureCalls(compileProgram(peer.program, { engine: 'js' }), packets, peer.matches)],
      [
        'interpreter',
        () => measureCalls(compileProgram(peer.program, { engine: 'interpreter' }), packets, peer.matches),
      ],
    ];
    for (const [engine, measureEngine] of engines) {
      if (engine === 'js' && peer.program.length > MOST_JS_INSTRUCTIONS) {
        log(`NOT MEASURED: ${name}: js: a program of ${peer.program.length} instructions goes to the interpreter`);
        continue;
      }
      log(`${name}: ${engine}`);
      const figures = await measureEngine();
      for (const kind of ['cold', 'hot']) {
        rows.push({
          name: `${name} (${peer.program.length} insns), ${kind}, ${engine}`,
          values: { 'skep ns': figures[kind], 'libpcap ns': peer[kind] },
          ratio: figures[kind] / peer[kind],
          ...(engine === 'wasm batch' && { target: TARGET[kind] }),
        });
      }
    }
  }
  return [
    {
      title: `engines: ns a packet, CPU time, medians of ${ROUNDS} rounds`,
      note: `the same program in both; cold: each of ${PACKETS} packets (${(made.bytes / 1e6).toFixed(0)} MB) once; hot: ${HOT} packets again and again`,
      columns: ['skep ns', 'libpcap ns'],
      rows,
    },
  ];
}

/** Builds bench/c/bpf-filter.c; {reason} where there is no compiler or no libpcap-dev. */
function buildHarness(folder) {
  const binary = join(folder, 'bpf-filter');
  const { status, stderr, error } = spawnSync(
    'gcc',
    ['-O2', '-o', binary, join(root, 'bench/c/bpf-filter.c'), '-lpcap'],
    {
      encoding: 'utf8',
    },
  );
  if (error) return { reason: 'there is no gcc' };
  return status === 0 ? binary : { reason: `the harness does not compile (libpcap-dev?): ${stderr.split('\n')[0]}` };
}

function parseHarness(text) {
  const [first, ...rounds] = text.split('\n');
  const numbers = first.split(' ').map(Number);
  const program = Array.from({ length: numbers[0] }, (_, n) => {
    const [code, jt, jf, k] = numbers.slice(1 + n * 4, 5 + n * 4);
    return { code, jt, jf, k };
  });
  const columns = rounds.map(round => round.split(' ').map(Number));
  return {
    program,
    matches: columns[0][0],
    cold: median(columns.map(column => column[1])),
    hot: median(columns.map(column => column[2])),
  };
}

/** The file in WebAssembly memory, with the tables of a batch behind it. */
function loadPackets(path, size) {
  const file = readFileSync(path);
  const table = PAGE + Math.ceil(size / PAGE) * PAGE;
  const results = table + PACKETS * 16;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((results + PACKETS * 4) / PAGE) });
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(file, PAGE);
  const view = new DataView(memory.buffer);
  const descriptors = new Uint32Array(memory.buffer, table, PACKETS * 4);
  let count = 0;
  for (let at = PAGE + FIRST_RECORD; at < PAGE + size; count++) {
    const captured = view.getUint32(at + 8, true);
    descriptors.set([at + 16, captured, view.getUint32(at + 12, true), 0], count * 4);
    at += 16 + captured;
  }
  // Touch the pages of the results once.
  new Uint32Array(memory.buffer, results, PACKETS).fill(1);
  return { memory, bytes, descriptors, count, table, results };
}

async function measureWasm(module, { memory, table, results, count }, matches) {
  const { batch } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), { skep: { memory } }).exports;
  return measure(packets => batch(table, packets, results), count, matches);
}

async function measureCalls({ runAt }, { bytes, descriptors, count }, matches) {
  return measure(
    packets => {
      let found = 0;
      for (let n = 0; n < packets * 4; n += 4) {
        if (runAt(bytes, descriptors[n], descriptors[n + 1], descriptors[n + 2]) !== 0) found++;
      }
      return found;
    },
    count,
    matches,
  );
}

/** `work(n)` filters the first n packets and gives the number of matches. */
async function measure(work, count, matches) {
  for (let n = 0; n < 200; n++) work(HOT);
  await settle();
  const cold = [];
  const hot = [];
  for (let round = 0; round < ROUNDS; round++) {
    let begin = cpuNs();
    const found = work(count);
    cold.push((cpuNs() - begin) / count);
    if (found !== matches) throw new Error(`${found} matches, libpcap has ${matches}`);
    work(HOT);
    begin = cpuNs();
    for (let pass = 0; pass < HOT_PASSES; pass++) work(HOT);
    hot.push((cpuNs() - begin) / HOT_PASSES / HOT);
  }
  return { cold: median(cold), hot: median(hot) };
}
