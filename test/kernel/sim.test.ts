// The simulated kernel: the contract, and what only it does.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ProgramError, SimKernel } from '../../src/kernel/index.js';
import { loadObject, type Reference } from '../../src/object/index.js';
import { describeKernel } from './contract.js';
import { bytes, programSpec } from './specs.js';

describeKernel('sim, interpreted', () => new SimKernel({ engine: 'interpreter' }));
describeKernel('sim, compiled to WebAssembly', () => new SimKernel({ engine: 'wasm' }));

const testObject = (name: string) => loadObject(readFileSync(new URL(`../object/c/${name}.le.o`, import.meta.url)));

describe('runs', () => {
  it('are the same every time', () => {
    const run = (): number[] => {
      using kernel = new SimKernel();
      const program = kernel.loadProgram(programSpec('xdp', 'call 7\nr6 = r0\ncall 5\nr0 ^= r6\nexit'));
      return [1, 2, 3].map(() => program.testRun({ data: new Uint8Array(20) }).returnValue);
    };
    expect(run()).toEqual(run());
  });

  it('end with the place of a wild access', () => {
    using kernel = new SimKernel();
    const program = kernel.loadProgram(programSpec('xdp', 'r2 = *(u32 *)(r1 + 0)\nr0 = *(u64 *)(r2 + 16)\nexit'));
    const error = (() => {
      try {
        return program.testRun({ data: new Uint8Array(20) });
      } catch (thrown) {
        return thrown;
      }
    })() as ProgramError;
    expect(error).toBeInstanceOf(ProgramError);
    expect(error.fault).toBe('wild-access');
    expect(error.slot).toBe(1);
    expect(error.message).toContain('the packet, which has 20 bytes');
  });

  it('end when they take too long', () => {
    using kernel = new SimKernel({ budgetInstructions: 1000 });
    const program = kernel.loadProgram(programSpec('xdp', 'goto -1\nr0 = 0\nexit'));
    expect(() => program.testRun({ data: new Uint8Array(20) })).toThrow(/did not end/);
  });

  it('go over packets without making anything', () => {
    using kernel = new SimKernel();
    const program = kernel.loadProgram(
      programSpec(
        'xdp',
        'r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr0 = 1\nr4 = r2\nr4 += 1\nif r4 > r3 goto +3\nr0 = *(u8 *)(r2 + 0)\nr5 = 9\n*(u8 *)(r2 + 0) = r5\nexit',
      ),
    );
    const runner = program.packetRunner();
    const memory = Uint8Array.of(0, 0, 7, 1, 2, 3, 4, 5);
    expect(runner.run(memory, 2, 8)).toBe(7);
    expect(runner.changed(memory, 2, 8)).toBe(true);
    expect([...runner.take()]).toEqual([9, 1, 2, 3, 4, 5]);
    expect(runner.run(memory, 3, 3)).toBe(1);
    expect(runner.lengthBytes).toBe(0);
    expect(memory[2]).toBe(7);
  });

  it('keep an Ethernet header out of sight of programs of the network layer', () => {
    using kernel = new SimKernel();
    const program = kernel.loadProgram(
      programSpec('cgroup_skb', 'r0 = *(u32 *)(r1 + 0)\nexit', { attachType: 'cgroup_inet_ingress' }),
    );
    const runner = program.packetRunner();
    const packet = bytes('112233445566 778899aabbcc 0800 45x30');
    expect(runner.run(packet, 0, packet.length)).toBe(30);
    expect([...runner.take()]).toEqual([...packet]);
  });

  it('print', () => {
    using kernel = new SimKernel();
    const text =
      'r1 = 0x000a6425203d2078 ll\n*(u64 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr2 = 8\nr3 = 42\ncall 6\nr0 = 0\nexit';
    kernel.loadProgram(programSpec('xdp', text)).testRun({ data: new Uint8Array(20) });
    expect(kernel.printk.lines).toHaveLength(1);
    expect(kernel.printk.lines[0]).toContain('x = %d'.replace('%d', '42'));
  });
});

describe('programs that get no packet', () => {
  const value = (
    type: string,
    text: string,
    run: Parameters<ReturnType<SimKernel['loadProgram']>['testRun']>[0],
    attachType?: string,
  ) => {
    using kernel = new SimKernel();
    return kernel.loadProgram(programSpec(type, text, attachType === undefined ? {} : { attachType })).testRun(run);
  };

  it.each(['tracing', 'lsm', 'struct_ops'])('%s has arguments', type => {
    expect(value(type, 'r0 = *(u64 *)(r1 + 8)\nexit', { arguments: [1, 77] }).returnValue).toBe(77);
  });

  it('strings among arguments are in memory', () => {
    const text = 'r2 = *(u64 *)(r1 + 0)\nr0 = *(u8 *)(r2 + 1)\nexit';
    expect(value('tracing', text, { arguments: ['xyz'] }).returnValue).toBe('y'.charCodeAt(0));
  });

  it('kprobes have them in registers', () => {
    expect(value('kprobe', 'r0 = *(u64 *)(r1 + 104)\nexit', { arguments: [1, 33] }).returnValue).toBe(33);
    expect(value('kprobe', 'r0 = *(u64 *)(r1 + 80)\nexit', { context: { rax: 5 } }).returnValue).toBe(5);
  });

  it('perf_event has registers and a sample', () => {
    expect(value('perf_event', 'r0 = *(u64 *)(r1 + 168)\nexit', { context: { sample_period: 9 } }).returnValue).toBe(9);
  });

  it('tracepoints have records', () => {
    const context = new Uint8Array(16).fill(3, 8);
    expect(value('tracepoint', 'r0 = *(u8 *)(r1 + 8)\nexit', { context }).returnValue).toBe(3);
  });

  it('cgroup_sock_addr rewrites addresses', () => {
    const { context, returnValue, verdict } = value(
      'cgroup_sock_addr',
      'r2 = *(u32 *)(r1 + 24)\nr2 += 1\n*(u32 *)(r1 + 24) = r2\nr0 = 1\nexit',
      { context: { user_port: 80 } },
      'cgroup_inet4_connect',
    );
    expect([returnValue, verdict, context[24]]).toEqual([1, 'allow', 81]);
  });

  it('cgroup_sockopt sees and changes the value', () => {
    const text =
      'r2 = *(u64 *)(r1 + 8)\nr3 = *(u64 *)(r1 + 16)\nr4 = r2\nr4 += 1\nr0 = 0\nif r4 > r3 goto +3\nr5 = 8\n*(u8 *)(r2 + 0) = r5\nr0 = 1\nexit';
    const { data, returnValue } = value(
      'cgroup_sockopt',
      text,
      { data: Uint8Array.of(1, 2), context: { level: 1 } },
      'cgroup_setsockopt',
    );
    expect([returnValue, ...data]).toEqual([1, 8, 2]);
  });

  it('cgroup_device has a device', () => {
    const text = 'r2 = *(u32 *)(r1 + 4)\nr0 = 0\nif r2 != 1 goto +1\nr0 = 1\nexit';
    expect(value('cgroup_device', text, { context: { major: 1, minor: 3 } }).verdict).toBe('allow');
  });

  it('cgroup_sysctl has a file', () => {
    expect(
      value('cgroup_sysctl', 'r0 = *(u32 *)(r1 + 0)\nexit', { context: { write: 1 }, data: bytes('31') }).verdict,
    ).toBe('allow');
  });

  it('cgroup_sock is the socket', () => {
    expect(
      value('cgroup_sock', 'r0 = *(u32 *)(r1 + 4)\nr0 >>= 1\nexit', {}, 'cgroup_inet_sock_create').returnValue,
    ).toBe(1);
  });

  it('sock_ops replies', () => {
    const { context } = value('sock_ops', 'r2 = 7\n*(u32 *)(r1 + 4) = r2\nr0 = 1\nexit', { context: { op: 1 } });
    expect(context[4]).toBe(7);
  });

  it('sk_msg sees the message', () => {
    const text =
      'r2 = *(u64 *)(r1 + 0)\nr3 = *(u64 *)(r1 + 8)\nr0 = 0\nr4 = r2\nr4 += 1\nif r4 > r3 goto +1\nr0 = *(u8 *)(r2 + 0)\nexit';
    expect(value('sk_msg', text, { data: Uint8Array.of(1, 2, 3) }).verdict).toBe('SK_PASS');
  });

  it('sk_reuseport sees the packet', () => {
    expect(value('sk_reuseport', 'r0 = *(u32 *)(r1 + 16)\nexit', { data: new Uint8Array(9) }).returnValue).toBe(9);
  });

  it('sk_skb sees the stream', () => {
    expect(value('sk_skb', 'r0 = *(u32 *)(r1 + 0)\nexit', { data: new Uint8Array(54) }).returnValue).toBe(40);
  });

  it('ask for what is there', () => {
    expect(() => value('tracing', 'r0 = 0\nexit', { context: { a: 1 } })).toThrow(/arguments/);
    expect(() => value('cgroup_device', 'r0 = 0\nexit', { context: { colour: 1 } })).toThrow(
      /access_type, major, minor/,
    );
    expect(() => value('syscall', 'r0 = 0\nexit', { context: { a: 1 } })).toThrow(/bytes/);
  });
});

describe('objects', () => {
  it('of globals are read and written in place', () => {
    using kernel = new SimKernel({ symbols: { bpf_prog_active: 0x10000, bpf_missing: 0 } });
    const collection = kernel.load(testObject('globals'));
    const names = [...collection.variables.keys()];
    expect(names.length).toBeGreaterThan(2);
    const writable = [...collection.variables.values()].find(
      ({ spec }) => spec.map === '.data' && spec.sizeBytes === 4,
    )!;
    writable.value = 5;
    expect(writable.value).toBe(5);
    const constant = [...collection.variables.values()].find(({ spec }) => spec.map.startsWith('.rodata'));
    if (constant) expect(() => Object.assign(constant, { value: constant.value })).toThrow(/constant/);
  });

  it('of all map types load', () => {
    using kernel = new SimKernel();
    const collection = kernel.load(testObject('maps'));
    expect(collection.maps.size).toBeGreaterThan(5);
  });

  it('with calls and callbacks load', () => {
    using kernel = new SimKernel();
    expect(kernel.load(testObject('calls')).programs.size).toBeGreaterThan(0);
  });

  it('of a big-endian machine are refused', () => {
    using kernel = new SimKernel();
    const spec = loadObject(readFileSync(new URL('../object/c/calls.be.o', import.meta.url)));
    expect(() => kernel.load(spec)).toThrow(/big-endian/);
  });

  it('leave nothing behind when one program is refused', () => {
    using kernel = new SimKernel();
    const spec = testObject('maps');
    const bad = { ...programSpec('xdp', 'call 9999\nexit'), name: 'bad' };
    const free = kernel.space.allocate(64, 'mark', 'none').address;
    expect(() => kernel.load({ ...spec, programs: new Map([...spec.programs, ['bad', bad]]) })).toThrow(/9999/);
    expect(kernel.space.allocate(64, 'mark', 'none').address).toBeLessThan(free + 4096);
  });
});

describe('tail calls', () => {
  it('go through a prog_array, by the program in it', () => {
    using kernel = new SimKernel();
    const map = kernel.createMap({
      name: 'programs',
      type: 'prog_array',
      keySizeBytes: 4,
      valueSizeBytes: 4,
      maxEntries: 2,
      flags: 0,
      keyTypeId: 0,
      valueTypeId: 0,
      pinByName: false,
      contents: [],
      frozen: false,
    });
    const target = kernel.loadProgram(programSpec('xdp', 'r0 = 77\nexit'));
    const references: Reference[] = [{ kind: 'map', slot: 0, map: 'programs' }];
    const text = 'r2 = 0 ll\nr3 = 1\ncall 12\nr0 = 5\nexit';
    const caller = kernel.loadProgram(programSpec('xdp', text, { references }), { maps: new Map([['programs', map]]) });
    const data = new Uint8Array(20);
    expect(caller.testRun({ data }).returnValue).toBe(5);
    map.update(Uint8Array.of(1, 0, 0, 0), Uint8Array.of(target.id, 0, 0, 0));
    expect(caller.testRun({ data }).returnValue).toBe(77);
    const other = kernel.loadProgram(programSpec('socket_filter', 'r0 = 1\nexit'));
    expect(() => map.update(Uint8Array.of(0, 0, 0, 0), Uint8Array.of(other.id, 0, 0, 0))).toThrow(/EINVAL/);
  });
});

describe('the network', () => {
  it('answers bpf_fib_lookup', () => {
    using kernel = new SimKernel();
    const eth = kernel.network.addInterface({ name: 'eth0', mac: '02:00:00:00:00:02' });
    kernel.network.addRoute({ to: '10.1.0.0/16', ifindex: eth.ifindex, via: '10.0.0.254' });
    kernel.network.addNeighbour(eth.ifindex, '10.0.0.254', '02:00:00:00:00:fe');
    const spec = {
      family: 4 as const,
      source: Uint8Array.of(10, 0, 0, 1),
      destination: Uint8Array.of(10, 1, 2, 3),
      ifindex: 1,
      output: false,
      direct: false,
      mark: 0,
      protocol: 6,
      sourcePort: 1,
      destinationPort: 2,
      tos: 0,
    };
    expect(kernel.network.route(spec)).toMatchObject({ kind: 'unicast', ifindex: eth.ifindex });
    expect(kernel.network.route({ ...spec, destination: Uint8Array.of(10, 2, 2, 3) })).toEqual({ kind: 'none' });
  });

  it('finds the socket that fits best', () => {
    using kernel = new SimKernel();
    const listener = kernel.network.addSocket({ protocol: 'tcp', local: '0.0.0.0:80' });
    const any = kernel.network.addSocket({ protocol: 'tcp', local: '*:80' });
    const connected = kernel.network.addSocket({ protocol: 'tcp', local: '10.0.0.1:80', remote: '10.0.0.2:1234' });
    const query = {
      protocol: 'tcp' as const,
      family: 4 as const,
      remoteAddress: Uint8Array.of(10, 0, 0, 2),
      remotePort: 1234,
      localAddress: Uint8Array.of(10, 0, 0, 1),
      localPort: 80,
      ifindex: 0,
    };
    expect(kernel.network.findSocket(query)?.cookie).toBe(connected.cookie);
    expect([any.cookie, listener.cookie]).toContain(kernel.network.findSocket({ ...query, remotePort: 1 })?.cookie);
    expect(kernel.network.findSocket({ ...query, localPort: 81 })).toBeUndefined();
  });
});
