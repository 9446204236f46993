// TFTP (RFC 1350, options of RFC 2347).

import type { PrintContext } from './context.js';
import { printTerminated, textOf } from './text.js';

const READ = 1;
const WRITE = 2;
const DATA = 3;
const ACKNOWLEDGMENT = 4;
const ERROR = 5;
const OPTIONS = 6;
const OPERATIONS: ReadonlyMap<number, string> = new Map([
  [READ, 'RRQ'],
  [WRITE, 'WRQ'],
  [DATA, 'DATA'],
  [ACKNOWLEDGMENT, 'ACK'],
  [ERROR, 'ERROR'],
  [OPTIONS, 'OACK'],
]);
const ERRORS = ['EUNDEF', 'ENOTFOUND', 'EACCESS', 'ENOSPACE', 'EBADOP', 'EBADID', 'EEXISTS', 'ENOUSER'] as const;

export function printTftp(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'tftp';
  ctx.print(`TFTP, length ${length}`);
  if (length < 2) {
    ctx.truncated();
    return;
  }
  const operation = ctx.u16(offset);
  const name = OPERATIONS.get(operation);
  ctx.print(`, ${name ?? `tftp-#${operation}`}`);
  if (ctx.wantsLayers) addLayer(ctx, offset, length, operation);
  if (name !== undefined && !printBody(ctx, operation, offset + 2, length - 2)) ctx.truncated();
}

/** False when the message ends early. */
function printBody(ctx: PrintContext, operation: number, offset: number, length: number): boolean {
  switch (operation) {
    case READ:
    case WRITE: {
      if (length === 0) return false;
      ctx.print(' "');
      const file = printTerminated(ctx, offset, length);
      ctx.print('"');
      if (file === 0 || file === length) return false;
      ctx.print(' ');
      const mode = printTerminated(ctx, offset + file, length - file);
      return mode > 0 && printWords(ctx, offset + file + mode, length - file - mode);
    }
    case OPTIONS:
      return printWords(ctx, offset, length);
    case ERROR: {
      if (length < 2) return false;
      const code = ctx.u16(offset);
      ctx.print(` ${ERRORS[code] ?? `tftp-err-#${code} "`}`);
      if (length === 2) return false;
      ctx.print(' "');
      const message = printTerminated(ctx, offset + 2, length - 2);
      ctx.print('"');
      return message > 0;
    }
    default:
      if (length < 2) return false;
      ctx.print(` block ${ctx.u16(offset)}`);
      return true;
  }
}

/** Names and values of options, each ended by a zero byte. */
function printWords(ctx: PrintContext, offset: number, length: number): boolean {
  for (let at = offset, rest = length; rest > 0; ) {
    if (ctx.u8(at) !== 0) ctx.print(' ');
    const size = printTerminated(ctx, at, rest);
    if (size === 0) return false;
    at += size;
    rest -= size;
  }
  return true;
}

function addLayer(ctx: PrintContext, offset: number, length: number, operation: number): void {
  if (operation === READ || operation === WRITE) {
    const file = textOf(ctx, () => printTerminated(ctx, offset + 2, length - 2));
    ctx.layer('tftp', { operation, file });
  } else if ((operation === DATA || operation === ACKNOWLEDGMENT) && ctx.has(offset, 4))
    ctx.layer('tftp', { operation, block: ctx.u16(offset + 2) });
  else if (operation === ERROR && ctx.has(offset, 4)) ctx.layer('tftp', { operation, error: ctx.u16(offset + 2) });
  else ctx.layer('tftp', { operation });
}
