// Helpers: formatted output.

import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, btf, helper, MEM, RDONLY_MEM, RDONLY_MEM_OR_NULL, SIZE, SIZE_OR_ZERO } from './row.js';

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
  }),
  helper({
    id: 149,
    declaration: 'long bpf_snprintf_btf(char *str, u32 str_size, struct btf_ptr *ptr, u32 btf_ptr_size, u64 flags)',
    args: [MEM, SIZE, RDONLY_MEM, SIZE, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.10',
    meaning: 'formats a kernel object by its BTF type',
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
  }),
];
