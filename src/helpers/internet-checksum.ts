// The Internet checksum in the kernel's terms (RFC 1071; include/net/checksum.h). Sums are of little-endian words, as on the simulated
// machine: a folded sum is stored as it is. `Sum` is a 32-bit partial sum, unsigned; `Checksum` the 16 bits of a header.

/** a + b with the carry added again. */
export function addSums(a: number, b: number): number {
  const sum = a + b;
  return sum > 0xffffffff ? sum - 0xffffffff : sum;
}

export const subtractSums = (a: number, b: number): number => addSums(a, ~b >>> 0);

/** Sum of the bytes, an odd last one as if a zero followed. */
export function sumOf(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  let sum = seed;
  let at = start;
  // Words of 32 bits, so that the partial sum is the kernel's to the last bit; 2^21 of them stay exact in a double.
  for (; at + 3 < end; at += 4) {
    sum += bytes[at]! + bytes[at + 1]! * 0x100 + bytes[at + 2]! * 0x10000 + bytes[at + 3]! * 0x1000000;
  }
  for (let weight = 1; at < end; at++, weight *= 0x100) sum += bytes[at]! * weight;
  while (sum > 0xffffffff) sum = (sum % 2 ** 32) + Math.floor(sum / 2 ** 32);
  return sum;
}

/** 32 bits to 16 with the carries added (csum_from32to16). */
export function foldSum(sum: number): number {
  let folded = (sum & 0xffff) + (sum >>> 16);
  folded = (folded & 0xffff) + (folded >>> 16);
  return folded;
}

/** What a header holds for a sum: its folded complement (csum_fold). */
export const checksumOf = (sum: number): number => ~foldSum(sum) & 0xffff;

/** A sum that stands at an odd offset counts with its bytes swapped (csum_shift). */
export const sumAtOffset = (sum: number, offset: number): number =>
  (offset & 1) === 0 ? sum : ((sum >>> 8) | (sum << 24)) >>> 0;

/** A header's checksum after its data changed by `difference` (RFC 1624, equation 3). */
export const replaceByDifference = (checksum: number, difference: number): number =>
  checksumOf(addSums(difference, ~checksum >>> 0));

/** The same for a 32-bit field. */
export const replaceField = (checksum: number, from: number, to: number): number =>
  checksumOf(addSums(subtractSums(~checksum >>> 0, from), to));

/** The same for a 16-bit field. */
export function replaceField16(checksum: number, from: number, to: number): number {
  const add = (a: number, b: number): number => (a + b > 0xffff ? a + b - 0xffff : a + b);
  return ~add(add(~checksum & 0xffff, ~from & 0xffff), to) & 0xffff;
}
