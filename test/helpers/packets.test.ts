// Helpers of packets: each case is one call on one packet. What it returns and what becomes of the packet is compared with the kernel's own
// helper, run by BPF_PROG_TEST_RUN; without root the same cases run against the results noted here.

import { afterAll, describe, expect, it } from 'vitest';
import { helperNamed } from '../../src/helpers/index.js';
import { type Instruction, insn, lddw } from '../../src/isa/extended/index.js';
import { BPF_PROG_TYPE, openKernelBpf } from '../support/kernel-bpf.js';
import { makeBench, TestPacket } from './bench.js';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** Ethernet, IPv4 (checksum right), UDP, 22 bytes of payload. */
const UDP4 = hex(
  '020000000002 020000000001 0800 45020032 1234 0000 40 11 14b2 0a000001 0a000002 1234 0035 001e abcd' +
    '000102030405060708090a0b0c0d0e0f101112131415',
);
const UDP6 = hex(
  '020000000002 020000000001 86dd 60200000 001e 11 40 20010db8000000000000000000000001' +
    '20010db8000000000000000000000002 1234 0035 001e abcd 000102030405060708090a0b0c0d0e0f101112131415',
);
const VLAN4 = hex(`020000000002 020000000001 8100 0064 ${Buffer.from(UDP4.subarray(12)).toString('hex')}`);

/** Bytes that are passed as memory; `out` is memory that is filled by the helper. */
type Argument = number | bigint | Uint8Array | { readonly out: number };
interface Case {
  readonly type: 'sched_cls' | 'xdp';
  readonly packet: Uint8Array;
  readonly helper: string;
  /** Behind the context. */
  readonly args: readonly Argument[];
  readonly result: number;
}

const tc = (helper: string, args: readonly Argument[], result: number, packet = UDP4): Case => ({
  type: 'sched_cls',
  packet,
  helper,
  args,
  result,
});
const xdp = (helper: string, args: readonly Argument[], result: number): Case => ({
  type: 'xdp',
  packet: UDP4,
  helper,
  args,
  result,
});

const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

const CASES: readonly Case[] = [
  tc('bpf_skb_store_bytes', [20, bytes, 8, 0], 0),
  tc('bpf_skb_store_bytes', [21, bytes, 7, 3], 0),
  tc('bpf_skb_store_bytes', [0, bytes, 8, 4], -22),
  tc('bpf_skb_store_bytes', [0, bytes, 8, 1n << 40n], -22),
  tc('bpf_skb_store_bytes', [57, bytes, 8, 0], -14),
  tc('bpf_skb_store_bytes', [-1, bytes, 8, 0], -14),
  tc('bpf_skb_load_bytes', [14, { out: 8 }, 8], 0),
  tc('bpf_skb_load_bytes', [60, { out: 8 }, 8], -14),
  tc('bpf_skb_load_bytes', [-2, { out: 8 }, 8], -14),
  tc('bpf_skb_load_bytes_relative', [0, { out: 8 }, 8, 0], 0),
  tc('bpf_skb_load_bytes_relative', [0, { out: 8 }, 8, 1], 0),
  tc('bpf_skb_load_bytes_relative', [0, { out: 8 }, 8, 2], -14),
  tc('bpf_skb_load_bytes_relative', [65536, { out: 8 }, 8, 1], -14),
  tc('bpf_l3_csum_replace', [24, 0x4011, 0x3f11, 2], 0),
  tc('bpf_l3_csum_replace', [24, 0x0a000001, 0xc0a80001, 4], 0),
  tc('bpf_l3_csum_replace', [24, 0, 0x1234, 0], 0),
  tc('bpf_l3_csum_replace', [24, 1, 0x1234, 0], -22),
  tc('bpf_l3_csum_replace', [24, 1, 2, 3], -22),
  tc('bpf_l3_csum_replace', [25, 1, 2, 2], -14),
  tc('bpf_l3_csum_replace', [70, 1, 2, 2], -14),
  tc('bpf_l3_csum_replace', [24, 1, 2, 16], -22),
  tc('bpf_l4_csum_replace', [40, 0x3500, 0x5000, 2], 0),
  tc('bpf_l4_csum_replace', [40, 0x0a000001, 0x01020304, 4 | 16], 0),
  tc('bpf_l4_csum_replace', [40, 0, 0xfedc, 0 | 16], 0),
  tc('bpf_l4_csum_replace', [40, 0x3500, 0x5000, 2 | 32], 0),
  tc('bpf_l4_csum_replace', [40, 0x3500, 0x5000, 2 | 64 | 32], 0),
  tc('bpf_l4_csum_replace', [40, 0x3500, 0x5000, 3], -22),
  tc('bpf_l4_csum_replace', [40, 0x3500, 0x5000, 512], -22),
  tc('bpf_skb_change_tail', [40, 0], 0),
  tc('bpf_skb_change_tail', [100, 0], 0),
  tc('bpf_skb_change_tail', [13, 0], -22),
  tc('bpf_skb_change_tail', [100, 1], -22),
  tc('bpf_skb_change_head', [14, 0], 0),
  tc('bpf_skb_change_head', [14, 1], -22),
  tc('bpf_skb_change_proto', [0xdd86, 0], 0),
  tc('bpf_skb_change_proto', [0x0008, 0], 0, UDP6),
  tc('bpf_skb_change_proto', [0x0008, 0], -524),
  tc('bpf_skb_change_proto', [0x0608, 0], -524),
  tc('bpf_skb_change_proto', [0xdd86, 1], -22),
  tc('bpf_skb_change_type', [1], 0),
  tc('bpf_skb_change_type', [4], -22),
  tc('bpf_skb_pull_data', [30], 0),
  tc('bpf_skb_pull_data', [3000], -12),
  tc('bpf_skb_adjust_room', [20, 0, 0], 0),
  tc('bpf_skb_adjust_room', [20, 1, 0], 0),
  tc('bpf_skb_adjust_room', [-8, 0, 0], 0),
  tc('bpf_skb_adjust_room', [-8, 1, 0], 0),
  tc('bpf_skb_adjust_room', [20, 1, 2], 0),
  tc('bpf_skb_adjust_room', [40, 1, 4], 0),
  tc('bpf_skb_adjust_room', [20, 1, 6], -22),
  tc('bpf_skb_adjust_room', [20, 2, 0], -524),
  tc('bpf_skb_adjust_room', [5000, 0, 0], -14),
  tc('bpf_skb_adjust_room', [-40, 1, 0], -524),
  tc('bpf_skb_adjust_room', [20, 1, 1024], -22),
  tc('bpf_skb_vlan_push', [0x0081, 100], 0),
  tc('bpf_skb_vlan_push', [0xa888, 7], 0),
  tc('bpf_skb_vlan_pop', [], 0),
  tc('bpf_skb_vlan_pop', [], 0, VLAN4),
  tc('bpf_skb_ecn_set_ce', [], 1),
  tc('bpf_skb_ecn_set_ce', [], 1, UDP6),
  tc('bpf_csum_update', [0x1234], -524),
  tc('bpf_csum_level', [0], -13),
  tc('bpf_csum_level', [1], 0),
  tc('bpf_csum_level', [4], -22),
  tc('bpf_skb_set_tstamp', [5, 1], 0),
  tc('bpf_skb_set_tstamp', [0, 1], -22),
  tc('bpf_skb_set_tstamp', [5, 9], -22),
  tc('bpf_skb_set_tunnel_key', [bytes, 8, 64], -22),
  tc('bpf_skb_get_tunnel_key', [{ out: 44 }, 44, 0], -22),
  tc('bpf_set_hash', [77], 0),
  xdp('bpf_xdp_adjust_head', [4], 0),
  xdp('bpf_xdp_adjust_head', [-4], 0),
  xdp('bpf_xdp_adjust_head', [60], -22),
  xdp('bpf_xdp_adjust_head', [-300], -22),
  xdp('bpf_xdp_adjust_tail', [10], 0),
  xdp('bpf_xdp_adjust_tail', [-10], 0),
  xdp('bpf_xdp_adjust_tail', [-60], -22),
  xdp('bpf_xdp_adjust_tail', [8000], -22),
  xdp('bpf_xdp_adjust_meta', [-8], 0),
  xdp('bpf_xdp_adjust_meta', [-7], -13),
  xdp('bpf_xdp_adjust_meta', [8], -22),
  xdp('bpf_xdp_adjust_meta', [-300], -22),
  xdp('bpf_xdp_load_bytes', [14, { out: 8 }, 8], 0),
  xdp('bpf_xdp_load_bytes', [60, { out: 8 }, 8], -22),
  xdp('bpf_xdp_load_bytes', [70000, { out: 8 }, 8], -14),
  xdp('bpf_xdp_store_bytes', [3, bytes, 8], 0),
  xdp('bpf_xdp_store_bytes', [60, bytes, 8], -22),
  xdp('bpf_xdp_get_buff_len', [], UDP4.length),
];

const named = (all: readonly Case[]): [string, Case][] =>
  all.map(one => [
    `${one.type} ${one.helper} ${one.args.map(argument => (typeof argument === 'object' ? ('out' in argument ? 'out' : 'bytes') : argument))}`,
    one,
  ]);

function ours({ type, packet, helper, args }: Case): { result: number; packet: Uint8Array; memory: Uint8Array } {
  const bench = makeBench();
  const target = new TestPacket(bench, type === 'xdp' ? 'xdp' : 'skb', packet);
  target.transportOffset = 0;
  target.protocol = (packet[12]! << 8) | packet[13]!;
  let memory = 0;
  let size = 0;
  const values = args.map(argument => {
    if (typeof argument !== 'object') return argument;
    size = 'out' in argument ? argument.out : argument.length;
    memory = 'out' in argument ? bench.room(size) : bench.put(argument);
    return memory;
  });
  const returned = bench.call(helper, 0, ...values);
  const result = typeof returned === 'bigint' ? Number(BigInt.asIntN(64, returned)) : returned;
  return { result, packet: target.bytes, memory: bench.read(memory, size) };
}

describe('helpers of packets', () => {
  it.each(named(CASES))('%s', (_, one) => {
    expect(ours(one).result).toBe(one.result);
  });
});

const kernel = await openKernelBpf('helpers of packets compared with the kernel');
afterAll(() => kernel?.[Symbol.dispose]());

describe.skipIf(!kernel)('helpers of packets, as the kernel has them', () => {
  it.each(named(CASES))('%s', (_, one) => {
    const memoryAt = -64;
    const program: Instruction[] = [insn(0xbf, 6, 1)];
    one.args.forEach((argument, index) => {
      const register = index + 2;
      if (typeof argument === 'object') {
        const content = 'out' in argument ? new Uint8Array(64) : argument;
        for (let at = 0; at < Math.ceil(content.length / 8); at++) {
          const view = new DataView(Uint8Array.from({ length: 8 }, (__, n) => content[8 * at + n] ?? 0).buffer);
          program.push(
            ...lddw(0, 0, view.getInt32(0, true), view.getInt32(4, true)),
            insn(0x7b, 10, 0, memoryAt + 8 * at),
          );
        }
        program.push(insn(0xbf, register, 10), insn(0x07, register, 0, 0, memoryAt));
      } else {
        const bits = BigInt.asUintN(64, BigInt(argument));
        program.push(...lddw(register, 0, Number(bits & 0xffffffffn) | 0, Number(bits >> 32n) | 0));
      }
    });
    program.push(insn(0xbf, 1, 6), insn(0x85, 0, 0, 0, helperNamed(one.helper)!.id), insn(0x95));
    using loaded = kernel!.loadProgram({ type: BPF_PROG_TYPE[one.type], instructions: program });
    const run = loaded.testRun({ data: one.packet });
    expect(run.returnValue | 0).toBe(one.result);
    const mine = ours(one);
    expect(mine.result).toBe(run.returnValue | 0);
    expect(Buffer.from(mine.packet).toString('hex')).toBe(Buffer.from(run.data).toString('hex'));
  });

  it('bpf_csum_diff, on 300 random buffers', () => {
    let state = 99;
    const random = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 8;
    };
    for (let round = 0; round < 300; round++) {
      const sizes = [(random() % 9) * 4, (random() % 9) * 4] as const;
      const fill = random() % 5 === 0 ? 0xff : random() % 5 === 0 ? 0 : -1;
      const buffers = sizes.map(size => Uint8Array.from({ length: size }, () => (fill < 0 ? random() : fill)));
      const seed = random() % 3 === 0 ? 0 : Math.imul(random(), 2654435761) | 0;
      const program: Instruction[] = [];
      buffers.forEach((buffer, index) => {
        for (let at = 0; at < 32; at += 4) {
          const word = new DataView(Uint8Array.from({ length: 4 }, (_, n) => buffer[at + n] ?? 0).buffer).getInt32(
            0,
            true,
          );
          program.push(insn(0x62, 10, 0, -32 * (index + 1) + at, word));
        }
      });
      const pointer = (register: number, index: number): Instruction[] =>
        sizes[index] === 0
          ? [insn(0xb7, register)]
          : [insn(0xbf, register, 10), insn(0x07, register, 0, 0, -32 * (index + 1))];
      program.push(...pointer(1, 0), insn(0xb7, 2, 0, 0, sizes[0]), ...pointer(3, 1), insn(0xb7, 4, 0, 0, sizes[1]));
      program.push(insn(0xb4, 5, 0, 0, seed), insn(0x85, 0, 0, 0, 28), insn(0x95));
      using loaded = kernel!.loadProgram({ type: BPF_PROG_TYPE.sched_cls, instructions: program });
      const expected = loaded.testRun({ data: UDP4 }).returnValue;
      const bench = makeBench();
      const [from, to] = buffers.map(buffer => (buffer.length === 0 ? 0 : bench.put(buffer)));
      const result = bench.call('bpf_csum_diff', from!, sizes[0], to!, sizes[1], seed >>> 0);
      const shown = [...buffers.map(buffer => Buffer.from(buffer).toString('hex')), seed >>> 0];
      expect([...shown, Number(result)]).toEqual([...shown, expected]);
    }
  });
});
