// Machine code in two passes. The first lays instructions out: every jump is taken to be short, those that do not reach grow, until
// nothing changes (sizes only grow, so that it ends: Szymanski, "Assembling Code for Machines with Span-Dependent Instructions", 1978).
// The second writes them at the places that the first found.

import { CONDITIONS, type Condition, type Encoded, encode, pushWord } from './encoding.js';
import { type Operand, operandText } from './operands.js';

/** A place in the code; bound at most once. */
export interface Label {
  /** Number of the item that it stands before. */
  item: number;
}

interface Jump {
  readonly mnemonic: Condition | 'jmp' | 'call';
  readonly label: Label;
  long: boolean;
}

type Item = { readonly slot: number } & ({ readonly encoded: Encoded } | { readonly jump: Jump });

/** One x86-64 instruction as it was laid out. */
export interface AssembledInstruction {
  /** From the beginning of the code. */
  readonly offsetBytes: number;
  readonly bytes: Uint8Array;
  /** In Intel's notation. */
  readonly text: string;
  /** Slot of the BPF instruction that it belongs to; -1: entry, exits and other shared parts. */
  readonly slot: number;
}

export class Assembler {
  private readonly items: Item[] = [];
  private readonly offsets: number[] = [];
  private sizeBytes = -1;
  /** Slot that what follows belongs to. */
  slot = -1;

  label(): Label {
    return { item: -1 };
  }

  bind(label: Label): void {
    if (label.item >= 0) throw new Error('a label is bound twice');
    label.item = this.items.length;
  }

  emit(mnemonic: string, ...operands: Operand[]): void {
    this.items.push({ slot: this.slot, encoded: encode(mnemonic, operands) });
  }

  /** With a lock prefix. */
  locked(mnemonic: string, ...operands: Operand[]): void {
    this.items.push({ slot: this.slot, encoded: encode(mnemonic, operands, true) });
  }

  jump(mnemonic: Condition | 'jmp' | 'call', label: Label): void {
    this.items.push({ slot: this.slot, jump: { mnemonic, label, long: mnemonic === 'call' } });
  }

  /** First pass: gives every instruction its place. Returns the size of the code. */
  layOut(): number {
    for (let changed = true; changed; ) {
      changed = false;
      let offset = 0;
      this.items.forEach((item, n) => {
        this.offsets[n] = offset;
        offset += sizeOf(item);
      });
      this.offsets[this.items.length] = offset;
      this.sizeBytes = offset;
      this.items.forEach((item, n) => {
        if (!('jump' in item) || item.jump.long) return;
        const distance = this.offsetOf(item.jump.label) - this.offsets[n + 1]!;
        if (distance < -128 || distance > 127) {
          item.jump.long = true;
          changed = true;
        }
      });
    }
    return this.sizeBytes;
  }

  /** Where a label lies, after the first pass. */
  offsetOf(label: Label): number {
    if (label.item < 0) throw new Error('a label is bound nowhere');
    return this.offsets[label.item]!;
  }

  /** Second pass: the code. */
  toBytes(): Uint8Array<ArrayBuffer> {
    if (this.sizeBytes < 0) this.layOut();
    const code = new Uint8Array(this.sizeBytes);
    this.items.forEach((item, n) => {
      code.set(this.bytesOf(item, n), this.offsets[n]!);
    });
    return code;
  }

  /** What stands where: for a listing. */
  listing(): AssembledInstruction[] {
    if (this.sizeBytes < 0) this.layOut();
    return this.items.map((item, n) => ({
      offsetBytes: this.offsets[n]!,
      bytes: Uint8Array.from(this.bytesOf(item, n)),
      text: this.textOf(item),
      slot: item.slot,
    }));
  }

  private bytesOf(item: Item, n: number): readonly number[] {
    if ('encoded' in item) return item.encoded.bytes;
    const { mnemonic, label, long } = item.jump;
    const distance = this.offsetOf(label) - this.offsets[n + 1]!;
    const bytes: number[] = [];
    if (mnemonic === 'call') bytes.push(0xe8);
    else if (mnemonic === 'jmp') bytes.push(long ? 0xe9 : 0xeb);
    else if (long) bytes.push(0x0f, 0x80 | CONDITIONS[mnemonic]);
    else bytes.push(0x70 | CONDITIONS[mnemonic]);
    if (long) pushWord(bytes, distance);
    else bytes.push(distance & 0xff);
    return bytes;
  }

  private textOf(item: Item): string {
    if ('jump' in item) return `${item.jump.mnemonic} 0x${this.offsetOf(item.jump.label).toString(16)}`;
    const { mnemonic, operands, bits, lock, sized } = item.encoded;
    const shown = operands.map(operand => operandText(operand, bits, sized)).join(',');
    return `${lock ? 'lock ' : ''}${mnemonic}${shown && ` ${shown}`}`;
  }
}

function sizeOf(item: Item): number {
  if ('encoded' in item) return item.encoded.bytes.length;
  const { mnemonic, long } = item.jump;
  if (!long) return 2;
  return mnemonic === 'jmp' || mnemonic === 'call' ? 5 : 6;
}
