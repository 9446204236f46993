// A simulated CPU with what runs need on it: the machine, the host that helpers ask, and packets, made when first needed and used again.

import { type AddressSpace, createMachine, type Executable, type Machine, type Region } from '../../engine/index.js';
import { type HostKernel, type RunParts, SimHost } from './host.js';
import type { SimSocket } from './network.js';
import { SkbPacket } from './skb-packet.js';
import { XdpPacket } from './xdp-packet.js';

export class SimCpu {
  readonly machine: Machine;
  readonly host: SimHost;
  readonly #space: AddressSpace;
  #xdp: XdpPacket | undefined;
  #skb: SkbPacket | undefined;
  readonly #sockets = new Map<number, SimSocket>();

  constructor(space: AddressSpace, kernel: HostKernel, index: number) {
    this.#space = space;
    this.host = new SimHost(kernel, index);
    this.machine = createMachine({
      space,
      cpu: index,
      kernel: this.host,
      loadPacket: (_machine, offset, sizeBytes) => this.#loadPacket(offset, sizeBytes),
    });
  }

  get xdp(): XdpPacket {
    this.#xdp ??= new XdpPacket(this.#space);
    return this.#xdp;
  }

  get skb(): SkbPacket {
    this.#skb ??= new SkbPacket(this.#space);
    return this.#skb;
  }

  /** The socket that a packet of a test run belongs to, one a family. */
  socket(family: number): SimSocket {
    let socket = this.#sockets.get(family);
    if (!socket) this.#sockets.set(family, (socket = this.host.network.looseSocket(family)));
    return socket;
  }

  /** Runs a program; r0's low half. */
  run(program: unknown, executable: Executable, contextAddress: number, parts: RunParts): number {
    this.host.begin(program, parts);
    try {
      return executable.run(this.machine, contextAddress);
    } finally {
      this.host.end();
    }
  }

  /** Where in a packet of this CPU an address lies; undefined: in none. */
  describe(address: number): string | undefined {
    return this.#xdp?.area.describe(address) ?? this.#skb?.area.describe(address);
  }

  /** Memory for one run. */
  allocate(bytes: Uint8Array, label: string, access: 'read' | 'read-write'): Region {
    const region = this.#space.allocate(Math.max(1, bytes.length), label, access);
    this.#space.bytes.set(bytes, region.address);
    return region;
  }

  free(): void {
    this.#xdp?.free();
    this.#skb?.free();
    for (const socket of this.#sockets.values()) socket.free();
    this.machine[Symbol.dispose]();
  }

  /** LD_ABS and LD_IND: from the packet's first byte; from the headers with the offsets SKF_NET_OFF and SKF_LL_OFF. */
  #loadPacket(offset: number, sizeBytes: number): number {
    const { packet } = this.host;
    if (!packet) return -1;
    let from = offset;
    if (offset < 0) {
      if (offset >= -0x100000) from = offset + 0x100000 + packet.networkOffset;
      else if (offset >= -0x200000) from = offset + 0x200000 + packet.macOffset;
      else return -1;
      if (from < packet.macOffset) return -1;
    }
    if (from + sizeBytes > packet.lengthBytes) return -1;
    const at = packet.address + from;
    const { view } = this.#space;
    return sizeBytes === 4 ? view.getUint32(at) : sizeBytes === 2 ? view.getUint16(at) : view.getUint8(at);
  }
}
