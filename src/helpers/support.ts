// What the implementations of helpers share: the map behind a handle, 64-bit arguments and results, parts of the kernel that must be there.

import type { Machine } from '../engine/index.js';
import type { KernelMap } from '../maps/index.js';
import { notSimulated } from './call-target.js';
import { hostOf } from './host.js';

/** The map behind an argument. The verifier, or checked mode, has seen to it that there is one. */
export function mapOf(machine: Machine, handle: number): KernelMap {
  return hostOf(machine).mapAt(handle) ?? notSimulated('a map', `0x${handle.toString(16)} is the handle of none`);
}

/** A part of the kernel that the helper cannot do without. */
export function needed<T>(part: T | undefined, helper: string, what: string): T {
  return part === undefined ? notSimulated(helper, `there is no ${what}`) : part;
}

/** A 64-bit result. */
export function wideResult(machine: Machine, value: bigint): number {
  machine.high[0] = Number(BigInt.asIntN(32, value >> 32n));
  return Number(BigInt.asUintN(32, value));
}

/** A 64-bit result that a number holds exactly: an integer, 0 to 2^53; or a negative error. */
export function numberResult(machine: Machine, value: number): number {
  machine.high[0] = Math.floor(value / 2 ** 32);
  return value | 0 || (value % 2 ** 32) | 0;
}

/** Argument n as a 64-bit number, unsigned. */
export function wideArgument(machine: Machine, n: number, low: number): bigint {
  return (BigInt(machine.high[n]! >>> 0) << 32n) | BigInt(low);
}

/** Whether a 64-bit flags argument has bits beyond `mask`. */
export function hasOtherFlags(machine: Machine, n: number, low: number, mask: number): boolean {
  return machine.high[n] !== 0 || (low & ~mask) !== 0;
}

/** Part of the memory, copied. */
export function copyOf(machine: Machine, address: number, sizeBytes: number): Uint8Array<ArrayBuffer> {
  return machine.space.bytes.slice(address, address + sizeBytes);
}

/** Bytes of a text in the memory up to its zero; at most `limit`. */
export function textAt(machine: Machine, address: number, limit: number): Uint8Array<ArrayBuffer> {
  const { bytes } = machine.space;
  const end = bytes.indexOf(0, address);
  return bytes.slice(address, Math.min(end === -1 ? bytes.length : end, address + limit));
}

/** Writes a text and its zero, cut to `sizeBytes`; the bytes that were written without the zero. */
export function putText(machine: Machine, address: number, sizeBytes: number, text: Uint8Array): number {
  if (sizeBytes === 0) return 0;
  const count = Math.min(text.length, sizeBytes - 1);
  machine.space.bytes.set(text.subarray(0, count), address);
  machine.space.bytes[address + count] = 0;
  return count;
}

/** One byte a character (Latin-1): the formats of printk know bytes, not characters. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, character => character.charCodeAt(0));
}

/** The reverse of bytesOf. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
