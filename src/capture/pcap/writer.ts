// Writes pcap: version 2.4, micro- or nanoseconds, either byte order. Source: draft-ietf-opsawg-pcap.

import { ByteSink } from '../byte-sink.js';
import { captureError } from '../errors.js';
import type { CaptureWriter, WritableItem, WritablePacket, WriteOptions } from '../format-writer.js';
import { effectiveSnapLength, maximumPacketBytes } from '../limits.js';
import { hasHostOrderFields, swapHostOrderFields } from '../pseudo-headers.js';
import type { CaptureInterface } from '../types.js';
import { FCS_PRESENT, FCS_SHIFT, VARIANTS } from './variants.js';

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

export class PcapWriter implements CaptureWriter {
  readonly format = 'pcap';
  omitted = 0;

  readonly #options: WriteOptions;
  readonly #little: boolean;
  readonly #sink = new ByteSink();
  #linkType = -1;
  #snapLength = 0;
  #nano = false;
  #swapsFields = false;
  #finished = false;

  constructor(options: WriteOptions) {
    const { linkType, snapLength, fcsLengthBytes = 0 } = options;
    checkField('link type', linkType, 0xffff);
    checkField('snap length', snapLength, 0xffffffff);
    if (!Number.isInteger(fcsLengthBytes / 2) || fcsLengthBytes < 0 || fcsLengthBytes > 30) {
      throw captureError('SKEP3014', `pcap stores FCS lengths of 0, 2, 4 ... 30 bytes, not ${fcsLengthBytes}`);
    }
    this.#options = options;
    this.#little = options.byteOrder !== 'big';
  }

  get pendingBytes(): number {
    return this.#sink.length;
  }

  write(item: WritableItem): void {
    if (this.#finished) throw captureError('SKEP3014', 'the capture writer is finished: nothing more can be written');
    if (item.kind === undefined || item.kind === 'packet') this.#packet(item as WritablePacket);
    else if (item.kind === 'interface') {
      if (this.#linkType === -1) this.#header(item.interface);
    } else if (item.kind !== 'section') this.omitted++;
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.#sink.take();
  }

  finish(): Uint8Array<ArrayBuffer> {
    if (!this.#finished && this.#linkType === -1) this.#header(undefined);
    this.#finished = true;
    return this.#sink.take();
  }

  #header(iface: CaptureInterface | undefined): void {
    const linkType = this.#options.linkType ?? iface?.linkType;
    if (linkType === undefined) {
      throw captureError(
        'SKEP3014',
        'a pcap file needs a link type, and neither an option nor a packet gives one',
        undefined,
        undefined,
        ['pass linkType: 1 is Ethernet'],
      );
    }
    const resolution = iface?.timestampResolution;
    const finer = resolution !== undefined && resolution.base ** resolution.exponent > 1e6;
    const precision = this.#options.precision ?? (finer ? 'nano' : 'micro');
    const variant = precision === 'nano' ? 'nanosecond' : 'standard';
    this.#nano = precision === 'nano';
    this.#linkType = linkType;
    this.#snapLength = this.#options.snapLength ?? (iface ? effectiveSnapLength(iface) : maximumPacketBytes(linkType));
    this.#swapsFields = !this.#little && hasHostOrderFields(linkType);

    const fcsBytes = this.#options.fcsLengthBytes ?? iface?.fcsLengthBytes ?? 0;
    const fcs = fcsBytes > 0 && fcsBytes <= 30 && fcsBytes % 2 === 0 ? FCS_PRESENT | ((fcsBytes / 2) << FCS_SHIFT) : 0;
    const at = this.#sink.claim(FILE_HEADER_BYTES);
    const { view } = this.#sink;
    const little = this.#little;
    view.setUint32(at, VARIANTS.find(row => row.variant === variant)!.magic, little);
    view.setUint16(at + 4, 2, little);
    view.setUint16(at + 6, 4, little);
    view.setUint32(at + 8, 0, little);
    view.setUint32(at + 12, 0, little);
    view.setUint32(at + 16, this.#snapLength, little);
    view.setUint32(at + 20, (linkType | fcs) >>> 0, little);
  }

  #packet(packet: WritablePacket): void {
    if (this.#linkType === -1) this.#header(packet.interface);
    const { interface: iface, timeSeconds = 0, timeNanoseconds = 0 } = packet;
    if (iface !== undefined && iface.linkType !== this.#linkType) {
      throw captureError(
        'SKEP3011',
        `a pcap file holds one link type: this one has ${this.#linkType}, and a packet of link type ${iface.linkType} cannot go into it`,
        undefined,
        undefined,
        ['pcapng holds packets of any link types in one file'],
      );
    }
    let { data } = packet;
    const originalLength = packet.originalLength ?? data.length;
    const most = Math.min(this.#snapLength === 0 ? Infinity : this.#snapLength, maximumPacketBytes(this.#linkType));
    if (data.length > most) {
      throw captureError('SKEP3013', `a packet of ${data.length} bytes is longer than the ${most} this file can hold`);
    }
    checkField('original length', originalLength, 0xffffffff);
    if (
      !(
        Number.isInteger(timeSeconds) &&
        timeSeconds >= 0 &&
        timeSeconds <= 0xffffffff &&
        timeNanoseconds >= 0 &&
        timeNanoseconds < 1e9
      )
    ) {
      throw captureError(
        'SKEP3012',
        `the time ${timeSeconds} s ${timeNanoseconds} ns cannot be stored in pcap`,
        undefined,
        undefined,
        ['pcap holds 1970 to 2106; pcapng holds others'],
      );
    }
    if (packet.options?.length) this.omitted++;
    if (this.#swapsFields) data = swapHostOrderFields(this.#linkType, data, originalLength, true);

    const at = this.#sink.claim(RECORD_HEADER_BYTES + data.length);
    const { bytes, view } = this.#sink;
    const little = this.#little;
    view.setUint32(at, Math.floor(timeSeconds), little);
    view.setUint32(at + 4, Math.floor(this.#nano ? timeNanoseconds : timeNanoseconds / 1000), little);
    view.setUint32(at + 8, data.length, little);
    view.setUint32(at + 12, originalLength, little);
    bytes.set(data, at + RECORD_HEADER_BYTES);
  }
}

function checkField(what: string, value: number | undefined, maximum: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= maximum)) return;
  throw captureError('SKEP3013', `the ${what} ${value} cannot be stored: 0 to ${maximum} can`);
}
