// Helpers that belong to one kind of program: sysctl, socket options, messages, TCP events, traced functions, cgroups, tunnels.

import { describe, expect, it } from 'vitest';
import type { Executable } from '../../src/engine/index.js';
import type { CgroupView, SocketView, SockOpsView, SysctlView } from '../../src/helpers/index.js';
import { type Bench, makeBench, TestPacket } from './bench.js';

const with_ = (parts: object): Bench => {
  const bench = makeBench();
  Object.assign(bench.host, parts);
  return bench;
};
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('sysctl', () => {
  const sysctl = (newValue?: string): SysctlView => ({
    name: 'net/ipv4/tcp_mem',
    current: utf8('1 2 3'),
    ...(newValue !== undefined && { newValue: utf8(newValue) }),
  });

  it('gives name and values, cut where there is no room', () => {
    const bench = with_({ sysctl: sysctl('9') });
    const out = bench.room(32);
    expect(bench.call('bpf_sysctl_get_name', 0, out, 32, 0)).toBe(16);
    expect(bench.text(out)).toBe('net/ipv4/tcp_mem');
    expect(bench.call('bpf_sysctl_get_name', 0, out, 32, 1)).toBe(7);
    expect(bench.call('bpf_sysctl_get_name', 0, out, 4, 1)).toBe(-7);
    expect(bench.text(out)).toBe('tcp');
    expect(bench.call('bpf_sysctl_get_name', 0, out, 4, 2)).toBe(-22);
    expect(bench.call('bpf_sysctl_get_current_value', 0, out, 32)).toBe(5);
    expect(bench.call('bpf_sysctl_get_new_value', 0, out, 32)).toBe(1);
    expect(bench.call('bpf_sysctl_set_new_value', 0, bench.put('777'), 3)).toBe(0);
    expect(bench.host.sysctl!.newValue).toEqual(utf8('777'));
  });

  it('has no new value when it is read', () => {
    const bench = with_({ sysctl: sysctl() });
    expect(bench.call('bpf_sysctl_get_new_value', 0, bench.room(8), 8)).toBe(-22);
    expect(bench.call('bpf_sysctl_set_new_value', 0, bench.put('777'), 3)).toBe(-22);
  });
});

it('socket options are those that the kernel lets programs touch', () => {
  const set: unknown[] = [];
  const socket: SocketView = {
    address: 0x4000,
    family: 2,
    type: 1,
    protocol: 6,
    state: 1,
    full: true,
    cookie: 1n,
    uid: 0,
    namespaceCookie: 1n,
    setOption: (...option) => {
      set.push(option);
      return 0;
    },
    getOption: (_level, name) => (name === 8 ? Uint8Array.of(1, 2, 3, 4) : -22),
  };
  const bench = with_({ socket });
  const value = bench.put(Uint8Array.of(5, 0, 0, 0));
  expect(bench.call('bpf_setsockopt', 0, 1, 8, value, 4)).toBe(0);
  expect(set).toEqual([[1, 8, Uint8Array.of(5, 0, 0, 0)]]);
  expect(bench.call('bpf_setsockopt', 0, 1, 3, value, 4)).toBe(-22);
  expect(bench.call('bpf_setsockopt', 0, 41, 67, value, 4)).toBe(-22);
  expect(bench.call('bpf_getsockopt', 0, 1, 8, value, 4)).toBe(0);
  expect([...bench.read(value, 4)]).toEqual([1, 2, 3, 4]);
  expect(bench.call('bpf_getsockopt', 0, 1, 9, value, 4)).toBe(-22);
  expect([...bench.read(value, 4)]).toEqual([0, 0, 0, 0]);
});

it('messages', () => {
  const done: unknown[] = [];
  const message = {
    address: 0,
    lengthBytes: 100,
    applyBytes: 0,
    corkBytes: 0,
    show: (...range: number[]) => done.push(['show', ...range]),
    resize: (...change: number[]) => {
      done.push(['resize', ...change]);
      return true;
    },
  };
  const bench = with_({ message });
  expect(bench.call('bpf_msg_apply_bytes', 0, 10)).toBe(0);
  expect(bench.call('bpf_msg_cork_bytes', 0, 20)).toBe(0);
  expect([message.applyBytes, message.corkBytes]).toEqual([10, 20]);
  expect(bench.call('bpf_msg_pull_data', 0, 4, 50, 0)).toBe(0);
  expect(bench.call('bpf_msg_pull_data', 0, 50, 50, 0)).toBe(-22);
  expect(bench.call('bpf_msg_pull_data', 0, 4, 101, 0)).toBe(-22);
  expect(bench.call('bpf_msg_push_data', 0, 4, 8, 0)).toBe(0);
  expect(bench.call('bpf_msg_push_data', 0, 101, 8, 0)).toBe(-22);
  expect(bench.call('bpf_msg_pop_data', 0, 4, 8, 0)).toBe(0);
  expect(bench.call('bpf_msg_pop_data', 0, 99, 8, 0)).toBe(-22);
  expect(done).toEqual([
    ['show', 4, 50],
    ['resize', 4, 0, 8],
    ['resize', 4, 8, 0],
  ]);
});

it('TCP header options', () => {
  // Five words of header, then: no-op, no-op, timestamp-like option 8 of 4 bytes, experimental 254 with the magic eb9f.
  const header = new Uint8Array(32);
  header[12] = 8 << 4;
  header.set([1, 1, 8, 4, 0xaa, 0xbb, 254, 6, 0xeb, 0x9f, 7, 0], 20);
  const sockOps: SockOpsView = {
    op: 15,
    callbackFlags: 0,
    header,
    options: { reservedBytes: 8, written: new Uint8Array(), maximumBytes: 40 },
  };
  const bench = with_({ sockOps });
  expect(bench.call('bpf_sock_ops_cb_flags_set', 0, 0x81)).toBe(0x80);
  expect(sockOps.callbackFlags).toBe(1);
  const search = (...bytes: number[]): number => bench.put(Uint8Array.from({ length: 8 }, (_, at) => bytes[at] ?? 0));
  const found = search(8, 0);
  expect(bench.call('bpf_load_hdr_opt', 0, found, 8, 0)).toBe(4);
  expect([...bench.read(found, 4)]).toEqual([8, 4, 0xaa, 0xbb]);
  expect(bench.call('bpf_load_hdr_opt', 0, search(254, 4, 0xeb, 0x9f), 8, 0)).toBe(6);
  expect(bench.call('bpf_load_hdr_opt', 0, search(254, 4, 0xeb, 0x9e), 8, 0)).toBe(-42);
  expect(bench.call('bpf_load_hdr_opt', 0, search(8, 4), 8, 0)).toBe(-22);
  expect(bench.call('bpf_load_hdr_opt', 0, search(8, 0), 8, 1)).toBe(-2);
  expect(bench.call('bpf_store_hdr_opt', 0, search(77, 4, 1, 2), 4, 0)).toBe(0);
  expect([...sockOps.options!.written]).toEqual([77, 4, 1, 2]);
  expect(bench.call('bpf_store_hdr_opt', 0, search(77, 4, 1, 2), 4, 0)).toBe(-17);
  expect(bench.call('bpf_store_hdr_opt', 0, search(78, 6), 6, 0)).toBe(-28);
  expect(bench.call('bpf_reserve_hdr_opt', 0, 8, 0)).toBe(-1);
});

it('traced functions', () => {
  const returned: bigint[] = [];
  const bench = with_({
    tracing: { arguments: [7n, -1n], result: -2n, ip: 0xffff_ffff_8100_0000n },
    attachCookie: 0x1_2345_6789n,
    overrideReturn: (value: bigint) => returned.push(value),
  });
  const out = bench.room(8);
  expect(bench.call('bpf_get_func_arg_cnt', 0)).toBe(2);
  expect(bench.call('bpf_get_func_arg', 0, 1, out)).toBe(0);
  expect(bench.machine.space.view.getBigInt64(out, true)).toBe(-1n);
  expect(bench.call('bpf_get_func_arg', 0, 2, out)).toBe(-22);
  expect(bench.call('bpf_get_func_ret', 0, out)).toBe(0);
  expect(bench.machine.space.view.getBigInt64(out, true)).toBe(-2n);
  expect(bench.call('bpf_get_func_ip', 0)).toBe(0xffff_ffff_8100_0000n);
  expect(bench.call('bpf_get_attach_cookie', 0)).toBe(0x1_2345_6789n);
  expect(bench.call('bpf_override_return', 0, -12n)).toBe(0);
  expect(returned).toEqual([2n ** 64n - 12n]);
});

it('cgroups of arrays', () => {
  const root: CgroupView = { address: 0x5000, id: 1n };
  const leaf: CgroupView = { address: 0x6000, id: 2n, parent: root };
  const bench = with_({ task: { address: 1, pid: 1, tgid: 1, uid: 0, gid: 0, comm: 'x', cgroup: leaf } });
  const map = bench.map({ type: 'cgroup_array', valueSizeBytes: 4 });
  const slots = map as unknown as { set(index: number, cgroup: { id: number }): number };
  slots.set(0, { id: 0x5000 });
  slots.set(1, { id: 0x7000 });
  expect([0, 1, 2, 4].map(index => bench.call('bpf_current_task_under_cgroup', map.handle, index))).toEqual([
    1, 0, -11, -7,
  ]);
  expect(bench.call('bpf_get_retval')).toBe(0);
  expect(bench.call('bpf_set_retval', -13)).toBe(0);
  expect(bench.call('bpf_get_retval')).toBe(-13);
});

it('storage on objects', () => {
  const owner = { id: 5 };
  const bench = with_({ storageOwnerAt: (address: number) => (address === 0x9000 ? owner : undefined) });
  const map = bench.map({ type: 'task_storage', maxEntries: 0, flags: 1, hasTypes: true });
  expect(bench.call('bpf_task_storage_get', map.handle, 0x9000, 0, 0)).toBe(0);
  const value = Number(bench.call('bpf_task_storage_get', map.handle, 0x9000, 0, 1));
  expect(value).toBeGreaterThan(0);
  expect(bench.call('bpf_task_storage_get', map.handle, 0x9000, 0, 0)).toBe(value);
  expect(bench.call('bpf_task_storage_get', map.handle, 0, 0, 1)).toBe(0);
  expect(bench.call('bpf_task_storage_delete', map.handle, 0x9000)).toBe(0);
  expect(bench.call('bpf_task_storage_delete', map.handle, 0x9000)).toBe(-2);
});

it('tunnel metadata', () => {
  const bench = makeBench();
  const packet = new TestPacket(bench, 'skb', new Uint8Array(60));
  const key = new Uint8Array(44);
  key.set([0x39, 0x30, 0, 0, 1, 0, 0, 10]);
  key[20] = 4;
  key[21] = 64;
  expect(bench.call('bpf_skb_set_tunnel_key', 0, bench.put(key), 44, 0)).toBe(0);
  expect(packet.tunnel).toMatchObject({ id: 12345n, remote: Uint8Array.of(10, 0, 0, 1), tos: 4, ttl: 64 });
  const out = bench.room(44);
  expect(bench.call('bpf_skb_get_tunnel_key', 0, out, 44, 0)).toBe(0);
  expect(bench.read(out, 22)).toEqual(key.slice(0, 22));
  expect(bench.call('bpf_skb_get_tunnel_key', 0, out, 44, 1)).toBe(-71);
  expect(bench.call('bpf_skb_get_tunnel_opt', 0, out, 8)).toBe(-2);
  expect(bench.call('bpf_skb_set_tunnel_opt', 0, bench.put(Uint8Array.of(1, 2, 3, 4)), 4)).toBe(0);
  expect(bench.call('bpf_skb_get_tunnel_opt', 0, out, 8)).toBe(4);
});

it('tail calls', () => {
  const bench = makeBench();
  const map = bench.map({ type: 'prog_array', valueSizeBytes: 4 });
  const executable = { name: 'next' } as unknown as Executable;
  (map as unknown as { set(index: number, program: object): number }).set(2, { id: 1, type: 'xdp', executable });
  const called: unknown[] = [];
  bench.machine.tailCall = target => {
    called.push(target);
    return true;
  };
  bench.call('bpf_tail_call', 0, map.handle, 1);
  expect(called).toEqual([]);
  bench.call('bpf_tail_call', 0, map.handle, 2);
  expect(called).toEqual([executable]);
});

it('spin locks and kernel pointers', () => {
  const bench = makeBench();
  const lock = bench.room(8);
  expect(bench.call('bpf_spin_lock', lock)).toBeDefined();
  expect(() => bench.call('bpf_spin_lock', lock)).toThrow('held already');
  bench.call('bpf_spin_unlock', lock);
  bench.call('bpf_spin_lock', lock);
  const place = bench.room(8);
  expect(bench.call('bpf_kptr_xchg', place, 0x1234)).toBe(0);
  expect(bench.call('bpf_kptr_xchg', place, 0)).toBe(0x1234);
});
