// The format language of bpf_snprintf and its kin: a table of formats and what the kernel prints, checked against this implementation
// and, where root allows, against the kernel itself (a syscall program that calls bpf_snprintf, run by BPF_PROG_TEST_RUN).

import { afterAll, describe, expect, it } from 'vitest';
import { type Instruction, insn, lddw } from '../../src/isa/extended/index.js';
import { BPF_MAP_TYPE, BPF_PROG_TYPE, BpfError, openKernelBpf } from '../support/kernel-bpf.js';
import { makeBench } from './bench.js';

/** A number; a text, or bytes, whose address is passed. */
type Argument = bigint | string | Uint8Array;

const ip4 = Uint8Array.of(192, 168, 0, 7);
const ip6 = Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1a);

/** format, arguments, text; a number in its place: the error. */
const CASES: readonly (readonly [string, readonly Argument[], string | number])[] = [
  ['plain', [], 'plain'],
  ['', [], ''],
  ['100%%', [], '100%'],
  ['%d %i', [-1n, 42n], '-1 42'],
  ['%d', [0xffffffff7fffffffn], '2147483647'],
  ['%u', [-1n], '4294967295'],
  ['%x %X', [0xdeadbeefn, 0xdeadbeefn], 'deadbeef DEADBEEF'],
  ['%ld %lld', [-(2n ** 63n), 2n ** 63n - 1n], '-9223372036854775808 9223372036854775807'],
  ['%lu %llu', [2n ** 64n - 1n, 1n], '18446744073709551615 1'],
  ['%lx %llx', [2n ** 64n - 1n, 0n], 'ffffffffffffffff 0'],
  ['[%5d]', [42n], '[   42]'],
  ['[%-5d]', [42n], '[42   ]'],
  ['[%05d]', [-42n], '[-0042]'],
  ['[%+d %+d]', [42n, -42n], '[+42 -42]'],
  ['[% d]', [42n], '[ 42]'],
  ['[%+u]', [42n], '[42]'],
  ['[%-05d]', [42n], '[42   ]'],
  ['[%08llx]', [0xabcn], '[00000abc]'],
  ['[%2d]', [12345n], '[12345]'],
  ['%c%c%c', [0x61n, 0x62n, 0x63n], 'abc'],
  ['[%3c]', [0x61n], '[  a]'],
  ['[%-3c]', [0x61n], '[a  ]'],
  ['%s', ['hello'], 'hello'],
  ['[%8s]', ['hello'], '[   hello]'],
  ['[%-8s]', ['hello'], '[hello   ]'],
  ['[%08s]', ['hello'], '[   hello]'],
  ['%s, %s!', ['hello', 'world'], 'hello, world!'],
  ['%s', [0n], ''],
  ['%pks', ['hello'], 'hello'],
  ['%pI4', [ip4], '192.168.0.7'],
  ['%pi4', [ip4], '192.168.000.007'],
  ['%pI6', [ip6], '2001:0db8:0000:0000:0000:0000:0000:001a'],
  ['%pi6', [ip6], '20010db800000000000000000000001a'],
  ['%pI4 %d', [ip4, 5n], '192.168.0.7 5'],
  ['%pI6c', [ip6], '2001:0db8:0000:0000:0000:0000:0000:001a'],
  ['%px', [0xffff888012345678n], 'ffff888012345678'],
  ['[%px]', [0x1234n], '[0000000000001234]'],
  ['[%20px]', [0x1234n], '[                1234]'],
  ['[%-20px]', [0x1234n], '[1234                ]'],
  ['%p', [0n], '0000000000000000'],
  ['%pS', [0x1234n], '0x1234'],
  ['%ps', [0x1234n], '0x1234'],
  ['%pB', [0x1234n], '0x1234'],
  ['%d%d%d%d%d%d%d%d%d%d%d%d', [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 0n, 1n, 2n], '123456789012'],
  ['a\tb\n', [], 'a\tb\n'],
  ['too few %d', [], -22],
  ['%d and %d', [1n], -22],
  ['%', [1n], -22],
  ['%q', [1n], -22],
  ['%f', [1n], -22],
  ['%o', [1n], -22],
  ['%hd', [1n], -22],
  ['%zu', [1n], -22],
  ['%#x', [1n], -22],
  ['%.3d', [1n], -22],
  ['%*d', [1n], -22],
  ['%llld', [1n], -22],
  ['%5%', [1n], -22],
  ['%pM', [1n], -22],
  ['%pI5', [1n], -22],
  ['%pa', [1n], -22],
  ['%sx', ['a'], -22],
  ['%ss', ['a'], -22],
  ['%pksx', ['a'], -22],
  ['\x01', [], -22],
];

const TO_BYTES = 96;

describe('formats', () => {
  it.each(CASES)('%j %s', (format, args, expected) => {
    const bench = makeBench();
    const data = bench.room(8 * Math.max(1, args.length));
    args.forEach((argument, index) => {
      const value = typeof argument === 'bigint' ? argument : BigInt(bench.put(argument));
      bench.machine.space.view.setBigUint64(data + 8 * index, BigInt.asUintN(64, value), true);
    });
    const to = bench.room(TO_BYTES);
    const result = bench.call('bpf_snprintf', to, TO_BYTES, bench.put(format), data, 8 * args.length);
    if (typeof expected === 'number') expect(result).toBe(expected);
    else expect([result, bench.text(to)]).toEqual([expected.length + 1, expected]);
  });

  it('cuts what is too long, and says how long it was', () => {
    const bench = makeBench();
    const to = bench.room(8);
    expect(bench.call('bpf_snprintf', to, 6, bench.put('0123456789'), 0, 0)).toBe(11);
    expect(bench.text(to)).toBe('01234');
    expect(bench.call('bpf_snprintf', 0, 0, bench.put('0123456789'), 0, 0)).toBe(11);
    // A width of eight million takes no memory.
    const data = bench.room(8);
    expect(bench.call('bpf_snprintf', to, 6, bench.put('%99999999999d'), data, 8)).toBe((1 << 23) - 1 + 1);
  });

  it('refuses lengths of arguments', () => {
    const bench = makeBench();
    const format = bench.put('x');
    const data = bench.room(128);
    expect(bench.call('bpf_snprintf', 0, 0, format, data, 7)).toBe(-22);
    expect(bench.call('bpf_snprintf', 0, 0, format, data, 104)).toBe(-22);
    expect(bench.call('bpf_snprintf', 0, 0, format, 0, 8)).toBe(-22);
  });

  it('prints to the trace pipe, three arguments at most', () => {
    const bench = makeBench();
    const format = bench.put('%d %s %llx\n');
    expect(bench.call('bpf_trace_printk', format, 12, -7n, BigInt(bench.put('é')), 2n ** 40n)).toBe(18);
    expect(bench.call('bpf_trace_printk', bench.put('%d%d%d%d'), 9, 1, 2, 3)).toBe(-22);
    expect(bench.call('bpf_trace_printk', bench.put('no zero'), 7)).toBe(-22);
    const data = bench.put(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0));
    expect(bench.call('bpf_trace_vprintk', bench.put('%d+%d'), 6, data, 16)).toBe(3);
    expect(bench.lines).toEqual(['-7 é 10000000000', '1+2']);
  });

  it('hides addresses: the same one is the same number', () => {
    const bench = makeBench();
    const show = (address: bigint): string => {
      const data = bench.room(8);
      bench.machine.space.view.setBigUint64(data, address, true);
      const to = bench.room(32);
      bench.call('bpf_snprintf', to, 32, bench.put('%p'), data, 8);
      return bench.text(to);
    };
    expect(show(0x12345678n)).toMatch(/^00000000[0-9a-f]{8}$/);
    expect(show(0x12345678n)).toBe(show(0x12345678n));
    expect(show(0x12345678n)).not.toBe(show(0x12345679n));
  });
});

const kernel = await openKernelBpf('formats compared with bpf_snprintf of the kernel');
afterAll(() => kernel?.[Symbol.dispose]());

describe.skipIf(!kernel)('formats, as the kernel prints them', () => {
  const SCRATCH_BYTES = 1024;
  const TO = 8;
  const TEXTS = 256;
  const BPF_F_RDONLY_PROG = 1 << 7;
  const BPF_F_SLEEPABLE = 16;

  it.each(CASES)('%j %s', (format, args, expected) => {
    using formats = kernel!.createMap({
      type: BPF_MAP_TYPE.array,
      keySizeBytes: 4,
      valueSizeBytes: 64,
      maxEntries: 1,
      flags: BPF_F_RDONLY_PROG,
    });
    const value = new Uint8Array(64);
    value.set(Buffer.from(format));
    formats.update(new Uint8Array(4), value);
    formats.freeze();
    using scratch = kernel!.createMap({
      type: BPF_MAP_TYPE.array,
      keySizeBytes: 4,
      valueSizeBytes: SCRATCH_BYTES,
      maxEntries: 1,
    });
    const texts = new Uint8Array(SCRATCH_BYTES);
    // r6 = the scratch map's value, where texts and the result stand; arguments are on the stack.
    const program: Instruction[] = [...lddw(6, 2, scratch.fd, 0)];
    let free = TEXTS;
    args.forEach((argument, index) => {
      if (typeof argument === 'bigint') {
        const bits = BigInt.asUintN(64, argument);
        program.push(...lddw(2, 0, Number(bits & 0xffffffffn) | 0, Number(bits >> 32n) | 0));
      } else {
        texts.set(typeof argument === 'string' ? Buffer.from(argument) : argument, free);
        program.push(insn(0xbf, 2, 6), insn(0x07, 2, 0, 0, free));
        free += 32;
      }
      program.push(insn(0x7b, 10, 2, -128 + 8 * index));
    });
    program.push(
      insn(0xbf, 1, 6),
      insn(0x07, 1, 0, 0, TO),
      insn(0xb7, 2, 0, 0, TO_BYTES),
      ...lddw(3, 2, formats.fd, 0),
      insn(0xbf, 4, 10),
      insn(0x07, 4, 0, 0, -128),
      insn(0xb7, 5, 0, 0, 8 * args.length),
      ...(args.length === 0 ? [insn(0xb7, 4)] : []),
      insn(0x85, 0, 0, 0, 165),
      insn(0x63, 6, 0, 0),
      insn(0xb7, 0),
      insn(0x95),
    );
    try {
      using loaded = kernel!.loadProgram({
        type: BPF_PROG_TYPE.syscall,
        instructions: program,
        flags: BPF_F_SLEEPABLE,
      });
      scratch.update(new Uint8Array(4), texts);
      loaded.testRun();
      const after = scratch.lookup(new Uint8Array(4))!;
      const result = new DataView(after.buffer, after.byteOffset).getInt32(0, true);
      const text = Buffer.from(after.subarray(TO, after.indexOf(0, TO))).toString();
      if (typeof expected === 'number') expect(result).toBe(expected);
      else expect([result, text]).toEqual([expected.length + 1, expected]);
    } catch (error) {
      // The verifier looks at formats, too: a bad one is refused when the program is loaded.
      if (!(error instanceof BpfError)) throw error;
      expect([expected, error.log]).toEqual([-22, expect.stringMatching(/Invalid format string|invalid format/i)]);
    }
  });
});
