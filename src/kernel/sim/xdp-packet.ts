// A frame as XDP programs have it: struct xdp_md over a page with 256 bytes of head room (XDP_PACKET_HEADROOM) and, behind the packet,
// what the skb_shared_info of Linux on x86-64 leaves. The context's words are the packet's only state, written where it moves.

import type { AddressSpace, Region } from '../../engine/index.js';
import type { PacketBuffer, SocketView } from '../../helpers/index.js';
import { XDP_MD } from '../structs/table.js';
import { PacketArea } from './packet-area.js';

/** XDP_PACKET_HEADROOM. */
export const XDP_HEADROOM_BYTES = 256;
/** sizeof(struct xdp_frame), which must stay in front. */
export const XDP_FRAME_BYTES = 40;
/** What test_run leaves behind a frame of one page: SKB_DATA_ALIGN(sizeof(struct skb_shared_info)). */
export const XDP_TAIL_BYTES = 320;
/** A frame's buffer: one page. */
export const XDP_PAGE_BYTES = 4096;
/** The longest packet in one buffer. */
export const XDP_MAXIMUM_BYTES = XDP_PAGE_BYTES - XDP_HEADROOM_BYTES - XDP_TAIL_BYTES;

const DATA = XDP_MD.byName.get('data')!.offsetBytes;
const DATA_END = XDP_MD.byName.get('data_end')!.offsetBytes;
const DATA_META = XDP_MD.byName.get('data_meta')!.offsetBytes;
const INGRESS = XDP_MD.byName.get('ingress_ifindex')!.offsetBytes;
const QUEUE = XDP_MD.byName.get('rx_queue_index')!.offsetBytes;
const EGRESS = XDP_MD.byName.get('egress_ifindex')!.offsetBytes;

export class XdpPacket implements PacketBuffer {
  readonly kind = 'xdp';
  readonly area: PacketArea;
  readonly context: Region;
  readonly #space: AddressSpace;

  macOffset = 0;
  networkOffset = 14;
  transportOffset = 14;
  protocol = 0;
  packetType = 0;
  hash = 0;
  hashIsSet = false;
  mark = 0;
  vlan = undefined;
  checksum = { kind: 'none' as const, value: 0, level: 0 };
  gsoSizeBytes = 0;
  gsoSegments = 0;
  gsoType = 'none' as const;
  timestampNs = 0n;
  timestampType = 0;
  readonly atIngress = true;
  socket: SocketView | undefined = undefined;
  tunnel = undefined;
  readonly cgroup = undefined;
  readonly routeRealm = 0;
  readonly classid = 0;

  constructor(space: AddressSpace) {
    this.#space = space;
    this.area = new PacketArea(space, 'packet', XDP_PAGE_BYTES);
    this.context = space.allocate(XDP_MD.sizeBytes, 'context (struct xdp_md)', 'read-write');
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
    return Math.max(0, this.area.headroomBytes - XDP_FRAME_BYTES);
  }

  get tailroomBytes(): number {
    return this.area.tailroomBytes;
  }

  get ifindex(): number {
    return this.ingressIfindex;
  }

  get ingressIfindex(): number {
    return this.#space.view.getUint32(this.context.address + INGRESS, true);
  }

  get maximumLengthBytes(): number {
    return Math.max(XDP_MAXIMUM_BYTES, this.area.lengthBytes + this.area.tailroomBytes);
  }

  /** A packet comes in: [start, end) of `from`, the first `metaBytes` of it metadata. */
  load(from: Uint8Array, start: number, end: number, metaBytes: number): void {
    const tail = Math.max(0, XDP_MAXIMUM_BYTES + metaBytes - (end - start));
    this.area.load(from, start, end, XDP_HEADROOM_BYTES - metaBytes, tail, metaBytes);
    this.#write();
  }

  setInterface(ingressIfindex: number, queue: number, egressIfindex = 0): void {
    const { view } = this.#space;
    const { address } = this.context;
    view.setUint32(address + INGRESS, ingressIfindex, true);
    view.setUint32(address + QUEUE, queue, true);
    view.setUint32(address + EGRESS, egressIfindex, true);
  }

  move(headDelta: number, tailDelta: number): boolean {
    if (this.area.headroomBytes + headDelta < XDP_FRAME_BYTES && headDelta < 0) return false;
    const moved = this.area.move(headDelta, tailDelta);
    if (moved) this.#write();
    return moved;
  }

  setMeta(metaBytes: number): boolean {
    const headroom = this.area.headroomBytes + this.area.metaBytes - metaBytes;
    if (headroom < XDP_FRAME_BYTES || !this.area.setMeta(metaBytes)) return false;
    this.#write();
    return true;
  }

  changed(): void {
    this.#write();
  }

  free(): void {
    this.area.free();
    this.#space.free(this.context);
  }

  #write(): void {
    const { view } = this.#space;
    const { address: context } = this.context;
    const { address, lengthBytes, metaBytes } = this.area;
    view.setUint32(context + DATA, address, true);
    view.setUint32(context + DATA_END, address + lengthBytes, true);
    view.setUint32(context + DATA_META, address - metaBytes, true);
  }
}
