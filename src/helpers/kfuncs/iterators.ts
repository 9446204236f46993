// Kfuncs: open-coded iterators (kernel/bpf/bpf_iter.c, helpers.c, task_iter.c). What an iterator remembers lies in its struct on the stack.

import type { AddressSpace, HelperFunction, Machine, Region } from '../../engine/index.js';
import { ERRNO } from '../../maps/index.js';
import { hostOf, type TaskView } from '../host.js';
import { needed } from '../support.js';
import { type KfuncRow, kfunc } from './row.js';

/** BPF_MAX_LOOPS. */
const MAXIMUM_LOOPS = 8 * 1024 * 1024;
/** BITS_ITER_NR_WORDS_MAX. */
const MAXIMUM_WORDS = 511;

/** struct bpf_iter_num: s32 current, s32 end. */
const numNew: HelperFunction = (machine, iterator, start, end) => {
  const { view } = machine.space;
  const [from, to] = [start | 0, end | 0];
  view.setBigUint64(iterator, 0n, true);
  if (from > to) return -ERRNO.EINVAL;
  if (to - from > MAXIMUM_LOOPS) return -ERRNO.E2BIG;
  view.setInt32(iterator, from - 1, true);
  view.setInt32(iterator + 4, to, true);
  return 0;
};

const numNext: HelperFunction = (machine, iterator) => {
  const { view } = machine.space;
  const next = (view.getInt32(iterator, true) + 1) | 0;
  if (next >= view.getInt32(iterator + 4, true)) {
    view.setBigUint64(iterator, 0n, true);
    return 0;
  }
  view.setInt32(iterator, next, true);
  return iterator;
};

const numDestroy: HelperFunction = (machine, iterator) => {
  machine.space.view.setBigUint64(iterator, 0n, true);
  return 0;
};

/** struct bpf_iter_bits: u64 bits of a single word, or u64 address of the words; s32 how many bits; s32 current bit. */
const bitsNew: HelperFunction = (machine, iterator, words, count) => {
  const { space } = machine;
  space.bytes.fill(0, iterator, iterator + 16);
  if (words === 0 || count === 0) return -ERRNO.EINVAL;
  if (count > MAXIMUM_WORDS) return -ERRNO.E2BIG;
  if (!space.mayAccess(words, count * 8, false)) return -ERRNO.EFAULT;
  const source = space.bytes.slice(words, words + count * 8);
  if (count === 1) space.bytes.set(source, iterator);
  else {
    const copy = space.allocate(count * 8, 'words of a bit iterator', 'none');
    space.bytes.set(source, copy.address);
    wordsOf(machine).set(copy.address, copy);
    space.view.setUint32(iterator, copy.address, true);
  }
  space.view.setInt32(iterator + 8, count * 64, true);
  space.view.setInt32(iterator + 12, -1, true);
  return 0;
};

/** Words that bit iterators copied, by address. */
const BIT_WORDS = new WeakMap<AddressSpace, Map<number, Region>>();

function wordsOf({ space }: Machine): Map<number, Region> {
  let words = BIT_WORDS.get(space);
  if (!words) BIT_WORDS.set(space, (words = new Map()));
  return words;
}

const bitsNext: HelperFunction = (machine, iterator) => {
  const { view, bytes } = machine.space;
  const count = view.getInt32(iterator + 8, true);
  const words = count > 64 ? view.getUint32(iterator, true) : iterator;
  for (let bit = view.getInt32(iterator + 12, true) + 1; bit < count; bit++) {
    if ((bytes[words + (bit >>> 3)]! & (1 << (bit & 7))) === 0) continue;
    view.setInt32(iterator + 12, bit, true);
    return iterator + 12;
  }
  view.setInt32(iterator + 12, count, true);
  return 0;
};

const bitsDestroy: HelperFunction = (machine, iterator) => {
  const { view, bytes } = machine.space;
  const words = view.getUint32(iterator, true);
  const region = view.getInt32(iterator + 8, true) > 64 ? wordsOf(machine).get(words) : undefined;
  if (region) {
    wordsOf(machine).delete(words);
    machine.space.free(region);
  }
  bytes.fill(0, iterator, iterator + 16);
  return 0;
};

const ALL_PROCS = 0;
const ALL_THREADS = 1;
const PROC_THREADS = 2;

/** struct bpf_iter_task: u32 how many were given, u32 flags, u32 process id of PROC_THREADS. */
const taskNew: HelperFunction = (machine, iterator, task, flags) => {
  const { view, bytes } = machine.space;
  bytes.fill(0, iterator, iterator + 24);
  if (flags > PROC_THREADS || (flags === PROC_THREADS && task === 0)) return -ERRNO.EINVAL;
  const host = hostOf(machine);
  const process = task === 0 ? undefined : host.taskAt?.(task);
  view.setUint32(iterator + 4, flags, true);
  view.setUint32(iterator + 8, process?.tgid ?? 0, true);
  return 0;
};

const taskNext: HelperFunction = (machine, iterator) => {
  const { view } = machine.space;
  const host = hostOf(machine);
  const flags = view.getUint32(iterator + 4, true);
  const process = view.getUint32(iterator + 8, true);
  const counts = ({ pid, tgid }: TaskView): boolean =>
    flags === ALL_PROCS ? pid === tgid : flags === ALL_THREADS || tgid === process;
  const given = view.getUint32(iterator, true);
  let index = 0;
  for (const task of needed(host.tasks, 'bpf_iter_task_next', 'list of tasks').call(host)) {
    if (!counts(task) || index++ < given) continue;
    view.setUint32(iterator, given + 1, true);
    return task.address;
  }
  return 0;
};

const taskDestroy: HelperFunction = (machine, iterator) => {
  machine.space.bytes.fill(0, iterator, iterator + 24);
  return 0;
};

const rows = (
  iterator: string,
  since: string,
  arguments_: string,
  item: string,
  what: string,
  run: { create: HelperFunction; next: HelperFunction; destroy: HelperFunction },
): KfuncRow[] => [
  kfunc({
    declaration: `int bpf_iter_${iterator}_new(struct bpf_iter_${iterator} *it, ${arguments_})`,
    flags: ['iter_new'],
    since,
    meaning: `begins to go through ${what}`,
    run: run.create,
  }),
  kfunc({
    declaration: `${item} *bpf_iter_${iterator}_next(struct bpf_iter_${iterator} *it)`,
    flags: ['iter_next', 'ret_null'],
    since,
    meaning: `the next of ${what}, or null`,
    run: run.next,
  }),
  kfunc({
    declaration: `void bpf_iter_${iterator}_destroy(struct bpf_iter_${iterator} *it)`,
    flags: ['iter_destroy'],
    since,
    meaning: `ends going through ${what}`,
    run: run.destroy,
  }),
];

export const ITERATOR_KFUNCS: readonly KfuncRow[] = [
  ...rows('num', '6.4', 'int start, int end', 'int', 'the numbers of a range', {
    create: numNew,
    next: numNext,
    destroy: numDestroy,
  }),
  ...rows('bits', '6.11', 'const u64 *unsafe_ptr__ign, u32 nr_words', 'int', 'the bits that are set in memory', {
    create: bitsNew,
    next: bitsNext,
    destroy: bitsDestroy,
  }),
  ...rows('task', '6.7', 'struct task_struct *task__nullable, unsigned int flags', 'struct task_struct', 'tasks', {
    create: taskNew,
    next: taskNext,
    destroy: taskDestroy,
  }),
];
