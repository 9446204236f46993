// The options of a TCP header (IANA "TCP Option Kind Numbers"). Multipath TCP's are in mptcp.ts.

import type { LayerValue, PrintContext } from './context.js';
import { HEX2, hex } from './format.js';
import { printMptcp } from './mptcp.js';

const END = 0;
const NOP = 1;
const MAXIMUM_SEGMENT_SIZE = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
const MD5 = 19;
const SCPS = 20;
const USER_TIMEOUT = 28;
const AUTHENTICATION = 29;
const MPTCP = 30;
const FAST_OPEN = 34;
const EXPERIMENT = 254;
/** The experiment number of fast open before it had an option of its own (RFC 6994, RFC 7413). */
const EXPERIMENT_FAST_OPEN = 0xf989;

const OPTION_NAMES: ReadonlyMap<number, string> = new Map([
  [END, 'eol'],
  [NOP, 'nop'],
  [MAXIMUM_SEGMENT_SIZE, 'mss'],
  [WINDOW_SCALE, 'wscale'],
  [SACK_PERMITTED, 'sackOK'],
  [SACK, 'sack'],
  [6, 'echo'],
  [7, 'echoreply'],
  [TIMESTAMPS, 'TS'],
  [11, 'cc'],
  [12, 'ccnew'],
  [13, ''],
  [MD5, 'md5'],
  [SCPS, 'scps'],
  [USER_TIMEOUT, 'uto'],
  [AUTHENTICATION, 'tcp-ao'],
  [MPTCP, 'mptcp'],
  [FAST_OPEN, 'tfo'],
  [EXPERIMENT, 'exp'],
]);

/** Data bytes of the options whose length is fixed; -1 where the option's own length says it. */
function dataLength(kind: number, length: number): number {
  switch (kind) {
    case END:
    case NOP:
    case SACK_PERMITTED:
      return 0;
    case MAXIMUM_SEGMENT_SIZE:
    case SCPS:
    case USER_TIMEOUT:
      return 2;
    case WINDOW_SCALE:
      return 1;
    case 6:
    case 7:
    case 11:
    case 12:
    case 13:
      return 4;
    case TIMESTAMPS:
      return 8;
    case MD5:
      return 16;
    default:
      return length - 2;
  }
}

/**
 * Prints ", options [...]" of the header at `tcp`; false when they are bad and the packet's text ends here. The segment
 * has `segmentLength` bytes and these `flags`; `sackBase` is subtracted from selective acknowledgments.
 */
export function printTcpOptions(
  ctx: PrintContext,
  tcp: number,
  headerLength: number,
  segmentLength: number,
  flags: number,
  sackBase: number,
): boolean {
  const isWhole = ctx.has(tcp, segmentLength);
  let at = tcp + 20;
  let rest = headerLength - 20;
  let separator = '';
  // Whether `needed` data bytes are in the header; where they are but are not captured, the packet ends.
  let cut = false;
  const fits = (needed: number): boolean => {
    if (needed > rest) return false;
    cut = !ctx.has(at, needed);
    return !cut;
  };
  const fail = (): false => {
    if (cut) {
      ctx.truncated();
      if (separator !== '') ctx.print('>');
    } else {
      ctx.print('[bad opt]');
      if (separator !== '') ctx.print(']');
    }
    return false;
  };
  ctx.print(', options [');
  while (rest > 0) {
    ctx.print(separator);
    const kind = ctx.u8(at);
    at++;
    let length = 1;
    if (kind !== END && kind !== NOP) {
      length = ctx.u8(at);
      at++;
      if (length < 2 || length > rest) return fail();
      rest--;
    }
    rest--;
    ctx.print(OPTION_NAMES.get(kind) ?? `unknown-${kind}`);
    const size = dataLength(kind, length);
    switch (kind) {
      case END:
      case NOP:
      case SACK_PERMITTED:
        break;
      case MAXIMUM_SEGMENT_SIZE:
        if (!fits(2)) return fail();
        ctx.print(` ${ctx.u16(at)}`);
        break;
      case WINDOW_SCALE:
        if (!fits(1)) return fail();
        ctx.print(` ${ctx.u8(at)}`);
        break;
      case SACK:
        if (size % 8 !== 0) {
          ctx.print(' invalid sack');
          break;
        }
        ctx.print(` ${size / 8} `);
        for (let i = 0; i < size; i += 8) {
          if (!fits(i + 4) || !fits(i + 8)) return fail();
          const left = (ctx.u32(at + i) - sackBase) >>> 0;
          const right = (ctx.u32(at + i + 4) - sackBase) >>> 0;
          ctx.print(`{${left}:${right}}`);
        }
        break;
      case TIMESTAMPS:
        if (!fits(8)) return fail();
        ctx.print(` val ${ctx.u32(at)} ecr ${ctx.u32(at + 4)}`);
        break;
      case MD5:
        // A signature can be checked only by who has the secret, and only over the whole segment.
        if (!fits(16)) return fail();
        ctx.print(isWhole ? ' shared secret not supplied with -M, ' : ' snaplen too short, ');
        ctx.print(`can't check - ${hexBytes(ctx, at, 16)}`);
        break;
      case SCPS:
        if (!fits(2)) return fail();
        ctx.print(` cap ${HEX2[ctx.u8(at)]!} id ${ctx.u8(at + 1)}`);
        break;
      case AUTHENTICATION:
        if (size < 2) {
          ctx.invalid();
          break;
        }
        if (!fits(1)) return fail();
        ctx.print(` keyid ${ctx.u8(at)}`);
        if (!fits(2)) return fail();
        ctx.print(` rnextkeyid ${ctx.u8(at + 1)}`);
        if (size > 2) {
          ctx.print(' mac 0x');
          for (let i = 2; i < size; i++) {
            if (!fits(i + 1)) return fail();
            ctx.print(HEX2[ctx.u8(at + i)]!);
          }
        }
        break;
      case USER_TIMEOUT: {
        if (!fits(2)) return fail();
        const value = ctx.u16(at);
        ctx.print(` 0x${hex(value)} ${(value & 1) === 1 ? (value >> 1) * 60 : value >> 1}`);
        break;
      }
      case MPTCP: {
        if (!fits(size)) return fail();
        const end = ctx.narrow(at - 2, length);
        const good = printMptcp(ctx, at - 2, length, flags);
        ctx.end = end;
        if (!good) return fail();
        break;
      }
      case FAST_OPEN:
        if (!fits(size)) return fail();
        ctx.print(' ');
        printFastOpen(ctx, at, size);
        break;
      case EXPERIMENT: {
        if (!fits(size) || size < 2) return fail();
        const magic = ctx.u16(at);
        if (magic === EXPERIMENT_FAST_OPEN) {
          ctx.print('-tfo');
          printFastOpen(ctx, at + 2, size - 2);
        } else ctx.print(`-${hex(magic, 4)}`);
        break;
      }
      default:
        if (size === 4 && (kind === 6 || kind === 7 || (kind >= 11 && kind <= 13))) {
          if (!fits(4)) return fail();
          ctx.print(` ${ctx.u32(at)}`);
          break;
        }
        if (size > 0) ctx.print(' 0x');
        for (let i = 0; i < size; i++) {
          if (!fits(i + 1)) return fail();
          ctx.print(HEX2[ctx.u8(at + i)]!);
        }
    }
    at += size;
    rest -= size;
    if (size + (kind === END || kind === NOP ? 1 : 2) !== length) ctx.print(`[len ${length}]`);
    separator = ',';
    if (kind === END) break;
  }
  ctx.print(']');
  return true;
}

function hexBytes(ctx: PrintContext, offset: number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += HEX2[ctx.u8(offset + i)]!;
  return text;
}

/** A fast open cookie, or the request for one (RFC 7413). */
function printFastOpen(ctx: PrintContext, offset: number, length: number): void {
  if (length === 0) ctx.print(' cookiereq');
  else if (length % 2 !== 0 || length < 4 || length > 16) ctx.invalid();
  else ctx.print(` cookie ${hexBytes(ctx, offset, length)}`);
}

/** The options as fields: `[{kind: 2, name: 'mss', value: 1460}, ...]`, as far as they are captured and well formed. */
export function tcpOptionFields(ctx: PrintContext, offset: number, length: number): LayerValue[] {
  const options: LayerValue[] = [];
  const end = Math.min(offset + length, ctx.end);
  for (let at = offset; at < end; ) {
    const kind = ctx.u8(at);
    const name = OPTION_NAMES.get(kind) || `option-${kind}`;
    if (kind === END) break;
    if (kind === NOP) {
      options.push({ kind, name });
      at++;
      continue;
    }
    const size = at + 1 < end ? ctx.u8(at + 1) : 0;
    if (size < 2 || at + size > end) break;
    const data = at + 2;
    let value: LayerValue | undefined;
    if (kind === MAXIMUM_SEGMENT_SIZE && size === 4) value = ctx.u16(data);
    else if (kind === WINDOW_SCALE && size === 3) value = ctx.u8(data);
    else if (kind === TIMESTAMPS && size === 10) value = { value: ctx.u32(data), echo: ctx.u32(data + 4) };
    else if (kind === SACK && (size - 2) % 8 === 0) {
      const blocks: LayerValue[] = [];
      for (let i = data; i < at + size; i += 8) blocks.push({ left: ctx.u32(i), right: ctx.u32(i + 4) });
      value = blocks;
    } else if (size > 2) value = hexBytes(ctx, data, size - 2);
    options.push(value === undefined ? { kind, name } : { kind, name, value });
    at += size;
  }
  return options;
}
