// Stepping, breakpoints, watches, coverage: the interpreter as something to look into.

import { describe, expect, it } from 'vitest';
import { createStepper, type Engine, engineNamed } from '../../src/engine/index.js';
import { bench, compile, runWide, target } from './run.js';

/** 0: r6 = 3; 1-2: call, r0 += r6; 3: exit; 4: the function: r0 = 39; 5: *(r10 - 8) = r0; 6: exit. */
const CALLING = `
  r6 = 3
  call f
  r0 += r6
  exit
  f: r0 = 39
  *(u64 *)(r10 -8) = r0
  exit`;

const LOOP = `
  r0 = 0
  r1 = 5
  again: r0 += r1
  r1 -= 1
  if r1 != 0 goto again
  exit`;

describe('a stepper', () => {
  it('goes instruction by instruction, into functions and out of them', () => {
    const { machine } = bench();
    const stepper = createStepper(compile(CALLING), machine, 0);
    const slots = [stepper.slot];
    expect(stepper.stop).toEqual({ kind: 'start' });
    while (stepper.step().kind === 'step') slots.push(stepper.slot);
    expect(slots).toEqual([0, 1, 4, 5, 6, 2, 3]);
    expect(stepper.stop).toEqual({ kind: 'ended' });
    expect(stepper.result).toBe(42n);
    expect([...stepper.counts]).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(machine.current).toBeUndefined();
    expect(stepper.step()).toEqual({ kind: 'ended' });
  });

  it('shows registers, and lets them be changed', () => {
    const { machine } = bench();
    const stepper = createStepper(compile('r0 = -1\nr0 += r1\nexit'), machine, 0x1234);
    expect(stepper.registers[1]).toBe(0x1234n);
    expect(stepper.registers[10]).toBe(BigInt(machine.stackTop));
    stepper.step();
    expect(stepper.registers[0]).toBe(0xffff_ffff_ffff_ffffn);
    stepper.setRegister(1, 0x1_0000_0000n);
    stepper.run();
    expect(stepper.result).toBe(0xffff_ffffn);
    expect(() => stepper.setRegister(11, 0n)).toThrow(RangeError);
  });

  it('shows the call stack', () => {
    const { machine } = bench();
    using stepper = createStepper(compile(CALLING), machine, 0);
    stepper.breakpoints.add(5);
    expect(stepper.run()).toEqual({ kind: 'breakpoint' });
    expect(stepper.callStack).toEqual([
      { functionSlot: 4, slot: 5, framePointer: machine.stackTop - 576 },
      { functionSlot: 0, slot: 2, framePointer: machine.stackTop },
    ]);
    stepper.run();
    expect(stepper.callStack).toEqual([]);
  });

  it('steps over calls and out of functions', () => {
    const { machine } = bench();
    using over = createStepper(compile(CALLING), machine, 0);
    over.step();
    over.stepOver();
    expect(over.slot).toBe(2);
    over.run();
    using out = createStepper(compile(CALLING), machine, 0);
    out.breakpoints.add(4);
    out.run();
    out.stepOut();
    expect(out.slot).toBe(2);
    expect(out.registers[6]).toBe(3n);
  });

  it('stops at a breakpoint each time', () => {
    const { machine } = bench();
    const stepper = createStepper(compile(LOOP), machine, 0);
    stepper.breakpoints.add(3);
    const sums: bigint[] = [];
    while (stepper.run().kind === 'breakpoint') sums.push(stepper.registers[0]!);
    expect(sums).toEqual([5n, 9n, 12n, 14n, 15n]);
    expect([...stepper.counts]).toEqual([1, 1, 5, 5, 5, 1]);
  });

  it('runs until something is so', () => {
    const { machine } = bench();
    using stepper = createStepper(compile(LOOP), machine, 0);
    expect(stepper.run(({ registers }) => registers[0]! > 10n)).toEqual({ kind: 'step' });
    expect(stepper.registers[0]).toBe(12n);
  });

  it('stops when memory changes', () => {
    const { machine } = bench();
    using stepper = createStepper(compile(CALLING), machine, 0);
    const watch = { address: machine.stackTop - 576 - 8, sizeBytes: 8 };
    stepper.watches.add(watch);
    expect(stepper.run()).toEqual({
      kind: 'watch',
      watch,
      before: new Uint8Array(8),
      after: Uint8Array.of(39, 0, 0, 0, 0, 0, 0, 0),
    });
    expect(stepper.slot).toBe(6);
  });

  it('stops at a fault, with the stack as it was', () => {
    const { machine } = bench();
    const stepper = createStepper(compile('call f\nexit\nf: r1 = 0\nr0 = *(u8 *)(r1 +0)\nexit'), machine, 0);
    const stop = stepper.run();
    expect(stop).toMatchObject({ kind: 'fault', error: { fault: 'wild-access', slot: 3 } });
    expect(stepper.slot).toBe(3);
    expect(stepper.callStack.map(({ slot }) => slot)).toEqual([3, 1]);
    expect(machine.current).toBeUndefined();
  });

  it('keeps to its budget', () => {
    const { machine } = bench();
    const stepper = createStepper(compile('again: goto again'), machine, 0, { budgetInstructions: 10 });
    expect(stepper.run()).toMatchObject({ kind: 'fault', error: { fault: 'budget', slot: 0 } });
    expect([...stepper.counts]).toEqual([10]);
  });

  it('is not disturbed by runs of the same program in between', () => {
    const { machine } = bench();
    const executable = compile(CALLING);
    const stepper = createStepper(executable, machine, 0);
    do {
      expect(runWide(executable, machine)).toBe(42n);
    } while (stepper.step().kind === 'step');
    expect(stepper.result).toBe(42n);
    expect(machine.words[6]).toBe(0);
  });

  it('runs helpers with their callbacks in one step', () => {
    const { machine } = bench();
    const helpers = { 1: target('call', (other, slot) => other.callback(slot, 20, 0, 0, 0, 0)) };
    const stepper = createStepper(
      compile('r1 = subprog[f]\ncall 1\nexit\nf: r0 = r1\nr0 += 1\nexit', helpers),
      machine,
      0,
    );
    const slots = [stepper.slot];
    while (stepper.step().kind === 'step') slots.push(stepper.slot);
    expect(slots).toEqual([0, 2, 3]);
    expect(stepper.result).toBe(21n);
  });

  it('lets the machine go when it is given up', () => {
    const { machine } = bench();
    const stepper = createStepper(compile(CALLING), machine, 0);
    stepper.step();
    stepper[Symbol.dispose]();
    expect(machine.current).toBeUndefined();
    expect(stepper.step()).toEqual({ kind: 'step' });
    expect(stepper.slot).toBe(1);
  });
});

describe('coverage', () => {
  it('counts each slot over all runs, callbacks too', () => {
    const { machine } = bench();
    const helpers = {
      1: target('twice', (other, slot) => {
        other.callback(slot, 0, 0, 0, 0, 0);
        return other.callback(slot, 0, 0, 0, 0, 0);
      }),
    };
    const program = 'r1 = subprog[f]\ncall 1\nif r0 == 7 goto +1\nr0 = 1\nexit\nf: r0 = 7\nexit';
    const executable = compile(program, helpers, { coverage: true });
    executable.run(machine, 0);
    executable.run(machine, 0);
    expect([...executable.counts!]).toEqual([2, 0, 2, 2, 0, 2, 4, 4]);
  });

  it('is not kept unless asked for', () => {
    expect(compile(LOOP).counts).toBeUndefined();
  });
});

describe('engines', () => {
  it('are found by name, and say whether they can run', async () => {
    for (const name of ['interpreter', 'wasm', 'x64'] as const) {
      const engine: Engine = await engineNamed(name);
      expect(engine.name).toBe(name);
      expect(engine.available === true || engine.available.length > 10).toBe(true);
    }
    expect((await engineNamed('interpreter')).available).toBe(true);
  });
});
