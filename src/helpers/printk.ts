// Helpers: formatted output to the trace pipe and to iterators' files (kernel/trace/bpf_trace.c). The format language is in format.ts.

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { type Formatted, formatPrintk } from './format.js';
import { hostOf } from './host.js';
import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, btf, helper, MEM, RDONLY_MEM, RDONLY_MEM_OR_NULL, SIZE, SIZE_OR_ZERO } from './row.js';
import { bytesOf, latin1, needed, putText, wideArgument } from './support.js';

/** MAX_BPRINTF_BUF: a line, with its zero. */
const LINE_BYTES = 1024;
/** MAX_BPRINTF_VARARGS. */
const MAXIMUM_ARGUMENTS = 12;
/** struct btf_ptr: pointer, type id, flags. */
const BTF_PTR_BYTES = 16;
/** BTF_F_COMPACT, NONAME, PTR_RAW, ZERO. */
const BTF_FLAGS = 0x0f;

/** Formats with the text at an address, up to its zero. */
export function formatAt(
  machine: Machine,
  format: number,
  formatBytes: number,
  args: readonly bigint[],
  limitBytes: number,
): Formatted | number {
  const { bytes } = machine.space;
  const end = bytes.subarray(format, Math.min(format + formatBytes, bytes.length)).indexOf(0);
  if (end === -1) return -ERRNO.EINVAL;
  return formatPrintk(machine, hostOf(machine), bytes.slice(format, format + end), args, limitBytes);
}

/** The u64 arguments at an address; undefined for a length that no such helper takes. */
export function argumentsAt(machine: Machine, address: number, lengthBytes: number): bigint[] | undefined {
  if ((lengthBytes & 7) !== 0 || lengthBytes > MAXIMUM_ARGUMENTS * 8 || (lengthBytes > 0 && address === 0))
    return undefined;
  return Array.from({ length: lengthBytes / 8 }, (_, index) =>
    machine.space.view.getBigUint64(address + 8 * index, true),
  );
}

function emit(machine: Machine, formatted: Formatted | number): number {
  if (typeof formatted === 'number') return formatted;
  const line = latin1Utf8(formatted.bytes);
  hostOf(machine).emitPrintk(line.endsWith('\n') ? line.slice(0, -1) : line);
  return formatted.lengthBytes;
}

/** Text is UTF-8 where it is that, and one byte a character where it is not. */
function latin1Utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return latin1(bytes);
  }
}

const tracePrintk: HelperFunction = (machine, format, formatBytes, a, b, c) => {
  const args = [wideArgument(machine, 3, a), wideArgument(machine, 4, b), wideArgument(machine, 5, c)];
  return emit(machine, formatAt(machine, format, formatBytes, args, LINE_BYTES - 1));
};

const traceVprintk: HelperFunction = (machine, format, formatBytes, data, dataBytes) => {
  const args = argumentsAt(machine, data, dataBytes);
  return args ? emit(machine, formatAt(machine, format, formatBytes, args, LINE_BYTES - 1)) : -ERRNO.EINVAL;
};

const SEQ_LIMIT_BYTES = 1 << 16;

const seqPrintf: HelperFunction = (machine, file, format, formatBytes, data, dataBytes) => {
  const args = argumentsAt(machine, data, dataBytes);
  if (!args) return -ERRNO.EINVAL;
  const formatted = formatAt(machine, format, formatBytes, args, SEQ_LIMIT_BYTES);
  if (typeof formatted === 'number') return formatted;
  return write(machine, file, formatted.bytes);
};

const seqWrite: HelperFunction = (machine, file, data, lengthBytes) =>
  write(machine, file, machine.space.bytes.slice(data, data + lengthBytes));

function write(machine: Machine, file: number, bytes: Uint8Array): number {
  const host = hostOf(machine);
  return needed(host.seqWrite, 'bpf_seq_write', 'file of an iterator').call(host, file, bytes);
}

/** The object that a struct btf_ptr means as text, or -errno. */
function formatObject(
  machine: Machine,
  pointer: number,
  pointerBytes: number,
  flags: number,
  high: number,
): Uint8Array | number {
  if (pointerBytes !== BTF_PTR_BYTES || ((flags & ~BTF_FLAGS) | high) !== 0) return -ERRNO.EINVAL;
  const { view } = machine.space;
  if (view.getUint32(pointer + 12, true) !== 0) return -ERRNO.EINVAL;
  const host = hostOf(machine);
  const text = needed(host.formatBtf, 'bpf_snprintf_btf', 'BTF of the kernel').call(
    host,
    view.getUint32(pointer, true),
    view.getUint32(pointer + 8, true),
    flags,
  );
  return text === undefined ? -ERRNO.EINVAL : bytesOf(text);
}

const snprintfBtf: HelperFunction = (machine, to, sizeBytes, pointer, pointerBytes, flags) => {
  const text = formatObject(machine, pointer, pointerBytes, flags, machine.high[5]!);
  if (typeof text === 'number') return text;
  putText(machine, to, sizeBytes, text);
  return text.length;
};

const seqPrintfBtf: HelperFunction = (machine, file, pointer, pointerBytes, flags) => {
  const text = formatObject(machine, pointer, pointerBytes, flags, machine.high[4]!);
  return typeof text === 'number' ? text : write(machine, file, text);
};

export const PRINTK_HELPERS: readonly HelperRow[] = [
  helper({
    id: 6,
    declaration: 'long bpf_trace_printk(const char *fmt, u32 fmt_size, ...)',
    args: [RDONLY_MEM, SIZE, ANYTHING64, ANYTHING64, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: '*',
    since: '4.1',
    meaning: 'writes a formatted line with up to three arguments to the trace pipe',
    run: tracePrintk,
  }),
  helper({
    id: 126,
    declaration:
      'long bpf_seq_printf(struct seq_file *m, const char *fmt, u32 fmt_size, const void *data, u32 data_len)',
    args: [btf('seq_file'), RDONLY_MEM, SIZE, RDONLY_MEM_OR_NULL, SIZE_OR_ZERO],
    returns: 'integer',
    gplOnly: true,
    programTypes: ['tracing'],
    since: '5.8',
    meaning: "writes formatted text to an iterator's file",
    run: seqPrintf,
  }),
  helper({
    id: 127,
    declaration: 'long bpf_seq_write(struct seq_file *m, const void *data, u32 len)',
    args: [btf('seq_file'), RDONLY_MEM, SIZE_OR_ZERO],
    returns: 'integer',
    gplOnly: true,
    programTypes: ['tracing'],
    since: '5.8',
    meaning: "writes bytes to an iterator's file",
    run: seqWrite,
  }),
  helper({
    id: 149,
    declaration: 'long bpf_snprintf_btf(char *str, u32 str_size, struct btf_ptr *ptr, u32 btf_ptr_size, u64 flags)',
    args: [MEM, SIZE, RDONLY_MEM, SIZE, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.10',
    meaning: 'formats a kernel object by its BTF type',
    run: snprintfBtf,
  }),
  helper({
    id: 150,
    declaration: 'long bpf_seq_printf_btf(struct seq_file *m, struct btf_ptr *ptr, u32 ptr_size, u64 flags)',
    args: [btf('seq_file'), RDONLY_MEM, SIZE_OR_ZERO, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: ['tracing'],
    since: '5.10',
    meaning: "formats a kernel object by its BTF type to an iterator's file",
    run: seqPrintfBtf,
  }),
  helper({
    id: 177,
    declaration: 'long bpf_trace_vprintk(const char *fmt, u32 fmt_size, const void *data, u32 data_len)',
    args: [RDONLY_MEM, SIZE, RDONLY_MEM_OR_NULL, SIZE_OR_ZERO],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.16',
    meaning: 'writes a formatted line with up to twelve arguments to the trace pipe',
    run: traceVprintk,
  }),
];
