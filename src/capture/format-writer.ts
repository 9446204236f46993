// What the writers of the two formats have in common, and what they take.

import type {
  ByteOrder,
  CapturedPacket,
  CaptureFormat,
  CaptureInterface,
  CaptureItem,
  CaptureOption,
} from './types.js';

/** A packet to write: what a reader gave, or what a program made. Only the bytes are needed. */
export interface WritablePacket
  extends Partial<
    Pick<
      CapturedPacket,
      'originalLength' | 'timeSeconds' | 'timeNanoseconds' | 'hasTime' | 'block' | 'exactTime' | 'options'
    >
  > {
  readonly kind?: 'packet';
  readonly data: Uint8Array;
  /** Default: the interface that the writer's own options describe. */
  readonly interface?: CaptureInterface;
}

/** Anything that a writer takes. */
export type WritableItem = Exclude<CaptureItem, CapturedPacket> | CapturedPacket | WritablePacket;

export interface WriteOptions {
  /** Default `pcapng`. */
  readonly format?: CaptureFormat;
  /**
   * LINKTYPE_ value of packets without an interface. A pcap file has one for all: by default that of the first packet or
   * interface.
   */
  readonly linkType?: number;
  /** What the file's header says packets were cut to, in bytes. Default: what the interface says, else the link type's maximum. */
  readonly snapLength?: number;
  /** Unit of time stamps in pcap, and of the writer's own interface in pcapng. Default: micro, or nano where the interface is finer. */
  readonly precision?: 'micro' | 'nano';
  /** Default: in pcapng that of the sections that are written, else little. */
  readonly byteOrder?: ByteOrder;
  /** pcap: bytes of frame check sequence at the end of each packet; an even number up to 30. */
  readonly fcsLengthBytes?: number;
  /** pcapng: options of the section header, where no section is written. */
  readonly sectionOptions?: readonly CaptureOption[];
}

/** Turns items into the bytes of a file, without doing any I/O. */
export interface CaptureWriter {
  readonly format: CaptureFormat;
  /** Options, blocks and comments that were given but that the format cannot hold, or not in this byte order. */
  readonly omitted: number;
  /** Bytes waiting for `take`. */
  readonly pendingBytes: number;
  /**
   * Adds an item. Throws SkepError (SKEP3011 to SKEP3014) when the format cannot hold it; the bytes before stay good.
   */
  write(item: WritableItem): void;
  /** The bytes that have come together since the last call, for a file or a stream. */
  take(): Uint8Array<ArrayBuffer>;
  /** The last bytes: as `take`, and with the header where nothing has been written. Nothing may be written after it. */
  finish(): Uint8Array<ArrayBuffer>;
}
