// What machine code must never do: touch the host's memory, bring the process down, forget where JavaScript stands.

import { describe, expect, it } from 'vitest';
import { ENGINE_NAMES, ExecutionError, engineNamed, type Machine, WORD } from '../../src/engine/index.js';
import { createX64Engine } from '../../src/engine/jit-x64/index.js';
import { isHere, linked, machineFor, resultOf, x64 } from './x64.js';

const ADDRESSES = [
  '0',
  '1',
  '0xffff',
  '0x7ffffff0',
  '0x80000000',
  '0xfffffff8',
  '0xfffffffe',
  '0x100000000',
  '0x7fff00000000',
  '0x8000000000000000',
  '0xfffffffffffffff8',
  '0xffffffffffffffff',
];
const ACCESSES = [
  'r0 = *(u8 *)(r1 +0)',
  'r0 = *(u64 *)(r1 +0)',
  'r0 = *(u64 *)(r1 -32768)',
  'r0 = *(u32 *)(r1 +32767)',
  '*(u64 *)(r1 +1) = 7',
  '*(u16 *)(r1 +0) = r0',
  'lock *(u64 *)(r1 +0) += r0',
  'r0 = atomic64_fetch_or((u64 *)(r1 +0), r0)',
];

describe.skipIf(!isHere)('an access anywhere', () => {
  it.each(ADDRESSES)('at %s ends in a fault of the program, or in its own memory', address => {
    for (const checked of [true, false]) {
      for (const access of ACCESSES) {
        const program = linked(`r1 = ${address} ll\nr0 = 0\n${access}\nr0 = 1\nexit`);
        const machine = machineFor();
        const executable = x64.compile(program, () => undefined, { checked });
        const result = resultOf(executable, machine, 0);
        if (checked) expect(result).toMatch(/^(wild-access|unaligned-atomic) 3 /);
        else expect(result).toMatch(/^(wild-access|unaligned-atomic) 3 |^0000000000000001$/);
        expect(machine.current).toBeUndefined();
      }
    }
  });

  it('holds at the very end of the memory', () => {
    for (const sizeBytes of [1, 2, 4, 8]) {
      const machine = machineFor();
      const end = machine.space.bytes.length;
      for (const past of [0, 1]) {
        const program = linked(`r1 = ${end - sizeBytes + past}\nr0 = *(u${sizeBytes * 8} *)(r1 +0)\nr0 = 1\nexit`);
        const result = resultOf(
          x64.compile(program, () => undefined, { checked: false }),
          machine,
          0,
        );
        expect(result).toMatch(past ? /^wild-access 1 / : /^0000000000000001$/);
      }
    }
  });
});

describe.skipIf(!isHere)('an unchecked program that writes over the state of its machine', () => {
  it('recurses no deeper than frames are', () => {
    const machine = machineFor();
    const at = (word: number): string => `r1 = ${machine.wordsAddress + word * 4}`;
    const program = linked(
      `call f
       exit
       f: ${at(WORD.frameLimit)}
       *(u32 *)(r1 +0) = 0x7fffffff
       ${at(WORD.frame)}
       *(u32 *)(r1 +0) = -2000000
       *(u64 *)(r10 -8) = 1
       call f
       exit`,
    );
    const executable = x64.compile(program, () => undefined, { checked: false });
    expect(resultOf(executable, machine, 0)).toMatch(/^call-depth 7 /);
  });

  it('calls itself back no deeper than the host can', () => {
    const machine = machineFor();
    const program = linked(
      `call 1
       exit
       f: r1 = ${machine.wordsAddress + WORD.frame * 4}
       *(u32 *)(r1 +0) = 0
       call 1
       exit`,
    );
    const again = {
      name: 'again',
      signature: { count: 0, wideMask: 0, result: 'u32' as const },
      call: (on: Machine) => on.callback(2, 0, 0, 0, 0, 0),
    };
    const executable = x64.compile(program, () => again, { checked: false });
    expect(() => executable.run(machine, 0)).toThrow();
    expect(machine.current).toBeUndefined();
    // And the engine goes on as if nothing had been.
    const next = x64.compile(linked('r0 = 7\nexit'), () => undefined, { checked: true });
    expect(next.run(machineFor(), 0)).toBe(7);
  });
});

describe.skipIf(!isHere)('code', () => {
  it('is let go of with its program', () => {
    const program = linked('r0 = 7\nexit');
    const machine = machineFor();
    for (let n = 0; n < 5000; n++) {
      expect(x64.compile(program, () => undefined, { checked: true }).run(machine, 0)).toBe(7);
    }
  });

  it('that loops for ever ends with the budget', () => {
    const executable = x64.compile(linked('again: goto again'), () => undefined, { checked: true });
    expect(() => executable.run(machineFor(), 0)).toThrow(ExecutionError);
  });
});

it('without a runtime the engine says why, and compiles nothing', async () => {
  const engine = createX64Engine('no such processor');
  expect(engine.available).toBe('no such processor');
  expect(() => engine.compile(linked('exit'), () => undefined, { checked: true })).toThrow('no such processor');
  expect(ENGINE_NAMES).toContain('x64');
  expect(await engineNamed('x64')).toBe(x64);
});
