// Where a program's address becomes WebAssembly's: wrapped to 32 bits, with a check before it in checked mode.
//
// The check is the one that memory.ts describes. Inline stands what the common case needs: the address is below the end of the
// address space, and the access stays within one eight that may be touched so. All else (an access over the border of two
// eights, or one that may not be) goes to a function out of line, `check`, which throws or comes back.
//
// Within a block an access that a check before it covers, through the same register, needs none of its own: nothing but a call
// changes what may be touched. Frames are touchable all the time, so that accesses through r10 within them need none at all.

import { FRAME_BYTES } from '../machine.js';
import { SHADOW_LENGTH_MASK } from '../memory.js';
import { BLOCK_I32, BLOCK_VOID, type FunctionBuilder, type ModuleBuilder } from '../wasm/index.js';

/** Numbers of the address space that go into code. */
export interface Layout {
  readonly shadowAddress: number;
  readonly maximumBytes: number;
}

/** The bit of `check`'s second parameter that says it is a write; the rest is the size in bytes. */
export const CHECK_WRITE = 0x10;

/** Memory that checks before allow, relative to a register's value. */
interface Allowed {
  readonly from: number;
  readonly to: number;
  readonly write: boolean;
}

/** Most stretches remembered of one register. */
const MOST_ALLOWED = 8;

/** What is known to be touchable at a point of a block. */
export class CheckedStretches {
  private readonly known = new Map<number, Allowed[]>();

  /** Forgets everything: control came from elsewhere, or a call may have changed it. */
  clear(): void {
    this.known.clear();
  }

  /** The register has another value. */
  assign(register: number): void {
    this.known.delete(register);
  }

  /** The register has the value of another one. */
  copy(register: number, from: number): void {
    const stretches = this.known.get(from);
    if (stretches) this.known.set(register, stretches.slice());
    else this.known.delete(register);
  }

  /** A constant was added to the register. */
  move(register: number, by: number): void {
    const stretches = this.known.get(register);
    if (!stretches) return;
    this.known.set(
      register,
      stretches.map(({ from, to, write }) => ({ from: from - by, to: to - by, write })),
    );
  }

  covers(register: number, offset: number, sizeBytes: number, write: boolean): boolean {
    const stretches = this.known.get(register);
    if (!stretches) return false;
    return stretches.some(known => known.from <= offset && offset + sizeBytes <= known.to && (known.write || !write));
  }

  add(register: number, offset: number, sizeBytes: number, write: boolean): void {
    const stretch = { from: offset, to: offset + sizeBytes, write };
    const stretches = this.known.get(register);
    if (!stretches) this.known.set(register, [stretch]);
    else if (stretches.length < MOST_ALLOWED) stretches.push(stretch);
  }
}

/** Whether an access through r10 stays within its frame. */
export const isInFrame = (offset: number, sizeBytes: number): boolean =>
  offset >= -FRAME_BYTES && offset + sizeBytes <= 0;

export interface CheckLocals {
  /** i64: the address. */
  readonly address: number;
  /** i32: the same, wrapped. */
  readonly wrapped: number;
}

/**
 * Emits the check of an access whose 64-bit address is on the stack. Afterwards the address, wrapped, is in `locals.wrapped`, and
 * the stack is empty.
 */
export function emitCheck(
  code: FunctionBuilder,
  layout: Layout,
  locals: CheckLocals,
  check: number,
  slot: number,
  sizeBytes: number,
  write: boolean,
): void {
  const { address, wrapped } = locals;
  code.emit('local.tee', address).emit('i32.wrap_i64').set(wrapped);
  code.get(address).i64(layout.maximumBytes, 0).emit('i64.lt_u').emit('if', BLOCK_I32);
  code.get(wrapped).i32(3).emit('i32.shr_u');
  if (write) code.emit('i32.load8_s', 0, layout.shadowAddress);
  else code.emit('i32.load8_u', 0, layout.shadowAddress).i32(SHADOW_LENGTH_MASK).emit('i32.and');
  code.get(wrapped).i32(7).emit('i32.and').i32(sizeBytes).emit('i32.add').emit('i32.lt_s');
  code.emit('else').i32(1).emit('end');
  code.emit('if', BLOCK_VOID);
  code.get(address);
  code.i32(sizeBytes | (write ? CHECK_WRITE : 0)).i32(slot);
  code.emit('call', check).emit('end');
}

/**
 * Defines `check(address: i64, size and CHECK_WRITE: i32, slot: i32)`: the whole check. Calls `wild` with the address' halves, size and slot
 * when the access may not be.
 */
export function defineCheck(module: ModuleBuilder, layout: Layout, wild: number): number {
  const code = module.function('check', [
    ['address', 'i64'],
    ['access', 'i32'],
    ['slot', 'i32'],
  ]);
  const [address, access, slot] = [0, 1, 2];
  const at = code.local('i32', 'at');
  const end = code.local('i32', 'end');
  const last = code.local('i32', 'last');
  /** The shadow byte of the address on the stack; a read does not mind the read-only bit. */
  const shadow = (): void => {
    code.i32(3).emit('i32.shr_u').emit('i32.load8_s', 0, layout.shadowAddress);
    code.i32(-1).i32(SHADOW_LENGTH_MASK).get(access).i32(CHECK_WRITE).emit('i32.and').emit('select').emit('i32.and');
  };
  code.emit('block', BLOCK_VOID);
  code.get(address).i64(layout.maximumBytes, 0).emit('i64.ge_u').emit('br_if', 0);
  code.get(address).emit('i32.wrap_i64').set(at);
  // How far into its eight the first byte behind the access lies: up to 15.
  code.get(at).i32(7).emit('i32.and');
  code.get(access).i32(15).emit('i32.and').emit('i32.add').set(end);
  code.get(end).i32(8).emit('i32.gt_u').emit('if', BLOCK_VOID);
  code.get(at);
  shadow();
  code.i32(8).emit('i32.lt_s').emit('br_if', 1);
  code.get(at).i32(8).emit('i32.add').emit('local.tee', last);
  code.i32(layout.maximumBytes).emit('i32.ge_u').emit('br_if', 1);
  code.get(last);
  shadow();
  code.get(end).i32(8).emit('i32.sub').emit('i32.lt_s').emit('br_if', 1);
  code.emit('else');
  code.get(at);
  shadow();
  code.get(end).emit('i32.lt_s').emit('br_if', 1);
  code.emit('end');
  code.emit('return');
  code.emit('end');
  code.get(address).emit('i32.wrap_i64');
  code.get(address).i64(32, 0).emit('i64.shr_u').emit('i32.wrap_i64');
  code.get(access).get(slot).emit('call', wild);
  code.emit('unreachable');
  return code.index;
}
