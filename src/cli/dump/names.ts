// What printed lines take from the machine: names of /etc/hosts, /etc/services and /etc/ethers, the local time zone.
// Nothing is asked of the network.

import { readdirSync, readFileSync } from 'node:fs';
import { addressText, type NameSource } from '../../capture/print/index.js';
import { builtInResolver, parseServices, type ServicePorts } from '../../filter/index.js';
import { systemResolver } from '../../filter/node/index.js';

/** Names for addresses and ports. Each file is read when the first name of its kind is asked for. */
export function machineNames(): NameSource {
  const resolver = systemResolver();
  let hosts: Map<string, string> | undefined;
  let ports: Map<string, string> | undefined;
  let ethers: Map<string, string> | undefined;
  let interfaces: Map<number, string> | undefined;
  return {
    host(address) {
      hosts ??= reversed(resolver.names('host'), name => (resolver.host(name) ?? []).map(addressText));
      return hosts.get(address);
    },
    service(port, transport) {
      ports ??= serviceNames();
      return ports.get(`${port}/${transport}`);
    },
    ether(address) {
      ethers ??= reversed(resolver.names('ether host'), name => {
        const bytes = resolver.etherHost(name);
        return bytes ? [addressText(bytes)] : [];
      });
      return ethers.get(address);
    },
    interface(index) {
      interfaces ??= networkInterfaces();
      return interfaces.get(index);
    },
  };
}

/** `80/tcp` -> `http`: of /etc/services, as tcpdump prints them, and of the built-in table where there is no such file. */
function serviceNames(): Map<string, string> {
  let services = new Map<string, ServicePorts>();
  try {
    services = new Map(parseServices(readFileSync('/etc/services', 'latin1')));
  } catch {
    // No such file: minimal systems and other operating systems.
  }
  const builtIn = builtInResolver();
  const [names, portsOf] =
    services.size > 0
      ? [services.keys(), (name: string) => services.get(name)]
      : [builtIn.names('service'), (name: string) => builtIn.service(name)];
  return reversed(names, name =>
    Object.entries(portsOf(name) ?? {}).map(([protocol, number]) => `${number}/${protocol}`),
  );
}

/** index -> name of this machine's network interfaces, as Linux shows them; empty elsewhere. */
function networkInterfaces(): Map<number, string> {
  const names = new Map<number, string>();
  try {
    for (const name of readdirSync('/sys/class/net')) {
      names.set(Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8')), name);
    }
  } catch {
    // Not Linux, or no sysfs: the index stays without a name.
  }
  return names;
}

/** value -> the first name that has it: in these files the official name stands before its aliases. */
function reversed(names: Iterable<string>, valuesOf: (name: string) => readonly string[]): Map<string, string> {
  const first = new Map<string, string>();
  for (const name of names) {
    for (const value of valuesOf(name)) if (!first.has(value)) first.set(value, name);
  }
  return first;
}

const HOUR_SECONDS = 3600;

/** Seconds to add to UTC for the machine's local time. Zones change on the hour at the earliest, so an hour's answer is kept. */
export function localUtcOffset(): (timeSeconds: number) => number {
  let hour = Number.NaN;
  let offset = 0;
  return timeSeconds => {
    const asked = Math.floor(timeSeconds / HOUR_SECONDS);
    if (asked !== hour) {
      hour = asked;
      offset = -60 * new Date(timeSeconds * 1000).getTimezoneOffset();
    }
    return offset;
  };
}
