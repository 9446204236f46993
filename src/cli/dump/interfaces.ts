// `skep dump -D`: the interfaces of this machine, in tcpdump's words and order (libpcap's "figure of merit":
// what is up and running first, `any` in the middle, loopback after it, what is down last).

import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** if.h: interface flags. */
const IFF_UP = 0x1;
const IFF_LOOPBACK = 0x8;
const IFF_RUNNING = 0x40;

interface Listed {
  readonly name: string;
  readonly description?: string;
  readonly up: boolean;
  readonly running: boolean;
  readonly loopback: boolean;
  readonly connection?: 'Connected' | 'Disconnected';
}

const ANY: Listed = {
  name: 'any',
  description: 'Pseudo-device that captures on all interfaces',
  up: true,
  running: true,
  loopback: false,
};

/** One line an interface: `1.eth0 [Up, Running, Connected]`. */
export function interfaceLines(): string[] {
  return [...interfaces(), ANY]
    .sort((a, b) => merit(a) - merit(b))
    .map((entry, index) => {
      const flags = [
        ...(entry.up ? ['Up'] : []),
        ...(entry.running ? ['Running'] : []),
        ...(entry.loopback ? ['Loopback'] : []),
        ...(entry.up && entry.connection ? [entry.connection] : []),
      ];
      const description = entry.description ? ` (${entry.description})` : '';
      return `${index + 1}.${entry.name}${description} [${flags.join(', ') || 'none'}]`;
    });
}

function merit(entry: Listed): number {
  if (entry === ANY) return 1.5;
  return (entry.up ? 0 : 8) + (entry.running ? 0 : 4) + (entry.loopback ? 2 : 1);
}

function interfaces(): Listed[] {
  let names: string[];
  try {
    names = readdirSync('/sys/class/net').sort();
  } catch {
    // Not Linux: what the operating system tells Node.
    return Object.entries(networkInterfaces()).map(([name, addresses]) => ({
      name,
      up: true,
      running: true,
      loopback: addresses?.some(({ internal }) => internal) ?? false,
    }));
  }
  return names.flatMap(name => {
    const read = (file: string): string => {
      try {
        return readFileSync(`/sys/class/net/${name}/${file}`, 'latin1').trim();
      } catch {
        return ''; // carrier of an interface that is down cannot be read
      }
    };
    const flags = Number(read('flags'));
    if (!Number.isInteger(flags)) return []; // bonding_masters and the like are files
    const loopback = (flags & IFF_LOOPBACK) !== 0;
    const carrier = read('carrier');
    return [
      {
        name,
        up: (flags & IFF_UP) !== 0,
        running: (flags & IFF_UP) !== 0 && (carrier === '1' || (flags & IFF_RUNNING) !== 0),
        loopback,
        ...(!loopback &&
          carrier !== '' && { connection: carrier === '1' ? ('Connected' as const) : ('Disconnected' as const) }),
      },
    ];
  });
}
