// What only the kernel can tell: how tail calls behave there, and that the interpreter does the same.

import { describe, expect, it } from 'vitest';
import type { Executable } from '../../src/engine/engine.js';
import { assemble } from '../../src/isa/extended/assemble.js';
import { type Instruction, insn, lddw } from '../../src/isa/extended/instruction.js';
import { BPF_MAP_TYPE, BPF_PROG_TYPE, openKernelBpf } from '../support/kernel-bpf.js';
import { bench, compile, runWide, target } from './run.js';

/** BTF with `int (*)()`, `main` (id 3) and `called` (id 4): the kernel wants it of functions that tail call. */
function smallBtf(): Uint8Array {
  const strings = new TextEncoder().encode('\0int\0main\0called\0');
  const types = Uint32Array.of(1, 1 << 24, 4, 0x0100_0020, 0, 13 << 24, 1, 5, 12 << 24, 2, 10, 12 << 24, 2);
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, 0x0001_eb9f, true);
  header.setUint32(4, 24, true);
  header.setUint32(12, types.byteLength, true);
  header.setUint32(16, types.byteLength, true);
  header.setUint32(20, strings.length, true);
  return Uint8Array.of(...new Uint8Array(header.buffer), ...new Uint8Array(types.buffer), ...strings);
}

/** A tail call of program `index` in the map that r2 shall hold. */
const tailCall = (map: Instruction[], index: number): Instruction[] => [...map, ...assemble(`r3 = ${index}\ncall 12`)];

/** A function that tail calls, with what stands for the program array. */
const FROM_FUNCTION = (map: Instruction[]): Instruction[] => [
  ...assemble('r6 = 5\ncall pc+2\nr0 += r6\nexit'),
  ...tailCall(map, 0),
  ...assemble('r0 = 1\nexit'),
];
/** Adds 1 to the mark (offset 8 of struct __sk_buff), calls itself again and answers with the mark. */
const ITSELF = (map: Instruction[]): Instruction[] => [
  insn(0xbf, 6, 1),
  ...assemble('r2 = *(u32 *)(r1 +8)\nr2 += 1\n*(u32 *)(r1 +8) = r2'),
  ...tailCall(map, 1),
  ...assemble('r0 = *(u32 *)(r6 +8)\nexit'),
];

async function onKernel(): Promise<number[] | undefined> {
  using kernel = await openKernelBpf('tail calls');
  if (!kernel) return undefined;
  const programs = kernel.createMap({
    type: BPF_MAP_TYPE.prog_array,
    keySizeBytes: 4,
    valueSizeBytes: 4,
    maxEntries: 2,
  });
  const put = (index: number, { fd }: { readonly fd: number }): void =>
    programs.update(Uint8Array.of(index, 0, 0, 0), new Uint8Array(Int32Array.of(fd).buffer));
  const type = BPF_PROG_TYPE.sched_cls;
  put(0, kernel.loadProgram({ type, instructions: assemble('r0 = 30\nexit') }));
  const map = lddw(2, 1, programs.fd, 0);
  const fromFunction = kernel.loadProgram({
    type,
    instructions: FROM_FUNCTION(map),
    btfFd: kernel.loadBtf(smallBtf()),
    functionInfo: new Uint8Array(Uint32Array.of(0, 3, 4, 4).buffer),
  });
  const itself = kernel.loadProgram({ type, instructions: ITSELF(map) });
  put(1, itself);
  const data = new Uint8Array(64);
  return [fromFunction.testRun({ data }).returnValue, itself.testRun({ data }).returnValue];
}

function onInterpreter(): number[] {
  const { machine, space } = bench();
  const programs: Executable[] = [];
  const helpers = {
    12: target('bpf_tail_call', (running, _context, _map, index) => (running.tailCall(programs[index]!) ? 0 : 1)),
  };
  const map = lddw(2, 0, 0, 0);
  programs.push(compile('r0 = 30\nexit'), compile(ITSELF(map), helpers));
  const context = space.allocate(192, 'context', 'read-write');
  return [compile(FROM_FUNCTION(map), helpers), programs[1]!].map(program =>
    Number(runWide(program, machine, context.address)),
  );
}

describe('tail calls', () => {
  it('from a function come back to its caller; the 34th fails', () => {
    expect(onInterpreter()).toEqual([35, 34]);
  });

  it('do so in the kernel', async () => {
    const kernel = await onKernel();
    if (kernel) expect(onInterpreter()).toEqual(kernel);
  });
});
