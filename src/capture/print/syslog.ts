// syslog over UDP (RFC 3164, 5424, 5426): the priority in angle brackets, then text.

import type { PrintContext } from './context.js';
import { printAllBytes, printBytes, textOf } from './text.js';

const SEVERITIES = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug'] as const;
const FACILITIES = [
  'kernel',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'ntp',
  'security',
  'console',
  'cron',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;
const LESS_THAN = 0x3c;
const GREATER_THAN = 0x3e;
const MAX_DIGITS = 3;

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

export function printSyslog(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'syslog';
  if (ctx.u8(offset) !== LESS_THAN) {
    ctx.invalid();
    return;
  }
  let at = offset + 1;
  let priority = 0;
  while (at - offset <= MAX_DIGITS && isDigit(ctx.u8(at))) priority = priority * 10 + ctx.u8(at++) - 0x30;
  if (ctx.u8(at) !== GREATER_THAN) {
    ctx.invalid();
    return;
  }
  at++;
  const facility = priority >> 3;
  const severity = priority & 7;
  const rest = length - (at - offset);
  if (ctx.wantsLayers) {
    const message = textOf(ctx, () => printBytes(ctx, at, Math.max(0, rest)));
    ctx.layer('syslog', { facility, severity, message });
  }
  const facilityName = FACILITIES[facility] ?? `unknown (${facility})`;
  const severityName = SEVERITIES[severity]!;
  if (ctx.flags.verbosity === 0) {
    ctx.print(`SYSLOG ${facilityName}.${severityName}, length: ${length}`);
    return;
  }
  ctx.print(
    `SYSLOG, length: ${length}\n\tFacility ${facilityName} (${facility}), Severity ${severityName} (${severity})\n\tMsg: `,
  );
  if (rest > 0) printAllBytes(ctx, at, rest);
  if (ctx.flags.verbosity > 1) ctx.hexField(offset, length, '\n\t');
}
