// Names from the machine's files: /etc/hosts, /etc/services, /etc/protocols, /etc/networks, /etc/ethers, and from DNS on request.
//
// A file is read when the first name of its kind is asked for, synchronously, once per resolver. A file that is not there is
// an empty one: the built-in tables still answer for protocols and services.

import { lookup } from 'node:dns/promises';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import {
  addressBytes,
  createResolver,
  hostNames,
  type NameFiles,
  type NameKind,
  type NameResolver,
  parseEthers,
  parseHosts,
  parseNetworks,
  parseProtocols,
  parseServices,
} from '../index.js';

export interface SystemResolverOptions {
  /** Other paths than those in /etc. */
  readonly files?: Partial<Record<keyof NameFiles, string>>;
}

/** More of a name file is not read: the largest services file there is has 1 MB. */
export const MAX_NAME_FILE_BYTES = 16 * 1024 * 1024;

/** The text of a regular file, at most {@link MAX_NAME_FILE_BYTES} of it; empty where it cannot be read. */
function readNameFile(path: string): string {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return '';
    const bytes = new Uint8Array(Math.min(stat.size, MAX_NAME_FILE_BYTES));
    let length = 0;
    while (length < bytes.length) {
      const count = readSync(fd, bytes, length, bytes.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return new TextDecoder('latin1').decode(bytes.subarray(0, length));
  } catch {
    return '';
  } finally {
    closeSync(fd);
  }
}

/** Runs `make` at the first call and remembers what it gave. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** A resolver over the machine's name files; see {@link createResolver} for what it falls back to. */
export function systemResolver(options: SystemResolverOptions = {}): NameResolver {
  const read = (name: keyof NameFiles): string => readNameFile(options.files?.[name] ?? `/etc/${name}`);
  const hosts = once(() => parseHosts(read('hosts')));
  const services = once(() => parseServices(read('services')));
  const protocols = once(() => parseProtocols(read('protocols')));
  const networks = once(() => parseNetworks(read('networks')));
  const ethers = once(() => parseEthers(read('ethers')));
  const names: Partial<Record<NameKind, () => Iterable<string>>> = {
    host: () => hosts().keys(),
    service: () => services().keys(),
    protocol: () => protocols().keys(),
    network: () => networks().keys(),
    'ether host': () => ethers().keys(),
  };
  return createResolver({
    host(name) {
      // An address in the clothes of a name: `host \10.0.0.1`.
      const address = addressBytes(name);
      return address ? [address] : hosts().get(name.toLowerCase());
    },
    service: name => services().get(name),
    protocol: name => protocols().get(name),
    network: name => networks().get(name.toLowerCase()),
    etherHost: name => ethers().get(name.toLowerCase()),
    names: kind => names[kind]?.() ?? [],
  });
}

/**
 * A resolver that also knows the host names of one expression that the system's resolver (DNS) knows: they are looked up
 * now, so that compiling can stay synchronous. Names that nobody knows stay unknown, and compiling says so.
 */
export async function resolverFor(expression: string, base: NameResolver = systemResolver()): Promise<NameResolver> {
  const found = new Map<string, Uint8Array[]>();
  const wanted = hostNames(expression).filter(name => base.host(name) === undefined);
  await Promise.all(
    wanted.map(async name => {
      try {
        const addresses = await lookup(name, { all: true });
        const bytes = addresses.map(({ address }) => addressBytes(address)).filter(address => address !== undefined);
        if (bytes.length > 0) found.set(name, bytes);
      } catch {
        // Not known to DNS either.
      }
    }),
  );
  if (found.size === 0) return base;
  return { ...base, host: name => base.host(name) ?? found.get(name), names: kind => base.names(kind) };
}
