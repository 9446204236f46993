// A workbench for helpers: an address space, a CPU, and a kernel that notes what helpers hand to it.

import { createAddressSpace, createMachine, type Machine } from '../../src/engine/index.js';
import {
  callTargetOf,
  type HelperHost,
  helperNamed,
  kfuncNamed,
  type PacketBuffer,
  type PacketChecksum,
} from '../../src/helpers/index.js';
import { createMap, type KernelMap, type MapDefinition, type MapHost, mapRegistry } from '../../src/maps/index.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface Bench {
  readonly machine: Machine;
  /** Parts that a test adds or changes. */
  readonly host: Mutable<HelperHost>;
  readonly lines: string[];
  /** Sets what the callbacks of the next calls do. */
  callback: (slot: number, ...values: number[]) => number;
  /** Calls a helper or kernel function; bigints fill both halves. The result as the program sees it: s32, u32, or u64 as bigint. */
  call(name: string, ...values: (number | bigint)[]): number | bigint;
  /** Puts bytes (or a text with its zero) into memory of its own: the address. */
  put(bytes: Uint8Array | readonly number[] | string): number;
  room(sizeBytes: number): number;
  read(address: number, sizeBytes: number): Uint8Array;
  text(address: number): string;
  map(definition: Partial<MapDefinition> & { readonly type: string }): KernelMap;
}

export function makeBench(checked = true): Bench {
  const space = createAddressSpace({ maximumBytes: 64 << 20 });
  const lines: string[] = [];
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  const registry = mapRegistry(space);
  const host: Mutable<HelperHost> = {
    cpuCount: 4,
    nowNs: () => 5_000_000_123,
    random,
    mapAt: handle => registry.byHandle(handle),
    emitPrintk: line => lines.push(line),
    program: 'the program',
  };
  const machine = createMachine({ space, cpu: 1, kernel: host });
  const mapHost: MapHost = { space, cpuCount: 4, now: () => 0n, random };
  const room = (sizeBytes: number): number => space.allocate(sizeBytes, 'test', 'read-write').address;
  const bench: Bench = {
    machine,
    host,
    lines,
    callback: () => 0,
    room,
    call(name, ...values) {
      const row = helperNamed(name) ?? kfuncNamed(name);
      if (!row) throw new Error(`no helper ${name}`);
      const [r1 = 0, r2 = 0, r3 = 0, r4 = 0, r5 = 0] = values.map((value, index) => {
        const wide = BigInt.asUintN(64, BigInt(value));
        machine.high[index + 1] = Number(BigInt.asIntN(32, wide >> 32n));
        return Number(wide & 0xffffffffn);
      });
      const target = callTargetOf(row, checked);
      const low = target.call(machine, r1, r2, r3, r4, r5);
      switch (target.signature.result) {
        case 'u64':
          return (BigInt(machine.high[0]! >>> 0) << 32n) | BigInt(low >>> 0);
        case 's32':
          return low | 0;
        default:
          return low >>> 0;
      }
    },
    put(bytes) {
      const data = typeof bytes === 'string' ? Uint8Array.from(Buffer.from(`${bytes}\0`)) : Uint8Array.from(bytes);
      const address = room(Math.max(1, data.length));
      space.bytes.set(data, address);
      return address;
    },
    read: (address, sizeBytes) => space.bytes.slice(address, address + sizeBytes),
    text: address => Buffer.from(space.bytes.subarray(address, space.bytes.indexOf(0, address))).toString(),
    map: definition =>
      createMap(mapHost, { name: 'map', keySizeBytes: 4, valueSizeBytes: 8, maxEntries: 4, flags: 0, ...definition }),
  };
  machine.callback = (slot, ...values) => bench.callback(slot, ...values);
  return bench;
}

/** A packet of a kind, in the middle of a page. */
export class TestPacket implements PacketBuffer {
  readonly kind: 'skb' | 'xdp';
  address: number;
  lengthBytes: number;
  headroomBytes = 256;
  tailroomBytes = 256;
  metaBytes = 0;
  macOffset = 0;
  networkOffset = 14;
  transportOffset = 34;
  protocol = 0x0800;
  packetType = 0;
  hash = 0;
  hashIsSet = false;
  mark = 0;
  vlan: PacketBuffer['vlan'];
  checksum: PacketChecksum = { kind: 'none', value: 0, level: 0 };
  gsoSizeBytes = 0;
  gsoSegments = 0;
  gsoType: PacketBuffer['gsoType'] = 'none';
  timestampNs = 0n;
  timestampType = 0;
  readonly ifindex = 2;
  readonly ingressIfindex = 2;
  atIngress = true;
  socket: PacketBuffer['socket'];
  tunnel: PacketBuffer['tunnel'];
  cgroup: PacketBuffer['cgroup'];
  readonly routeRealm = 7;
  readonly classid = 9;
  readonly maximumLengthBytes = 1514;
  changes = 0;
  readonly #bench: Bench;

  constructor(bench: Bench, kind: 'skb' | 'xdp', bytes: Uint8Array) {
    this.#bench = bench;
    this.kind = kind;
    this.address = bench.room(bytes.length + 512) + 256;
    this.lengthBytes = bytes.length;
    bench.machine.space.bytes.set(bytes, this.address);
    bench.host.packet = this;
  }

  /** With its metadata, as BPF_PROG_TEST_RUN gives it. */
  get bytes(): Uint8Array {
    return this.#bench.read(this.address - this.metaBytes, this.metaBytes + this.lengthBytes);
  }

  move(headDelta: number, tailDelta: number): boolean {
    if (-headDelta > this.headroomBytes || tailDelta > this.tailroomBytes) return false;
    const { bytes } = this.#bench.machine.space;
    if (tailDelta > 0) bytes.fill(0, this.address + this.lengthBytes, this.address + this.lengthBytes + tailDelta);
    if (this.metaBytes > 0) {
      const meta = this.address - this.metaBytes;
      bytes.copyWithin(meta + headDelta, meta, this.address);
    }
    this.address += headDelta;
    this.headroomBytes += headDelta;
    this.tailroomBytes -= tailDelta;
    this.lengthBytes += tailDelta - headDelta;
    return true;
  }

  setMeta(metaBytes: number): boolean {
    this.headroomBytes += this.metaBytes - metaBytes;
    this.metaBytes = metaBytes;
    return true;
  }

  changed(): void {
    this.changes++;
  }
}
