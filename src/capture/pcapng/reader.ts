// Reads the blocks of a pcapng file from a queue of bytes. Source: draft-ietf-opsawg-pcapng. As libpcap and Wireshark do,
// it refuses what makes the following blocks unreadable (lengths) or packets meaningless (an unknown interface, a time
// stamp unit that cannot be); any other block whose content it cannot read it hands out as it is.

import type { ByteQueue } from '../byte-queue.js';
import { captureError } from '../errors.js';
import type { FormatReader } from '../format-reader.js';
import { createInterface, OPTION_TIMESTAMP_OFFSET, OPTION_TIMESTAMP_RESOLUTION } from '../interface.js';
import { effectiveSnapLength, maximumBlockBytes, maximumPacketBytes } from '../limits.js';
import { Packet } from '../packet.js';
import { hasHostOrderFields, swapHostOrderFields } from '../pseudo-headers.js';
import {
  MAXIMUM_BINARY_EXPONENT,
  MAXIMUM_DECIMAL_EXPONENT,
  split,
  splitUnits,
  type TimeScale,
  timeScale,
} from '../timestamps.js';
import type {
  ByteOrder,
  CaptureHeader,
  CaptureInterface,
  CaptureItem,
  CaptureOption,
  PacketBlockKind,
} from '../types.js';
import {
  BLOCK_CUSTOM,
  BLOCK_CUSTOM_NO_COPY,
  BLOCK_DECRYPTION_SECRETS,
  BLOCK_ENHANCED_PACKET,
  BLOCK_INTERFACE,
  BLOCK_INTERFACE_STATISTICS,
  BLOCK_NAME_RESOLUTION,
  BLOCK_OBSOLETE_PACKET,
  BLOCK_OVERHEAD_BYTES,
  BLOCK_SECTION_HEADER,
  BLOCK_SIMPLE_PACKET,
  BYTE_ORDER_MAGIC,
  CUSTOM_FIXED_BYTES,
  ENHANCED_FIXED_BYTES,
  INTERFACE_FIXED_BYTES,
  MAJOR_VERSION,
  MAXIMUM_SECTION_HEADER_BYTES,
  OBSOLETE_FIXED_BYTES,
  SECRETS_FIXED_BYTES,
  SECTION_FIXED_BYTES,
  SIMPLE_FIXED_BYTES,
  STATISTICS_FIXED_BYTES,
} from './blocks.js';
import { decodeNames } from './names.js';
import type { OptionBlock } from './option-table.js';
import { decodeOptions } from './options.js';

/** A file may describe so many interfaces; each costs memory for as long as it is read. */
const MAXIMUM_INTERFACES = 262_144;

/** What is worked out once an interface. */
interface KnownInterface {
  readonly interface: CaptureInterface;
  readonly scale: TimeScale;
  readonly maximumBytes: number;
  readonly snapBytes: number;
  readonly swapsFields: boolean;
}

export class PcapngReader implements FormatReader {
  readonly interfaces: CaptureInterface[] = [];
  header: CaptureHeader | undefined = undefined;
  wantedBytes = 12;
  wantedWhat = 'section header';

  readonly #queue: ByteQueue;
  #little = true;
  #byteOrder: ByteOrder = 'little';
  #section = -1;
  #known: KnownInterface[] = [];
  #maximumBlockBytes = maximumBlockBytes(0);

  constructor(queue: ByteQueue) {
    this.#queue = queue;
  }

  readonly plainRecords = true;

  /** The interfaces of the current section, by their ids. */
  get sectionInterfaces(): readonly CaptureInterface[] {
    return this.#known.map(known => known.interface);
  }

  /** Byte order of the current section. */
  get littleEndian(): boolean {
    return this.#little;
  }

  /** The next item, or undefined: then `wantedBytes` are wanted from the front of the queue. Throws SkepError at damage. */
  next(): CaptureItem | undefined {
    const queue = this.#queue;
    this.wantedBytes = this.#section === -1 ? 12 : 8;
    if (!queue.ensure(this.wantedBytes)) return undefined;
    const type = queue.view.getUint32(queue.start, this.#little);
    if (type === BLOCK_SECTION_HEADER) {
      this.wantedBytes = 12;
      if (!queue.ensure(12)) return undefined;
      this.#readByteOrder();
    }
    const length = queue.view.getUint32(queue.start + 4, this.#little);
    this.#checkLength(type, length);
    this.wantedBytes = length;
    if (!queue.ensure(length)) return undefined;
    const trailer = queue.view.getUint32(queue.start + length - 4, this.#little);
    if (trailer !== length) {
      throw this.#damage(
        'SKEP3006',
        `the block at byte ${queue.offsetBytes} has length ${length} at its beginning and ${trailer} at its end`,
        length,
      );
    }
    const item = this.#item(type, queue.start + 8, queue.start + length - 4);
    queue.skip(length);
    return item;
  }

  #readByteOrder(): void {
    const { view, start, offsetBytes } = this.#queue;
    if (view.getUint32(start + 8, true) === BYTE_ORDER_MAGIC) this.#little = true;
    else if (view.getUint32(start + 8, false) === BYTE_ORDER_MAGIC) this.#little = false;
    else if (this.#section === -1) {
      throw captureError(
        'SKEP3001',
        'the file is not a capture file: it begins like pcapng, without a byte-order magic',
        8,
        12,
      );
    } else {
      throw this.#damage('SKEP3006', `the section header at byte ${offsetBytes} has no byte-order magic`, 12);
    }
    this.#byteOrder = this.#little ? 'little' : 'big';
  }

  #checkLength(type: number, length: number): void {
    const at = this.#queue.offsetBytes;
    const what = `the block at byte ${at} (type 0x${type.toString(16).padStart(8, '0')})`;
    const least = type === BLOCK_SECTION_HEADER ? BLOCK_OVERHEAD_BYTES + SECTION_FIXED_BYTES : BLOCK_OVERHEAD_BYTES;
    if (length < least) {
      throw this.#damage('SKEP3006', `${what} claims a length of ${length}, less than the ${least} it must have`, 8);
    }
    if (length % 4 !== 0) {
      throw this.#damage('SKEP3006', `${what} claims a length of ${length}, which is no multiple of 4`, 8);
    }
    const most = type === BLOCK_SECTION_HEADER ? MAXIMUM_SECTION_HEADER_BYTES : this.#maximumBlockBytes;
    if (length > most) {
      throw this.#damage('SKEP3005', `${what} claims a length of ${length}, more than the ${most} it may have`, 8);
    }
  }

  #damage(code: 'SKEP3005' | 'SKEP3006' | 'SKEP3007' | 'SKEP3008' | 'SKEP3009', message: string, bytes: number): Error {
    const at = this.#queue.offsetBytes;
    return captureError(code, message, at, at + bytes);
  }

  #item(type: number, start: number, end: number): CaptureItem {
    switch (type) {
      case BLOCK_ENHANCED_PACKET:
        return this.#enhanced(start, end);
      case BLOCK_SIMPLE_PACKET:
        return this.#simple(start, end);
      case BLOCK_OBSOLETE_PACKET:
        return this.#obsolete(start, end);
      case BLOCK_SECTION_HEADER:
        return this.#sectionHeader(start, end);
      case BLOCK_INTERFACE:
        return this.#interfaceDescription(start, end);
      default:
        return this.#other(type, start, end) ?? this.#unknown(type, start, end);
    }
  }

  #enhanced(start: number, end: number): CaptureItem {
    this.#checkFixed('enhanced packet', ENHANCED_FIXED_BYTES, start, end);
    const { view } = this.#queue;
    const little = this.#little;
    const known = this.#interfaceOf(view.getUint32(start, little));
    const captured = view.getUint32(start + 12, little);
    const original = view.getUint32(start + 16, little);
    return this.#packet('enhanced', known, start + 4, start + ENHANCED_FIXED_BYTES, end, captured, original);
  }

  #obsolete(start: number, end: number): CaptureItem {
    this.#checkFixed('packet', OBSOLETE_FIXED_BYTES, start, end);
    const { view } = this.#queue;
    const little = this.#little;
    const known = this.#interfaceOf(view.getUint16(start, little));
    const captured = view.getUint32(start + 12, little);
    const original = view.getUint32(start + 16, little);
    const packet = this.#packet('obsolete', known, start + 4, start + OBSOLETE_FIXED_BYTES, end, captured, original);
    packet.drops = view.getUint16(start + 2, little);
    return packet;
  }

  #simple(start: number, end: number): CaptureItem {
    this.#checkFixed('simple packet', SIMPLE_FIXED_BYTES, start, end);
    const known = this.#interfaceOf(0);
    const original = this.#queue.view.getUint32(start, this.#little);
    const captured = Math.min(original, known.snapBytes);
    return this.#packet('simple', known, -1, start + SIMPLE_FIXED_BYTES, end, captured, original);
  }

  #checkFixed(what: string, fixedBytes: number, start: number, end: number): void {
    if (end - start >= fixedBytes) return;
    throw this.#damage(
      'SKEP3007',
      `the ${what} block at byte ${this.#queue.offsetBytes} has ${end - start} bytes, less than the ${fixedBytes} of its fields`,
      end - start + BLOCK_OVERHEAD_BYTES,
    );
  }

  #interfaceOf(id: number): KnownInterface {
    const known = this.#known[id];
    if (known !== undefined) return known;
    throw this.#damage(
      'SKEP3008',
      `the packet at byte ${this.#queue.offsetBytes} belongs to interface ${id}, which its section does not describe`,
      12,
    );
  }

  #packet(
    block: PacketBlockKind,
    known: KnownInterface,
    timeAt: number,
    dataAt: number,
    end: number,
    captured: number,
    original: number,
  ): Packet {
    const { bytes, view, offsetBytes } = this.#queue;
    if (captured > end - dataAt) {
      throw this.#damage(
        'SKEP3007',
        `the packet at byte ${offsetBytes} claims ${captured} captured bytes, but its block has room for ${end - dataAt}`,
        end - dataAt,
      );
    }
    if (captured > known.maximumBytes) {
      throw this.#damage(
        'SKEP3005',
        `the packet at byte ${offsetBytes} claims ${captured} captured bytes, more than the ${known.maximumBytes} a packet of its interface may have`,
        end - dataAt,
      );
    }
    const iface = known.interface;
    let data = bytes.subarray(dataAt, dataAt + captured);
    if (known.swapsFields) data = swapHostOrderFields(iface.linkType, data, original, false);
    let high = 0;
    let low = 0;
    if (timeAt < 0) {
      split.seconds = 0;
      split.nanoseconds = 0;
    } else {
      high = view.getUint32(timeAt, this.#little);
      low = view.getUint32(timeAt + 4, this.#little);
      splitUnits(known.scale, high, low);
    }
    const { seconds, nanoseconds } = split;
    const packet = new Packet(iface, block, offsetBytes, data, original, seconds, nanoseconds, timeAt >= 0);
    if (timeAt >= 0 && !known.scale.reversible) packet.exactTime = { high, low };
    const optionsAt = dataAt + ((captured + 3) & ~3);
    if (block !== 'simple' && optionsAt < end) packet.encodedOptions = bytes.subarray(optionsAt, end);
    return packet;
  }

  #sectionHeader(start: number, end: number): CaptureItem {
    const { view, offsetBytes } = this.#queue;
    const little = this.#little;
    const majorVersion = view.getUint16(start + 4, little);
    const minorVersion = view.getUint16(start + 6, little);
    if (majorVersion !== MAJOR_VERSION) {
      throw captureError(
        'SKEP3004',
        `pcapng version ${majorVersion}.${minorVersion} is not supported`,
        offsetBytes + 12,
        offsetBytes + 16,
        [`the section header at byte ${offsetBytes} names it; version 1 is supported`],
      );
    }
    const sectionLength = view.getBigUint64(start + 8, little);
    this.#section++;
    this.#known = [];
    this.wantedWhat = 'block';
    this.header ??= { format: 'pcapng', byteOrder: this.#byteOrder };
    return {
      kind: 'section',
      offsetBytes,
      index: this.#section,
      byteOrder: this.#byteOrder,
      majorVersion,
      minorVersion,
      ...(sectionLength === 0xffffffffffffffffn ? {} : { sectionLengthBytes: Number(sectionLength) }),
      options: this.#options('section', start + SECTION_FIXED_BYTES, end).options,
    };
  }

  #interfaceDescription(start: number, end: number): CaptureItem {
    this.#checkFixed('interface description', INTERFACE_FIXED_BYTES, start, end);
    const { view, offsetBytes } = this.#queue;
    if (this.interfaces.length >= MAXIMUM_INTERFACES) {
      throw this.#damage('SKEP3009', `the file describes more than ${MAXIMUM_INTERFACES} interfaces`, end - start);
    }
    const { options, damageAt } = this.#options('interface', start + INTERFACE_FIXED_BYTES, end);
    if (damageAt !== -1) {
      throw this.#damage(
        'SKEP3009',
        `the interface description at byte ${offsetBytes} has an option at byte ${offsetBytes + 16 + damageAt} that does not fit into it`,
        end - start,
      );
    }
    this.#checkTimeOptions(options, end - start);
    const iface = createInterface({
      index: this.interfaces.length,
      section: this.#section,
      indexInSection: this.#known.length,
      linkType: view.getUint16(start, this.#little),
      snapLength: view.getUint32(start + 4, this.#little),
      byteOrder: this.#byteOrder,
      options,
    });
    const snapBytes = effectiveSnapLength(iface);
    this.interfaces.push(iface);
    this.#known.push({
      interface: iface,
      scale: timeScale(iface.timestampResolution, iface.timestampOffsetSeconds),
      maximumBytes: Math.max(maximumPacketBytes(iface.linkType), snapBytes),
      snapBytes,
      swapsFields: !this.#little && hasHostOrderFields(iface.linkType),
    });
    this.#maximumBlockBytes = Math.max(this.#maximumBlockBytes, maximumBlockBytes(iface.linkType));
    return { kind: 'interface', offsetBytes, interface: iface };
  }

  /** A unit or an offset that cannot be read makes every time stamp of the interface wrong: better none than wrong ones. */
  #checkTimeOptions(options: readonly CaptureOption[], bytes: number): void {
    const at = this.#queue.offsetBytes;
    const fail = (why: string): Error =>
      this.#damage('SKEP3009', `the interface description at byte ${at} ${why}`, bytes);
    for (const code of [OPTION_TIMESTAMP_RESOLUTION, OPTION_TIMESTAMP_OFFSET]) {
      const found = options.filter(option => option.code === code);
      if (found.length > 1) throw fail(`has ${found[0]!.name} ${found.length} times`);
      if (found[0]?.value instanceof Uint8Array) {
        throw fail(`has ${found[0].name} with ${found[0].value.length} bytes`);
      }
      if (code === OPTION_TIMESTAMP_RESOLUTION && found[0]) {
        const value = found[0].value as number;
        const exponent = value & 0x7f;
        const base = value & 0x80 ? 2 : 10;
        if (exponent > (base === 2 ? MAXIMUM_BINARY_EXPONENT : MAXIMUM_DECIMAL_EXPONENT)) {
          throw fail(`has a time stamp resolution of ${base}^-${exponent} s, finer than 64 bits can count`);
        }
      }
    }
  }

  #options(block: OptionBlock, start: number, end: number): ReturnType<typeof decodeOptions> {
    return decodeOptions(block, this.#queue.bytes.subarray(start, end), this.#little);
  }

  /** Blocks beside packets and interfaces; undefined when the content cannot be read. */
  #other(type: number, start: number, end: number): CaptureItem | undefined {
    const { bytes, view, offsetBytes } = this.#queue;
    const little = this.#little;
    switch (type) {
      case BLOCK_NAME_RESOLUTION: {
        const names = decodeNames(bytes.subarray(start, end), little);
        if (names === undefined) return undefined;
        const { options, damageAt } = this.#options('names', start + names.optionsAt, end);
        return damageAt === -1 ? { kind: 'names', offsetBytes, records: names.records, options } : undefined;
      }
      case BLOCK_INTERFACE_STATISTICS: {
        if (end - start < STATISTICS_FIXED_BYTES) return undefined;
        const known = this.#known[view.getUint32(start, little)];
        const { options, damageAt } = this.#options('statistics', start + STATISTICS_FIXED_BYTES, end);
        if (known === undefined || damageAt !== -1) return undefined;
        const stamp = { high: view.getUint32(start + 4, little), low: view.getUint32(start + 8, little) };
        splitUnits(known.scale, stamp.high, stamp.low);
        return {
          kind: 'statistics',
          offsetBytes,
          interface: known.interface,
          timeSeconds: split.seconds,
          timeNanoseconds: split.nanoseconds,
          ...(known.scale.reversible ? {} : { exactTime: stamp }),
          options,
        };
      }
      case BLOCK_DECRYPTION_SECRETS: {
        if (end - start < SECRETS_FIXED_BYTES) return undefined;
        const length = view.getUint32(start + 4, little);
        const dataAt = start + SECRETS_FIXED_BYTES;
        if (length > end - dataAt) return undefined;
        const { options, damageAt } = this.#options('secrets', dataAt + Math.min((length + 3) & ~3, end - dataAt), end);
        if (damageAt !== -1) return undefined;
        const data = bytes.subarray(dataAt, dataAt + length);
        return { kind: 'secrets', offsetBytes, secretsType: view.getUint32(start, little), data, options };
      }
      case BLOCK_CUSTOM:
      case BLOCK_CUSTOM_NO_COPY:
        if (end - start < CUSTOM_FIXED_BYTES) return undefined;
        return {
          kind: 'custom',
          offsetBytes,
          copyable: type === BLOCK_CUSTOM,
          enterprise: view.getUint32(start, little),
          data: bytes.subarray(start + CUSTOM_FIXED_BYTES, end),
          byteOrder: this.#byteOrder,
        };
      default:
        return undefined;
    }
  }

  #unknown(blockType: number, start: number, end: number): CaptureItem {
    const { bytes, offsetBytes } = this.#queue;
    return { kind: 'unknown', offsetBytes, blockType, body: bytes.subarray(start, end), byteOrder: this.#byteOrder };
  }
}
