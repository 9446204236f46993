// What programs see of maps: where values lie, how long pointers stay good, what may be touched, and the types that bpf(2) alone
// cannot show.

import { describe, expect, it } from 'vitest';
import type { Machine } from '../../src/engine/index.js';
import {
  type ArenaMap,
  type CgroupStorageMap,
  CREATE_FLAGS,
  createMap,
  type DeviceMap,
  type KernelMap,
  type LocalStorageMap,
  MAP_TYPES,
  type MapDefinition,
  type MapHost,
  type MapProgram,
  type MapSocket,
  mapRegistry,
  type PerfEventArray,
  PerfReader,
  type ProgramArray,
  type RingBufferMap,
  type SocketArrayMap,
  STRUCT_OPS_STATE,
  type StackTraceMap,
  type StructOpsMap,
  type UserRingBufferMap,
} from '../../src/maps/index.js';
import { rightDefinition } from './definitions.js';
import { testHost } from './ports.js';

/** A host with a scratch place for a key and a value, and a machine a CPU. */
function setUp(change: Partial<MapHost> = {}) {
  const host: MapHost = { ...testHost(4), ...change };
  const { space } = host;
  const key = space.allocate(64, 'key', 'read-write').address;
  const value = space.allocate(512, 'value', 'read-write').address;
  const machines = [0, 1, 2, 3].map(cpu => ({ cpu, space }) as Machine);
  return {
    host,
    space,
    key,
    value,
    machines,
    cpu0: machines[0]!,
    make: <T extends KernelMap>(type: string, more: Partial<MapDefinition> = {}): T =>
      createMap(host, { ...rightDefinition(type), ...more }) as T,
    setKey: (number: number) => space.view.setUint32(key, number, true),
    setValue: (number: number) => space.view.setUint32(value, number, true),
    at: (address: number) => space.view.getUint32(address, true),
  };
}

const E = { ENOENT: -2, E2BIG: -7, EAGAIN: -11, EBUSY: -16, EEXIST: -17, EINVAL: -22, ENOSPC: -28, ENODATA: -61 };

describe('pointers to values', () => {
  it('of a hash keep showing the old value when it is replaced, as in the kernel', () => {
    const { make, cpu0, key, value, setValue, at } = setUp();
    const map = make('hash');
    setValue(1);
    map.update(cpu0, key, value, 0);
    const first = map.lookup(cpu0, key);
    setValue(2);
    map.update(cpu0, key, value, 0);
    const second = map.lookup(cpu0, key);
    expect([at(first), at(second)]).toEqual([1, 2]);
    expect(second).not.toBe(first);
  });

  it('of a per-CPU hash show the new one: it changes in place', () => {
    const { make, cpu0, machines, key, value, setValue, at } = setUp();
    const map = make('percpu_hash');
    setValue(1);
    map.update(cpu0, key, value, 0);
    const first = map.lookup(cpu0, key);
    setValue(2);
    map.update(cpu0, key, value, 0);
    expect([map.lookup(cpu0, key), at(first)]).toEqual([first, 2]);
    expect(at(map.lookup(machines[3]!, key))).toBe(0);
    expect(map.lookupOnCpu!(cpu0, key, 3)).toBe(map.lookup(machines[3]!, key));
    expect(map.lookupOnCpu!(cpu0, key, 4)).toBe(0);
  });

  it('of a deleted element stay readable, and its memory goes to the next element', () => {
    const { make, space, cpu0, key, value, setKey, setValue, at } = setUp();
    const map = make('hash', { maxEntries: 2 });
    setValue(1);
    map.update(cpu0, key, value, 0);
    const pointer = map.lookup(cpu0, key);
    map.delete(cpu0, key);
    expect([at(pointer), space.mayAccess(pointer, 8, true)]).toEqual([1, true]);
    setKey(9);
    setValue(5);
    map.update(cpu0, key, value, 0);
    expect(map.lookup(cpu0, key)).toBe(pointer);
  });

  it.each(['hash', 'percpu_hash', 'lru_hash', 'array', 'percpu_array', 'lpm_trie'])(
    'of a %s reach over the value and no further',
    type => {
      const { make, space, cpu0, key, value } = setUp();
      const map = make(type, { valueSizeBytes: 13 });
      map.update(cpu0, key, value, 0);
      const pointer = map.lookup(cpu0, key);
      expect(pointer % 8).toBe(0);
      expect([13, 14].map(size => space.mayAccess(pointer, size, true))).toEqual([true, false]);
      expect(space.mayAccess(map.handle, 1, false)).toBe(false);
      map.close();
      expect(space.mayAccess(pointer, 1, false)).toBe(false);
    },
  );

  it('are read-only with RDONLY_PROG', () => {
    const { make, space, cpu0, key } = setUp();
    const map = make('array', { flags: CREATE_FLAGS.RDONLY_PROG });
    const pointer = map.lookup(cpu0, key);
    expect([space.mayAccess(pointer, 8, false), space.mayAccess(pointer, 8, true)]).toEqual([true, false]);
  });
});

describe('values with special fields', () => {
  const fields = [
    { kind: 'spin_lock', offsetBytes: 4, sizeBytes: 4 },
    { kind: 'timer', offsetBytes: 16, sizeBytes: 16 },
  ] as const;

  it.each(['hash', 'array'])('in a %s: user space neither reads nor writes them', type => {
    const { make, space, cpu0, key, value } = setUp();
    const map = make(type, { valueSizeBytes: 40, fields });
    space.bytes.fill(0xaa, value, value + 40);
    expect(map.userUpdate(key, value, 0)).toBe(0);
    const pointer = map.lookup(cpu0, key);
    const inside = space.bytes.slice(pointer, pointer + 40);
    const expected = new Uint8Array(40).fill(0xaa).fill(0, 4, 8).fill(0, 16, 32);
    expect(inside).toEqual(expected);
    space.bytes.fill(0x55, pointer, pointer + 40);
    expect(map.userLookup(key, value, 4)).toBe(0);
    expect(space.bytes.slice(value, value + 40)).toEqual(new Uint8Array(40).fill(0x55).fill(0, 4, 8).fill(0, 16, 32));
    // With the lock, in place: the lock itself stays what it was.
    space.bytes.fill(0x77, value, value + 40);
    expect(map.update(cpu0, key, value, 4)).toBe(0);
    expect(map.lookup(cpu0, key)).toBe(pointer);
    expect(space.bytes.slice(pointer, pointer + 40)).toEqual(
      new Uint8Array(40).fill(0x77).fill(0x55, 4, 8).fill(0x55, 16, 32),
    );
  });

  it('are let go of with the element', () => {
    const gone: number[] = [];
    const { make, cpu0, key, value } = setUp({ releaseFields: (_, address) => gone.push(address) });
    const map = make('hash', { valueSizeBytes: 40, fields });
    map.update(cpu0, key, value, 0);
    const first = map.lookup(cpu0, key);
    map.update(cpu0, key, value, 0);
    const second = map.lookup(cpu0, key);
    map.delete(cpu0, key);
    expect(gone).toEqual([first, second]);
  });
});

describe('LRU maps', () => {
  it.each(['lru_hash', 'lru_percpu_hash'])('%s: what programs looked up stays, the rest goes oldest first', type => {
    const { make, cpu0, key, value, setKey } = setUp();
    const map = make(type, { maxEntries: 100 });
    for (let n = 0; n < 100; n++) {
      setKey(n);
      expect(map.update(cpu0, key, value, 0)).toBe(0);
    }
    for (let n = 0; n < 100; n += 2) {
      setKey(n);
      expect(map.lookup(cpu0, key)).not.toBe(0);
    }
    for (let n = 1000; n < 1050; n++) {
      setKey(n);
      expect(map.update(cpu0, key, value, 0)).toBe(0);
    }
    const left = Array.from({ length: 100 }, (_, n) => n).filter(n => {
      setKey(n);
      return map.userLookup(key, value, 0) === 0;
    });
    expect(left).toEqual(Array.from({ length: 50 }, (_, n) => n * 2));
  });

  it('an update of what is there evicts nothing', () => {
    const { make, cpu0, key, value, setKey } = setUp();
    const map = make('lru_hash', { maxEntries: 3 });
    for (const n of [1, 2, 3, 1, 2, 3, 3, 3]) {
      setKey(n);
      map.update(cpu0, key, value, 0);
    }
    const visited = map.forEach!(cpu0, () => false);
    expect(visited).toBe(3);
  });

  it('NO_COMMON_LRU: each CPU has a share, and the number of elements becomes a multiple of the CPUs', () => {
    const { make, machines, key, value, setKey } = setUp();
    const map = make('lru_hash', { maxEntries: 6, flags: CREATE_FLAGS.NO_COMMON_LRU });
    expect(map.definition.maxEntries).toBe(8);
    const put = (cpu: number, n: number): void => {
      setKey(n);
      map.update(machines[cpu]!, key, value, 0);
    };
    for (let n = 0; n < 10; n++) put(0, n);
    expect(map.forEach!(machines[0]!, () => false)).toBe(2);
    for (let n = 10; n < 20; n++) put(3, n);
    expect(map.forEach!(machines[0]!, () => false)).toBe(4);
  });

  it('survives a long random life', () => {
    const { host, make, machines, key, value, setKey, setValue, at } = setUp();
    const map = make('lru_hash', { maxEntries: 37 });
    for (let n = 0; n < 20_000; n++) {
      const number = host.random() % 120;
      setKey(number);
      setValue(number);
      const machine = machines[host.random() % 4]!;
      const kind = host.random() % 10;
      if (kind < 5) expect(map.update(machine, key, value, 0)).toBe(0);
      else if (kind < 7) map.delete(machine, key);
      else {
        const pointer = map.lookup(machine, key);
        if (pointer !== 0) expect(at(pointer)).toBe(number);
      }
    }
    expect(map.forEach!(machines[0]!, () => false)).toBeLessThanOrEqual(37);
  });
});

describe('for_each', () => {
  it.each(['hash', 'percpu_hash', 'lru_hash', 'array', 'percpu_array'])(
    'goes over a %s, whose callback may delete',
    type => {
      const { make, space, cpu0, key, value, setKey, setValue, at } = setUp();
      const map = make(type, { maxEntries: 10 });
      for (let n = 0; n < 10; n++) {
        setKey(n);
        setValue(n * 2);
        map.update(cpu0, key, value, 0);
      }
      const seen: [number, number][] = [];
      const visited = map.forEach!(cpu0, (keyAt, valueAt) => {
        expect([space.mayAccess(keyAt, 4, false), space.mayAccess(keyAt, 4, true)]).toEqual([true, false]);
        seen.push([at(keyAt), at(valueAt)]);
        map.delete(cpu0, keyAt);
        return false;
      });
      expect(visited).toBe(10);
      expect(seen.sort(([a], [b]) => a - b)).toEqual(Array.from({ length: 10 }, (_, n) => [n, n * 2]));
      expect(map.forEach!(cpu0, () => true)).toBe(/array/.test(type) ? 1 : 0);
    },
  );
});

describe('ring buffers', () => {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const write = (map: RingBufferMap, what: string, flags = 0): number => {
    const { space } = map.host;
    const record = map.reserve({} as Machine, what.length);
    if (record === 0) return 0;
    space.bytes.set(new TextEncoder().encode(what), record);
    map.commit({} as Machine, record, flags, false);
    return record;
  };

  it('hand over records in order, and wait for one that is busy', () => {
    const { make, space, cpu0 } = setUp();
    const map = make<RingBufferMap>('ringbuf');
    const seen: string[] = [];
    const first = map.reserve(cpu0, 5);
    expect(space.mayAccess(first, 5, true)).toBe(true);
    expect(space.mayAccess(first, 6, true)).toBe(false);
    write(map, 'second');
    const third = map.reserve(cpu0, 3);
    expect(map.drain(record => seen.push(text(record)))).toBe(0);
    space.bytes.set(new TextEncoder().encode('first'), first);
    map.commit(cpu0, first, 0, false);
    expect(space.mayAccess(first, 1, false)).toBe(false);
    map.commit(cpu0, third, 0, true);
    write(map, 'fourth');
    expect(map.drain(record => seen.push(text(record)))).toBe(3);
    expect(seen).toEqual(['first', 'second', 'fourth']);
  });

  it('lay records out as the kernel does, and never overwrite', () => {
    const { make, space, cpu0 } = setUp();
    const map = make<RingBufferMap>('ringbuf', { maxEntries: 4096 });
    const record = map.reserve(cpu0, 13);
    expect(space.view.getUint32(record - 8, true)).toBe(0x8000000d);
    expect([0, 1, 2, 3, 4].map(what => map.query(what))).toEqual([24, 4096, 0, 24, 0]);
    map.commit(cpu0, record, 0, true);
    expect(space.view.getUint32(record - 8, true)).toBe(0x4000000d);
    // 24 of 4096 bytes are in use, and one byte less than the ring is the most.
    expect([4065, 4064, 4056].map(size => map.reserve(cpu0, size) !== 0)).toEqual([false, false, true]);
    expect(map.reserve(cpu0, 1)).toBe(0);
    expect(map.output(cpu0, record, 1, 0)).toBe(E.EAGAIN);
    expect(map.output(cpu0, record, 1, 4)).toBe(E.EINVAL);
    expect([0x40000000, 0xffffffff, 4096, 4089].map(size => map.reserve(cpu0, size))).toEqual([0, 0, 0, 0]);
  });

  it('go round and round', () => {
    const { make } = setUp();
    const map = make<RingBufferMap>('ringbuf', { maxEntries: 4096 });
    let next = 0;
    for (let n = 0; n < 2000; n++) {
      expect(write(map, `${n} ${'x'.repeat(n % 700)}`)).not.toBe(0);
      if (n % 3 === 2) map.drain(record => expect(text(record)).toBe(`${next} ${'x'.repeat(next++ % 700)}`));
    }
    map.drain(() => next++);
    expect(next).toBe(2000);
    expect(map.query(0)).toBe(0);
  });

  it('wake those who wait when they have caught up, or when told to', () => {
    const { make } = setUp();
    const map = make<RingBufferMap>('ringbuf');
    let wakeups = 0;
    const stop = map.onWakeup(() => wakeups++);
    write(map, 'wakes: the reader is here');
    write(map, 'does not: the reader is behind');
    expect(wakeups).toBe(1);
    write(map, 'forced', 2);
    expect(wakeups).toBe(2);
    map.drain(() => {});
    write(map, 'kept quiet', 1);
    expect(wakeups).toBe(2);
    stop();
    write(map, 'forced', 2);
    expect(wakeups).toBe(2);
  });

  it('are read by for await, until they close', async () => {
    const { make } = setUp();
    const map = make<RingBufferMap>('ringbuf');
    const seen: string[] = [];
    const reading = (async () => {
      for await (const record of map) seen.push(text(record));
    })();
    write(map, 'a');
    write(map, 'b');
    await Promise.resolve();
    write(map, 'c');
    await new Promise(resolve => setImmediate(resolve));
    expect(seen).toEqual(['a', 'b', 'c']);
    write(map, 'last');
    await new Promise(resolve => setImmediate(resolve));
    map.close();
    await reading;
    expect(seen).toEqual(['a', 'b', 'c', 'last']);
  });

  it('of user space go to programs the same way', () => {
    const { make, space } = setUp();
    const map = make<UserRingBufferMap>('user_ringbuf');
    expect(map.peekSample()).toBe(E.ENODATA);
    const busy = map.reserve(3)!;
    expect(map.write(Uint8Array.of(9))).toBe(true);
    expect(map.peekSample()).toBe(E.ENODATA);
    busy.bytes.set([1, 2, 3]);
    busy.submit();
    const sample = map.peekSample() as { address: number; sizeBytes: number };
    expect([...space.bytes.slice(sample.address, sample.address + sample.sizeBytes)]).toEqual([1, 2, 3]);
    expect([space.mayAccess(sample.address, 3, false), space.mayAccess(sample.address, 3, true)]).toEqual([
      true,
      false,
    ]);
    map.consumeSample();
    expect(space.mayAccess(sample.address, 1, false)).toBe(false);
    map.consumeSample();
    map.reserve(8)!.discard();
    expect(map.peekSample()).toBe(E.EAGAIN);
    expect(map.peekSample()).toBe(E.ENODATA);
    expect(map.reserve(4089)).toBeUndefined();
    for (let n = 0; n < 3000; n++) {
      expect(map.write(new Uint8Array(n % 900).fill(n))).toBe(true);
      expect(map.peekSample()).toEqual(expect.objectContaining({ sizeBytes: n % 900 }));
      map.consumeSample();
    }
  });
});

describe('perf buffers', () => {
  it('keep records by CPU, padded as the kernel pads them, and count what found no room', () => {
    const { make } = setUp();
    const map = make<PerfEventArray>('perf_event_array', { maxEntries: 3 });
    expect(map.output(0, 0, Uint8Array.of(1))).toBe(E.ENOENT);
    using reader = new PerfReader(map, { pagesPerCpu: 1 });
    expect(map.output(0, 5, Uint8Array.of(1))).toBe(E.E2BIG);
    expect(map.output(1, 0, Uint8Array.of(1))).toBe(-95);
    expect(map.output(1, 1, Uint8Array.of(1, 2, 3, 4, 5))).toBe(0);
    // A record of 4 bytes takes 16: 256 of them fill a page.
    const results = Array.from({ length: 258 }, (_, n) => map.output(0, 0, Uint8Array.of(n, 0, 0, 0)));
    expect(results.slice(254)).toEqual([0, 0, E.ENOSPC, E.ENOSPC]);
    const seen: string[] = [];
    const visit = ({ cpu, data }: { cpu: number; data: Uint8Array }) => seen.push(`${cpu}: ${data.join(' ')}`);
    const lost = (cpu: number, count: number) => seen.push(`${cpu} lost ${count}`);
    expect(reader.drain(visit, lost)).toBe(257);
    expect(seen.slice(-2)).toEqual(['0: 255 0 0 0', '1: 1 2 3 4 5 0 0 0 0 0 0 0']);
    map.output(0, 0, Uint8Array.of(7));
    seen.length = 0;
    reader.drain(visit, lost);
    expect(seen).toEqual(['0 lost 2', '0: 7 0 0 0']);
    expect(reader.lostCount).toBe(2);
  });
});

describe('maps of objects', () => {
  const program = (id: number, type = 'xdp'): MapProgram => ({ id, type, executable: {} as MapProgram['executable'] });
  const objects: Record<string, unknown> = {
    'program 1': program(1),
    'program 2': program(2),
    'program 3': program(3, 'kprobe'),
    'socket 5': { id: 5, cookie: 0x1234_5678_9abcn, address: 0x7000 } satisfies MapSocket,
    'task 9': { id: 9 },
  };
  const objectOf = ((kind: string, number: number) => objects[`${kind} ${number}`]) as MapHost['objectOf'];

  it('prog_array: programs of one type', () => {
    const { make, key, value, setKey, setValue, at } = setUp({ objectOf: objectOf! });
    const map = make<ProgramArray>('prog_array');
    const put = (index: number, number: number): number => {
      setKey(index);
      setValue(number);
      return map.userUpdate(key, value, 0);
    };
    expect([put(3, 1), put(4, 2), put(5, 3), put(5, 4), put(99, 1)]).toEqual([0, 0, E.EINVAL, -9, E.E2BIG]);
    expect([map.at(3)?.id, map.at(4)?.id, map.at(5)]).toEqual([1, 2, undefined]);
    setKey(4);
    expect([map.userLookup(key, value, 0), at(value)]).toEqual([0, 2]);
    expect([map.userDelete(key), map.userDelete(key), map.userLookup(key, value, 0)]).toEqual([0, E.ENOENT, E.ENOENT]);
    expect([map.compatible('xdp'), map.compatible('kprobe')]).toEqual([true, false]);
  });

  it('devmap: devices with a program, which programs only read', () => {
    const { make, space, cpu0, key, value, setKey, setValue, at } = setUp({ objectOf: objectOf! });
    const map = make<DeviceMap>('devmap', { valueSizeBytes: 8 });
    setKey(2);
    setValue(1);
    space.view.setInt32(value + 4, 1, true);
    expect(map.userUpdate(key, value, 0)).toBe(0);
    const pointer = map.lookup(cpu0, key);
    expect([at(pointer), at(pointer + 4)]).toEqual([1, 1]);
    expect([space.mayAccess(pointer, 8, false), space.mayAccess(pointer, 8, true)]).toEqual([true, false]);
    expect(map.device(2)).toEqual(expect.objectContaining({ ifindex: 1, program: program(1) }));
    setValue(99);
    expect(map.userUpdate(key, value, 0)).toBe(E.EINVAL);
    setValue(1);
    space.view.setInt32(value + 4, 3, true);
    expect(map.userUpdate(key, value, 0)).toBe(E.EINVAL);
  });

  it('sockmap: cookies for user space, addresses for programs', () => {
    const { make, space, cpu0, key, value, setKey, setValue } = setUp({ objectOf: objectOf! });
    const map = make<SocketArrayMap>('sockmap', { valueSizeBytes: 8 });
    setKey(1);
    setValue(5);
    space.view.setUint32(value + 4, 0, true);
    expect([map.userUpdate(key, value, 2), map.userUpdate(key, value, 1), map.userUpdate(key, value, 1)]).toEqual([
      E.ENOENT,
      0,
      E.EEXIST,
    ]);
    expect([map.lookup(cpu0, key), map.socketUnder(key)]).toEqual([0x7000, 0x7000]);
    expect(map.userLookup(key, value, 0)).toBe(0);
    expect(space.view.getBigUint64(value, true)).toBe(0x1234_5678_9abcn);
    expect([map.userDelete(key), map.userDelete(key)]).toEqual([0, E.EINVAL]);
  });

  it('local storage hangs on objects', () => {
    const { make, key, value, setKey, setValue, at } = setUp({ objectOf: objectOf! });
    const map = make<LocalStorageMap>('task_storage');
    const owner = objects['task 9'] as object;
    expect(map.storage(owner, false, 0)).toBe(0);
    setValue(7);
    const pointer = map.storage(owner, true, value);
    expect([at(pointer), map.storage(owner, true, 0), map.storage({}, false, 0)]).toEqual([7, pointer, 0]);
    setKey(9);
    setValue(0);
    expect([map.userLookup(key, value, 0), at(value)]).toEqual([0, 7]);
    expect([map.userUpdate(key, value, 1), map.userUpdate(key, value, 2)]).toEqual([E.EEXIST, 0]);
    expect([map.deleteStorage(owner), map.deleteStorage(owner)]).toEqual([0, E.ENOENT]);
    expect([map.userUpdate(key, value, 2), map.userUpdate(key, value, 1), map.userDelete(key)]).toEqual([
      E.ENOENT,
      0,
      0,
    ]);
  });

  it('a map in a map lives as long as it stands there', () => {
    const { host, make, cpu0, key, value, setKey, setValue, at } = setUp();
    const outer = make('array_of_maps', { inner: { ...rightDefinition('hash') } });
    const inner = make('hash');
    const other = make('hash', { valueSizeBytes: 16 });
    setKey(0);
    setValue(other.id);
    expect(outer.userUpdate(key, value, 0)).toBe(E.EINVAL);
    setValue(inner.id);
    expect(outer.userUpdate(key, value, 0)).toBe(0);
    inner.close();
    const handle = outer.lookup(cpu0, key);
    expect(mapRegistry(host.space).byHandle(handle)).toBe(inner);
    expect(inner.update(cpu0, key, value, 0)).toBe(0);
    expect([outer.userDelete(key), outer.userDelete(key)]).toEqual([0, E.ENOENT]);
    expect(mapRegistry(host.space).byId(inner.id)).toBeUndefined();
    expect(at(key)).toBe(0);
  });
});

describe('the other types', () => {
  it('stack_trace: the same stack has the same number', () => {
    const { make, space, key, value, setKey } = setUp();
    const map = make<StackTraceMap>('stack_trace');
    const stack = [0xffffffff81000000n, 0x1234n];
    const number = map.store(stack, 0);
    expect([map.store(stack, 0), map.store(stack, 0x200)]).toEqual([number, number]);
    setKey(number);
    expect(map.userLookup(key, value, 0)).toBe(0);
    expect([0, 8, 16].map(offset => space.view.getBigUint64(value + offset, true))).toEqual([...stack, 0n]);
    const results = Array.from({ length: 40 }, (_, n) => map.store([BigInt(n)], 0));
    expect(results).toContain(E.EEXIST);
    expect(Array.from({ length: 40 }, (_, n) => map.store([BigInt(n)], 0x400)).every(id => id >= 0 && id < 16)).toBe(
      true,
    );
  });

  it('cgroup_storage: an element for what is attached', () => {
    const { make, machines, space, key, value, setValue, at } = setUp();
    const map = make<CgroupStorageMap>('percpu_cgroup_storage');
    expect(map.storage(77n, 3, 0)).toBe(0);
    const made = map.attach(77n, 3);
    expect([map.attach(77n, 3), map.storage(77n, 3, 0), map.storage(77n, 3, 2)]).toEqual([made, made, made + 16]);
    space.view.setBigUint64(key, 77n, true);
    space.view.setUint32(key + 8, 3, true);
    setValue(5);
    expect([map.userUpdate(key, value, 1), map.userUpdate(key, value, 0), at(made)]).toEqual([E.EINVAL, 0, 5]);
    expect([map.nextKey(0, key), map.nextKey(key, value)]).toEqual([0, E.ENOENT]);
    map.detach(77n, 3);
    expect([map.userLookup(key, value, 0), (map as KernelMap).delete(machines[0]!, key)]).toEqual([E.ENOENT, E.EINVAL]);
  });

  it('arena: pages come and go', () => {
    const { make, space } = setUp();
    const map = make<ArenaMap>('arena');
    const two = map.allocatePages(0, 2);
    expect([two, space.mayAccess(two, 8192, true), space.mayAccess(two, 8193, true)]).toEqual([
      map.valuesAddress,
      true,
      false,
    ]);
    expect(map.allocatePages(two + 4096, 1)).toBe(0);
    expect(map.allocatePages(two + 4096 * 4, 1)).toBe(two + 4096 * 4);
    expect(map.allocatePages(0, 12)).toBe(0);
    expect(map.allocatePages(0, 11)).toBe(two + 4096 * 5);
    map.freePages(two, 1);
    expect([space.mayAccess(two, 1, false), map.faultIn(two + 5), space.mayAccess(two, 4096, true)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('struct_ops: registered once', () => {
    const { make, key, value } = setUp();
    const map = make<StructOpsMap>('struct_ops', { maxEntries: 1, valueSizeBytes: 64 });
    expect(map.registered).toBe(0);
    expect([map.userUpdate(key, value, 0), map.userUpdate(key, value, 0)]).toEqual([0, E.EBUSY]);
    expect([map.state, map.registered !== 0]).toEqual([STRUCT_OPS_STATE.inUse, true]);
    expect([(map as KernelMap).userDelete(key), map.state]).toEqual([0, STRUCT_OPS_STATE.toBeFree]);
  });

  it('handles find their maps, and other numbers find nothing', () => {
    const { host, make } = setUp();
    const maps = MAP_TYPES.map(({ name }) => make(name, name === 'struct_ops' ? { maxEntries: 1 } : {}));
    const registry = mapRegistry(host.space);
    for (const map of maps) expect(registry.byHandle(map.handle)).toBe(map);
    for (const number of [0, 1, 8, maps[0]!.handle + 4, 0xfffffff0, 0xffffffff]) {
      expect(registry.byHandle(number)).toBeUndefined();
    }
    for (const map of maps) map.close();
    expect([...registry]).toEqual([]);
    for (const map of maps) expect(registry.byHandle(map.handle)).toBeUndefined();
  });
});
