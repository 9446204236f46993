// Decompresses gzip (RFC 1952) and deflate (RFC 1951) in pieces. The web's DecompressionStream is not enough for captures:
// it throws away what it had decompressed when it meets damage, and (by the standard) refuses files of several members,
// as `cat a.gz b.gz` and rotating loggers make them. Here all that stands before the damage comes out first.
//
// Input is fed, output is taken: `next` returns at most a window's worth, so a small file that expands to a huge one
// takes no memory. Anything between two pieces of output is atomic: a symbol, a block's header. It is begun only when
// all its input is there; behind the end of the input stand zero bytes, and using one of them means truncation.

import { captureError } from '../errors.js';
import { crc32 } from './crc32.js';
import { HuffmanCode } from './huffman.js';

const WINDOW_BYTES = 32768;
const OUTPUT_BYTES = 131072;
const LONGEST_MATCH = 258;

/** Input that the longest symbol (48 bits) can take, and the longest block header (two codes of 316 lengths). */
const SYMBOL_INPUT_BYTES = 8;
const BLOCK_HEADER_INPUT_BYTES = 640;
/** Taken from the next chunk beyond what is needed, when it has to be copied. */
const JOIN_BYTES = 65536;
const PADDING = new Uint8Array(BLOCK_HEADER_INPUT_BYTES);

/** RFC 1951, section 3.2.5. */
const LENGTH_BASE = Uint16Array.of(
  ...[
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ],
);
const LENGTH_EXTRA = Uint8Array.of(
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0],
);
const DISTANCE_BASE = Uint16Array.of(
  ...[1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097],
  ...[6145, 8193, 12289, 16385, 24577],
);
const DISTANCE_EXTRA = Uint8Array.of(
  ...[0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13],
);
/** RFC 1951, section 3.2.7. */
const LENGTH_CODE_ORDER = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);

const LITERALS = 288;
const DISTANCES = 32;
const END_OF_BLOCK = 256;

/** RFC 1952, section 2.3.1. */
const FLAG_HEADER_CRC = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;

/** What comes next in the input. */
type State =
  | 'member'
  | 'extra'
  | 'name'
  | 'comment'
  | 'header-crc'
  | 'block'
  | 'stored'
  | 'codes'
  | 'trailer'
  | 'zeros';

/** Whether these bytes begin a gzip member. Needs two of them. */
export function looksLikeGzip(bytes: Uint8Array, at = 0): boolean {
  return bytes[at] === 0x1f && bytes[at + 1] === 0x8b;
}

export class Gunzip {
  #input: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Bytes of the file before `#input`. */
  #inputOffset = 0;
  #queue: Uint8Array[] = [];
  #ended = false;
  /** Where the real input ends once PADDING stands behind it, in `#input`. */
  #realEnd = -1;
  #bits = 0;
  #bitCount = 0;

  #state: State = 'member';
  #flags = 0;
  #lastBlock = false;
  #storedLeft = 0;
  #members = 0;
  #literals = new HuffmanCode(LITERALS);
  #distances = new HuffmanCode(DISTANCES);

  readonly #output = new Uint8Array(WINDOW_BYTES + OUTPUT_BYTES + LONGEST_MATCH);
  /** Output [taken, filled) is to be handed out; before it stand up to WINDOW_BYTES that were. */
  #taken = 0;
  #filled = 0;
  #memberStart = 0;
  #crc = 0;
  #size = 0;
  #damage: unknown = undefined;

  /** Takes a chunk of the compressed file. It must not be changed before it is used up. */
  feed(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#queue.push(chunk);
  }

  /** Says that no more comes. */
  end(): void {
    this.#ended = true;
  }

  /**
   * The next piece of output, of 1 to 128 KiB; undefined when more input is needed or, after `end`, when that was all.
   * Throws SkepError (SKEP3010) at damage, after everything before it has been handed out.
   */
  next(): Uint8Array | undefined {
    if (this.#damage === undefined) {
      try {
        while (this.#filled - this.#taken < OUTPUT_BYTES && this.#step());
      } catch (error) {
        this.#damage = error;
      }
    }
    if (this.#filled > this.#taken) return this.#take();
    if (this.#damage !== undefined) throw this.#damage;
    return undefined;
  }

  #take(): Uint8Array {
    const end = this.#filled;
    const piece = this.#output.slice(this.#taken, end);
    this.#crc = crc32(this.#crc, piece);
    this.#size += piece.length;
    const kept = Math.min(end, WINDOW_BYTES);
    this.#output.copyWithin(0, end - kept, end);
    this.#memberStart = Math.max(0, this.#memberStart - (end - kept));
    this.#taken = kept;
    this.#filled = kept;
    return piece;
  }

  /** One state's work; false when it cannot go on now. */
  #step(): boolean {
    switch (this.#state) {
      case 'member':
        return this.#memberHeader();
      case 'extra':
        return this.#extra();
      case 'name':
      case 'comment':
        return this.#zeroTerminated();
      case 'header-crc':
        if (!this.#need(2)) return false;
        this.#at += 2;
        this.#state = 'block';
        return true;
      case 'block':
        return this.#block();
      case 'stored':
        return this.#stored();
      case 'codes':
        return this.#codes();
      case 'trailer':
        return this.#trailer();
      case 'zeros':
        return this.#zeros();
    }
  }

  #fail(why: string): never {
    const at = this.#inputOffset + this.#at;
    throw captureError('SKEP3010', `damaged gzip data near byte ${at} of the compressed file: ${why}`, at);
  }

  #truncated(): never {
    const at = this.#inputOffset + (this.#realEnd === -1 ? this.#input.length : this.#realEnd);
    throw captureError('SKEP3010', `truncated gzip data: the compressed file ends at byte ${at}, in the middle`, at);
  }

  /**
   * Whether `count` bytes of input are there, contiguously. At the end of the input, zeros stand in for those missing.
   * Whole bytes in the bit buffer are given back first.
   */
  #need(count: number): boolean {
    this.#at -= this.#bitCount >> 3;
    this.#bitCount &= 7;
    this.#bits &= (1 << this.#bitCount) - 1;
    while (this.#input.length - this.#at < count) {
      const chunk = this.#queue.shift() ?? this.#padding();
      if (chunk === undefined) return false;
      const left = this.#input.length - this.#at;
      this.#inputOffset += this.#at;
      if (this.#realEnd !== -1) this.#realEnd -= this.#at;
      if (left === 0) this.#input = chunk;
      else {
        // Only as much as is needed is copied together: the chunk may be a whole file.
        const used = Math.min(chunk.length, count + JOIN_BYTES);
        const joined = new Uint8Array(left + used);
        joined.set(this.#input.subarray(this.#at));
        joined.set(chunk.subarray(0, used), left);
        if (used < chunk.length) this.#queue.unshift(chunk.subarray(used));
        this.#input = joined;
      }
      this.#at = 0;
    }
    return true;
  }

  #padding(): Uint8Array | undefined {
    if (!this.#ended) return undefined;
    if (this.#realEnd === -1) this.#realEnd = this.#input.length;
    return PADDING;
  }

  /** Throws when more input was used than there was. Whole bytes in the bit buffer have not been used yet. */
  #checkEnd(): void {
    if (this.#realEnd !== -1 && this.#at - (this.#bitCount >> 3) > this.#realEnd) this.#truncated();
  }

  get #realInput(): number {
    return (this.#realEnd === -1 ? this.#input.length : this.#realEnd) - this.#at;
  }

  #memberHeader(): boolean {
    if (!this.#need(10)) return false;
    const input = this.#input;
    const at = this.#at;
    if (this.#realInput < 10) this.#truncated();
    if (!looksLikeGzip(input, at)) this.#fail('no gzip header');
    if (input[at + 2] !== 8) this.#fail(`compression method ${input[at + 2]} is not known`);
    this.#flags = input[at + 3]!;
    if (this.#flags & 0xe0) this.#fail('reserved flags are set');
    this.#at += 10;
    this.#members++;
    this.#crc = 0;
    this.#size = 0;
    this.#memberStart = this.#filled;
    this.#state = this.#flags & FLAG_EXTRA ? 'extra' : 'name';
    return true;
  }

  #extra(): boolean {
    if (!this.#need(2)) return false;
    const length = this.#input[this.#at]! | (this.#input[this.#at + 1]! << 8);
    if (!this.#need(2 + length)) return false;
    this.#at += 2 + length;
    this.#checkEnd();
    this.#state = 'name';
    return true;
  }

  /** The name and the comment: any length, so used up as they come. */
  #zeroTerminated(): boolean {
    const present = this.#flags & (this.#state === 'name' ? FLAG_NAME : FLAG_COMMENT);
    if (present) {
      if (!this.#need(1)) return false;
      const zero = this.#input.indexOf(0, this.#at);
      this.#at = zero === -1 ? this.#input.length : zero + 1;
      this.#checkEnd();
      if (zero === -1) return true;
    }
    if (this.#state === 'name') this.#state = 'comment';
    else this.#state = this.#flags & FLAG_HEADER_CRC ? 'header-crc' : 'block';
    return true;
  }

  #refill(): void {
    while (this.#bitCount <= 24) {
      this.#bits |= this.#input[this.#at++]! << this.#bitCount;
      this.#bitCount += 8;
    }
  }

  /** `count` bits, at most 16. The input must be there. */
  #take16(count: number): number {
    if (this.#bitCount < count) this.#refill();
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#bitCount -= count;
    return value;
  }

  /** Drops the rest of the current byte; gives whole ones in the bit buffer back. */
  #alignToByte(): void {
    this.#at -= this.#bitCount >> 3;
    this.#bits = 0;
    this.#bitCount = 0;
  }

  #block(): boolean {
    if (!this.#need(BLOCK_HEADER_INPUT_BYTES)) return false;
    this.#lastBlock = this.#take16(1) === 1;
    const type = this.#take16(2);
    if (type === 0) {
      this.#alignToByte();
      const input = this.#input;
      const at = this.#at;
      const length = input[at]! | (input[at + 1]! << 8);
      this.#at += 4;
      this.#checkEnd();
      if ((length ^ 0xffff) !== (input[at + 2]! | (input[at + 3]! << 8))) this.#fail('the length of a stored block');
      this.#storedLeft = length;
      this.#state = 'stored';
    } else if (type === 1) {
      this.#literals.build(FIXED_LENGTHS, 0, LITERALS);
      this.#distances.build(FIXED_LENGTHS, LITERALS, LITERALS + DISTANCES);
      this.#state = 'codes';
    } else if (type === 2) {
      this.#dynamicCodes();
      this.#state = 'codes';
    } else {
      this.#checkEnd();
      this.#fail('a block of unknown type');
    }
    this.#checkEnd();
    return true;
  }

  #dynamicCodes(): void {
    const literals = this.#take16(5) + 257;
    const distances = this.#take16(5) + 1;
    const lengthCodes = this.#take16(4) + 4;
    const lengths = new Uint8Array(LITERALS + DISTANCES + 160);
    for (let i = 0; i < lengthCodes; i++) lengths[LENGTH_CODE_ORDER[i]!] = this.#take16(3);
    const code = this.#literals;
    if (!code.build(lengths, 0, 19)) this.#badCode('code lengths');
    lengths.fill(0, 0, 19);
    const count = literals + distances;
    for (let n = 0; n < count; ) {
      this.#refill();
      const entry = code.decode(this.#bits);
      if (entry === 0) this.#badCode('code lengths');
      this.#bits >>>= entry & 15;
      this.#bitCount -= entry & 15;
      const symbol = entry >>> 4;
      if (symbol < 16) lengths[n++] = symbol;
      else {
        if (symbol === 16 && n === 0) this.#badCode('code lengths');
        const value = symbol === 16 ? lengths[n - 1]! : 0;
        let repeat = symbol === 16 ? 3 + this.#take16(2) : symbol === 17 ? 3 + this.#take16(3) : 11 + this.#take16(7);
        if (n + repeat > count) this.#badCode('code lengths');
        while (repeat-- > 0) lengths[n++] = value;
      }
    }
    if (lengths[END_OF_BLOCK] === 0) this.#badCode('literals');
    if (!this.#literals.build(lengths, 0, literals)) this.#badCode('literals');
    if (!this.#distances.build(lengths, literals, count)) this.#badCode('distances');
  }

  #badCode(what: string): never {
    this.#checkEnd();
    this.#fail(`the code of the ${what} is impossible`);
  }

  #stored(): boolean {
    if (this.#storedLeft > 0) {
      if (!this.#need(1)) return false;
      const room = this.#output.length - this.#filled;
      const count = Math.min(this.#storedLeft, this.#realInput, room);
      if (count <= 0) this.#truncated();
      this.#output.set(this.#input.subarray(this.#at, this.#at + count), this.#filled);
      this.#at += count;
      this.#filled += count;
      this.#storedLeft -= count;
    }
    if (this.#storedLeft === 0) this.#state = this.#lastBlock ? 'trailer' : 'block';
    return true;
  }

  /** Literals and matches, as many as the input and the output area allow. */
  #codes(): boolean {
    if (!this.#need(SYMBOL_INPUT_BYTES)) return false;
    const input = this.#input;
    const output = this.#output;
    const literals = this.#literals;
    const distances = this.#distances;
    const inputEnd = input.length - SYMBOL_INPUT_BYTES;
    const outputEnd = this.#taken + OUTPUT_BYTES;
    const memberStart = this.#memberStart;
    const realEnd = this.#realEnd === -1 ? Number.MAX_SAFE_INTEGER : this.#realEnd;
    let at = this.#at;
    let bits = this.#bits;
    let bitCount = this.#bitCount;
    let filled = this.#filled;
    let failure = '';

    while (at <= inputEnd && filled < outputEnd) {
      while (bitCount <= 24) {
        bits |= input[at++]! << bitCount;
        bitCount += 8;
      }
      const before = bitCount;
      const entry = literals.decode(bits);
      const symbol = entry >>> 4;
      bits >>>= entry & 15;
      bitCount -= entry & 15;
      if (symbol < END_OF_BLOCK && entry !== 0) {
        // A symbol that took zeros from behind the end is not data.
        if (at - (bitCount >> 3) > realEnd) break;
        output[filled++] = symbol;
        continue;
      }
      if (symbol === END_OF_BLOCK) {
        this.#state = this.#lastBlock ? 'trailer' : 'block';
        break;
      }
      if (entry === 0 || symbol > 285) {
        bitCount = before;
        failure = 'a symbol that does not exist';
        break;
      }
      const lengthExtra = LENGTH_EXTRA[symbol - 257]!;
      const length = LENGTH_BASE[symbol - 257]! + (bits & ((1 << lengthExtra) - 1));
      bits >>>= lengthExtra;
      bitCount -= lengthExtra;
      while (bitCount <= 24) {
        bits |= input[at++]! << bitCount;
        bitCount += 8;
      }
      const far = distances.decode(bits);
      const distanceSymbol = far >>> 4;
      bits >>>= far & 15;
      bitCount -= far & 15;
      if (far === 0 || distanceSymbol > 29) {
        failure = 'a distance that does not exist';
        break;
      }
      const distanceExtra = DISTANCE_EXTRA[distanceSymbol]!;
      const distance = DISTANCE_BASE[distanceSymbol]! + (bits & ((1 << distanceExtra) - 1));
      bits >>>= distanceExtra;
      bitCount -= distanceExtra;
      let from = filled - distance;
      if (from < memberStart) {
        failure = 'a distance that reaches before the beginning';
        break;
      }
      if (at - (bitCount >> 3) > realEnd) break;
      const to = filled + length;
      while (filled < to) output[filled++] = output[from++]!;
    }

    this.#at = at;
    this.#bits = bits;
    this.#bitCount = bitCount;
    this.#filled = filled;
    if (at - (bitCount >> 3) > realEnd) this.#truncated();
    if (failure !== '') this.#fail(failure);
    return true;
  }

  #trailer(): boolean {
    this.#alignToByte();
    if (!this.#need(8)) return false;
    if (this.#realInput < 8) this.#truncated();
    // What is not handed out yet belongs to the sums too.
    const crc = crc32(this.#crc, this.#output, this.#taken, this.#filled);
    const size = this.#size + (this.#filled - this.#taken);
    const view = new DataView(this.#input.buffer, this.#input.byteOffset + this.#at, 8);
    if (view.getUint32(0, true) !== crc) this.#fail('the checksum of the data is another');
    if (view.getUint32(4, true) !== size % 4294967296) this.#fail('the length of the data is another');
    this.#at += 8;
    this.#state = 'zeros';
    return true;
  }

  /** Behind a member: another one, zeros (tapes and disks pad with them), or the end. */
  #zeros(): boolean {
    if (this.#filled > this.#taken) return false;
    while (this.#realInput > 0 && this.#input[this.#at] === 0) this.#at++;
    if (this.#realInput <= 0) {
      const chunk = this.#realEnd === -1 ? this.#queue.shift() : undefined;
      if (chunk === undefined) return false;
      this.#inputOffset += this.#input.length;
      this.#input = chunk;
      this.#at = 0;
      return true;
    }
    if (this.#realInput === 1 && !this.#need(2)) return false;
    if (this.#realInput < 2 || !looksLikeGzip(this.#input, this.#at))
      this.#fail('something else follows the compressed data');
    this.#state = 'member';
    return true;
  }
}

const FIXED_LENGTHS = new Uint8Array(LITERALS + DISTANCES);
FIXED_LENGTHS.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288).fill(5, LITERALS);
