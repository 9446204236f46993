// Reads the records of a pcap file from a queue of bytes. Sources: draft-ietf-opsawg-pcap; the quirks of old versions and
// what is refused: libpcap sf-pcap.c.

import type { ByteQueue } from '../byte-queue.js';
import { captureError } from '../errors.js';
import type { FormatReader } from '../format-reader.js';
import { createInterface } from '../interface.js';
import { effectiveSnapLength, maximumPacketBytes } from '../limits.js';
import { Packet } from '../packet.js';
import { hasHostOrderFields, swapHostOrderFields } from '../pseudo-headers.js';
import type { CaptureInterface, CaptureItem, PcapHeader } from '../types.js';
import {
  FCS_PRESENT,
  FCS_SHIFT,
  LINK_TYPE_MASK,
  LINK_TYPE_RESERVED_MASK,
  type VariantRow,
  variantOf,
} from './variants.js';

/** Whether the two lengths of a record stand the other way round: always, never, or where it makes sense only so. */
type LengthOrder = 'captured-first' | 'original-first' | 'original-first-if-larger';

/** DG/UX's tcpdump called its version 543.0. */
const DG_UX_MAJOR = 543;

const LINKTYPE_ETHERNET = 1;
const ETHERNET_HEADER_BYTES = 14;

export class PcapReader implements FormatReader {
  readonly interfaces: CaptureInterface[] = [];
  header: PcapHeader | undefined = undefined;
  wantedBytes = 4;
  wantedWhat = 'file header';

  readonly #queue: ByteQueue;
  #row!: VariantRow;
  #little = true;
  #interface!: CaptureInterface;
  #lengthOrder: LengthOrder = 'captured-first';
  #maximumBytes = 0;
  #snapBytes = 0;
  #nanosecondsPerUnit = 1;
  #unitsPerSecond = 1;
  #swapsFields = false;

  constructor(queue: ByteQueue) {
    this.#queue = queue;
  }

  get plainRecords(): boolean {
    return this.#lengthOrder === 'captured-first' && !this.#swapsFields;
  }

  /** 16, or 24 in Kuznetzov's variant. */
  get recordHeaderBytes(): 16 | 24 {
    return this.#row.recordHeaderBytes;
  }

  /** The next item, or undefined: then `wantedBytes` are wanted from the front of the queue. Throws SkepError at damage. */
  next(): CaptureItem | undefined {
    if (this.header === undefined) return this.#readHeader();
    const queue = this.#queue;
    const headerBytes = this.#row.recordHeaderBytes;
    this.wantedBytes = headerBytes;
    if (!queue.ensure(headerBytes)) return undefined;
    const { view, start } = queue;
    const little = this.#little;
    let captured = view.getUint32(start + 8, little);
    let original = view.getUint32(start + 12, little);
    if (this.#lengthOrder !== 'captured-first') {
      if (this.#lengthOrder === 'original-first' || captured > original) [captured, original] = [original, captured];
    }
    if (captured > this.#maximumBytes) {
      const at = queue.offsetBytes;
      throw captureError(
        'SKEP3005',
        `the record at byte ${at} claims ${captured} captured bytes, more than the ${this.#maximumBytes} a packet of this link type may have`,
        at,
        at + headerBytes,
      );
    }
    this.wantedBytes = headerBytes + captured;
    if (!queue.ensure(headerBytes + captured)) return undefined;

    const packet = this.#packet(headerBytes, captured, original);
    queue.skip(headerBytes + captured);
    return packet;
  }

  #packet(headerBytes: number, captured: number, original: number): Packet {
    const { bytes, view, start, offsetBytes } = this.#queue;
    const little = this.#little;
    let seconds = view.getUint32(start, little);
    let fraction = view.getUint32(start + 4, little);
    if (fraction >= this.#unitsPerSecond) {
      seconds += Math.floor(fraction / this.#unitsPerSecond);
      fraction %= this.#unitsPerSecond;
    }
    // Some programs wrote more than the snap length that their header gives; libpcap cuts to it.
    const kept = Math.min(captured, this.#snapBytes);
    let data = bytes.subarray(start + headerBytes, start + headerBytes + kept);
    if (this.#swapsFields) data = swapHostOrderFields(this.#interface.linkType, data, original, false);
    const nanoseconds = fraction * this.#nanosecondsPerUnit;
    const packet = new Packet(this.#interface, 'record', offsetBytes, data, original, seconds, nanoseconds, true);
    if (headerBytes > 16) packet.extraHeader = bytes.subarray(start + 16, start + headerBytes);
    return packet;
  }

  #readHeader(): CaptureItem | undefined {
    const queue = this.#queue;
    if (!queue.ensure(4)) return undefined;
    const { row, littleEndian } = variantOf(queue.bytes, queue.start)!;
    this.wantedBytes = row.fileHeaderBytes;
    if (!queue.ensure(row.fileHeaderBytes)) return undefined;
    const { view, start } = queue;
    const u16 = (at: number): number => view.getUint16(start + at, littleEndian);
    const u32 = (at: number): number => view.getUint32(start + at, littleEndian);
    const majorVersion = u16(4);
    const minorVersion = u16(6);
    if (!(majorVersion === 2 && minorVersion <= 4) && !(majorVersion === DG_UX_MAJOR && minorVersion === 0)) {
      throw captureError('SKEP3004', `pcap version ${majorVersion}.${minorVersion} is not supported`, 4, 8, [
        'versions 2.0 to 2.4 are',
      ]);
    }
    const linkWord = u32(20);
    if ((linkWord & LINK_TYPE_RESERVED_MASK) !== 0) {
      throw captureError(
        'SKEP3009',
        `the link type field 0x${linkWord.toString(16).padStart(8, '0')} has reserved bits set`,
        20,
        24,
      );
    }
    this.#row = row;
    this.#little = littleEndian;
    const byteOrder = littleEndian ? 'little' : 'big';
    this.header = {
      format: 'pcap',
      variant: row.variant,
      byteOrder,
      majorVersion,
      minorVersion,
      reserved1: u32(8),
      reserved2: u32(12),
    };
    const linkType = linkWord & LINK_TYPE_MASK;
    // Kuznetzov's libpcap put a made-up Ethernet header in front of what the snap length had cut.
    const madeUp = row.variant === 'kuznetzov' && linkType === LINKTYPE_ETHERNET ? ETHERNET_HEADER_BYTES : 0;
    const snapLength = u32(16);
    const iface = createInterface({
      linkType,
      snapLength: snapLength === 0 ? 0 : Math.min(snapLength + madeUp, 0xffffffff),
      byteOrder,
      timestampResolution: row.resolution,
      ...(linkWord & FCS_PRESENT ? { fcsLengthBytes: (linkWord >>> FCS_SHIFT) * 2 } : {}),
    });
    this.#begin(iface, majorVersion, minorVersion);
    queue.skip(row.fileHeaderBytes);
    this.wantedWhat = 'record';
    return { kind: 'interface', offsetBytes: 0, interface: iface };
  }

  #begin(iface: CaptureInterface, majorVersion: number, minorVersion: number): void {
    this.#interface = iface;
    this.interfaces.push(iface);
    this.#maximumBytes = maximumPacketBytes(iface.linkType);
    this.#snapBytes = effectiveSnapLength(iface);
    this.#unitsPerSecond = 10 ** this.#row.resolution.exponent;
    this.#nanosecondsPerUnit = 1e9 / this.#unitsPerSecond;
    this.#swapsFields = !this.#little && hasHostOrderFields(iface.linkType);
    if (majorVersion === DG_UX_MAJOR || minorVersion < 3) this.#lengthOrder = 'original-first';
    else if (minorVersion === 3) this.#lengthOrder = 'original-first-if-larger';
  }
}
