// The name files of Unix systems as maps: hosts(5), services(5), protocols(5), networks(5), ethers(5). Pure functions of text.
//
// Lines that do not fit their file's form are passed over, as the C library does. A name that stands on several lines keeps
// the first number, except a host's, which gathers all addresses.

import { ipv6Bytes } from './lexer.js';
import type { ServicePorts } from './names.js';

/** The words of each line, without comments and empty lines. */
function* lines(text: string): Generator<string[]> {
  for (const line of text.split('\n')) {
    const comment = line.indexOf('#');
    const words = (comment === -1 ? line : line.slice(0, comment)).trim().split(/\s+/);
    if (words.length >= 2) yield words;
  }
}

/** An address in text: 4 bytes of IPv4, 16 of IPv6 (a `%zone` is dropped); undefined for anything else. */
export function addressBytes(text: string): Uint8Array | undefined {
  if (text.includes(':')) return ipv6Bytes(text.split('%', 1)[0]!);
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  return octets.every(octet => octet <= 255) ? Uint8Array.from(octets) : undefined;
}

/** hosts(5): lower-case name -> its addresses, in the order of the file. */
export function parseHosts(text: string): Map<string, Uint8Array[]> {
  const hosts = new Map<string, Uint8Array[]>();
  for (const [address, ...names] of lines(text)) {
    const bytes = addressBytes(address!);
    if (!bytes) continue;
    for (const name of names) {
      const known = hosts.get(name.toLowerCase());
      if (!known) hosts.set(name.toLowerCase(), [bytes]);
      else if (!known.some(other => other.join() === bytes.join())) known.push(bytes);
    }
  }
  return hosts;
}

/** services(5): name -> its ports. Transports other than TCP, UDP and SCTP are left out. */
export function parseServices(text: string): Map<string, ServicePorts> {
  const services = new Map<string, { tcp?: number; udp?: number; sctp?: number }>();
  for (const [name, where, ...aliases] of lines(text)) {
    const match = /^(\d{1,5})[/,](tcp|udp|sctp)$/.exec(where!);
    if (!match || Number(match[1]) > 65535) continue;
    const transport = match[2] as 'tcp' | 'udp' | 'sctp';
    for (const alias of [name!, ...aliases]) {
      let ports = services.get(alias);
      if (!ports) services.set(alias, (ports = {}));
      ports[transport] ??= Number(match[1]);
    }
  }
  return services;
}

/** protocols(5): name -> number. */
export function parseProtocols(text: string): Map<string, number> {
  const protocols = new Map<string, number>();
  for (const [name, number, ...aliases] of lines(text)) {
    if (!/^\d{1,3}$/.test(number!) || Number(number) > 255) continue;
    for (const alias of [name!, ...aliases]) if (!protocols.has(alias)) protocols.set(alias, Number(number));
  }
  return protocols;
}

/**
 * networks(5): lower-case name -> the network's number, right-justified. Zero octets at the end are not part of the number:
 * `loopback 127.0.0.0` is 127, so that `net loopback` means 127.0.0.0/8.
 */
export function parseNetworks(text: string): Map<string, number> {
  const networks = new Map<string, number>();
  for (const [name, number, ...aliases] of lines(text)) {
    if (!/^\d{1,3}(?:\.\d{1,3}){0,3}$/.test(number!)) continue;
    const octets = number!.split('.').map(Number);
    if (octets.some(octet => octet > 255)) continue;
    while (octets.length > 1 && octets.at(-1) === 0) octets.pop();
    const value = octets.reduce((sum, octet) => sum * 256 + octet, 0);
    for (const alias of [name!, ...aliases]) {
      if (!networks.has(alias.toLowerCase())) networks.set(alias.toLowerCase(), value);
    }
  }
  return networks;
}

/** ethers(5): lower-case name -> MAC address. */
export function parseEthers(text: string): Map<string, Uint8Array> {
  const ethers = new Map<string, Uint8Array>();
  for (const [address, name] of lines(text)) {
    if (!/^[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5}$/.test(address!)) continue;
    const bytes = Uint8Array.from(address!.split(':'), byte => Number.parseInt(byte, 16));
    if (!ethers.has(name!.toLowerCase())) ethers.set(name!.toLowerCase(), bytes);
  }
  return ethers;
}

/** The texts of the name files that there are. */
export interface NameFiles {
  readonly hosts?: string;
  readonly services?: string;
  readonly protocols?: string;
  readonly networks?: string;
  readonly ethers?: string;
}
