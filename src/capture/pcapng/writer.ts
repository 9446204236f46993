// Writes pcapng. Source: draft-ietf-opsawg-pcapng. Items from a reader give the file they came from again: sections,
// interfaces, options, names, secrets, custom and unknown blocks. Packets alone give a section and the interfaces they need.

import { ByteSink } from '../byte-sink.js';
import { captureError } from '../errors.js';
import type { CaptureWriter, WritableItem, WritablePacket, WriteOptions } from '../format-writer.js';
import { createInterface, interfaceOptions } from '../interface.js';
import { effectiveSnapLength } from '../limits.js';
import { Packet } from '../packet.js';
import { hasHostOrderFields, swapHostOrderFields } from '../pseudo-headers.js';
import { joined, joinUnits, NANOSECONDS, split, splitUnits, type TimeScale, timeScale } from '../timestamps.js';
import type {
  CaptureInterface,
  CaptureOption,
  CustomItem,
  NameResolutionItem,
  RawTimestamp,
  SecretsItem,
  SectionItem,
  StatisticsItem,
  UnknownItem,
} from '../types.js';
import {
  BLOCK_CUSTOM,
  BLOCK_CUSTOM_NO_COPY,
  BLOCK_DECRYPTION_SECRETS,
  BLOCK_ENHANCED_PACKET,
  BLOCK_INTERFACE,
  BLOCK_INTERFACE_STATISTICS,
  BLOCK_NAME_RESOLUTION,
  BLOCK_OVERHEAD_BYTES,
  BLOCK_SECTION_HEADER,
  BLOCK_SIMPLE_PACKET,
  BYTE_ORDER_MAGIC,
  ENHANCED_FIXED_BYTES,
  INTERFACE_FIXED_BYTES,
  MAJOR_VERSION,
  SECRETS_FIXED_BYTES,
  SECTION_FIXED_BYTES,
  SIMPLE_FIXED_BYTES,
  STATISTICS_FIXED_BYTES,
} from './blocks.js';
import { encodeNames } from './names.js';
import { encodeOptions } from './options.js';

const LINKTYPE_ETHERNET = 1;
const NO_BYTES = new Uint8Array(0);
const OPTION_DROP_COUNT = 4;

/** Options of the obsolete packet block that mean the same in the enhanced one; others there mean something else. */
const OBSOLETE_OPTION_NAMES: ReadonlyMap<number, string> = new Map([
  [2, 'epb_flags'],
  [3, 'epb_hash'],
]);
const FIRST_BLOCK_OPTION = 2;
const LAST_BLOCK_OPTION = 2987;

/** What an interface is in the section being written. */
interface WrittenInterface {
  readonly id: number;
  readonly scale: TimeScale;
  readonly swapsFields: boolean;
  readonly snapBytes: number;
}

export class PcapngWriter implements CaptureWriter {
  readonly format = 'pcapng';
  omitted = 0;

  readonly #options: WriteOptions;
  readonly #sink = new ByteSink();
  #little = true;
  #inSection = false;
  #finished = false;
  readonly #interfaces = new Map<CaptureInterface, WrittenInterface>();
  #ownInterface: CaptureInterface | undefined = undefined;

  constructor(options: WriteOptions) {
    this.#options = options;
    this.#little = options.byteOrder !== 'big';
  }

  get pendingBytes(): number {
    return this.#sink.length;
  }

  write(item: WritableItem): void {
    if (this.#finished) throw captureError('SKEP3014', 'the capture writer is finished: nothing more can be written');
    // What cannot be written must leave nothing behind, not even half a block.
    const { length } = this.#sink;
    try {
      this.#write(item);
    } catch (error) {
      this.#sink.length = Math.min(this.#sink.length, Math.max(length, this.#goodLength));
      throw error;
    }
    this.#goodLength = this.#sink.length;
  }

  /** Where the last whole block ends. */
  #goodLength = 0;

  take(): Uint8Array<ArrayBuffer> {
    this.#goodLength = 0;
    return this.#sink.take();
  }

  finish(): Uint8Array<ArrayBuffer> {
    if (!this.#finished && !this.#inSection) this.#beginSection(undefined);
    if (!this.#finished && this.#interfaces.size === 0 && this.#options.linkType !== undefined) this.#own();
    this.#finished = true;
    return this.take();
  }

  #write(item: WritableItem): void {
    if (item.kind === 'section') {
      this.#beginSection(item);
      return;
    }
    if (!this.#inSection) this.#beginSection(undefined);
    switch (item.kind) {
      case 'interface':
        this.#written(item.interface);
        return;
      case 'names':
        this.#names(item);
        return;
      case 'statistics':
        this.#statistics(item);
        return;
      case 'secrets':
        this.#secrets(item);
        return;
      case 'custom':
        this.#custom(item);
        return;
      case 'unknown':
        this.#unknown(item);
        return;
      default:
        this.#packet(item as WritablePacket);
    }
  }

  /** Claims a block, writes its frame, and returns where its body begins. */
  #begin(type: number, bodyBytes: number): number {
    const length = BLOCK_OVERHEAD_BYTES + bodyBytes;
    const at = this.#sink.claim(length);
    const { view } = this.#sink;
    view.setUint32(at, type, this.#little);
    view.setUint32(at + 4, length, this.#little);
    view.setUint32(at + length - 4, length, this.#little);
    return at + 8;
  }

  #set(at: number, bytes: Uint8Array, paddedBytes = bytes.length): number {
    this.#sink.bytes.set(bytes, at);
    if (paddedBytes > bytes.length) this.#sink.bytes.fill(0, at + bytes.length, at + paddedBytes);
    return at + paddedBytes;
  }

  #beginSection(item: SectionItem | undefined): void {
    const order = this.#options.byteOrder ?? item?.byteOrder;
    this.#little = order !== 'big';
    this.#interfaces.clear();
    const little = this.#little;
    const options = encodeOptions('section', item?.options ?? this.#options.sectionOptions ?? [], little);
    const at = this.#begin(BLOCK_SECTION_HEADER, SECTION_FIXED_BYTES + options.length);
    const { view } = this.#sink;
    view.setUint32(at, BYTE_ORDER_MAGIC, little);
    view.setUint16(at + 4, MAJOR_VERSION, little);
    view.setUint16(at + 6, 0, little);
    // The length is left open: a stream cannot be gone back into.
    view.setUint32(at + 8, 0xffffffff, little);
    view.setUint32(at + 12, 0xffffffff, little);
    this.#set(at + SECTION_FIXED_BYTES, options);
    this.#inSection = true;
  }

  #written(iface: CaptureInterface): WrittenInterface {
    const known = this.#interfaces.get(iface);
    if (known !== undefined) return known;
    const little = this.#little;
    const options = encodeOptions('interface', interfaceOptions(iface), little);
    const at = this.#begin(BLOCK_INTERFACE, INTERFACE_FIXED_BYTES + options.length);
    const { view } = this.#sink;
    view.setUint16(at, iface.linkType, little);
    view.setUint16(at + 2, 0, little);
    view.setUint32(at + 4, iface.snapLength, little);
    this.#set(at + INTERFACE_FIXED_BYTES, options);
    const written = {
      id: this.#interfaces.size,
      scale: timeScale(iface.timestampResolution, iface.timestampOffsetSeconds),
      swapsFields: !little && hasHostOrderFields(iface.linkType),
      snapBytes: effectiveSnapLength(iface),
    };
    this.#interfaces.set(iface, written);
    this.#goodLength = this.#sink.length;
    return written;
  }

  /** The interface of packets that name none. */
  #own(): WrittenInterface {
    const { linkType = LINKTYPE_ETHERNET, snapLength = 0, precision, fcsLengthBytes } = this.#options;
    this.#ownInterface ??= createInterface({
      linkType,
      snapLength,
      ...(precision === 'nano' ? { timestampResolution: NANOSECONDS } : {}),
      ...(fcsLengthBytes === undefined ? {} : { fcsLengthBytes }),
    });
    return this.#written(this.#ownInterface);
  }

  #packet(packet: WritablePacket): void {
    const { interface: iface, timeSeconds = 0, timeNanoseconds = 0, exactTime } = packet;
    const written = iface === undefined ? this.#own() : this.#written(iface);
    let { data } = packet;
    const originalLength = packet.originalLength ?? data.length;
    if (!Number.isInteger(originalLength) || originalLength < 0 || originalLength > 0xffffffff) {
      throw captureError('SKEP3013', `the original length ${originalLength} cannot be stored: 0 to 4294967295 can`);
    }
    const little = this.#little;
    if (written.swapsFields) data = swapHostOrderFields(iface!.linkType, data, originalLength, true);
    const padded = (data.length + 3) & ~3;
    const options = this.#packetOptions(packet);
    const isSimple = packet.block === 'simple' && packet.hasTime === false && options.length === 0;
    if (isSimple && written.id === 0 && data.length === Math.min(originalLength, written.snapBytes)) {
      const at = this.#begin(BLOCK_SIMPLE_PACKET, SIMPLE_FIXED_BYTES + padded);
      this.#sink.view.setUint32(at, originalLength, little);
      this.#set(at + SIMPLE_FIXED_BYTES, data, padded);
      return;
    }
    if (packet.hasTime === false) {
      joined.high = 0;
      joined.low = 0;
    } else this.#timeUnits(written.scale, timeSeconds, timeNanoseconds, exactTime);
    const at = this.#begin(BLOCK_ENHANCED_PACKET, ENHANCED_FIXED_BYTES + padded + options.length);
    const { view } = this.#sink;
    view.setUint32(at, written.id, little);
    view.setUint32(at + 4, joined.high, little);
    view.setUint32(at + 8, joined.low, little);
    view.setUint32(at + 12, data.length, little);
    view.setUint32(at + 16, originalLength, little);
    this.#set(this.#set(at + ENHANCED_FIXED_BYTES, data, padded), options);
  }

  /** -> `joined`. The stored units are kept where they still mean the packet's time. */
  #timeUnits(scale: TimeScale, seconds: number, nanoseconds: number, exact: RawTimestamp | undefined): void {
    if (exact !== undefined) {
      splitUnits(scale, exact.high, exact.low);
      if (split.seconds === seconds && split.nanoseconds === nanoseconds) {
        joined.high = exact.high;
        joined.low = exact.low;
        return;
      }
    }
    joinUnits(scale, seconds, nanoseconds);
  }

  #packetOptions(packet: WritablePacket): Uint8Array {
    if (packet.block !== 'obsolete') {
      // As they stood in the file, when the byte order is the same.
      if (packet instanceof Packet) {
        if (packet.encodedOptions.length === 0) return NO_BYTES;
        if ((packet.interface.byteOrder === 'little') === this.#little) return packet.encodedOptions;
      }
      return encodeOptions('packet', packet.options ?? [], this.#little);
    }
    // The obsolete block is not to be written any more: its successor holds the same.
    const options: CaptureOption[] = [];
    for (const option of packet.options ?? []) {
      const isOfBlock = option.code >= FIRST_BLOCK_OPTION && option.code <= LAST_BLOCK_OPTION;
      const name = OBSOLETE_OPTION_NAMES.get(option.code);
      if (name !== undefined) options.push({ ...option, name });
      else if (isOfBlock) this.omitted++;
      else options.push(option);
    }
    const dropCount = packet instanceof Packet ? packet.dropCount : undefined;
    if (dropCount !== undefined) options.push({ code: OPTION_DROP_COUNT, name: 'epb_dropcount', value: dropCount });
    return encodeOptions('packet', options, this.#little);
  }

  #names(item: NameResolutionItem): void {
    const records = encodeNames(item.records, this.#little);
    const options = encodeOptions('names', item.options, this.#little);
    const at = this.#begin(BLOCK_NAME_RESOLUTION, records.length + options.length);
    this.#set(this.#set(at, records), options);
  }

  #statistics(item: StatisticsItem): void {
    const little = this.#little;
    const written = this.#written(item.interface);
    const options = encodeOptions('statistics', item.options, little);
    this.#timeUnits(written.scale, item.timeSeconds, item.timeNanoseconds, item.exactTime);
    const at = this.#begin(BLOCK_INTERFACE_STATISTICS, STATISTICS_FIXED_BYTES + options.length);
    const { view } = this.#sink;
    view.setUint32(at, written.id, little);
    view.setUint32(at + 4, joined.high, little);
    view.setUint32(at + 8, joined.low, little);
    this.#set(at + STATISTICS_FIXED_BYTES, options);
  }

  #secrets(item: SecretsItem): void {
    const little = this.#little;
    const options = encodeOptions('secrets', item.options, little);
    const padded = (item.data.length + 3) & ~3;
    const at = this.#begin(BLOCK_DECRYPTION_SECRETS, SECRETS_FIXED_BYTES + padded + options.length);
    const { view } = this.#sink;
    view.setUint32(at, item.secretsType, little);
    view.setUint32(at + 4, item.data.length, little);
    this.#set(this.#set(at + SECRETS_FIXED_BYTES, item.data, padded), options);
  }

  #custom(item: CustomItem): void {
    if ((item.byteOrder === 'little') !== this.#little) {
      this.omitted++;
      return;
    }
    const padded = (item.data.length + 3) & ~3;
    const at = this.#begin(item.copyable ? BLOCK_CUSTOM : BLOCK_CUSTOM_NO_COPY, 4 + padded);
    this.#sink.view.setUint32(at, item.enterprise, this.#little);
    this.#set(at + 4, item.data, padded);
  }

  #unknown(item: UnknownItem): void {
    if ((item.byteOrder === 'little') !== this.#little) {
      this.omitted++;
      return;
    }
    const padded = (item.body.length + 3) & ~3;
    this.#set(this.#begin(item.blockType, padded), item.body, padded);
  }
}
