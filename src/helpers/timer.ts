// Helpers: timers in map values (kernel/bpf/helpers.c, struct bpf_async_kern). A timer's first word on the map value is its number here;
// the kernel that runs the program calls back when its clock has come to the time.

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf, type ScheduledCall } from './host.js';
import { elementOf } from './map-parts.js';
import { BASE } from './program-types.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING64, CONST_MAP_PTR, FUNC, helper, TIMER } from './row.js';
import { hasOtherFlags, needed, wideArgument } from './support.js';

const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;
const CLOCK_BOOTTIME = 7;
const BPF_F_TIMER_ABS = 1;
const BPF_F_TIMER_CPU_PIN = 2;
const EDEADLK = 35;
/** MAX_CLOCKS - 1. */
const CLOCK_MASK = 0x0f;

/** A timer that was made ready. */
interface Timer {
  readonly map: number;
  readonly clock: number;
  callback?: { readonly program: unknown; readonly slot: number };
  waiting?: ScheduledCall;
  running: boolean;
}

/** Timers by number, of one address space. */
const TIMERS = new WeakMap<object, Map<number, Timer>>();

function timersOf(machine: Machine): Map<number, Timer> {
  let timers = TIMERS.get(machine.space);
  if (!timers) TIMERS.set(machine.space, (timers = new Map()));
  return timers;
}

const timerAt = (machine: Machine, address: number): Timer | undefined =>
  timersOf(machine).get(machine.space.view.getUint32(address, true));

let lastNumber = 0;

const timerInit: HelperFunction = (machine, address, map, flags) => {
  if (machine.high[3] !== 0 || flags >= CLOCK_MASK + 1) return -ERRNO.EINVAL;
  const clock = flags & CLOCK_MASK;
  if (clock !== CLOCK_MONOTONIC && clock !== CLOCK_REALTIME && clock !== CLOCK_BOOTTIME) return -ERRNO.EINVAL;
  if (timerAt(machine, address)) return -ERRNO.EBUSY;
  const number = ++lastNumber;
  timersOf(machine).set(number, { map, clock, running: false });
  machine.space.view.setUint32(address, number, true);
  return 0;
};

const timerSetCallback: HelperFunction = (machine, address, slot) => {
  const timer = timerAt(machine, address);
  if (!timer) return -ERRNO.EINVAL;
  timer.callback = { program: hostOf(machine).program, slot };
  return 0;
};

const timerStart: HelperFunction = (machine, address, nsecs, flags) => {
  if (hasOtherFlags(machine, 3, flags, BPF_F_TIMER_ABS | BPF_F_TIMER_CPU_PIN)) return -ERRNO.EINVAL;
  const timer = timerAt(machine, address);
  if (!timer?.callback) return -ERRNO.EINVAL;
  const host = hostOf(machine);
  const now = host.nowNs();
  const time = Number(wideArgument(machine, 2, nsecs));
  // Times on the boot clock count what the machine slept; the real-time clock is taken to tick as that does.
  const ahead = timer.clock === CLOCK_MONOTONIC ? 0 : (host.suspendedNs ?? 0);
  const atNs = (flags & BPF_F_TIMER_ABS) !== 0 ? time - ahead : now + time;
  const { program, slot } = timer.callback;
  timer.waiting?.cancel();
  const cpu = (flags & BPF_F_TIMER_CPU_PIN) !== 0 ? machine.cpu : undefined;
  // Callbacks get the map, the key of the element and its value.
  const { key, value } = elementOf(machine, timer.map, address);
  timer.waiting = needed(host.schedule, 'bpf_timer_start', 'clock that calls back').call(
    host,
    program,
    atNs,
    cpu,
    slot,
    timer.map,
    key,
    value,
  );
  return 0;
};

/** 1 when it was waiting, 0 when not. */
const timerCancel: HelperFunction = (machine, address) => {
  const timer = timerAt(machine, address);
  if (!timer) return -ERRNO.EINVAL;
  if (timer.running) return -EDEADLK;
  const was = timer.waiting?.cancel() ?? false;
  timer.waiting = undefined;
  return was ? 1 : 0;
};

/** Stops a timer whose map value goes away: what a kernel does for the map's timer field. */
export function releaseTimer(machine: Machine, address: number): void {
  const timer = timerAt(machine, address);
  timer?.waiting?.cancel();
  timersOf(machine).delete(machine.space.view.getUint32(address, true));
  machine.space.bytes.fill(0, address, address + 16);
}

export const TIMER_HELPERS: readonly HelperRow[] = [
  helper({
    id: 169,
    declaration: 'long bpf_timer_init(struct bpf_timer *timer, struct bpf_map *map, u64 flags)',
    args: [TIMER, CONST_MAP_PTR, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.15',
    meaning: 'makes a timer in a map value ready',
    run: timerInit,
  }),
  helper({
    id: 170,
    declaration: 'long bpf_timer_set_callback(struct bpf_timer *timer, void *callback_fn)',
    args: [TIMER, FUNC],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.15',
    meaning: 'sets the function that a timer calls',
    run: timerSetCallback,
  }),
  helper({
    id: 171,
    declaration: 'long bpf_timer_start(struct bpf_timer *timer, u64 nsecs, u64 flags)',
    args: [TIMER, ANYTHING64, ANYTHING64],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.15',
    meaning: 'starts a timer',
    run: timerStart,
  }),
  helper({
    id: 172,
    declaration: 'long bpf_timer_cancel(struct bpf_timer *timer)',
    args: [TIMER],
    returns: 'integer',
    gplOnly: true,
    programTypes: BASE,
    since: '5.15',
    meaning: 'stops a timer',
    run: timerCancel,
  }),
];
