// A packet as the programs of the stack have it: struct __sk_buff. What programs may write through the context has no other place than
// the context's words, so that helpers and programs always see the same; the rest is kept here.

import type { AddressSpace, Region } from '../../engine/index.js';
import type { CgroupView, PacketBuffer, PacketChecksum, SocketView, TunnelKey, VlanTag } from '../../helpers/index.js';
import { SK_BUFF } from '../structs/table.js';
import { PacketArea } from './packet-area.js';

/** NET_SKB_PAD + NET_IP_ALIGN of x86-64: the room in front of a received packet. */
export const SKB_HEADROOM_BYTES = 64;
/** SKB_DATA_ALIGN(sizeof(struct skb_shared_info)). */
export const SKB_TAIL_BYTES = 320;
/** The longest packet that test_run takes in one page. */
export const SKB_MAXIMUM_BYTES = 4096 - SKB_HEADROOM_BYTES - SKB_TAIL_BYTES;
const INITIAL_BYTES = 4096;

const at = (name: string): number => SK_BUFF.byName.get(name)!.offsetBytes;
const LEN = at('len');
const PKT_TYPE = at('pkt_type');
const MARK = at('mark');
const PROTOCOL = at('protocol');
const VLAN_PRESENT = at('vlan_present');
const VLAN_TCI = at('vlan_tci');
const VLAN_PROTO = at('vlan_proto');
const INGRESS_IFINDEX = at('ingress_ifindex');
const IFINDEX = at('ifindex');
const HASH = at('hash');
const DATA = at('data');
const DATA_END = at('data_end');
const DATA_META = at('data_meta');
const TSTAMP = at('tstamp');
const GSO_SEGS = at('gso_segs');
const GSO_SIZE = at('gso_size');
const TSTAMP_TYPE = at('tstamp_type');
const SK = at('sk');

const swap16 = (value: number): number => ((value & 0xff) << 8) | ((value >>> 8) & 0xff);

/** What the packet's place in the network says, and no packet carries. */
export interface SkbPlace {
  readonly atIngress: boolean;
  readonly cgroup?: CgroupView | undefined;
  readonly routeRealm: number;
  readonly classid: number;
  /** MTU plus link-layer header. */
  readonly maximumLengthBytes: number;
}

export class SkbPacket implements PacketBuffer {
  readonly kind = 'skb';
  readonly area: PacketArea;
  readonly context: Region;
  readonly #space: AddressSpace;
  #place: SkbPlace = { atIngress: true, routeRealm: 0, classid: 0, maximumLengthBytes: 65_535 + 14 };
  #socket: SocketView | undefined;

  macOffset = 0;
  networkOffset = 0;
  transportOffset = 0;
  hashIsSet = false;
  checksum: PacketChecksum = { kind: 'none', value: 0, level: 0 };
  gsoType: PacketBuffer['gsoType'] = 'none';
  tunnel: TunnelKey | undefined = undefined;

  constructor(space: AddressSpace) {
    this.#space = space;
    this.area = new PacketArea(space, 'packet', INITIAL_BYTES);
    this.context = space.allocate(SK_BUFF.sizeBytes, 'context (struct __sk_buff)', 'read-write');
  }

  /**
   * A packet comes in: [start, end) of `from`, a frame with its link-layer header of `linkBytes`, which the program sees when
   * `seesLink`. The context begins as zeros but for what the packet says.
   */
  load(from: Uint8Array, start: number, end: number, linkBytes: number, seesLink: boolean, place: SkbPlace): void {
    this.area.load(from, start, end, SKB_HEADROOM_BYTES, SKB_TAIL_BYTES);
    const skip = seesLink ? 0 : linkBytes;
    if (skip > 0) this.area.move(skip, 0);
    this.macOffset = -skip;
    this.networkOffset = linkBytes - skip;
    this.transportOffset = linkBytes - skip;
    this.hashIsSet = false;
    this.checksum.kind = 'none';
    this.checksum.value = this.checksum.level = 0;
    this.gsoType = 'none';
    this.tunnel = undefined;
    this.#place = place;
    const { address } = this.context;
    this.#space.bytes.fill(0, address, address + SK_BUFF.sizeBytes);
    this.socket = undefined;
    this.#write();
  }

  get address(): number {
    return this.area.address;
  }

  get lengthBytes(): number {
    return this.area.lengthBytes;
  }

  get metaBytes(): number {
    return this.area.metaBytes;
  }

  get headroomBytes(): number {
    return this.area.headroomBytes;
  }

  get tailroomBytes(): number {
    return this.area.tailroomBytes;
  }

  get protocol(): number {
    return swap16(this.#u32(PROTOCOL));
  }

  set protocol(value: number) {
    this.#setU32(PROTOCOL, swap16(value));
  }

  get packetType(): number {
    return this.#u32(PKT_TYPE);
  }

  set packetType(value: number) {
    this.#setU32(PKT_TYPE, value);
  }

  get hash(): number {
    return this.#u32(HASH);
  }

  set hash(value: number) {
    this.#setU32(HASH, value);
  }

  get mark(): number {
    return this.#u32(MARK);
  }

  set mark(value: number) {
    this.#setU32(MARK, value);
  }

  get vlan(): VlanTag | undefined {
    if (this.#u32(VLAN_PRESENT) === 0) return undefined;
    return { protocol: swap16(this.#u32(VLAN_PROTO)), tci: this.#u32(VLAN_TCI) };
  }

  set vlan(tag: VlanTag | undefined) {
    this.#setU32(VLAN_PRESENT, tag ? 1 : 0);
    this.#setU32(VLAN_TCI, tag?.tci ?? 0);
    this.#setU32(VLAN_PROTO, swap16(tag?.protocol ?? 0));
  }

  get gsoSizeBytes(): number {
    return this.#u32(GSO_SIZE);
  }

  set gsoSizeBytes(value: number) {
    this.#setU32(GSO_SIZE, value);
  }

  get gsoSegments(): number {
    return this.#u32(GSO_SEGS);
  }

  set gsoSegments(value: number) {
    this.#setU32(GSO_SEGS, value);
  }

  get timestampNs(): bigint {
    return this.#space.view.getBigUint64(this.context.address + TSTAMP, true);
  }

  set timestampNs(value: bigint) {
    this.#space.view.setBigUint64(this.context.address + TSTAMP, value, true);
  }

  get timestampType(): number {
    return this.#space.view.getUint8(this.context.address + TSTAMP_TYPE);
  }

  set timestampType(value: number) {
    this.#space.view.setUint8(this.context.address + TSTAMP_TYPE, value);
  }

  get ifindex(): number {
    return this.#u32(IFINDEX);
  }

  get ingressIfindex(): number {
    return this.#u32(INGRESS_IFINDEX);
  }

  get atIngress(): boolean {
    return this.#place.atIngress;
  }

  get cgroup(): CgroupView | undefined {
    return this.#place.cgroup;
  }

  get routeRealm(): number {
    return this.#place.routeRealm;
  }

  get classid(): number {
    return this.#place.classid;
  }

  get maximumLengthBytes(): number {
    return this.#place.maximumLengthBytes;
  }

  get socket(): SocketView | undefined {
    return this.#socket;
  }

  set socket(socket: SocketView | undefined) {
    this.#socket = socket;
    this.#setU32(SK, socket?.address ?? 0);
  }

  move(headDelta: number, tailDelta: number): boolean {
    const { area } = this;
    if (area.lengthBytes - headDelta + tailDelta < 0) return false;
    if (area.headroomBytes + headDelta < 0 || area.tailroomBytes - tailDelta < 0) {
      area.grow(
        Math.max(SKB_HEADROOM_BYTES, area.headroomBytes) + Math.max(0, -headDelta),
        area.tailroomBytes + Math.max(0, tailDelta),
      );
    }
    const moved = area.move(headDelta, tailDelta);
    if (moved) this.#write();
    return moved;
  }

  setMeta(metaBytes: number): boolean {
    const done = this.area.setMeta(metaBytes);
    if (done) this.#write();
    return done;
  }

  changed(): void {
    this.#write();
  }

  free(): void {
    this.area.free();
    this.#space.free(this.context);
  }

  #write(): void {
    const { address, lengthBytes, metaBytes } = this.area;
    this.#setU32(LEN, lengthBytes);
    this.#setU32(DATA, address);
    this.#setU32(DATA_END, address + lengthBytes);
    this.#setU32(DATA_META, address - metaBytes);
  }

  #u32(offset: number): number {
    return this.#space.view.getUint32(this.context.address + offset, true);
  }

  #setU32(offset: number, value: number): void {
    this.#space.view.setUint32(this.context.address + offset, value, true);
  }
}
