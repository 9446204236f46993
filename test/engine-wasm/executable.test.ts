// The JIT's executables: on several machines, with coverage, traps, and helpers that are compiled in.

import { describe, expect, it } from 'vitest';
import {
  type CallTarget,
  createAddressSpace,
  createMachine,
  ExecutionError,
  interpreter,
} from '../../src/engine/index.js';
import { createMap } from '../../src/maps/create.js';
import type { KernelMap, MapDefinition, MapHost } from '../../src/maps/index.js';
import { agree, linked, machineFor, outcomeOn, resultOf, type Targets, wasm } from './both.js';

const none: Targets = () => undefined;

describe('an executable', () => {
  it('runs on many machines, of one address space and of several', () => {
    const executable = wasm.compile(linked('r0 = *(u32 *)(r1 +0)\ncall unknown#8\nr0 += 0\nexit'), () => CPU, {
      checked: true,
    });
    for (const maximumBytes of [1 << 20, 1 << 24, 1 << 29]) {
      const space = createAddressSpace({ initialBytes: 65536, maximumBytes });
      const context = space.allocate(8, 'context', 'read').address;
      for (const cpu of [0, 1, 5]) {
        using machine = createMachine({ space, cpu });
        expect(executable.run(machine, context)).toBe(cpu);
        expect(resultOf(executable, machine, maximumBytes)).toMatch(/^wild-access 0 .*no address of this memory/);
        expect(resultOf(executable, machine, context + 8)).toMatch(/^wild-access 0 .*the end of context/);
      }
    }
  });

  it('counts as the interpreter does', () => {
    const program = `
      r6 = 5
      again: r2 = 3
      call f
      r6 += -1
      if r6 != 0 goto again
      r0 = 9 ll
      exit
      r0 = 1
      exit
      f: if r2 == 3 goto out
      r0 = 2
      out: exit`;
    for (const checked of [true, false]) {
      const { counts } = agree(program, { options: { coverage: true, checked }, runs: 3 });
      expect(counts!.slice(0, 3)).toEqual([3, 15, 15]);
    }
  });

  it('counts what ran up to a tail call', () => {
    const space = createAddressSpace({ initialBytes: 65536, maximumBytes: 1 << 24 });
    const machine = createMachine({ space });
    for (const engine of [wasm, interpreter]) {
      const other = engine.compile(linked('r0 = 4\nexit'), none, { checked: true });
      const jump: CallTarget = {
        name: 'bpf_tail_call',
        signature: { count: 3, wideMask: 0, result: 'void' },
        call: running => {
          running.tailCall(other);
          return 0;
        },
      };
      const executable = engine.compile(linked('r6 = 1\ncall unknown#12\nr0 = 5\nexit'), () => jump, {
        checked: true,
        coverage: true,
      });
      expect(executable.run(machine, 0)).toBe(4);
      expect([...executable.counts!]).toEqual([1, 1, 0, 0]);
    }
  });

  it('adds up the counts of its machines', () => {
    const executable = wasm.compile(linked('r0 = 1\nexit'), none, { checked: false, coverage: true });
    const [one, other] = [machineFor(), machineFor()];
    for (const machine of [one, other, one]) executable.run(machine, 0);
    expect([...executable.counts!]).toEqual([3, 3]);
  });

  it('names the instruction that an unchecked access traps at', () => {
    const program =
      'r0 = 1\nr3 = 0xfffffff0 ll\ncall f\nexit\nf: r4 = 2\nif r4 != 2 goto out\n*(u32 *)(r3 +16) = r4\nout: exit';
    const machine = machineFor();
    const executable = wasm.compile(linked(program), none, { checked: false });
    expect(resultOf(executable, machine, 0)).toBe('wild-access 7 instruction 7 writes 4 bytes outside of the memory');
    // The machine is none the worse.
    expect(wasm.compile(linked('r0 = 2\nexit'), none, { checked: false }).run(machine, 0)).toBe(2);
  });

  it('asks for each helper once', () => {
    const asked: number[] = [];
    const executable = wasm.compile(
      linked('call unknown#8\ncall unknown#9\ncall unknown#8\nexit'),
      id => {
        asked.push(id);
        return { ...CPU, name: `h${id}`, call: () => id };
      },
      { checked: true },
    );
    expect(executable.run(machineFor(), 0)).toBe(8);
    expect(asked).toEqual([8, 9]);
  });

  it('gives a helper its 64-bit arguments, and takes back 64 bits', () => {
    const seen: number[][] = [];
    const helper: CallTarget = {
      name: 'wide',
      signature: { count: 3, wideMask: 0b101, result: 'u64' },
      call: (machine, ...given) => {
        seen.push([...given, machine.high[1]!, machine.high[3]!]);
        machine.high[0] = -2;
        return 0xffffffff;
      },
    };
    const program = 'r1 = 0x8000000180000002 ll\nr2 = -1\nr3 = 0x0000000300000004 ll\ncall unknown#1\nexit';
    const executable = wasm.compile(linked(program), () => helper, { checked: false });
    expect(resultOf(executable, machineFor(), 0)).toBe('fffffffeffffffff');
    expect(seen).toEqual([[0x80000002, 0xffffffff, 4, 0, 0, -0x7fffffff, 3]]);
  });

  it('passes errors of helpers on as they are', () => {
    const failures = [new TypeError('mine'), new ExecutionError('not-simulated', 'theirs', 77)];
    for (const failure of failures) {
      const helper: CallTarget = {
        name: 'fails',
        signature: { count: 0, wideMask: 0, result: 'void' },
        call: () => {
          throw failure;
        },
      };
      const executable = wasm.compile(linked('call unknown#1\nexit'), () => helper, { checked: true });
      expect(() => executable.run(machineFor(), 0)).toThrow(failure);
    }
  });
});

const CPU: CallTarget = {
  name: 'bpf_get_smp_processor_id',
  signature: { count: 0, wideMask: 0, result: 'u32' },
  call: machine => machine.cpu,
};

describe('checked accesses', () => {
  const loads = (offset: number, size: string): string =>
    `r0 = *(${size} *)(r1 ${offset < 0 ? '' : '+'}${offset})\nexit`;
  it.each(['u8', 'u16', 'u32', 'u64'])('of %s at every distance from both ends', size => {
    for (let offset = -10; offset < 30; offset++) {
      for (const contextAccess of ['read', 'read-write'] as const) {
        agree(loads(offset, size), { context: new Uint8Array(21).fill(7), contextAccess });
        agree(`*(${size} *)(r1 ${offset < 0 ? '' : '+'}${offset}) = r1\nr0 = 0\nexit`, {
          context: new Uint8Array(21),
          contextAccess,
        });
      }
    }
  });

  it('are remembered for as long as they hold', () => {
    const context = new Uint8Array(16);
    // Moved, copied, changed, checked for reading and then written; each of these must be looked up anew.
    for (const [program, fault] of [
      ['r0 = *(u64 *)(r1 +8)\nr1 += 8\nr0 = *(u64 *)(r1 +0)\nexit', false],
      ['r0 = *(u64 *)(r1 +8)\nr1 += 8\nr0 = *(u64 *)(r1 +8)\nexit', true],
      ['r0 = *(u64 *)(r1 +8)\nr2 = r1\nr2 -= -1\nr0 = *(u64 *)(r2 +7)\nr0 = *(u64 *)(r2 +8)\nexit', true],
      ['r0 = *(u64 *)(r1 +0)\nr1 = 5\nr0 = *(u64 *)(r1 +0)\nexit', true],
      ['r0 = *(u64 *)(r1 +0)\nr2 = 0x100000000 ll\nr1 += r2\nr0 = *(u64 *)(r1 +0)\nexit', true],
      ['r0 = *(u64 *)(r1 +0)\nw1 += 16\nr0 = *(u64 *)(r1 +0)\nexit', true],
    ] as const) {
      const { results } = agree(program, { context });
      expect(results[0]!.startsWith('wild-access'), program).toBe(fault);
    }
    expect(
      agree('r0 = *(u64 *)(r1 +0)\n*(u64 *)(r1 +0) = r0\nexit', { context, contextAccess: 'read' }).results[0],
    ).toMatch(/^wild-access 1 .*read only/);
  });

  it('are forgotten behind a call', () => {
    const program = linked('r6 = r1\nr0 = *(u64 *)(r6 +0)\nr1 = r6\ncall unknown#1\nr0 = *(u64 *)(r6 +0)\nexit');
    const shut: CallTarget = {
      name: 'shut',
      signature: { count: 1, wideMask: 0, result: 'void' },
      call: ({ space }, address) => {
        space.setAccess(address, 8, 'none');
        return 0;
      },
    };
    const { results } = outcomeOn(wasm, program, { context: new Uint8Array(8), targets: () => shut });
    expect(results[0]).toMatch(/^wild-access 4/);
  });
});

describe('lookups compiled in', () => {
  const program = (handle: number): string => `
    r2 = r1
    r1 = 0x${handle.toString(16)} ll
    call bpf_map_lookup_elem#1
    exit`;

  /** What the compiled lookup of each key gives on each CPU, beside the map's own. */
  function compare(
    definition: Partial<MapDefinition>,
    keys: readonly Uint8Array[],
    absent: readonly Uint8Array[],
  ): void {
    const space = createAddressSpace({ initialBytes: 1 << 20, maximumBytes: 1 << 26 });
    const host: MapHost = { space, cpuCount: 4, now: () => 0, random: () => 12345 } as unknown as MapHost;
    const map: KernelMap = createMap(host, {
      type: 'hash',
      name: 'm',
      keySizeBytes: 4,
      valueSizeBytes: 12,
      maxEntries: Math.max(keys.length, 1),
      flags: 0,
      ...definition,
    });
    const key = space.allocate(definition.keySizeBytes ?? 4, 'key', 'read').address;
    const value = space.allocate(256, 'value', 'read').address;
    for (const bytes of keys) {
      space.bytes.set(bytes, key);
      expect(map.userUpdate(key, value, 0)).toBe(0);
    }
    let calls = 0;
    const lookup: CallTarget = {
      name: 'bpf_map_lookup_elem',
      signature: { count: 2, wideMask: 0, result: 'address' },
      call: (machine, _handle, at) => {
        calls++;
        return map.lookup(machine, at);
      },
    };
    const executable = wasm.compile(linked(program(map.handle)), () => lookup, {
      checked: false,
      space,
      mapAt: handle => (handle === map.handle ? map : undefined),
    });
    let found = 0;
    for (const cpu of [0, 3]) {
      const machine = createMachine({ space, cpu });
      for (const bytes of [...keys, ...absent]) {
        space.bytes.set(bytes, key);
        const address = executable.run(machine, key);
        expect(address).toBe(map.lookup(machine, key));
        if (address !== 0) found++;
      }
    }
    expect(found).toBe(2 * keys.length);
    expect(calls).toBe(0);
  }

  const keyOf = (size: number, n: number): Uint8Array =>
    Uint8Array.from({ length: size }, (_, at) => (at < 4 ? n >>> (8 * at) : at * 3 + (n >>> 3)) & 255);
  const numbered = (size: number, from: number, to: number): Uint8Array[] =>
    Array.from({ length: to - from }, (_, n) => keyOf(size, from + n));

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 20, 31, 64, 65, 66, 67, 68, 100])('hash, keys of %i bytes', size => {
    compare({ keySizeBytes: size }, numbered(size, 0, 100), numbered(size, 100, 200));
  });

  it.each(['percpu_hash', 'lru_hash', 'lru_percpu_hash'])('%s', type => {
    compare({ type, keySizeBytes: 8, maxEntries: 400 }, numbered(8, 0, 100), numbered(8, 100, 200));
  });

  it.each(['array', 'percpu_array'])('%s', type => {
    compare({ type, maxEntries: 100 }, numbered(4, 0, 100), [keyOf(4, 100), keyOf(4, -1)]);
  });

  it('in checked mode, only of keys in the frame', () => {
    const space = createAddressSpace({ initialBytes: 1 << 20, maximumBytes: 1 << 26 });
    const host = { space, cpuCount: 1, now: () => 0, random: () => 1 } as unknown as MapHost;
    const map = createMap(host, {
      type: 'array',
      name: 'm',
      keySizeBytes: 4,
      valueSizeBytes: 8,
      maxEntries: 4,
      flags: 0,
    });
    let calls = 0;
    const lookup: CallTarget = {
      name: 'bpf_map_lookup_elem',
      signature: { count: 2, wideMask: 0, result: 'address' },
      call: () => {
        calls++;
        return 0;
      },
    };
    const compiled = (setKey: string): number => {
      const text = `${setKey}\nr1 = 0x${map.handle.toString(16)} ll\ncall bpf_map_lookup_elem#1\nexit`;
      return wasm
        .compile(linked(text), () => lookup, { checked: true, space, mapAt: () => map })
        .run(createMachine({ space }), 0);
    };
    expect(compiled('*(u32 *)(r10 -4) = 2\nr2 = r10\nr2 += -4')).toBe(map.valuesAddress! + 16);
    expect(calls).toBe(0);
    compiled('r2 = r10\nr2 += -3');
    compiled('r2 = r1');
    expect(calls).toBe(2);
  });
});
