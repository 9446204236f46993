// NTP (RFC 5905) and its control messages (RFC 9327).

import type { PrintContext } from './context.js';
import { hex } from './format.js';
import { printBytes } from './text.js';

const TIME_HEADER = 48;
const CONTROL_HEADER = 12;
const MODE_CONTROL = 6;
const MODE_PRIVATE = 7;
const MODES = [
  'unspecified',
  'symmetric active',
  'symmetric passive',
  'Client',
  'Server',
  'Broadcast',
  'Control Message',
  'Reserved',
] as const;
const LEAP_INDICATORS = ['', '+1s', '-1s', 'clock unsynchronized'] as const;

const STRATUM_UNSPECIFIED = 0;
const STRATUM_PRIMARY = 1;
const STRATUM_SECONDARY_LAST = 15;
/** Strata of an old implementation's questions about itself. */
const STRATUM_NAMES: ReadonlyMap<number, string> = new Map([
  [62, 'INFO_QUERY'],
  [63, 'INFO_REPLY'],
]);

const REFERENCE_TIME = 16;
const ORIGINATE_TIME = 24;
const RECEIVE_TIME = 32;
const TRANSMIT_TIME = 40;
/** Seconds from NTP's epoch, 1900, to 1970. */
const EPOCH_OFFSET_SECONDS = 2208988800;
const TWO_32 = 0x100000000;

/** A signed byte. */
function s8(ctx: PrintContext, offset: number): number {
  return (ctx.u8(offset) << 24) >> 24;
}

/** A 16.16 fixed point number of seconds. */
function shortTimeText(ctx: PrintContext, offset: number): string {
  return `${ctx.u16(offset)}.${String(Math.trunc((ctx.u16(offset + 2) / 65536) * 1e6)).padStart(6, '0')}`;
}

/** Nine digits of a 32-bit fraction. */
function fractionText(fraction: number): string {
  return String(Math.trunc((fraction / TWO_32) * 1e9)).padStart(9, '0');
}

function isoTimeText(seconds: number): string {
  return `${new Date((seconds - EPOCH_OFFSET_SECONDS) * 1000).toISOString().slice(0, 19)}Z`;
}

/** A 32.32 fixed point time, and the date where it is not 0. */
function timeText(ctx: PrintContext, offset: number): string {
  const seconds = ctx.u32(offset);
  const text = `${seconds}.${fractionText(ctx.u32(offset + 4))}`;
  return seconds === 0 ? text : `${text} (${isoTimeText(seconds)})`;
}

/** How much later the second time is than the first, or the second itself where the first is 0. */
function differenceText(ctx: PrintContext, first: number, second: number): string {
  const a = { seconds: ctx.u32(first), fraction: ctx.u32(first + 4) };
  const b = { seconds: ctx.u32(second), fraction: ctx.u32(second + 4) };
  if (a.seconds === 0 && a.fraction === 0) return timeText(ctx, second);
  const later = b.seconds !== a.seconds ? b.seconds > a.seconds : b.fraction > a.fraction;
  const [low, high] = later ? [a, b] : [b, a];
  const borrow = low.fraction > high.fraction ? 1 : 0;
  const fraction = high.fraction - low.fraction + borrow * TWO_32;
  return `${later ? '+' : '-'}${high.seconds - low.seconds - borrow}.${fractionText(fraction)}`;
}

function pollText(exponent: number): string {
  if (exponent <= -32 || exponent >= 32) return '';
  return exponent >= 0 ? ` (${2 ** exponent}s)` : ` (1/${2 ** -exponent}s)`;
}

function stratumText(stratum: number): string {
  if (stratum === STRATUM_UNSPECIFIED) return 'unspecified';
  if (stratum === STRATUM_PRIMARY) return 'primary reference';
  return stratum <= STRATUM_SECONDARY_LAST ? 'secondary reference' : 'reserved';
}

export function printNtp(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'ntp';
  const first = ctx.u8(offset);
  const version = (first >> 3) & 7;
  const mode = first & 7;
  if (ctx.wantsLayers) addLayer(ctx, offset, version, mode);
  ctx.print(`NTPv${version}, ${MODES[mode]}, length ${length}`);
  if (ctx.flags.verbosity === 0) return;
  ctx.print(`\n\tLeap indicator: ${LEAP_INDICATORS[first >> 6]} (${first & 0xc0})`);
  if (mode === MODE_PRIVATE) return;
  const minimum = mode === MODE_CONTROL ? CONTROL_HEADER : TIME_HEADER;
  const whole =
    length >= minimum && (mode === MODE_CONTROL ? printControl(ctx, offset, length) : printTimes(ctx, offset, length));
  if (whole) return;
  ctx.invalid();
  if (!ctx.has(offset, length)) ctx.truncated();
}

/** True: what is missing has been said. */
function printTimes(ctx: PrintContext, offset: number, length: number): boolean {
  const stratum = ctx.u8(offset + 1);
  ctx.print(`, Stratum ${stratum} (${stratumText(stratum)})`);
  const poll = s8(ctx, offset + 2);
  ctx.print(`, poll ${poll}${pollText(poll)}`);
  ctx.print(`, precision ${s8(ctx, offset + 3)}`);
  const fields: readonly (readonly [at: number, size: number, print: () => boolean])[] = [
    [4, 4, () => say(`\n\tRoot Delay: ${shortTimeText(ctx, offset + 4)}`)],
    [8, 4, () => say(`, Root dispersion: ${shortTimeText(ctx, offset + 8)}`)],
    [12, 4, () => printReference(ctx, offset + 12, stratum)],
    [REFERENCE_TIME, 8, () => say(`\n\t  Reference Timestamp:  ${timeText(ctx, offset + REFERENCE_TIME)}`)],
    [ORIGINATE_TIME, 8, () => say(`\n\t  Originator Timestamp: ${timeText(ctx, offset + ORIGINATE_TIME)}`)],
    [RECEIVE_TIME, 8, () => say(`\n\t  Receive Timestamp:    ${timeText(ctx, offset + RECEIVE_TIME)}`)],
    [TRANSMIT_TIME, 8, () => say(`\n\t  Transmit Timestamp:   ${timeText(ctx, offset + TRANSMIT_TIME)}`)],
  ];
  function say(text: string): boolean {
    ctx.print(text);
    return true;
  }
  for (const [at, size, print] of fields) {
    if (!ctx.has(offset + at, size)) {
      ctx.truncated();
      return true;
    }
    if (!print()) return true;
  }
  const originate = offset + ORIGINATE_TIME;
  ctx.print(`\n\t    Originator - Receive Timestamp:  ${differenceText(ctx, originate, offset + RECEIVE_TIME)}`);
  ctx.print(`\n\t    Originator - Transmit Timestamp: ${differenceText(ctx, originate, offset + TRANSMIT_TIME)}`);
  printAuthentication(ctx, offset + TIME_HEADER, length - TIME_HEADER);
  return true;
}

/** False where nothing more is to be printed. */
function printReference(ctx: PrintContext, offset: number, stratum: number): boolean {
  ctx.print(', Reference-ID: ');
  const name = STRATUM_NAMES.get(stratum);
  if (name !== undefined) {
    ctx.print(`${ctx.ipv4(offset)} ${name}`);
    return false;
  }
  if (stratum === STRATUM_UNSPECIFIED) ctx.print('(unspec)');
  else if (stratum === STRATUM_PRIMARY) printBytes(ctx, offset, 4);
  else ctx.print(`0x${hex(ctx.u32(offset), 8)}`);
  return true;
}

/** What follows the header: a key's number, and a digest of 128 or 160 bits. */
function printAuthentication(ctx: PrintContext, offset: number, length: number): void {
  const digest = length - 4;
  if (digest === 0 || digest === 16 || digest === 20) {
    ctx.print(`\n\tKey id: ${ctx.u32(offset)}`);
    if (digest === 0) return;
    if (!ctx.has(offset + 4, digest)) {
      ctx.truncated();
      return;
    }
    ctx.print('\n\tAuthentication: ');
    for (let i = 0; i < digest; i += 4) ctx.print(hex(ctx.u32(offset + 4 + i), 8));
  } else if (length > 0) ctx.print(`\n\t(${length} more bytes after the header)`);
}

/** False for data longer than the message. */
function printControl(ctx: PrintContext, offset: number, length: number): boolean {
  const control = ctx.u8(offset + 1);
  ctx.print(
    `, ${(control & 0x80) !== 0 ? 'Response' : 'Request'}, ${(control & 0x40) !== 0 ? 'Error' : 'OK'}, ` +
      `${(control & 0x20) !== 0 ? 'More' : 'Last'}, OpCode=${control & 0x1f}\n`,
  );
  ctx.print(`\tSequence=${ctx.u16(offset + 2)}`);
  const status = ctx.u16(offset + 4);
  ctx.print(`, Status=${status === 0 ? '0' : `0x${hex(status)}`}`);
  ctx.print(`, Assoc.=${ctx.u16(offset + 6)}`);
  ctx.print(`, Offset=${ctx.u16(offset + 8)}`);
  const count = ctx.u16(offset + 10);
  ctx.print(`, Count=${count}`);
  if (CONTROL_HEADER + count > length) return false;
  if (count === 0) return true;
  if (ctx.has(offset + CONTROL_HEADER, count)) ctx.print('\n\tTO-BE-DONE: data not interpreted');
  else ctx.truncated();
  return true;
}

function addLayer(ctx: PrintContext, offset: number, version: number, mode: number): void {
  const leap = ctx.u8(offset) >> 6;
  if (mode >= MODE_CONTROL || !ctx.has(offset, TIME_HEADER)) {
    ctx.layer('ntp', { version, mode, leapIndicator: leap });
    return;
  }
  ctx.layer('ntp', {
    version,
    mode,
    leapIndicator: leap,
    stratum: ctx.u8(offset + 1),
    pollExponent: s8(ctx, offset + 2),
    precisionExponent: s8(ctx, offset + 3),
    rootDelaySeconds: ctx.u32(offset + 4) / 65536,
    rootDispersionSeconds: ctx.u32(offset + 8) / 65536,
    referenceId: hex(ctx.u32(offset + 12), 8),
    referenceTime: timeField(ctx, offset + REFERENCE_TIME),
    originateTime: timeField(ctx, offset + ORIGINATE_TIME),
    receiveTime: timeField(ctx, offset + RECEIVE_TIME),
    transmitTime: timeField(ctx, offset + TRANSMIT_TIME),
  });
}

/** A time as in RFC 3339 with nine digits, or null for "not set". */
function timeField(ctx: PrintContext, offset: number): string | null {
  const seconds = ctx.u32(offset);
  const fraction = ctx.u32(offset + 4);
  if (seconds === 0 && fraction === 0) return null;
  return `${isoTimeText(seconds).slice(0, -1)}.${fractionText(fraction)}Z`;
}
