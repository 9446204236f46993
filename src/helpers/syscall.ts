// Helpers: programs that make system calls (kernel/bpf/syscall.c). Only names can be looked up here: there are no file descriptors.

import type { HelperFunction } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf } from './host.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, helper, MEM, RDONLY_MEM, RESULT_MEM, SIZE, SIZE_OR_ZERO } from './row.js';
import { latin1, needed } from './support.js';

const kallsymsLookupName: HelperFunction = (machine, name, nameBytes, flags, to) => {
  const { bytes, view } = machine.space;
  view.setBigUint64(to, 0n, true);
  if (flags !== 0 || nameBytes <= 1 || bytes[name + nameBytes - 1] !== 0) return -ERRNO.EINVAL;
  const host = hostOf(machine);
  const text = latin1(bytes.slice(name, name + nameBytes - 1));
  const address = needed(host.kallsyms, 'bpf_kallsyms_lookup_name', 'table of symbols').call(host, text);
  if (address === undefined) return -ERRNO.ENOENT;
  view.setBigUint64(to, address, true);
  return 0;
};

export const SYSCALL_HELPERS: readonly HelperRow[] = [
  helper({
    id: 166,
    declaration: 'long bpf_sys_bpf(u32 cmd, void *attr, u32 attr_size)',
    args: [ANYTHING, RDONLY_MEM, SIZE],
    returns: 'integer',
    mightSleep: true,
    programTypes: ['syscall'],
    since: '5.14',
    meaning: 'calls bpf(2)',
  }),
  helper({
    id: 167,
    declaration: 'long bpf_btf_find_by_name_kind(char *name, int name_sz, u32 kind, int flags)',
    args: [RDONLY_MEM, SIZE, ANYTHING, ANYTHING],
    returns: 'integer',
    mightSleep: true,
    programTypes: ['syscall'],
    since: '5.14',
    meaning: "finds a type of the kernel's BTF by name and kind",
  }),
  helper({
    id: 168,
    declaration: 'long bpf_sys_close(u32 fd)',
    args: [ANYTHING],
    returns: 'integer',
    mightSleep: true,
    programTypes: ['syscall'],
    since: '5.14',
    meaning: 'closes a file descriptor',
  }),
  helper({
    id: 179,
    declaration: 'long bpf_kallsyms_lookup_name(const char *name, int name_sz, int flags, u64 *res)',
    args: [MEM, SIZE_OR_ZERO, ANYTHING, RESULT_MEM],
    returns: 'integer',
    programTypes: ['syscall'],
    since: '5.16',
    meaning: 'finds the address of a kernel symbol',
    run: kallsymsLookupName,
  }),
];
