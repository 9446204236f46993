// A captured packet as the readers hand it out. Its options stay bytes until somebody asks: most packets have none, and
// most readers do not look.

import { decodeOptions } from './pcapng/options.js';
import type {
  CapturedPacket,
  CaptureInterface,
  CaptureOption,
  PacketBlockKind,
  PacketHash,
  RawTimestamp,
  VerdictValue,
} from './types.js';

const NO_OPTIONS: readonly CaptureOption[] = Object.freeze([]);
const NO_BYTES = new Uint8Array(0);

const OPTION_COMMENT = 1;
const OPTION_FLAGS = 2;
const OPTION_HASH = 3;
const OPTION_DROP_COUNT = 4;
const OPTION_PACKET_ID = 5;
const OPTION_QUEUE = 6;
const OPTION_VERDICT = 7;

/** What the obsolete packet block stores when it does not know how many packets were lost. */
const DROPS_UNKNOWN = 0xffff;

export class Packet implements CapturedPacket {
  readonly kind = 'packet';
  readonly data: Uint8Array;
  readonly originalLength: number;
  readonly timeSeconds: number;
  readonly timeNanoseconds: number;
  readonly hasTime: boolean;
  readonly interface: CaptureInterface;
  readonly block: PacketBlockKind;
  readonly offsetBytes: number;
  exactTime: RawTimestamp | undefined = undefined;
  extraHeader: Uint8Array | undefined = undefined;
  /** Of an obsolete packet block. */
  drops = DROPS_UNKNOWN;
  /** The options as they stand in the file, in the byte order of the interface. */
  encodedOptions: Uint8Array = NO_BYTES;
  #options: readonly CaptureOption[] | undefined = undefined;

  constructor(
    iface: CaptureInterface,
    block: PacketBlockKind,
    offsetBytes: number,
    data: Uint8Array,
    originalLength: number,
    timeSeconds: number,
    timeNanoseconds: number,
    hasTime: boolean,
  ) {
    this.interface = iface;
    this.block = block;
    this.offsetBytes = offsetBytes;
    this.data = data;
    this.originalLength = originalLength;
    this.timeSeconds = timeSeconds;
    this.timeNanoseconds = timeNanoseconds;
    this.hasTime = hasTime;
  }

  get options(): readonly CaptureOption[] {
    if (this.#options === undefined) {
      if (this.encodedOptions.length === 0) this.#options = NO_OPTIONS;
      else {
        const block = this.block === 'obsolete' ? 'obsolete-packet' : 'packet';
        this.#options = decodeOptions(block, this.encodedOptions, this.interface.byteOrder === 'little').options;
      }
    }
    return this.#options;
  }

  get comments(): readonly string[] {
    return this.#values(OPTION_COMMENT).filter(value => typeof value === 'string');
  }

  get flags(): number | undefined {
    return this.#values(OPTION_FLAGS).find(value => typeof value === 'number');
  }

  get dropCount(): bigint | undefined {
    if (this.block === 'obsolete') return this.drops === DROPS_UNKNOWN ? undefined : BigInt(this.drops);
    return this.#values(OPTION_DROP_COUNT).find(value => typeof value === 'bigint');
  }

  get packetId(): bigint | undefined {
    return this.#values(OPTION_PACKET_ID).find(value => typeof value === 'bigint');
  }

  get queue(): number | undefined {
    return this.#values(OPTION_QUEUE).find(value => typeof value === 'number');
  }

  get hashes(): readonly PacketHash[] {
    return this.#values(OPTION_HASH)
      .filter(value => value instanceof Uint8Array && value.length > 0)
      .map(value => ({ algorithm: (value as Uint8Array)[0]!, value: (value as Uint8Array).subarray(1) }));
  }

  get verdicts(): readonly VerdictValue[] {
    return this.#values(OPTION_VERDICT).filter(value => typeof value === 'object' && 'kind' in value);
  }

  #values(code: number): CaptureOption['value'][] {
    return this.options.filter(option => option.code === code).map(option => option.value);
  }
}

/** What epb_flags says. Source: draft-ietf-opsawg-pcapng, section 4.3.1. */
export interface PacketFlags {
  readonly direction: 'unknown' | 'inbound' | 'outbound';
  readonly reception: 'unspecified' | 'unicast' | 'multicast' | 'broadcast' | 'promiscuous';
  /** 0: not known. */
  readonly fcsLengthBytes: number;
  readonly checksumNotReady: boolean;
  readonly checksumValid: boolean;
  readonly segmentationOffloaded: boolean;
  readonly linkErrors: readonly LinkError[];
}

export type LinkError =
  | 'symbol'
  | 'preamble'
  | 'start frame delimiter'
  | 'unaligned frame'
  | 'wrong inter-frame gap'
  | 'packet too short'
  | 'packet too long'
  | 'crc';

const DIRECTIONS = ['unknown', 'inbound', 'outbound', 'unknown'] as const;
const RECEPTIONS = ['unspecified', 'unicast', 'multicast', 'broadcast', 'promiscuous'] as const;
/** From bit 31 downwards. */
const LINK_ERRORS: readonly LinkError[] = [
  'symbol',
  'preamble',
  'start frame delimiter',
  'unaligned frame',
  'wrong inter-frame gap',
  'packet too short',
  'packet too long',
  'crc',
];

/** The parts of a packet's `flags`. */
export function decodePacketFlags(flags: number): PacketFlags {
  return {
    direction: DIRECTIONS[flags & 3]!,
    reception: RECEPTIONS[(flags >>> 2) & 7] ?? 'unspecified',
    fcsLengthBytes: (flags >>> 5) & 15,
    checksumNotReady: (flags & 0x200) !== 0,
    checksumValid: (flags & 0x400) !== 0,
    segmentationOffloaded: (flags & 0x800) !== 0,
    linkErrors: LINK_ERRORS.filter((_, i) => ((flags >>> (31 - i)) & 1) === 1),
  };
}
