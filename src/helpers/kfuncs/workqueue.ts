// Kfuncs: work that runs later, in a task (kernel/bpf/helpers.c, struct bpf_wq). As a timer whose time has come.

import type { AddressSpace, HelperFunction, Machine } from '../../engine/index.js';
import { ERRNO } from '../../maps/index.js';
import { hostOf } from '../host.js';
import { elementOf } from '../map-parts.js';
import { needed } from '../support.js';
import { type KfuncRow, kfunc } from './row.js';

interface Work {
  readonly map: number;
  callback?: { readonly program: unknown; readonly slot: number };
}

const WORKS = new WeakMap<AddressSpace, Map<number, Work>>();

function worksOf({ space }: Machine): Map<number, Work> {
  let works = WORKS.get(space);
  if (!works) WORKS.set(space, (works = new Map()));
  return works;
}

const workAt = (machine: Machine, address: number): Work | undefined =>
  worksOf(machine).get(machine.space.view.getUint32(address, true));

let lastNumber = 0;

const init: HelperFunction = (machine, address, map, flags) => {
  if (flags !== 0) return -ERRNO.EINVAL;
  if (workAt(machine, address)) return -ERRNO.EBUSY;
  worksOf(machine).set(++lastNumber, { map });
  machine.space.view.setUint32(address, lastNumber, true);
  return 0;
};

const setCallback: HelperFunction = (machine, address, slot, flags) => {
  const work = workAt(machine, address);
  if (!work || flags !== 0) return -ERRNO.EINVAL;
  work.callback = { program: hostOf(machine).program, slot };
  return 0;
};

const start: HelperFunction = (machine, address, flags) => {
  const work = workAt(machine, address);
  if (!work?.callback || flags !== 0) return -ERRNO.EINVAL;
  const host = hostOf(machine);
  const { program, slot } = work.callback;
  const { key, value } = elementOf(machine, work.map, address);
  const schedule = needed(host.schedule, 'bpf_wq_start', 'clock that calls back');
  schedule.call(host, program, host.nowNs(), undefined, slot, work.map, key, value);
  return 0;
};

export const WORKQUEUE_KFUNCS: readonly KfuncRow[] = [
  kfunc({
    declaration: 'int bpf_wq_init(struct bpf_wq *wq, void *p__map, unsigned int flags)',
    flags: [],
    since: '6.10',
    meaning: 'makes work in a map value ready',
    run: init,
  }),
  kfunc({
    declaration:
      'int bpf_wq_set_callback_impl(struct bpf_wq *wq, int (*callback_fn)(void *map, int *key, void *value), unsigned int flags, void *aux__prog)',
    flags: [],
    since: '6.10',
    meaning: 'sets the function that the work calls',
    run: setCallback,
  }),
  kfunc({
    declaration: 'int bpf_wq_start(struct bpf_wq *wq, unsigned int flags)',
    flags: [],
    since: '6.10',
    meaning: 'has the work done as soon as can be',
    run: start,
  }),
];
