// Time stamps as `tcpdump` prints them: time of day, none (-t), seconds (-tt), since the packet before (-ttt), date and time (-tttt),
// since the first packet (-ttttt). Local time comes from the caller: this room knows no clock and no time zone.

/** How time stamps are written; the number of `t` flags of `tcpdump` in order. */
export type TimeStyle = 'time' | 'none' | 'unix' | 'delta' | 'date' | 'elapsed';

/** The styles by the number of -t flags. */
export const TIME_STYLES: readonly TimeStyle[] = ['time', 'none', 'unix', 'delta', 'date', 'elapsed'];

/** Seconds to add to UTC for local time at a moment (3600 for UTC+1), as a function of seconds since 1970. */
export type UtcOffset = (timeSeconds: number) => number;

const TWO_DIGITS: readonly string[] = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));

function timeOfDay(seconds: number): string {
  const day = ((seconds % 86400) + 86400) % 86400;
  return `${TWO_DIGITS[Math.floor(day / 3600)]!}:${TWO_DIGITS[Math.floor(day / 60) % 60]!}:${TWO_DIGITS[day % 60]!}`;
}

/** "2024-05-17" for a number of days since 1970-01-01 (proleptic Gregorian calendar). */
export function civilDate(days: number): string {
  // Years are counted from March so that the leap day is a year's last (Hinnant, "chrono-compatible low-level date algorithms").
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${TWO_DIGITS[month]!}-${TWO_DIGITS[day]!}`;
}

/** A moment in UTC with nine digits: "2024-05-17T12:00:00.000000000Z". */
export function isoTime(timeSeconds: number, timeNanoseconds: number): string {
  const fraction = String(timeNanoseconds).padStart(9, '0');
  return `${civilDate(Math.floor(timeSeconds / 86400))}T${timeOfDay(timeSeconds)}.${fraction}Z`;
}

/** Writes the time stamps of a sequence of packets. */
export class TimePrinter {
  private readonly style: TimeStyle;
  private readonly nanoseconds: boolean;
  private readonly utcOffset: UtcOffset;
  private hasReference = false;
  private referenceSeconds = 0;
  private referenceFraction = 0;
  private cachedSeconds = Number.NaN;
  private cachedText = '';

  /** With `nanoseconds` nine digits are written instead of six. */
  constructor(style: TimeStyle, nanoseconds: boolean, utcOffset: UtcOffset) {
    this.style = style;
    this.nanoseconds = nanoseconds;
    this.utcOffset = utcOffset;
  }

  /** The time stamp and the blank after it, or nothing. */
  text(timeSeconds: number, timeNanoseconds: number): string {
    if (this.style === 'none') return '';
    const fraction = this.nanoseconds ? timeNanoseconds : Math.floor(timeNanoseconds / 1000);
    switch (this.style) {
      case 'unix':
        return `${timeSeconds}.${this.fractionText(fraction)} `;
      case 'delta':
      case 'elapsed':
        return this.relative(timeSeconds, fraction);
      default:
        if (timeSeconds !== this.cachedSeconds) {
          const local = timeSeconds + this.utcOffset(timeSeconds);
          this.cachedSeconds = timeSeconds;
          this.cachedText = timeOfDay(local);
          if (this.style === 'date') this.cachedText = `${civilDate(Math.floor(local / 86400))} ${this.cachedText}`;
        }
        return `${this.cachedText}.${this.fractionText(fraction)} `;
    }
  }

  private fractionText(fraction: number): string {
    if (this.nanoseconds) return String(fraction).padStart(9, '0');
    // Adding a million and dropping its digit pads without a call.
    return String(1_000_000 + fraction).slice(1);
  }

  private relative(timeSeconds: number, fraction: number): string {
    if (!this.hasReference) {
      this.referenceSeconds = timeSeconds;
      this.referenceFraction = fraction;
      // A first packet at the epoch itself does not count as one.
      this.hasReference = timeSeconds !== 0 || fraction !== 0;
    }
    let seconds = timeSeconds - this.referenceSeconds;
    let rest = fraction - this.referenceFraction;
    const negative = seconds < 0 || (seconds === 0 && rest < 0);
    if (negative) {
      seconds = -seconds;
      rest = -rest;
    }
    if (rest < 0) {
      seconds -= 1;
      rest += this.nanoseconds ? 1_000_000_000 : 1_000_000;
    }
    if (this.style === 'delta') {
      this.referenceSeconds = timeSeconds;
      this.referenceFraction = fraction;
    }
    return `${negative ? '-' : ' '}${timeOfDay(seconds)}.${this.fractionText(rest)} `;
  }
}
