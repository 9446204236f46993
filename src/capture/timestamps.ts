// Time stamps: counts of units (64 bits, any power of 10 or of 2 of a second) to seconds and nanoseconds, and back.
// Common resolutions are done by halves in double arithmetic, exactly; only resolutions finer than a nanosecond, or
// binary ones beyond 2^-23, need 64-bit products and take BigInt.

import { captureError } from './errors.js';
import type { CaptureInterface, RawTimestamp, TimestampResolution } from './types.js';

export const MICROSECONDS: TimestampResolution = { base: 10, exponent: 6 };
export const NANOSECONDS: TimestampResolution = { base: 10, exponent: 9 };

/** What a resolution and offset mean for conversion, worked out once an interface. */
export interface TimeScale {
  readonly resolution: TimestampResolution;
  readonly offsetSeconds: number;
  /** Units a second; exact up to 2^53, else see `unitsExact`. */
  readonly units: number;
  /** Nanoseconds a unit, where that is a whole number; 0 otherwise. */
  readonly nanosecondsPerUnit: number;
  /** Whether double arithmetic is exact. */
  readonly simple: boolean;
  /** Whether every stored value can be told from its seconds and nanoseconds, so that nothing else need be kept. */
  readonly reversible: boolean;
}

/** Highest exponents whose count of units a second fits 64 bits. */
export const MAXIMUM_DECIMAL_EXPONENT = 19;
export const MAXIMUM_BINARY_EXPONENT = 63;

export function timeScale(resolution: TimestampResolution, offsetSeconds: number): TimeScale {
  const { base, exponent } = resolution;
  const decimal = base === 10;
  const offsetIsExact = Number.isSafeInteger(offsetSeconds) && Math.abs(offsetSeconds) < 2 ** 52;
  return {
    resolution,
    offsetSeconds,
    units: base ** exponent,
    nanosecondsPerUnit: decimal && exponent <= 9 ? 10 ** (9 - exponent) : 0,
    simple: decimal ? exponent <= 9 : exponent <= 23,
    reversible: offsetIsExact && (decimal ? exponent <= 9 && exponent > 3 : exponent <= 29 && exponent > 11),
  };
}

/** Results of `splitUnits`: module-wide so that the hot path allocates nothing. */
export const split = { seconds: 0, nanoseconds: 0 };

/** high * 2^32 + low units -> `split`, the offset added. */
export function splitUnits(scale: TimeScale, high: number, low: number): void {
  if (!scale.simple) {
    splitExactly(scale, high, low);
    return;
  }
  const units = scale.units;
  // Long division of 64 bits by at most 30, in steps of 16 bits: every intermediate value is below 2^48.
  const q1 = Math.floor(high / units);
  const t2 = (high - q1 * units) * 65536 + (low >>> 16);
  const q2 = Math.floor(t2 / units);
  const t3 = (t2 - q2 * units) * 65536 + (low & 0xffff);
  const q3 = Math.floor(t3 / units);
  const rest = t3 - q3 * units;
  split.seconds = q1 * 4294967296 + q2 * 65536 + q3 + scale.offsetSeconds;
  split.nanoseconds =
    scale.nanosecondsPerUnit !== 0 ? rest * scale.nanosecondsPerUnit : Math.floor((rest * 1e9) / units);
}

function splitExactly(scale: TimeScale, high: number, low: number): void {
  const count = (BigInt(high) << 32n) | BigInt(low);
  const units = BigInt(scale.resolution.base) ** BigInt(scale.resolution.exponent);
  split.seconds = Number(count / units) + scale.offsetSeconds;
  split.nanoseconds = Number(((count % units) * 1_000_000_000n) / units);
}

/** Results of `joinUnits`. */
export const joined = { high: 0, low: 0 };

/**
 * Seconds and nanoseconds -> `joined`, the count of units. A decimal resolution coarser than nanoseconds cuts; a binary
 * one takes the next unit, which is the one that `splitUnits` turns into the same nanoseconds.
 * Throws SkepError (SKEP3012) when 64 bits cannot hold the time.
 */
export function joinUnits(scale: TimeScale, seconds: number, nanoseconds: number): void {
  const since = seconds - scale.offsetSeconds;
  if (!Number.isSafeInteger(since) || since < 0 || !(nanoseconds >= 0 && nanoseconds < 1e9)) {
    throw unwritable(scale, seconds, nanoseconds);
  }
  const { base, exponent } = scale.resolution;
  const units = scale.units;
  if (base === 10 && exponent <= 9) {
    const fraction = Math.floor(nanoseconds / scale.nanosecondsPerUnit);
    // since * units + fraction = upper * 65536 + lower, each below 2^53.
    const upper = Math.floor(since / 65536) * units;
    const lower = (since % 65536) * units + fraction;
    const upperHigh = Math.floor(upper / 65536);
    const sum = (upper - upperHigh * 65536) * 65536 + lower;
    const carry = Math.floor(sum / 4294967296);
    joined.low = sum - carry * 4294967296;
    joined.high = upperHigh + carry;
    if (upper > Number.MAX_SAFE_INTEGER || joined.high > 0xffffffff) throw unwritable(scale, seconds, nanoseconds);
    return;
  }
  const exact = BigInt(base) ** BigInt(exponent);
  const product = BigInt(Math.floor(nanoseconds)) * exact;
  const count = BigInt(since) * exact + (product + 999_999_999n) / 1_000_000_000n;
  if (count >> 64n !== 0n) throw unwritable(scale, seconds, nanoseconds);
  joined.high = Number(count >> 32n);
  joined.low = Number(count & 0xffffffffn);
}

function unwritable(scale: TimeScale, seconds: number, nanoseconds: number): Error {
  const { base, exponent } = scale.resolution;
  return captureError(
    'SKEP3012',
    `the time ${seconds} s ${nanoseconds} ns cannot be stored in units of ${base}^-${exponent} s with offset ${scale.offsetSeconds} s`,
  );
}

/** Seconds and nanoseconds of a stored time stamp of the interface: isb_starttime and isb_endtime hold such. */
export function timeOf(
  iface: Pick<CaptureInterface, 'timestampResolution' | 'timestampOffsetSeconds'>,
  stamp: RawTimestamp,
): { seconds: number; nanoseconds: number } {
  splitUnits(timeScale(iface.timestampResolution, iface.timestampOffsetSeconds), stamp.high, stamp.low);
  return { seconds: split.seconds, nanoseconds: split.nanoseconds };
}
