// strftime(3) in the C locale and the machine's time zone, as tcpdump's -G names files. Source: POSIX.1-2017, strftime.

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const pad = (value: number, width: number, fill = '0'): string => String(value).padStart(width, fill);

/** Days since 1 January, from 0, in local time. */
function dayOfYear(date: Date): number {
  const midnight = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight - Date.UTC(date.getFullYear(), 0, 1)) / 86_400_000);
}

/** Year and week of ISO 8601: weeks begin on Monday, the first has the year's first Thursday. */
function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 3 - ((date.getDay() + 6) % 7));
  return { year: thursday.getFullYear(), week: 1 + Math.floor(dayOfYear(thursday) / 7) };
}

const hour12 = (date: Date): number => date.getHours() % 12 || 12;

function zoneOffset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}${pad(size % 60, 2)}`;
}

function zoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find(part => part.type === 'timeZoneName')?.value ?? '';
}

/** Conversion letter -> its text. Those that stand for others are formats. */
const CONVERSIONS: Readonly<Record<string, string | ((date: Date) => string)>> = {
  a: date => DAYS[date.getDay()]!.slice(0, 3),
  A: date => DAYS[date.getDay()]!,
  b: date => MONTHS[date.getMonth()]!.slice(0, 3),
  B: date => MONTHS[date.getMonth()]!,
  c: '%a %b %e %H:%M:%S %Y',
  C: date => pad(Math.floor(date.getFullYear() / 100), 2),
  d: date => pad(date.getDate(), 2),
  D: '%m/%d/%y',
  e: date => pad(date.getDate(), 2, ' '),
  F: '%Y-%m-%d',
  g: date => pad(isoWeek(date).year % 100, 2),
  G: date => String(isoWeek(date).year),
  h: '%b',
  H: date => pad(date.getHours(), 2),
  I: date => pad(hour12(date), 2),
  j: date => pad(dayOfYear(date) + 1, 3),
  k: date => pad(date.getHours(), 2, ' '),
  l: date => pad(hour12(date), 2, ' '),
  m: date => pad(date.getMonth() + 1, 2),
  M: date => pad(date.getMinutes(), 2),
  n: () => '\n',
  p: date => (date.getHours() < 12 ? 'AM' : 'PM'),
  P: date => (date.getHours() < 12 ? 'am' : 'pm'),
  r: '%I:%M:%S %p',
  R: '%H:%M',
  s: date => String(Math.floor(date.getTime() / 1000)),
  S: date => pad(date.getSeconds(), 2),
  t: () => '\t',
  T: '%H:%M:%S',
  u: date => String(date.getDay() || 7),
  U: date => pad(Math.floor((dayOfYear(date) + 7 - date.getDay()) / 7), 2),
  V: date => pad(isoWeek(date).week, 2),
  w: date => String(date.getDay()),
  W: date => pad(Math.floor((dayOfYear(date) + 7 - ((date.getDay() + 6) % 7)) / 7), 2),
  x: '%m/%d/%y',
  X: '%H:%M:%S',
  y: date => pad(date.getFullYear() % 100, 2),
  Y: date => String(date.getFullYear()),
  z: zoneOffset,
  Z: zoneName,
  '%': () => '%',
};

/** The text of the time; a conversion that does not exist stays as it is written. */
export function strftime(format: string, date: Date): string {
  return format.replaceAll(/%[EO]?([a-zA-Z%])/g, (whole, letter: string) => {
    const conversion = Object.hasOwn(CONVERSIONS, letter) ? CONVERSIONS[letter] : undefined;
    if (conversion === undefined) return whole;
    return typeof conversion === 'string' ? strftime(conversion, date) : conversion(date);
  });
}
