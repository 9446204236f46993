// 64-bit arithmetic on two arrays of halves, `low` and `high`, in place: register d becomes d op s.
//
// Sums, shifts and comparisons are short enough to stand in the interpreter's loop; products and quotients stand here.
// Unsigned quotients are exact in double precision as long as the dividend is below 2^53: for integers n = kd - r, 0 < r, the
// distance of n / d from k is at least 1 / d, more than half a unit in the last place of k. Longer dividends are divided digit
// by digit (Knuth, The Art of Computer Programming 2, 4.3.1, exercise 16) or, by a divisor of more than 32 bits, as BigInts.

/** The high half of the unsigned product of two 32-bit numbers. */
export function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) >>> 0) + (Math.imul(aLow, bLow) >>> 16);
  const rest = (Math.imul(aLow, bHigh) >>> 0) + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (rest >>> 16)) | 0;
}

const TWO_32 = 2 ** 32;

/** Unsigned d / s or d % s; d / 0 is 0, d % 0 is d (RFC 9669, section 4.1). */
export function divideUnsigned(low: Int32Array, high: Int32Array, d: number, s: number, remainder: boolean): void {
  divide(low, high, d, low[s]! >>> 0, high[s]! >>> 0, remainder);
}

/** Signed, rounded towards zero; the smallest number / -1 is itself, and that % -1 is 0. */
export function divideSigned(low: Int32Array, high: Int32Array, d: number, s: number, remainder: boolean): void {
  const negativeDividend = high[d]! < 0;
  const negativeDivisor = high[s]! < 0;
  let divisorLow = low[s]!;
  let divisorHigh = high[s]!;
  if (negativeDivisor) {
    divisorLow = -divisorLow | 0;
    divisorHigh = divisorLow === 0 ? -divisorHigh | 0 : ~divisorHigh;
  }
  if (negativeDividend) negate(low, high, d);
  divide(low, high, d, divisorLow >>> 0, divisorHigh >>> 0, remainder);
  if (remainder ? negativeDividend : negativeDividend !== negativeDivisor) negate(low, high, d);
}

/** d = -d. */
export function negate(low: Int32Array, high: Int32Array, d: number): void {
  const negated = -low[d]! | 0;
  low[d] = negated;
  high[d] = negated === 0 ? -high[d]! | 0 : ~high[d]!;
}

function divide(
  low: Int32Array,
  high: Int32Array,
  d: number,
  divisorLow: number,
  divisorHigh: number,
  remainder: boolean,
): void {
  const dividendLow = low[d]! >>> 0;
  const dividendHigh = high[d]! >>> 0;
  if (divisorHigh === 0) {
    if (divisorLow === 0) {
      if (!remainder) {
        low[d] = 0;
        high[d] = 0;
      }
      return;
    }
    if (dividendHigh === 0) {
      low[d] = remainder ? dividendLow % divisorLow : (dividendLow / divisorLow) >>> 0;
      return;
    }
    // Three digits: 32, 16 and 16 bits; each step divides less than 2^48.
    const quotientHigh = (dividendHigh / divisorLow) >>> 0;
    const first = (dividendHigh - quotientHigh * divisorLow) * 65536 + (dividendLow >>> 16);
    const upper = Math.floor(first / divisorLow);
    const second = (first - upper * divisorLow) * 65536 + (dividendLow & 0xffff);
    const lower = Math.floor(second / divisorLow);
    if (remainder) {
      low[d] = second - lower * divisorLow;
      high[d] = 0;
    } else {
      low[d] = upper * 65536 + lower;
      high[d] = quotientHigh;
    }
    return;
  }
  if (dividendHigh < 0x20_0000 && divisorHigh < 0x20_0000) {
    const dividend = dividendHigh * TWO_32 + dividendLow;
    const divisor = divisorHigh * TWO_32 + divisorLow;
    const result = remainder ? dividend % divisor : Math.floor(dividend / divisor);
    low[d] = result;
    high[d] = result / TWO_32;
    return;
  }
  const dividend = (BigInt(dividendHigh) << 32n) | BigInt(dividendLow);
  const divisor = (BigInt(divisorHigh) << 32n) | BigInt(divisorLow);
  const result = remainder ? dividend % divisor : dividend / divisor;
  low[d] = Number(BigInt.asIntN(32, result));
  high[d] = Number(BigInt.asIntN(32, result >> 32n));
}
