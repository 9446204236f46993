// Helpers: traced functions (kernel/trace/bpf_trace.c).

import type { HelperFunction } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf } from './host.js';
import { BASE, BTF_TRACING, TRACING } from './program-types.js';
import type { HelperRow } from './prototype.js';
import {
  ANYTHING,
  ANYTHING64,
  btf,
  CTX,
  FUNC,
  helper,
  MEM,
  RESULT_MEM,
  SIZE,
  SIZE_OR_ZERO,
  STACK_OR_NULL,
  UNINIT_MEM,
} from './row.js';
import { needed, wideArgument, wideResult } from './support.js';

const getFuncArg: HelperFunction = (machine, _context, index, to) => {
  const { arguments: args } = needed(hostOf(machine).tracing, 'bpf_get_func_arg', 'traced function');
  const value = args[index];
  if (value === undefined) return -ERRNO.EINVAL;
  machine.space.view.setBigUint64(to, BigInt.asUintN(64, value), true);
  return 0;
};

const getFuncRet: HelperFunction = (machine, _context, to) => {
  const { result } = needed(hostOf(machine).tracing, 'bpf_get_func_ret', 'traced function');
  if (result === undefined) return -ERRNO.EOPNOTSUPP;
  machine.space.view.setBigUint64(to, BigInt.asUintN(64, result), true);
  return 0;
};

const getFuncArgCnt: HelperFunction = machine =>
  needed(hostOf(machine).tracing, 'bpf_get_func_arg_cnt', 'traced function').arguments.length;

const getFuncIp: HelperFunction = machine =>
  wideResult(machine, needed(hostOf(machine).tracing, 'bpf_get_func_ip', 'traced function').ip);

const getAttachCookie: HelperFunction = machine => wideResult(machine, hostOf(machine).attachCookie ?? 0n);

const overrideReturn: HelperFunction = (machine, _registers, value) => {
  const host = hostOf(machine);
  needed(host.overrideReturn, 'bpf_override_return', 'probed function').call(host, wideArgument(machine, 2, value));
  return 0;
};

/** There is no integrity measurement here: as with IMA switched off. */
const imaInodeHash: HelperFunction = () => -ERRNO.EOPNOTSUPP;
const imaFileHash: HelperFunction = () => -ERRNO.EOPNOTSUPP;

export const TRACE_HELPERS: readonly HelperRow[] = [
  helper({
    id: 58,
    declaration: 'long bpf_override_return(struct pt_regs *regs, u64 rc)',
    args: [CTX, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: ['kprobe'],
    since: '4.16',
    meaning: 'makes the probed function return a value at once',
    run: overrideReturn,
  }),
  helper({
    id: 147,
    declaration: 'long bpf_d_path(struct path *path, char *buf, u32 sz)',
    args: [btf('path'), MEM, SIZE_OR_ZERO],
    returns: 'integer',
    programTypes: BTF_TRACING,
    since: '5.10',
    meaning: 'full path of a struct path',
  }),
  helper({
    id: 159,
    declaration: 'long bpf_bprm_opts_set(struct linux_binprm *bprm, u64 flags)',
    args: [btf('linux_binprm'), ANYTHING64],
    returns: 'integer',
    programTypes: ['lsm'],
    since: '5.11',
    meaning: 'sets options of the program that is being executed',
  }),
  helper({
    id: 161,
    declaration: 'long bpf_ima_inode_hash(struct inode *inode, void *dst, u32 size)',
    args: [btf('inode'), UNINIT_MEM, SIZE],
    returns: 'integer',
    mightSleep: true,
    programTypes: ['lsm'],
    since: '5.11',
    meaning: 'hash that IMA has of an inode',
    run: imaInodeHash,
  }),
  helper({
    id: 173,
    declaration: 'u64 bpf_get_func_ip(void *ctx)',
    args: [CTX],
    returns: 'integer',
    gplOnly: true,
    programTypes: TRACING,
    since: '5.15',
    meaning: 'address of the traced function',
    run: getFuncIp,
  }),
  helper({
    id: 174,
    declaration: 'u64 bpf_get_attach_cookie(void *ctx)',
    args: [CTX],
    returns: 'integer',
    programTypes: ['kprobe', 'tracepoint', 'perf_event', 'raw_tracepoint', 'raw_tracepoint_writable', 'tracing', 'lsm'],
    since: '5.15',
    meaning: 'the cookie that the program was attached with',
    run: getAttachCookie,
  }),
  helper({
    id: 180,
    declaration:
      'long bpf_find_vma(struct task_struct *task, u64 addr, void *callback_fn, void *callback_ctx, u64 flags)',
    args: [btf('task_struct'), ANYTHING64, FUNC, STACK_OR_NULL, ANYTHING64],
    returns: 'integer',
    programTypes: BASE,
    since: '5.17',
    meaning: 'calls a function with the memory area of a task that holds an address',
  }),
  helper({
    id: 183,
    declaration: 'long bpf_get_func_arg(void *ctx, u32 n, u64 *value)',
    args: [CTX, ANYTHING, RESULT_MEM],
    returns: 'integer',
    programTypes: ['tracing', 'lsm'],
    since: '5.17',
    meaning: 'an argument of the traced function',
    run: getFuncArg,
  }),
  helper({
    id: 184,
    declaration: 'long bpf_get_func_ret(void *ctx, u64 *value)',
    args: [CTX, RESULT_MEM],
    returns: 'integer',
    programTypes: ['tracing', 'lsm'],
    since: '5.17',
    meaning: 'the result of the traced function',
    run: getFuncRet,
  }),
  helper({
    id: 185,
    declaration: 'long bpf_get_func_arg_cnt(void *ctx)',
    args: [CTX],
    returns: 'integer',
    programTypes: ['tracing', 'lsm'],
    since: '5.17',
    meaning: 'number of arguments of the traced function',
    run: getFuncArgCnt,
  }),
  helper({
    id: 193,
    declaration: 'long bpf_ima_file_hash(struct file *file, void *dst, u32 size)',
    args: [btf('file'), UNINIT_MEM, SIZE],
    returns: 'integer',
    mightSleep: true,
    programTypes: ['lsm'],
    since: '5.18',
    meaning: 'hash that IMA has of a file',
    run: imaFileHash,
  }),
];
