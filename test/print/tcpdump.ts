// Runs the real tcpdump and our printer over the same packets with the same flags.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NameSource, PrintablePacket, PrinterOptions } from '../../src/capture/print/index.js';
import { createPrinter, TIME_STYLES } from '../../src/capture/print/index.js';
import type { FilePacket } from '../support/packets.js';
import { pcapFile } from '../support/packets.js';

/** True when the tcpdump this printer follows is installed. */
export const tcpdumpVersion: string | undefined = (() => {
  const result = spawnSync('tcpdump', ['--version'], { encoding: 'utf8' });
  return /tcpdump version (\S+)/.exec(`${result.stdout}${result.stderr}`)?.[1];
})();

/**
 * A command that runs another one without a network, so that tcpdump without -n can ask no name server; undefined where namespaces
 * may not be made.
 */
const isolation: readonly string[] | undefined = [
  ['unshare', '-n'],
  ['unshare', '-r', '-n'],
].find(words => spawnSync(words[0]!, [...words.slice(1), 'true']).status === 0);

/** Whether tcpdump can be run without -n: not where it might ask a name server. */
export const canPrintNames = isolation !== undefined;

/** Service names, as tcpdump takes them from /etc/services. */
function services(): Map<string, string> {
  const names = new Map<string, string>();
  let text = '';
  try {
    text = readFileSync('/etc/services', 'utf8');
  } catch {
    return names;
  }
  for (const line of text.split('\n')) {
    const match = /^([^\s#]+)\s+(\d+)\/(tcp|udp)\b/.exec(line);
    const key = match === null ? '' : `${match[2]}/${match[3]}`;
    if (match !== null && !names.has(key)) names.set(key, match[1]!);
  }
  return names;
}

const SERVICES = services();

/** Names of the network interfaces by index, which tcpdump asks the kernel for. */
function interfaces(): Map<number, string> {
  const names = new Map<number, string>();
  try {
    for (const name of readdirSync('/sys/class/net')) {
      names.set(Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8')), name);
    }
  } catch {
    // Not Linux: no names.
  }
  return names;
}

const INTERFACES = interfaces();

/** Names of this machine, without its resolver. */
export const machineNames: NameSource = {
  service: (port, transport) => SERVICES.get(`${port}/${transport}`),
  interface: index => INTERFACES.get(index),
};

/** Options of the printer for flags of the command line: "-nn -v -tttt -X". */
export function printerOptions(flags: string): PrinterOptions {
  const counts = new Map<string, number>();
  for (const word of flags.split(/\s+/)) {
    if (word === '--nano') counts.set('nano', 1);
    else if (word === '--number') counts.set('#', 1);
    else for (const letter of word.replace(/^-/, '')) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  const count = (letter: string): number => counts.get(letter) ?? 0;
  const level = (letter: string): 0 | 1 | 2 => Math.min(count(letter), 2) as 0 | 1 | 2;
  return {
    verbosity: count('v'),
    quiet: count('q'),
    linkHeader: count('e') > 0,
    numeric: count('n') > 0,
    absoluteSequence: count('S') > 0,
    verifyChecksums: count('K') === 0,
    packetNumbers: count('#') > 0,
    time: TIME_STYLES[count('t')]!,
    nanoseconds: count('nano') > 0,
    hex: level('x'),
    hexAscii: level('X'),
    ascii: level('A'),
    names: machineNames,
  };
}

/** A packet as the printer takes it. */
export function printable(linkType: number, packet: FilePacket): PrintablePacket {
  return {
    data: packet.data,
    originalLength: packet.originalLength ?? packet.data.length,
    timeSeconds: packet.timeSeconds ?? 0,
    timeNanoseconds: packet.timeNanoseconds ?? 0,
    interface: { linkType, index: 0 },
  };
}

/** What our printer prints for each packet. */
export function ourLines(linkType: number, packets: readonly FilePacket[], flags: string): string[] {
  const printer = createPrinter(printerOptions(flags));
  return packets.map(packet => printer.line(printable(linkType, packet)));
}

/**
 * What tcpdump prints for each packet, in UTC. The packets are numbered for it, to tell where the text of each begins; the number is
 * taken off again.
 */
export function tcpdumpLines(linkType: number, packets: readonly FilePacket[], flags: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'skep-print-'));
  try {
    const file = join(folder, 'packets.pcap');
    writeFileSync(file, pcapFile(linkType, packets, flags.includes('--nano')));
    const words = flags.split(/\s+/).filter(word => word !== '' && word !== '--number');
    const wantsNames = !words.some(word => /^-\w*n/.test(word));
    if (wantsNames && isolation === undefined) throw new Error('tcpdump without -n needs a network namespace');
    const command = [...(wantsNames ? isolation! : []), 'tcpdump', '--number', ...words, '-r', file];
    const result = spawnSync(command[0]!, command.slice(1), {
      encoding: 'latin1',
      env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
      maxBuffer: 1 << 28,
    });
    if (result.error !== undefined) throw result.error;
    const starts: number[] = [];
    const text = result.stdout;
    let at = 0;
    for (let number = 1; number <= packets.length; number++) {
      const mark = `${String(number).padStart(5)}  `;
      // A packet's text begins at the beginning of a line.
      while (at < text.length && !text.startsWith(mark, at)) {
        const next = text.indexOf('\n', at);
        at = next < 0 ? text.length : next + 1;
      }
      if (at >= text.length) throw new Error(`tcpdump printed nothing for packet ${number}: ${result.stderr}`);
      starts.push(at);
      at += mark.length;
    }
    const numbered = flags.includes('--number');
    return starts.map((start, index) => {
      const line = text.slice(start, (starts[index + 1] ?? text.length) - 1);
      return numbered ? line : line.slice(Math.max(7, String(index + 1).length + 2));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
