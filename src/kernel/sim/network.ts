// A small network that helpers look things up in: interfaces, routes (longest prefix, then metric), neighbours and sockets. It is a value
// that tests fill; packets that programs send are noted, not delivered.

import type { AddressSpace, Region } from '../../engine/index.js';
import type { InterfaceView, NetworkView, Route, RouteQuery, SocketQuery, SocketView } from '../../helpers/index.js';
import { BPF_SOCK, BPF_TCP_SOCK } from '../structs/table.js';

export interface InterfaceOptions {
  readonly name?: string;
  readonly ifindex?: number;
  /** Default 1500. */
  readonly mtu?: number;
  /** Six bytes, or `02:00:00:00:00:01`. Default: locally administered, from the index. */
  readonly mac?: string | Uint8Array;
  readonly up?: boolean;
  /** net.ipv4.ip_forward of the interface. Default true. */
  readonly forwarding?: boolean;
  readonly peerIfindex?: number;
}

export interface SimInterface extends InterfaceView {
  readonly name: string;
}

export interface RouteOptions {
  /** `10.0.0.0/8`, `2001:db8::/32`, `default`. */
  readonly to: string;
  readonly ifindex: number;
  readonly via?: string;
  readonly source?: string;
  readonly mtu?: number;
  readonly metric?: number;
  readonly realm?: number;
  /** Default 254, the main table. */
  readonly table?: number;
  readonly kind?: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit' | 'local' | 'lightweight-tunnel';
}

export interface SocketOptions {
  readonly protocol: 'tcp' | 'udp';
  /** `10.0.0.1:80`, `[2001:db8::1]:80`, `*:80`. */
  readonly local: string;
  /** Absent: it listens, or is not connected. */
  readonly remote?: string;
  readonly uid?: number;
  readonly ifindex?: number;
  readonly mark?: number;
}

/** A packet that a program had sent elsewhere (bpf_clone_redirect). */
export interface SentPacket {
  readonly ifindex: number;
  readonly ingress: boolean;
  readonly packet: Uint8Array;
}

const AF_INET = 2;
const AF_INET6 = 10;
const TCP_ESTABLISHED = 1;
const TCP_CLOSE = 7;
const TCP_LISTEN = 10;
const MAIN_TABLE = 254;

interface RouteEntry {
  readonly options: RouteOptions;
  readonly family: 4 | 6;
  readonly address: Uint8Array;
  readonly prefixBits: number;
}

export class SimNetwork implements NetworkView {
  readonly cookie = 1n;
  /** Packets that programs had sent. */
  readonly sent: SentPacket[] = [];
  readonly #space: AddressSpace;
  readonly #interfaces = new Map<number, SimInterface>();
  readonly #routes: RouteEntry[] = [];
  readonly #neighbours = new Map<string, Uint8Array>();
  readonly #sockets: SimSocket[] = [];
  #cookies = 0n;

  constructor(space: AddressSpace) {
    this.#space = space;
    this.addInterface({ name: 'lo', ifindex: 1, mtu: 65_536, mac: new Uint8Array(6) });
  }

  get interfaces(): readonly SimInterface[] {
    return [...this.#interfaces.values()];
  }

  addInterface(options: InterfaceOptions = {}): SimInterface {
    const ifindex = options.ifindex ?? Math.max(...this.#interfaces.keys(), 0) + 1;
    const up = options.up ?? true;
    const forwarding = options.forwarding ?? true;
    const row: SimInterface = {
      name: options.name ?? `eth${ifindex - 2}`,
      ifindex,
      mtu: options.mtu ?? 1500,
      mac:
        typeof options.mac === 'string'
          ? parseMac(options.mac)
          : (options.mac ?? Uint8Array.of(2, 0, 0, 0, ifindex >>> 8, ifindex)),
      up,
      forwarding4: forwarding,
      forwarding6: forwarding,
      ...(options.peerIfindex !== undefined && { peerIfindex: options.peerIfindex }),
    };
    this.#interfaces.set(ifindex, row);
    return row;
  }

  addRoute(options: RouteOptions): void {
    const via6 = options.via?.includes(':') === true && options.to === 'default';
    const [text, bits] = options.to === 'default' ? [via6 ? '::' : '0.0.0.0', '0'] : options.to.split('/');
    const address = parseAddress(text!);
    const family = address.length === 4 ? 4 : 6;
    const prefixBits = bits === undefined ? address.length * 8 : Number(bits);
    if (!(prefixBits >= 0 && prefixBits <= address.length * 8)) throw new RangeError(`no such prefix: ${options.to}`);
    this.#routes.push({ options, family, address, prefixBits });
    // Longest prefix first, then the smallest metric: the first that fits is the route.
    this.#routes.sort((a, b) => b.prefixBits - a.prefixBits || (a.options.metric ?? 0) - (b.options.metric ?? 0));
  }

  addNeighbour(ifindex: number, address: string, mac: string | Uint8Array): void {
    const bytes = typeof mac === 'string' ? parseMac(mac) : mac;
    this.#neighbours.set(neighbourKey(ifindex, parseAddress(address)), bytes);
  }

  addSocket(options: SocketOptions): SimSocket {
    const socket = new SimSocket(this.#space, options, ++this.#cookies, this.cookie);
    this.#sockets.push(socket);
    return socket;
  }

  /** A socket that no lookup finds: what stands for skb->sk in a test run. */
  looseSocket(family: number): SimSocket {
    const local = family === AF_INET6 ? '[::]:0' : '0.0.0.0:0';
    return new SimSocket(this.#space, { protocol: 'udp', local }, ++this.#cookies, this.cookie, family);
  }

  interfaceAt(ifindex: number): SimInterface | undefined {
    return this.#interfaces.get(ifindex);
  }

  route(query: RouteQuery): Route {
    const table = query.table ?? MAIN_TABLE;
    for (const { options, family, address, prefixBits } of this.#routes) {
      if (family !== query.family || (options.table ?? MAIN_TABLE) !== table) continue;
      if (!samePrefix(address, query.destination, prefixBits)) continue;
      if (query.output && query.ifindex !== 0 && options.ifindex !== query.ifindex) continue;
      const { kind = 'unicast' } = options;
      if (kind !== 'unicast') return { kind };
      const gateway = options.via === undefined ? undefined : parseAddress(options.via);
      return {
        kind,
        ifindex: options.ifindex,
        ...(gateway && { gateway: { family: gateway.length === 4 ? 4 : 6, address: gateway } }),
        ...(options.source !== undefined && { source: parseAddress(options.source) }),
        mtu: options.mtu ?? 0,
        metric: options.metric ?? 0,
        ...(options.realm !== undefined && { realm: options.realm }),
      };
    }
    return { kind: 'none' };
  }

  neighbour(ifindex: number, _family: 4 | 6, address: Uint8Array): Uint8Array | undefined {
    return this.#neighbours.get(neighbourKey(ifindex, address));
  }

  /** The best match: a connected socket, then one bound to the address, then one bound to any. */
  findSocket(query: SocketQuery): SocketView | undefined {
    let best: SimSocket | undefined;
    let bestScore = 0;
    for (const socket of this.#sockets) {
      const score = socket.score(query);
      if (score > bestScore) {
        best = socket;
        bestScore = score;
      }
    }
    return best;
  }

  socketAt(address: number): SocketView | undefined {
    return this.#sockets.find(socket => socket.address === address || socket.tcpAddress === address);
  }

  socketByCookie(cookie: bigint): SimSocket | undefined {
    return this.#sockets.find(socket => socket.cookie === cookie);
  }

  transmit(ifindex: number, packet: Uint8Array, ingress: boolean): number {
    if (!this.#interfaces.has(ifindex)) return -22;
    this.sent.push({ ifindex, ingress, packet: packet.slice() });
    return 0;
  }
}

/** A socket with what programs see of it in the address space: struct bpf_sock and, for TCP, struct bpf_tcp_sock. */
export class SimSocket implements SocketView {
  readonly address: number;
  readonly tcpAddress?: number;
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
  readonly state: number;
  readonly full = true;
  readonly cookie: bigint;
  readonly uid: number;
  readonly namespaceCookie: bigint;
  /** References that programs hold (bpf_sk_lookup_* without bpf_sk_release). */
  references = 0;
  readonly #options = new Map<string, Uint8Array>();
  readonly #local: Endpoint;
  readonly #remote: Endpoint | undefined;
  readonly #ifindex: number;
  readonly #regions: Region[] = [];
  readonly #space: AddressSpace;

  constructor(space: AddressSpace, options: SocketOptions, cookie: bigint, namespaceCookie: bigint, family?: number) {
    this.#space = space;
    this.#local = parseEndpoint(options.local);
    this.#remote = options.remote === undefined ? undefined : parseEndpoint(options.remote);
    const isTcp = options.protocol === 'tcp';
    const address = this.#remote?.address ?? this.#local.address;
    this.family = family ?? (address?.length === 4 ? AF_INET : AF_INET6);
    this.type = isTcp ? 1 : 2;
    this.protocol = isTcp ? 6 : 17;
    this.state = this.#remote ? TCP_ESTABLISHED : isTcp ? TCP_LISTEN : TCP_CLOSE;
    this.cookie = cookie;
    this.uid = options.uid ?? 0;
    this.namespaceCookie = namespaceCookie;
    this.#ifindex = options.ifindex ?? 0;
    const region = space.allocate(BPF_SOCK.sizeBytes, `socket ${options.local}`, 'read-write');
    this.#regions.push(region);
    this.address = region.address;
    if (isTcp) {
      const tcp = space.allocate(BPF_TCP_SOCK.sizeBytes, `TCP socket ${options.local}`, 'read');
      this.#regions.push(tcp);
      this.tcpAddress = tcp.address;
    }
    this.#fill(options.mark ?? 0);
  }

  acquire(): void {
    this.references++;
  }

  release(): void {
    this.references--;
  }

  setOption(level: number, name: number, value: Uint8Array): number {
    this.#options.set(`${level} ${name}`, value.slice());
    return 0;
  }

  getOption(level: number, name: number, lengthBytes: number): Uint8Array | number {
    const value = this.#options.get(`${level} ${name}`);
    return value ? value.subarray(0, lengthBytes) : new Uint8Array(Math.min(lengthBytes, 4));
  }

  /** How well it fits: 0 not at all. */
  score({ protocol, family, remoteAddress, remotePort, localAddress, localPort, ifindex }: SocketQuery): number {
    if ((protocol === 'tcp' ? 6 : 17) !== this.protocol || this.#local.port !== localPort) return 0;
    if (this.#ifindex !== 0 && ifindex !== 0 && this.#ifindex !== ifindex) return 0;
    const remote = this.#remote;
    let score = 1;
    if (remote) {
      if (remote.port !== remotePort || !same(remote.address, remoteAddress)) return 0;
      score += 8;
    }
    const local = this.#local.address;
    if (local) {
      if (!same(local, localAddress)) return 0;
      score += 4;
    } else if (family === 4 && this.family === AF_INET) score += 1;
    if (this.#ifindex !== 0) score += 2;
    return score;
  }

  free(): void {
    for (const region of this.#regions.splice(0)) this.#space.free(region);
  }

  #fill(mark: number): void {
    const { view, bytes } = this.#space;
    const at = (name: string): number => this.address + BPF_SOCK.byName.get(name)!.offsetBytes;
    view.setUint32(at('family'), this.family, true);
    view.setUint32(at('type'), this.type, true);
    view.setUint32(at('protocol'), this.protocol, true);
    view.setUint32(at('mark'), mark, true);
    view.setUint32(at('bound_dev_if'), this.#ifindex, true);
    view.setUint32(at('state'), this.state, true);
    view.setInt32(at('rx_queue_mapping'), -1, true);
    // The local port is a number of the host, the remote one and all addresses are as on the wire.
    view.setUint32(at('src_port'), this.#local.port, true);
    view.setUint16(at('dst_port'), this.#remote?.port ?? 0, false);
    const put = (name: string, address: Uint8Array | undefined): void => {
      if (address) bytes.set(address, at(address.length === 4 ? `${name}_ip4` : `${name}_ip6`));
    };
    put('src', this.#local.address);
    put('dst', this.#remote?.address);
  }
}

interface Endpoint {
  /** undefined: any. */
  readonly address: Uint8Array | undefined;
  readonly port: number;
}

const same = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a !== undefined && a.length === b.length && a.every((byte, index) => byte === b[index]);

const neighbourKey = (ifindex: number, address: Uint8Array): string => `${ifindex} ${address.join('.')}`;

function samePrefix(network: Uint8Array, address: Uint8Array, bits: number): boolean {
  const whole = bits >>> 3;
  for (let index = 0; index < whole; index++) if (network[index] !== address[index]) return false;
  const rest = bits & 7;
  return rest === 0 || ((network[whole]! ^ address[whole]!) & (0xff00 >>> rest) & 0xff) === 0;
}

function parseEndpoint(text: string): Endpoint {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(text);
  if (!match) throw new TypeError(`not an address with a port: ${text}`);
  const host = match[1] ?? match[2]!;
  return { address: host === '*' ? undefined : parseAddress(host), port: Number(match[3]) };
}

function parseMac(text: string): Uint8Array {
  const parts = text.split(':');
  if (parts.length !== 6 || parts.some(part => !/^[0-9a-f]{1,2}$/i.test(part))) {
    throw new TypeError(`not a link-layer address: ${text}`);
  }
  return Uint8Array.from(parts, part => Number.parseInt(part, 16));
}

/** An IPv4 address in dotted decimals or an IPv6 address (RFC 4291, 2.2) as bytes. */
export function parseAddress(text: string): Uint8Array {
  const bad = (): TypeError => new TypeError(`not an IP address: ${text}`);
  if (!text.includes(':')) {
    const parts = text.split('.');
    if (parts.length !== 4 || parts.some(part => !/^\d{1,3}$/.test(part) || Number(part) > 255)) throw bad();
    return Uint8Array.from(parts, Number);
  }
  const halves = text.split('::');
  if (halves.length > 2) throw bad();
  const words = (half: string | undefined): number[] => {
    if (half === undefined || half === '') return [];
    return half.split(':').flatMap((part, index, all) => {
      if (part.includes('.') && index === all.length - 1) {
        const [a, b, c, d] = parseAddress(part);
        return [(a! << 8) | b!, (c! << 8) | d!];
      }
      if (!/^[0-9a-f]{1,4}$/i.test(part)) throw bad();
      return [Number.parseInt(part, 16)];
    });
  };
  const head = words(halves[0]);
  const tail = words(halves[1]);
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) throw bad();
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return Uint8Array.from(all.flatMap(word => [word >>> 8, word & 0xff]));
}
