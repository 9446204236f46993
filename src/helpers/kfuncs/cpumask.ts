// Kfuncs: sets of CPUs (kernel/bpf/cpumask.c). A mask lies in the address space, a bit for each simulated CPU, in words of 64 bits.

import type { AddressSpace, HelperFunction, Machine, Region } from '../../engine/index.js';
import { hostOf } from '../host.js';
import { type KfuncFlag, type KfuncRow, kfunc } from './row.js';

interface Mask {
  readonly region: Region;
  holders: number;
}

const MASKS = new WeakMap<AddressSpace, Map<number, Mask>>();

function masksOf({ space }: Machine): Map<number, Mask> {
  let masks = MASKS.get(space);
  if (!masks) MASKS.set(space, (masks = new Map()));
  return masks;
}

const cpusOf = (machine: Machine): number => hostOf(machine).cpuCount;
const bytesOfMask = (machine: Machine): number => Math.ceil(cpusOf(machine) / 64) * 8;

const has = (machine: Machine, mask: number, cpu: number): boolean =>
  (machine.space.bytes[mask + (cpu >>> 3)]! & (1 << (cpu & 7))) !== 0;

function put(machine: Machine, mask: number, cpu: number, is: boolean): void {
  const at = mask + (cpu >>> 3);
  const bit = 1 << (cpu & 7);
  const { bytes } = machine.space;
  bytes[at] = is ? bytes[at]! | bit : bytes[at]! & ~bit;
}

/** The first CPU of which `test` is true; how many CPUs there are when none is. */
function first(machine: Machine, test: (cpu: number) => boolean): number {
  const count = cpusOf(machine);
  for (let cpu = 0; cpu < count; cpu++) if (test(cpu)) return cpu;
  return count;
}

const every = (machine: Machine, test: (cpu: number) => boolean): boolean =>
  first(machine, cpu => !test(cpu)) === cpusOf(machine);

const create: HelperFunction = machine => {
  const region = machine.space.allocate(bytesOfMask(machine), 'set of CPUs', 'read');
  masksOf(machine).set(region.address, { region, holders: 1 });
  return region.address;
};

const acquire: HelperFunction = (machine, mask) => {
  const held = masksOf(machine).get(mask);
  if (held) held.holders++;
  return mask;
};

const release: HelperFunction = (machine, mask) => {
  const masks = masksOf(machine);
  const held = masks.get(mask);
  if (held && --held.holders === 0) {
    masks.delete(mask);
    machine.space.free(held.region);
  }
  return 0;
};

/** Operations on one CPU of a mask; a CPU that does not exist is left alone. */
const onCpu =
  (run: (machine: Machine, cpu: number, mask: number) => number): HelperFunction =>
  (machine, cpu, mask) =>
    cpu < cpusOf(machine) ? run(machine, cpu, mask) : 0;

/** Writes `result(cpu)` for every CPU; 1 when any is set. */
function fill(machine: Machine, mask: number, result: (cpu: number) => boolean): number {
  let any = 0;
  for (let cpu = 0; cpu < cpusOf(machine); cpu++) {
    const is = result(cpu);
    put(machine, mask, cpu, is);
    if (is) any = 1;
  }
  return any;
}

const combine =
  (operation: (a: boolean, b: boolean) => boolean): HelperFunction =>
  (machine, to, a, b) =>
    fill(machine, to, cpu => operation(has(machine, a, cpu), has(machine, b, cpu)));

const MASK = 'const struct cpumask *cpumask';
const OWN = 'struct bpf_cpumask *cpumask';
const PAIR = 'const struct cpumask *src1, const struct cpumask *src2';

const row = (
  declaration: string,
  meaning: string,
  run: HelperFunction,
  flags: readonly KfuncFlag[] = ['rcu'],
  since = '6.3',
): KfuncRow => kfunc({ declaration, flags, since, meaning, run });

export const CPUMASK_KFUNCS: readonly KfuncRow[] = [
  row('struct bpf_cpumask *bpf_cpumask_create(void)', 'makes an empty set of CPUs', create, ['acquire', 'ret_null']),
  row(`void bpf_cpumask_release(${OWN})`, 'lets a set go', release, ['release']),
  row(`struct bpf_cpumask *bpf_cpumask_acquire(${OWN})`, 'one more reference to a set', acquire, [
    'acquire',
    'trusted_args',
  ]),
  row(`u32 bpf_cpumask_first(${MASK})`, 'the first CPU of a set', (machine, mask) =>
    first(machine, cpu => has(machine, mask, cpu)),
  ),
  row(`u32 bpf_cpumask_first_zero(${MASK})`, 'the first CPU that is not in a set', (machine, mask) =>
    first(machine, cpu => !has(machine, mask, cpu)),
  ),
  row(
    `u32 bpf_cpumask_first_and(${PAIR})`,
    'the first CPU of both sets',
    (machine, a, b) => first(machine, cpu => has(machine, a, cpu) && has(machine, b, cpu)),
    ['rcu'],
    '6.5',
  ),
  row(
    `void bpf_cpumask_set_cpu(u32 cpu, ${OWN})`,
    'puts a CPU into a set',
    onCpu((machine, cpu, mask) => {
      put(machine, mask, cpu, true);
      return 0;
    }),
  ),
  row(
    `void bpf_cpumask_clear_cpu(u32 cpu, ${OWN})`,
    'takes a CPU out of a set',
    onCpu((machine, cpu, mask) => {
      put(machine, mask, cpu, false);
      return 0;
    }),
  ),
  row(
    `bool bpf_cpumask_test_cpu(u32 cpu, ${MASK})`,
    'whether a CPU is in a set',
    onCpu((machine, cpu, mask) => Number(has(machine, mask, cpu))),
  ),
  row(
    `bool bpf_cpumask_test_and_set_cpu(u32 cpu, ${OWN})`,
    'puts a CPU into a set, and says whether it was there',
    onCpu((machine, cpu, mask) => {
      const was = has(machine, mask, cpu);
      put(machine, mask, cpu, true);
      return Number(was);
    }),
  ),
  row(
    `bool bpf_cpumask_test_and_clear_cpu(u32 cpu, ${OWN})`,
    'takes a CPU out of a set, and says whether it was there',
    onCpu((machine, cpu, mask) => {
      const was = has(machine, mask, cpu);
      put(machine, mask, cpu, false);
      return Number(was);
    }),
  ),
  row(`void bpf_cpumask_setall(${OWN})`, 'puts every CPU into a set', (machine, mask) =>
    fill(machine, mask, () => true),
  ),
  row(`void bpf_cpumask_clear(${OWN})`, 'empties a set', (machine, mask) => fill(machine, mask, () => false)),
  row(
    `bool bpf_cpumask_and(struct bpf_cpumask *dst, ${PAIR})`,
    'CPUs of both sets',
    combine((a, b) => a && b),
  ),
  row(
    `void bpf_cpumask_or(struct bpf_cpumask *dst, ${PAIR})`,
    'CPUs of either set',
    combine((a, b) => a || b),
  ),
  row(
    `void bpf_cpumask_xor(struct bpf_cpumask *dst, ${PAIR})`,
    'CPUs of one of the sets',
    combine((a, b) => a !== b),
  ),
  row(`bool bpf_cpumask_equal(${PAIR})`, 'whether two sets are the same', (machine, a, b) =>
    Number(every(machine, cpu => has(machine, a, cpu) === has(machine, b, cpu))),
  ),
  row(`bool bpf_cpumask_intersects(${PAIR})`, 'whether two sets have a CPU in common', (machine, a, b) =>
    Number(!every(machine, cpu => !(has(machine, a, cpu) && has(machine, b, cpu)))),
  ),
  row(`bool bpf_cpumask_subset(${PAIR})`, 'whether the first set is part of the second', (machine, a, b) =>
    Number(every(machine, cpu => !has(machine, a, cpu) || has(machine, b, cpu))),
  ),
  row(`bool bpf_cpumask_empty(${MASK})`, 'whether a set is empty', (machine, mask) =>
    Number(every(machine, cpu => !has(machine, mask, cpu))),
  ),
  row(`bool bpf_cpumask_full(${MASK})`, 'whether a set has every CPU', (machine, mask) =>
    Number(every(machine, cpu => has(machine, mask, cpu))),
  ),
  row(
    `void bpf_cpumask_copy(struct bpf_cpumask *dst, const struct cpumask *src)`,
    'copies a set',
    (machine, to, from) => fill(machine, to, cpu => has(machine, from, cpu)),
  ),
  row(
    `u32 bpf_cpumask_any_distribute(${MASK})`,
    'any CPU of a set',
    (machine, mask) => first(machine, cpu => has(machine, mask, cpu)),
    ['rcu'],
    '6.5',
  ),
  row(
    `u32 bpf_cpumask_any_and_distribute(${PAIR})`,
    'any CPU of both sets',
    (machine, a, b) => first(machine, cpu => has(machine, a, cpu) && has(machine, b, cpu)),
    ['rcu'],
    '6.5',
  ),
  row(
    `u32 bpf_cpumask_weight(${MASK})`,
    'number of CPUs of a set',
    (machine, mask) => {
      let count = 0;
      for (let cpu = 0; cpu < cpusOf(machine); cpu++) count += Number(has(machine, mask, cpu));
      return count;
    },
    ['rcu'],
    '6.8',
  ),
];
