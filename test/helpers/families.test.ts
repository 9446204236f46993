// Helpers by family: what each returns and what it does to memory, maps and the kernel around it.

import { describe, expect, it } from 'vitest';
import { ExecutionError } from '../../src/engine/index.js';
import type { CgroupView, SocketView, TaskView } from '../../src/helpers/index.js';
import { type Bench, makeBench, TestPacket } from './bench.js';

const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
const u64 = (...values: bigint[]): Uint8Array => new Uint8Array(BigUint64Array.from(values).buffer);
const word = (bench: Bench, address: number): bigint => bench.machine.space.view.getBigUint64(address, true);

const root: CgroupView = { address: 0x5000, id: 1n };
const middle: CgroupView = { address: 0x6000, id: 20n, parent: root };
const leaf: CgroupView = { address: 0x7000, id: 300n, parent: middle, classid: 0x10001 };
const task: TaskView = {
  address: 0x9000,
  pid: 42,
  tgid: 40,
  uid: 1000,
  gid: 100,
  comm: 'a-rather-long-name',
  cgroup: leaf,
};

describe('maps', () => {
  it('look up, update, delete', () => {
    const bench = makeBench();
    const { handle } = bench.map({ type: 'hash' });
    const key = bench.put(u32(7));
    const value = bench.put(u64(99n));
    expect(bench.call('bpf_map_lookup_elem', handle, key)).toBe(0);
    expect(bench.call('bpf_map_delete_elem', handle, key)).toBe(-2);
    expect(bench.call('bpf_map_update_elem', handle, key, value, 2)).toBe(-2);
    expect(bench.call('bpf_map_update_elem', handle, key, value, 1n << 32n)).toBe(-22);
    expect(bench.call('bpf_map_update_elem', handle, key, value, 1)).toBe(0);
    expect(bench.call('bpf_map_update_elem', handle, key, value, 1)).toBe(-17);
    expect(word(bench, Number(bench.call('bpf_map_lookup_elem', handle, key)))).toBe(99n);
    expect(bench.call('bpf_map_delete_elem', handle, key)).toBe(0);
  });

  it('push, pop and peek', () => {
    const bench = makeBench();
    const { handle } = bench.map({ type: 'stack', keySizeBytes: 0 });
    const out = bench.room(8);
    expect(bench.call('bpf_map_pop_elem', handle, out)).toBe(-2);
    for (const value of [1n, 2n]) expect(bench.call('bpf_map_push_elem', handle, bench.put(u64(value)), 0)).toBe(0);
    expect(bench.call('bpf_map_peek_elem', handle, out)).toBe(0);
    expect(word(bench, out)).toBe(2n);
    expect(bench.call('bpf_map_push_elem', handle, out, 1n << 40n)).toBe(-22);
  });

  it('of each CPU', () => {
    const bench = makeBench();
    const { handle } = bench.map({ type: 'percpu_array' });
    const key = bench.put(u32(0));
    const own = bench.call('bpf_map_lookup_elem', handle, key);
    expect(bench.call('bpf_map_lookup_percpu_elem', handle, key, 1)).toBe(own);
    expect(bench.call('bpf_map_lookup_percpu_elem', handle, key, 2)).not.toBe(own);
    expect(bench.call('bpf_map_lookup_percpu_elem', handle, key, 4)).toBe(0);
  });

  it('are gone through with a callback', () => {
    const bench = makeBench();
    const map = bench.map({ type: 'array', maxEntries: 3 });
    const seen: number[][] = [];
    bench.callback = (...values) => {
      seen.push(values);
      return seen.length === 2 ? 1 : 0;
    };
    expect(bench.call('bpf_for_each_map_elem', map.handle, 17, 0xabc, 0)).toBe(2);
    expect(seen.map(([slot, handle, , value, context]) => [slot, handle, value, context])).toEqual([
      [17, map.handle, map.valuesAddress, 0xabc],
      [17, map.handle, map.valuesAddress! + 8, 0xabc],
    ]);
    expect(bench.call('bpf_for_each_map_elem', map.handle, 17, 0, 1)).toBe(-22);
  });
});

describe('loops', () => {
  it('call so often', () => {
    const bench = makeBench();
    const seen: number[] = [];
    bench.callback = (_slot, index) => {
      seen.push(index!);
      return index === 3 ? 1 : 0;
    };
    expect(bench.call('bpf_loop', 10, 5, 0, 0)).toBe(4);
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(bench.call('bpf_loop', 2, 5, 0, 0)).toBe(2);
    expect(bench.call('bpf_loop', (1 << 23) + 1, 5, 0, 0)).toBe(-7);
    expect(bench.call('bpf_loop', 1, 5, 0, 1n << 33n)).toBe(-22);
  });
});

describe('ring buffers', () => {
  it('records are reserved, submitted, discarded and copied', () => {
    const bench = makeBench();
    const map = bench.map({ type: 'ringbuf', keySizeBytes: 0, valueSizeBytes: 0, maxEntries: 4096 });
    const { handle } = map;
    const ring = map as unknown as { drain(visit: (record: Uint8Array) => void): number };
    const first = Number(bench.call('bpf_ringbuf_reserve', handle, 8, 0));
    const second = Number(bench.call('bpf_ringbuf_reserve', handle, 8, 0));
    bench.machine.space.bytes[first] = 1;
    expect(bench.call('bpf_ringbuf_output', handle, bench.put(u64(3n)), 8, 0)).toBe(0);
    bench.call('bpf_ringbuf_submit', first, 0);
    bench.call('bpf_ringbuf_discard', second, 0);
    expect(bench.call('bpf_ringbuf_query', handle, 0)).toBe(48n);
    expect(bench.call('bpf_ringbuf_query', handle, 1)).toBe(4096n);
    const records: number[] = [];
    ring.drain(record => records.push(record[0]!));
    expect(records).toEqual([1, 3]);
    expect(bench.call('bpf_ringbuf_reserve', handle, 5000, 0)).toBe(0);
    expect(bench.call('bpf_ringbuf_reserve', handle, 8, 1)).toBe(0);
    expect(bench.call('bpf_ringbuf_output', handle, bench.put(u64(3n)), 8, 4)).toBe(-22);
  });

  it('records as dynptrs', () => {
    const bench = makeBench();
    const map = bench.map({ type: 'ringbuf', keySizeBytes: 0, valueSizeBytes: 0, maxEntries: 4096 });
    const dynptr = bench.room(16);
    expect(bench.call('bpf_ringbuf_reserve_dynptr', map.handle, 5000, 0, dynptr)).toBe(-22);
    expect(bench.call('bpf_ringbuf_submit_dynptr', dynptr, 0)).toBe(0);
    expect(bench.call('bpf_ringbuf_reserve_dynptr', map.handle, 1 << 24, 0, dynptr)).toBe(-7);
    expect(bench.call('bpf_ringbuf_reserve_dynptr', map.handle, 16, 0, dynptr)).toBe(0);
    expect(bench.call('bpf_dynptr_write', dynptr, 8, bench.put(u64(77n)), 8, 0)).toBe(0);
    bench.call('bpf_ringbuf_submit_dynptr', dynptr, 0);
    let seen = 0n;
    (map as unknown as { drain(visit: (record: Uint8Array) => void): number }).drain(record => {
      seen = new DataView(record.buffer, record.byteOffset).getBigUint64(8, true);
    });
    expect(seen).toBe(77n);
    expect(bench.call('bpf_dynptr_is_null', dynptr)).toBe(1);
  });

  it('from user space are drained', () => {
    const bench = makeBench();
    const map = bench.map({ type: 'user_ringbuf', keySizeBytes: 0, valueSizeBytes: 0, maxEntries: 4096 });
    const ring = map as unknown as { write(record: Uint8Array): boolean; reserve(size: number): { discard(): void } };
    ring.write(u64(5n));
    ring.reserve(8).discard();
    ring.write(u64(6n));
    const values: bigint[] = [];
    bench.callback = (_slot, dynptr) => {
      values.push(word(bench, Number(bench.call('bpf_dynptr_data', dynptr!, 0, 8))));
      return 0;
    };
    expect(bench.call('bpf_user_ringbuf_drain', map.handle, 9, 0, 0)).toBe(2);
    expect(values).toEqual([5n, 6n]);
    expect(bench.call('bpf_user_ringbuf_drain', map.handle, 9, 0, 8)).toBe(-22);
  });
});

describe('dynptrs', () => {
  it('over memory', () => {
    const bench = makeBench();
    const dynptr = bench.room(16);
    const other = bench.room(16);
    const out = bench.room(8);
    const memory = bench.put(u64(1n, 2n, 3n));
    expect(bench.call('bpf_dynptr_from_mem', memory, 24, 1, dynptr)).toBe(-22);
    expect(bench.call('bpf_dynptr_read', out, 8, dynptr, 0, 0)).toBe(-22);
    expect(bench.call('bpf_dynptr_from_mem', memory, 24, 0, dynptr)).toBe(0);
    expect(bench.call('bpf_dynptr_read', out, 8, dynptr, 8, 0)).toBe(0);
    expect(word(bench, out)).toBe(2n);
    expect(bench.call('bpf_dynptr_read', out, 8, dynptr, 17, 0)).toBe(-7);
    expect(bench.call('bpf_dynptr_write', dynptr, 0, out, 8, 1)).toBe(-22);
    expect(bench.call('bpf_dynptr_data', dynptr, 8, 16)).toBe(memory + 8);
    expect(bench.call('bpf_dynptr_data', dynptr, 8, 17)).toBe(0);
    expect(bench.call('bpf_dynptr_clone', dynptr, other)).toBe(0);
    expect(bench.call('bpf_dynptr_adjust', other, 8, 16)).toBe(0);
    expect(bench.call('bpf_dynptr_adjust', other, 0, 9)).toBe(-34);
    expect(bench.call('bpf_dynptr_size', other)).toBe(8);
    expect(bench.call('bpf_dynptr_slice', other, 0, 0, 8)).toBe(memory + 8);
    expect(bench.call('bpf_dynptr_memset', other, 0, 8, 0xff)).toBe(0);
    expect(bench.call('bpf_dynptr_copy', dynptr, 0, other, 0, 8)).toBe(0);
    expect(bench.read(memory, 24)).toEqual(
      Uint8Array.from({ length: 24 }, (_, at) => (at < 16 ? 0xff : at === 16 ? 3 : 0)),
    );
  });

  it('over packets', () => {
    const bench = makeBench();
    const packet = new TestPacket(
      bench,
      'skb',
      Uint8Array.from({ length: 60 }, (_, at) => at),
    );
    const dynptr = bench.room(16);
    const context = bench.room(192);
    expect(bench.call('bpf_dynptr_from_skb', context, 0, dynptr)).toBe(0);
    expect(bench.call('bpf_dynptr_size', dynptr)).toBe(60);
    expect(bench.call('bpf_dynptr_slice_rdwr', dynptr, 14, 0, 20)).toBe(packet.address + 14);
    expect(bench.call('bpf_dynptr_slice', dynptr, 50, 0, 20)).toBe(0);
    expect(bench.call('bpf_dynptr_data', dynptr, 0, 8)).toBe(0);
    expect(bench.call('bpf_dynptr_write', dynptr, 2, bench.put(u64(0n)), 8, 2)).toBe(0);
    expect(packet.bytes.subarray(2, 10)).toEqual(new Uint8Array(8));
    packet.move(0, -40);
    expect(bench.call('bpf_dynptr_slice', dynptr, 14, 0, 20)).toBe(0);
  });
});

describe('time, tasks and cgroups', () => {
  it('are those of the kernel', () => {
    const bench = makeBench();
    Object.assign(bench.host, { task, suspendedNs: 1_000, taiOffsetNs: 1n << 60n });
    expect(bench.call('bpf_ktime_get_ns')).toBe(5_000_000_123n);
    expect(bench.call('bpf_ktime_get_boot_ns')).toBe(5_000_001_123n);
    expect(bench.call('bpf_ktime_get_tai_ns')).toBe((1n << 60n) + 5_000_000_123n);
    expect(bench.call('bpf_ktime_get_coarse_ns')).toBe(5_000_000_000n);
    expect(bench.call('bpf_jiffies64')).toBe(2n ** 32n - 300n * 250n + 1250n);
    expect(bench.call('bpf_get_smp_processor_id')).toBe(1);
    expect(bench.call('bpf_get_prandom_u32')).not.toBe(bench.call('bpf_get_prandom_u32'));
    expect(bench.call('bpf_get_current_pid_tgid')).toBe((40n << 32n) | 42n);
    expect(bench.call('bpf_get_current_uid_gid')).toBe((100n << 32n) | 1000n);
    expect(bench.call('bpf_get_current_task')).toBe(0x9000n);
    const name = bench.room(16);
    expect(bench.call('bpf_get_current_comm', name, 16)).toBe(0);
    expect(bench.text(name)).toBe('a-rather-long-n');
    expect(bench.call('bpf_get_current_comm', name, 4)).toBe(0);
    expect(bench.text(name)).toBe('a-r');
    expect(bench.call('bpf_get_current_cgroup_id')).toBe(300n);
    expect([0, 1, 2, 3, -1].map(level => bench.call('bpf_get_current_ancestor_cgroup_id', level))).toEqual([
      1n,
      20n,
      300n,
      0n,
      0n,
    ]);
    expect(bench.call('bpf_get_cgroup_classid', 0)).toBe(0x10001);
  });

  it('signals go to the task, or are refused', () => {
    const bench = makeBench();
    expect(bench.call('bpf_send_signal', 9)).toBe(-1);
    const sent: unknown[] = [];
    const sendSignal = (...signal: unknown[]): number => {
      sent.push(signal);
      return 0;
    };
    Object.assign(bench.host, { task: { ...task, sendSignal } });
    expect(bench.call('bpf_send_signal', 9)).toBe(0);
    expect(bench.call('bpf_send_signal_thread', 10)).toBe(0);
    expect(bench.call('bpf_send_signal', 65)).toBe(-22);
    expect(sent).toEqual([
      [9, false],
      [10, true],
    ]);
  });
});

describe('memory that may not be there', () => {
  it('is read or -EFAULT, and then the target is zeros', () => {
    const bench = makeBench();
    const to = bench.put(u64(-1n & (2n ** 64n - 1n)));
    const from = bench.put(u64(0x1122n));
    expect(bench.call('bpf_probe_read_kernel', to, 8, from)).toBe(0);
    expect(word(bench, to)).toBe(0x1122n);
    for (const bad of [0n, 0x10n, (1n << 32n) | BigInt(from), 0xffff_8880_0000_0000n]) {
      bench.machine.space.bytes.fill(0xee, to, to + 8);
      expect(bench.call('bpf_probe_read_kernel', to, 8, bad)).toBe(-14);
      expect(word(bench, to)).toBe(0n);
    }
    expect(bench.call('bpf_probe_read_user', to, 0, 0)).toBe(0);
    expect(bench.call('bpf_copy_from_user', to, 8, from)).toBe(0);
  });

  it('strings end with their zero, or are cut with one', () => {
    const bench = makeBench();
    const to = bench.room(16);
    const text = bench.put('hello');
    expect(bench.call('bpf_probe_read_kernel_str', to, 16, text)).toBe(6);
    expect(bench.text(to)).toBe('hello');
    expect(bench.call('bpf_probe_read_str', to, 4, text)).toBe(4);
    expect(bench.text(to)).toBe('hel');
    expect(bench.call('bpf_probe_read_user_str', to, 4, 8)).toBe(-14);
    expect(bench.text(to)).toBe('');
  });

  it('user space may lie elsewhere', () => {
    const bench = makeBench();
    Object.assign(bench.host, {
      readUser: (address: bigint, out: Uint8Array) => {
        if (address < 0x7fff_0000_0000n) return false;
        out.fill(Number(address & 0xffn));
        return true;
      },
    });
    const to = bench.room(8);
    expect(bench.call('bpf_probe_read_user', to, 8, 0x7fff_0000_0041n)).toBe(0);
    expect(bench.read(to, 8)).toEqual(new Uint8Array(8).fill(0x41));
    expect(bench.call('bpf_probe_read_user', to, 8, 0x41)).toBe(-14);
  });
});

describe('text', () => {
  const numbers: [string, number, number, bigint][] = [
    ['123', 0, 3, 123n],
    ['  -123x', 0, 6, -123n],
    ['0x1f', 0, 4, 31n],
    ['0x1f', 16, 4, 31n],
    ['1f', 16, 2, 31n],
    ['017', 0, 3, 15n],
    ['017', 10, 3, 17n],
    ['9', 8, -22, 0n],
    ['', 0, -22, 0n],
    ['-', 0, -22, 0n],
    ['x', 0, -22, 0n],
    ['1', 7, -22, 0n],
    ['1', 32, -22, 0n],
    ['9223372036854775807', 0, 19, 2n ** 63n - 1n],
    ['9223372036854775808', 0, -34, 0n],
    ['-9223372036854775808', 0, 20, -(2n ** 63n)],
    ['99999999999999999999', 0, -34, 0n],
  ];
  it.each(numbers)('strtol %j base %i', (text, flags, result, value) => {
    const bench = makeBench();
    const out = bench.put(u64(5n));
    const length = Math.max(1, text.length);
    expect(bench.call('bpf_strtol', bench.put(text), length, flags, out)).toBe(result);
    expect(BigInt.asIntN(64, word(bench, out))).toBe(value);
  });

  it('strtoul takes no sign', () => {
    const bench = makeBench();
    const out = bench.room(8);
    expect(bench.call('bpf_strtoul', bench.put('18446744073709551615'), 20, 0, out)).toBe(20);
    expect(word(bench, out)).toBe(2n ** 64n - 1n);
    expect(bench.call('bpf_strtoul', bench.put('-1'), 2, 0, out)).toBe(-22);
  });

  it('strncmp and the string functions', () => {
    const bench = makeBench();
    const [abc, abd, hello] = ['abc', 'abd', 'hello world'].map(text => bench.put(text)) as [number, number, number];
    expect(bench.call('bpf_strncmp', abc, 3, abd)).toBe(-1);
    expect(bench.call('bpf_strncmp', abc, 2, abd)).toBe(0);
    expect(bench.call('bpf_strcmp', abd, abc)).toBe(1);
    expect(bench.call('bpf_strcasecmp', bench.put('ABC'), abc)).toBe(0);
    expect(bench.call('bpf_strlen', hello)).toBe(11);
    expect(bench.call('bpf_strnlen', hello, 4)).toBe(4);
    expect(bench.call('bpf_strchr', hello, 0x6f)).toBe(4);
    expect(bench.call('bpf_strrchr', hello, 0x6f)).toBe(7);
    expect(bench.call('bpf_strchr', hello, 0x7a)).toBe(-2);
    expect(bench.call('bpf_strchrnul', hello, 0x7a)).toBe(11);
    expect(bench.call('bpf_strnchr', hello, 4, 0x6f)).toBe(-2);
    expect(bench.call('bpf_strstr', hello, bench.put('wor'))).toBe(6);
    expect(bench.call('bpf_strnstr', hello, bench.put('wor'), 8)).toBe(-2);
    expect(bench.call('bpf_strspn', hello, bench.put('ehl'))).toBe(4);
    expect(bench.call('bpf_strcspn', hello, bench.put(' '))).toBe(5);
    expect(bench.call('bpf_strlen', 8)).toBe(-14);
  });
});

describe('events', () => {
  it('perf records go to the buffer of a CPU, with some of the packet', () => {
    const bench = makeBench();
    const map = bench.map({ type: 'perf_event_array', valueSizeBytes: 4, maxEntries: 2 });
    const records: [number, number[]][] = [];
    const data = bench.put(Uint8Array.of(1, 2));
    expect(bench.call('bpf_perf_event_output', 0, map.handle, 0xffffffffn, data, 2)).toBe(-2);
    const event = {
      id: 1,
      output: (cpu: number, record: Uint8Array) => {
        records.push([cpu, [...record]]);
        return 0;
      },
      read: () => 55n,
    };
    (map as unknown as { set(index: number, object: unknown): number }).set(1, event);
    expect(bench.call('bpf_perf_event_output', 0, map.handle, 0xffffffffn, data, 2)).toBe(0);
    expect(bench.call('bpf_perf_event_output', 0, map.handle, 5, data, 2)).toBe(-7);
    expect(bench.call('bpf_perf_event_output', 0, map.handle, 3n << 32n, data, 2)).toBe(-22);
    new TestPacket(bench, 'skb', Uint8Array.of(9, 8, 7, 6));
    expect(bench.call('bpf_perf_event_output', 0, map.handle, (3n << 32n) | 1n, data, 2)).toBe(0);
    expect(bench.call('bpf_perf_event_output', 0, map.handle, (5n << 32n) | 1n, data, 2)).toBe(-14);
    expect(records).toEqual([
      [1, [1, 2]],
      [1, [1, 2, 9, 8, 7]],
    ]);
    expect(bench.call('bpf_perf_event_read', map.handle, 1)).toBe(55n);
  });

  it('stacks get numbers', () => {
    const bench = makeBench();
    Object.assign(bench.host, { task: { ...task, kernelStack: [3n, 2n, 1n], userStack: [9n] } });
    const map = bench.map({ type: 'stack_trace', valueSizeBytes: 80, maxEntries: 16 });
    const number = bench.call('bpf_get_stackid', 0, map.handle, 0);
    expect(number).toBeGreaterThanOrEqual(0);
    expect(bench.call('bpf_get_stackid', 0, map.handle, 0)).toBe(number);
    expect(bench.call('bpf_get_stackid', 0, map.handle, 5)).toBe(-14);
    const out = bench.room(32);
    expect(bench.call('bpf_get_stack', 0, out, 32, 1)).toBe(16);
    expect([word(bench, out), word(bench, out + 8), word(bench, out + 16)]).toEqual([2n, 1n, 0n]);
    expect(bench.call('bpf_get_stack', 0, out, 8, 256)).toBe(8);
  });
});

describe('timers', () => {
  it('call back when the clock has come to the time', () => {
    const bench = makeBench();
    const map = bench.map({ type: 'array', valueSizeBytes: 32, maxEntries: 2 });
    const timer = map.valuesAddress! + 32;
    const calls: unknown[][] = [];
    let cancelled = 0;
    Object.assign(bench.host, {
      schedule: (...call: unknown[]) => {
        calls.push(call);
        return { cancel: () => cancelled++ === 0 };
      },
    });
    expect(bench.call('bpf_timer_start', timer, 5, 0)).toBe(-22);
    expect(bench.call('bpf_timer_init', timer, map.handle, 3)).toBe(-22);
    expect(bench.call('bpf_timer_init', timer, map.handle, 1)).toBe(0);
    expect(bench.call('bpf_timer_init', timer, map.handle, 1)).toBe(-16);
    expect(bench.call('bpf_timer_start', timer, 5, 0)).toBe(-22);
    expect(bench.call('bpf_timer_set_callback', timer, 21)).toBe(0);
    expect(bench.call('bpf_timer_start', timer, 1n << 33n, 0)).toBe(0);
    expect(calls[0]!.slice(0, 5)).toEqual(['the program', 5_000_000_123 + 2 ** 33, undefined, 21, map.handle]);
    expect(calls[0]![6]).toBe(timer);
    expect(bench.call('bpf_timer_cancel', timer)).toBe(1);
    expect(bench.call('bpf_timer_cancel', timer)).toBe(0);
    expect(bench.call('bpf_timer_start', timer, 77, 3)).toBe(0);
    expect(calls[1]!.slice(1, 3)).toEqual([77, 1]);
  });
});

describe('redirection, routing and sockets', () => {
  const mac = Uint8Array.of(2, 0, 0, 0, 0, 9);
  const socket: SocketView = {
    address: 0x4000,
    tcpAddress: 0x4100,
    family: 2,
    type: 1,
    protocol: 6,
    state: 10,
    full: true,
    cookie: 0x1_0000_0001n,
    uid: 33,
    namespaceCookie: 1n,
  };
  function withNetwork(): Bench {
    const bench = makeBench();
    const device = { ifindex: 2, mtu: 1500, mac, up: true, forwarding4: true, forwarding6: false };
    Object.assign(bench.host, {
      socketAt: (address: number) => (address === socket.address ? socket : undefined),
      network: {
        cookie: 1n,
        interfaceAt: (ifindex: number) =>
          ifindex === 2 ? device : ifindex === 3 ? { ...device, ifindex: 3, mtu: 1000 } : undefined,
        route: ({ destination }: { destination: Uint8Array }) =>
          destination[0] === 10
            ? {
                kind: 'unicast',
                ifindex: 3,
                mtu: 0,
                metric: 5,
                gateway: { family: 4, address: Uint8Array.of(10, 0, 0, 1) },
              }
            : { kind: destination[0] === 11 ? 'blackhole' : 'none' },
        neighbour: (_ifindex: number, _family: number, address: Uint8Array) =>
          address[3] === 1 ? Uint8Array.of(1, 2, 3, 4, 5, 6) : undefined,
        findSocket: ({ localPort, remotePort }: { localPort: number; remotePort: number }) =>
          localPort === 80 && remotePort === 4660 ? socket : undefined,
        transmit: () => 0,
      },
    });
    return bench;
  }

  it('bpf_redirect notes the target', () => {
    const bench = withNetwork();
    expect(bench.call('bpf_redirect', 3, 1)).toBe(7);
    expect(bench.host.redirect).toEqual({ kind: 'interface', ifindex: 3, ingress: true });
    expect(bench.call('bpf_redirect', 3, 2)).toBe(2);
    expect(bench.call('bpf_redirect_peer', 3, 0)).toBe(7);
    expect(bench.call('bpf_redirect_neigh', 3, 0, 0, 0)).toBe(7);
    expect(bench.host.redirect).toEqual({ kind: 'neighbour', ifindex: 3 });
    new TestPacket(bench, 'xdp', new Uint8Array(64));
    expect(bench.call('bpf_redirect', 3, 0)).toBe(4);
    expect(bench.call('bpf_redirect', 3, 1)).toBe(0);
  });

  it('bpf_redirect_map looks the target up, or returns the action in its flags', () => {
    const bench = withNetwork();
    const map = bench.map({ type: 'devmap', valueSizeBytes: 4 });
    expect(bench.call('bpf_redirect_map', map.handle, 1, 2)).toBe(2);
    map.userUpdate(bench.put(u32(1)), bench.put(u32(3)), 0);
    expect(bench.call('bpf_redirect_map', map.handle, 1, 2)).toBe(4);
    expect(bench.host.redirect).toEqual({ kind: 'map', map, key: 1, value: 3, flags: 2 });
    expect(bench.call('bpf_redirect_map', map.handle, 1, 64)).toBe(0);
  });

  it('bpf_fib_lookup fills in the next hop', () => {
    const bench = withNetwork();
    const params = (destination: number, totalBytes = 100, family = 2): number => {
      const bytes = new Uint8Array(64);
      const view = new DataView(bytes.buffer);
      view.setUint8(0, family);
      view.setUint16(6, totalBytes, true);
      view.setUint32(8, 2, true);
      bytes.set([destination, 0, 0, 77], 32);
      return bench.put(bytes);
    };
    const at = params(10);
    expect(bench.call('bpf_fib_lookup', 0, at, 64, 0)).toBe(0);
    expect([...bench.read(at + 58, 6)]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...bench.read(at + 52, 6)]).toEqual([...mac]);
    expect([...bench.read(at + 32, 4)]).toEqual([10, 0, 0, 1]);
    expect(bench.machine.space.view.getUint32(at + 8, true)).toBe(3);
    expect(bench.call('bpf_fib_lookup', 0, params(10, 1400), 64, 0)).toBe(8);
    expect(bench.call('bpf_fib_lookup', 0, params(11), 64, 0)).toBe(1);
    expect(bench.call('bpf_fib_lookup', 0, params(12), 64, 0)).toBe(4);
    expect(bench.call('bpf_fib_lookup', 0, params(10, 100, 10), 64, 0)).toBe(5);
    expect(bench.call('bpf_fib_lookup', 0, params(10, 100, 3), 64, 0)).toBe(-97);
    expect(bench.call('bpf_fib_lookup', 0, params(10), 63, 0)).toBe(-22);
    expect(bench.call('bpf_fib_lookup', 0, params(10), 64, 64)).toBe(-22);
  });

  it('sockets are found, asked and given back', () => {
    const bench = withNetwork();
    const tuple = bench.put(Uint8Array.of(10, 0, 0, 2, 10, 0, 0, 1, 0x12, 0x34, 0, 80));
    expect(bench.call('bpf_sk_lookup_tcp', 0, tuple, 12, -1n, 0)).toBe(0x4000);
    expect(bench.call('bpf_sk_lookup_tcp', 0, tuple, 11, -1n, 0)).toBe(0);
    expect(bench.call('bpf_sk_lookup_tcp', 0, tuple, 12, -1n, 1)).toBe(0);
    expect(bench.call('bpf_sk_release', 0x4000)).toBe(0);
    expect(bench.call('bpf_tcp_sock', 0x4000)).toBe(0x4100);
    expect(bench.call('bpf_sk_fullsock', 0x4004)).toBe(0);
    expect(bench.call('bpf_get_socket_cookie', 0x4000)).toBe(0x1_0000_0001n);
    expect(bench.call('bpf_get_socket_uid', 0)).toBe(65534);
    expect(bench.call('bpf_skc_to_tcp_sock', 0x4000)).toBe(0x4000);
    expect(bench.call('bpf_skc_to_udp6_sock', 0x4000)).toBe(0);
    expect(bench.call('bpf_sk_assign', 0, 0x4000, 0)).toBe(0);
    expect(bench.call('bpf_sk_assign', 0, 0x4000, 0)).toBe(-17);
    expect(bench.call('bpf_sk_assign', 0, 0, 1)).toBe(0);
    expect(bench.host.assignedSocket).toBeUndefined();
  });
});

describe('kernel functions', () => {
  it('numbers of a range', () => {
    const bench = makeBench();
    const iterator = bench.room(8);
    expect(bench.call('bpf_iter_num_new', iterator, 3, 6)).toBe(0);
    const seen: number[] = [];
    for (let at = 0; (at = Number(bench.call('bpf_iter_num_next', iterator))) !== 0; ) {
      seen.push(bench.machine.space.view.getInt32(at, true));
    }
    expect(seen).toEqual([3, 4, 5]);
    expect(bench.call('bpf_iter_num_new', iterator, 6, 3)).toBe(-22);
    expect(bench.call('bpf_iter_num_next', iterator)).toBe(0);
    expect(bench.call('bpf_iter_num_new', iterator, 0, (1 << 23) + 1)).toBe(-7);
    expect(bench.call('bpf_iter_num_new', iterator, -2, 0)).toBe(0);
  });

  it.each([1, 3])('bits of %i words', words => {
    const bench = makeBench();
    const iterator = bench.room(16);
    const memory = bench.put(u64(...[0b1001n, 0n, 1n << 63n].slice(0, words)));
    expect(bench.call('bpf_iter_bits_new', iterator, memory, words)).toBe(0);
    const seen: number[] = [];
    for (let at = 0; (at = Number(bench.call('bpf_iter_bits_next', iterator))) !== 0; ) {
      seen.push(bench.machine.space.view.getInt32(at, true));
    }
    expect(seen).toEqual(words === 1 ? [0, 3] : [0, 3, 191]);
    bench.call('bpf_iter_bits_destroy', iterator);
    expect(bench.call('bpf_iter_bits_new', iterator, 0, 1)).toBe(-22);
    expect(bench.call('bpf_iter_bits_new', iterator, memory, 512)).toBe(-7);
  });

  it('objects hang in lists', () => {
    const bench = makeBench();
    Object.assign(bench.host, { programTypeSize: () => 48 });
    const head = bench.room(16);
    expect(bench.call('bpf_list_pop_front', head)).toBe(0);
    const [a, b] = [0, 0].map(() => Number(bench.call('bpf_obj_new_impl', 5, 0))) as [number, number];
    expect(bench.call('bpf_list_push_front_impl', head, a + 8, 0, 8)).toBe(0);
    expect(bench.call('bpf_list_push_back_impl', head, b + 8, 0, 8)).toBe(0);
    expect(bench.call('bpf_refcount_acquire_impl', b, 0)).toBe(b);
    expect(bench.call('bpf_list_push_back_impl', head, b + 8, 0, 8)).toBe(-22);
    expect(bench.call('bpf_list_back', head)).toBe(b + 8);
    expect(bench.call('bpf_list_pop_front', head)).toBe(a + 8);
    expect(bench.call('bpf_list_pop_front', head)).toBe(b + 8);
    expect(bench.call('bpf_list_pop_front', head)).toBe(0);
    bench.call('bpf_obj_drop_impl', a, 0);
    expect(bench.machine.space.mayAccess(a, 8, false)).toBe(false);
    expect(bench.machine.space.mayAccess(b, 8, false)).toBe(true);
  });

  it('and in trees, in order', () => {
    const bench = makeBench();
    const root = bench.room(16);
    bench.callback = (_slot, a, b) => (bench.machine.space.bytes[a!]! < bench.machine.space.bytes[b!]! ? 1 : 0);
    const nodes = [5, 1, 9, 1, 3].map(value => bench.put(new Uint8Array(32).fill(value)));
    for (const node of nodes) expect(bench.call('bpf_rbtree_add_impl', root, node, 4, 0, 0)).toBe(0);
    const order: number[] = [];
    for (let node = 0; (node = Number(bench.call('bpf_rbtree_first', root))) !== 0; ) {
      expect(bench.call('bpf_rbtree_remove', root, node)).toBe(node);
      order.push(nodes.indexOf(node));
    }
    expect(order).toEqual([1, 3, 4, 0, 2]);
    expect(bench.call('bpf_rbtree_remove', root, nodes[0]!)).toBe(0);
  });

  it('sets of CPUs', () => {
    const bench = makeBench();
    const [a, b, c] = [0, 0, 0].map(() => Number(bench.call('bpf_cpumask_create'))) as [number, number, number];
    bench.call('bpf_cpumask_set_cpu', 1, a);
    bench.call('bpf_cpumask_set_cpu', 3, a);
    bench.call('bpf_cpumask_set_cpu', 4, a);
    bench.call('bpf_cpumask_setall', b);
    expect(bench.call('bpf_cpumask_weight', a)).toBe(2);
    expect(bench.call('bpf_cpumask_first', a)).toBe(1);
    expect(bench.call('bpf_cpumask_first_zero', b)).toBe(4);
    expect(bench.call('bpf_cpumask_full', b)).toBe(1);
    expect(bench.call('bpf_cpumask_subset', a, b)).toBe(1);
    bench.call('bpf_cpumask_xor', c, a, b);
    expect([0, 1, 2, 3].map(cpu => bench.call('bpf_cpumask_test_cpu', cpu, c))).toEqual([1, 0, 1, 0]);
    expect(bench.call('bpf_cpumask_and', c, c, a)).toBe(0);
    expect(bench.call('bpf_cpumask_empty', c)).toBe(1);
    bench.call('bpf_cpumask_release', a);
    expect(bench.machine.space.mayAccess(a, 8, false)).toBe(false);
  });
});

describe('checked mode', () => {
  it('ends the run for memory that the program may not pass', () => {
    const bench = makeBench();
    const { handle } = bench.map({ type: 'hash' });
    const wild = (run: () => unknown): ExecutionError => {
      try {
        run();
      } catch (error) {
        expect(error).toBeInstanceOf(ExecutionError);
        return error as ExecutionError;
      }
      throw new Error('it went through');
    };
    const key = bench.put(u32(1));
    expect(wild(() => bench.call('bpf_map_lookup_elem', handle, 8))).toMatchObject({
      fault: 'wild-access',
      address: 8,
    });
    expect(wild(() => bench.call('bpf_map_lookup_elem', key, key)).message).toContain('argument 1 is no map');
    expect(wild(() => bench.call('bpf_map_update_elem', handle, key, key, 0)).message).toContain('argument 3');
    expect(wild(() => bench.call('bpf_get_current_comm', key, 16)).message).toContain('16 bytes');
    expect(wild(() => bench.call('bpf_ktime_get_ns') && bench.call('bpf_sys_close', 1)).message).toBe(
      'bpf_sys_close is not simulated',
    );
    expect(wild(() => bench.call('bpf_skb_load_bytes', 0, 0, key, 4)).message).toBe(
      'bpf_skb_load_bytes is not simulated: there is no packet',
    );
  });
});
