// Names for addresses, ports and protocol numbers, as `tcpdump` prints them without -n.
//
// Nothing here asks a network or a file: the caller hands over a NameSource (the Node side fills one from /etc/hosts, /etc/services
// and /etc/ethers). Answers are remembered, so a source may be slow.

import { ipProtocolKeyword } from './ip-protocols.js';
import { ouiName } from './oui.js';

/** Where names come from. Every function may be missing; an undefined answer means "print the number". */
export interface NameSource {
  /** Host name of an IPv4 or IPv6 address in its usual text form. */
  host?(address: string): string | undefined;
  /** Service name of a port, as in /etc/services. */
  service?(port: number, transport: 'tcp' | 'udp'): string | undefined;
  /** Name of an Ethernet address ("02:00:00:00:00:01"), as in /etc/ethers. */
  ether?(address: string): string | undefined;
  /** Name of the network interface with an index, for "cooked" captures that hold only the index. Asked for with -n too. */
  interface?(index: number): string | undefined;
}

/** Addresses that stand for no host. */
const UNNAMED: ReadonlySet<string> = new Set(['0.0.0.0', '255.255.255.255']);

/** So many addresses are remembered of each kind; a long capture must not fill the memory. */
const MAX_REMEMBERED = 65536;

/** Looks names up once and remembers them. With `numeric` every answer is the number itself. */
export class Names {
  readonly numeric: boolean;
  private readonly source: NameSource;
  private readonly tcpPorts: (string | undefined)[] = [];
  private readonly udpPorts: (string | undefined)[] = [];
  private readonly hosts = new Map<string, string>();
  private readonly ethers = new Map<string, string>();
  private readonly removeDomain: boolean;

  constructor(source: NameSource, numeric: boolean, removeDomain = false) {
    this.source = source;
    this.numeric = numeric;
    this.removeDomain = removeDomain;
  }

  tcpPort(port: number): string {
    return (this.tcpPorts[port] ??= (this.numeric ? undefined : this.source.service?.(port, 'tcp')) ?? String(port));
  }

  udpPort(port: number): string {
    return (this.udpPorts[port] ??= (this.numeric ? undefined : this.source.service?.(port, 'udp')) ?? String(port));
  }

  /** Keyword of an IP protocol number ("ospf"), or undefined to print the number. */
  ipProtocol(number: number): string | undefined {
    return this.numeric ? undefined : ipProtocolKeyword(number);
  }

  /** Name of the network interface with this index, "?" where nobody knows it. */
  interface(index: number): string {
    return this.source.interface?.(index) ?? '?';
  }

  /** Host name of an address given in text, or the address itself. */
  host(address: string): string {
    if (this.numeric || this.source.host === undefined) return address;
    let name = this.hosts.get(address);
    if (name === undefined) {
      name = (UNNAMED.has(address) ? undefined : this.source.host(address)) ?? address;
      if (this.removeDomain && name !== address) {
        const dot = name.indexOf('.');
        if (dot >= 0) name = name.slice(0, dot);
      }
      if (this.hosts.size >= MAX_REMEMBERED) this.hosts.clear();
      this.hosts.set(address, name);
    }
    return name;
  }

  /** What -e prints for an Ethernet address: its name, or the address with the maker's name where it is a known one. */
  ether(address: string): string {
    if (this.numeric) return address;
    let name = this.ethers.get(address);
    if (name === undefined) {
      name = this.source.ether?.(address);
      if (name === undefined && address === 'ff:ff:ff:ff:ff:ff') name = 'Broadcast';
      if (name === undefined) {
        const oui = Number.parseInt(address.replaceAll(':', '').slice(0, 6), 16);
        name = `${address} (oui ${ouiName(oui)})`;
      }
      if (this.ethers.size >= MAX_REMEMBERED) this.ethers.clear();
      this.ethers.set(address, name);
    }
    return name;
  }
}
