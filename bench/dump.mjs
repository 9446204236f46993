// `skep dump -r BIG -w OUT EXPR` beside tcpdump: CPU time (user and system) of whole processes, one after the other in
// turns, the file in the page cache; and how long a process takes to start.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { root, temporaryFolder } from './build.mjs';
import { FILTERS } from './filters.mjs';
import { makeCapture } from './make-capture.mjs';
import { median } from './measure.mjs';

export const description = 'packets a second of `skep dump -r BIG -w OUT EXPR` beside tcpdump, and start-up';

const BYTES = 2_000_000_000;

export async function run({ log, quick }) {
  const rounds = quick ? 2 : 5;
  const skep = join(root, JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).bin.skep);
  if (!existsSync(skep)) {
    log(`NOT MEASURED: skep dump: ${skep} is not there, run \`npm run build\``);
    return [];
  }
  if (spawnSync('tcpdump', ['--version']).error) {
    log('NOT MEASURED: skep dump: there is no tcpdump to compare with');
    return [];
  }
  const folder = temporaryFolder();
  const big = join(folder, 'big.pcap');
  log('making the capture');
  const { packets, bytes } = makeCapture(big, { bytes: BYTES });
  // Out of the page cache and in again, as a file that has been lying there: what was just written is cached in smaller pieces.
  spawnSync('sync', [big]);
  spawnSync('dd', [`if=${big}`, 'iflag=nocache', 'count=0']);
  await pipeline(createReadStream(big, { highWaterMark: 1 << 20 }), async source => {
    for await (const _ of source);
  });

  const rows = [];
  for (const { name, expression } of FILTERS) {
    if (quick && name === '500 hosts') continue;
    log(name);
    const commands = {
      skep: out => [process.execPath, skep, 'dump', '-r', big, '-w', out, expression],
      tcpdump: out => ['tcpdump', '-r', big, '-w', out, expression],
    };
    const times = { skep: [], tcpdump: [] };
    const outputs = {};
    for (let round = 0; round < rounds; round++) {
      for (const [tool, command] of Object.entries(commands)) {
        // libpcap takes seconds to compile 500 hosts: two rounds tell enough.
        if (tool === 'tcpdump' && name === '500 hosts' && round >= 2) continue;
        const out = join(folder, `${tool}.pcap`);
        // Cutting the file of the round before to nothing would be measured too.
        rmSync(out, { force: true });
        times[tool].push(cpuSeconds(command(out)));
        outputs[tool] ??= createHash('sha1').update(readFileSync(out)).digest('hex');
      }
    }
    if (outputs.skep !== outputs.tcpdump) log(`DIFFERENT OUTPUT: ${name}`);
    const rates = Object.fromEntries(
      Object.entries(times).map(([tool, seconds]) => [tool, packets / median(seconds) / 1e6]),
    );
    rows.push({
      name,
      values: {
        'skep s': median(times.skep),
        'tcpdump s': median(times.tcpdump),
        'skep Mpps': rates.skep,
        'tcpdump Mpps': rates.tcpdump,
      },
      ratio: rates.skep / rates.tcpdump,
      target: { least: 2 },
    });
  }

  const small = join(root, 'examples/captures/http.pcap');
  const starts = {
    '--version': ['--version'],
    'count a small file': ['dump', '-r', small, '--count', 'tcp port 80'],
    'print ten lines': ['dump', '-r', small, '-c', '10', 'tcp port 80'],
    'print a program': ['dump', '-d', 'tcp port 80'],
  };
  const started = Object.fromEntries(Object.keys(starts).map(name => [name, []]));
  const node = [];
  for (let round = 0; round < 4 * rounds; round++) {
    node.push(cpuSeconds([process.execPath, '-e', '0']));
    for (const [name, args] of Object.entries(starts))
      started[name].push(cpuSeconds([process.execPath, skep, ...args]));
  }
  return [
    {
      title: `dump: -r BIG -w OUT, CPU time of the process, medians of ${rounds}`,
      note: `${packets} packets, ${(bytes / 1e9).toFixed(1)} GB, in the page cache; ratio of packets a second`,
      columns: ['skep s', 'tcpdump s', 'skep Mpps', 'tcpdump Mpps'],
      rows,
    },
    {
      title: `start-up: CPU ms of a whole process, medians of ${4 * rounds}`,
      note: 'ratio to a Node that does nothing',
      columns: ['skep', 'node -e 0'],
      rows: Object.entries(started).map(([name, seconds]) => ({
        name,
        values: { skep: median(seconds) * 1000, 'node -e 0': median(node) * 1000 },
        ratio: median(seconds) / median(node),
        target: { most: 1.5 },
      })),
    },
  ];
}

/** User and system time of a command; throws when it fails. */
function cpuSeconds(command) {
  const { status, stderr, error } = spawnSync(
    'bash',
    ['-c', 'TIMEFORMAT="cpu %3U %3S"; time "$@"', 'time', ...command],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  if (error) throw new Error('there is no bash to take the time');
  const found = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(stderr);
  if (status !== 0 || !found) throw new Error(`${command.slice(0, 5).join(' ')}: ${stderr}`);
  return Number(found[1]) + Number(found[2]);
}
