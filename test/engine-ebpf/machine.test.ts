// Callbacks, tail calls, programs within programs: what the machine of machine.ts promises.

import { describe, expect, it } from 'vitest';
import { type CompileOptions, type Executable, ExecutionError, type Machine } from '../../src/engine/engine.js';
import { linkProgram } from '../../src/engine/link.js';
import { TAIL_CALL_LIMIT, WORD } from '../../src/engine/machine.js';
import { assemble } from '../../src/isa/extended/assemble.js';
import { bench, compile as compileWith, enginesHere, type Helpers, runWide, target } from './run.js';

/** 1: bpf_loop-like: calls the function r2 r1 times with the index and r3. */
const LOOP: Helpers = {
  1: target('loop', (machine, count, callback, context) => {
    for (let index = 0; index < count; index++) {
      if (machine.callback(callback, index, context, 0, 0, 0) !== 0) return index + 1;
    }
    return count;
  }),
};

/** Helper 12 over a table of programs: r3 is the index. 13 counts. */
function tailCalls(programs: (Executable | undefined)[]): Helpers & { readonly count: () => number } {
  let count = 0;
  return {
    12: {
      ...target('bpf_tail_call', (machine, _context, _map, index) => {
        const program = programs[index];
        return program && machine.tailCall(program) ? 0 : 1;
      }),
    },
    13: target('count', () => ++count),
    count: () => count,
  };
}

const engines = await enginesHere();

describe.each(engines.map(engine => [engine.name, engine] as const))('on %s,', (_, engine) => {
  const compile = (program: string, helpers?: Helpers, options?: Partial<CompileOptions>): Executable =>
    compileWith(program, helpers, options, engine);

  describe('callbacks', () => {
    it('run in the frame behind, and reach the stack of who asked', () => {
      const { machine } = bench();
      const executable = compile(
        `*(u64 *)(r10 -8) = 0
       r6 = 11
       r1 = 10
       r2 = subprog[callback]
       r3 = r10
       call 1
       r0 = *(u64 *)(r10 -8)
       r0 += r6
       exit
       callback: *(u64 *)(r10 -8) = -1
       r6 = 99
       r3 = *(u64 *)(r2 -8)
       r3 += r1
       *(u64 *)(r2 -8) = r3
       r0 = 0
       exit`,
        LOOP,
      );
      expect(runWide(executable, machine)).toBe(56n);
      expect(machine.words[WORD.frame]).toBe(0);
    });

    it('may be callbacks of callbacks, to the depth of eight', () => {
      const { machine } = bench();
      // A function that calls itself back, once.
      const program = `r1 = 1
       r2 = subprog[again]
       r3 = 0
       call 1
       exit
       again: r1 = 1
       r2 = subprog[again]
       r3 = 0
       call 1
       exit`;
      const error = caught(() => compile(program, LOOP).run(machine, 0));
      expect(error).toMatchObject({ fault: 'call-depth', slot: 10 });
      expect(machine.words[WORD.frame]).toBe(0);
      expect(machine.current).toBeUndefined();
    });

    it('of what is no function fault at the call', () => {
      const { machine } = bench();
      expect(caught(() => compile('r1 = 1\nr2 = 3\ncall 1\nexit', LOOP).run(machine, 0))).toMatchObject({
        fault: 'unknown-instruction',
        slot: 2,
        message: 'instruction 2: a callback to slot 3, where no function begins',
      });
    });

    it('share the budget of the run', () => {
      const { machine } = bench();
      const program = 'r1 = 1000000\nr2 = subprog[f]\ncall 1\nr0 = 1\nexit\nf: r0 = 0\nexit';
      expect(caught(() => compile(program, LOOP, { budgetInstructions: 5000 }).run(machine, 0))).toMatchObject({
        fault: 'budget',
      });
      expect(runWide(compile(program, LOOP, { budgetInstructions: 4_000_000 }), machine)).toBe(1n);
    });

    it('go to the program that runs, not to the one that was tail called before', () => {
      const { machine } = bench();
      const executable = compile('r1 = 3\nr2 = subprog[f]\ncall 1\nexit\nf: r0 = 0\nexit', LOOP);
      for (let i = 0; i < 3; i++) expect(runWide(executable, machine)).toBe(3n);
    });
  });

  describe('tail calls', () => {
    it('end the program and begin another with the same context', () => {
      const { machine, space } = bench();
      const programs: Executable[] = [];
      const helpers = tailCalls(programs);
      programs.push(compile('r0 = *(u32 *)(r1 +0)\nexit'));
      const first = compile('r6 = r1\nr3 = 0\ncall 12\nr0 = 1\nexit', helpers);
      const context = space.allocate(4, 'context', 'read');
      space.view.setUint32(context.address, 77, true);
      expect(runWide(first, machine, context.address)).toBe(77n);
    });

    it('give back all 64 bits', () => {
      const { machine } = bench();
      const helpers = tailCalls([compile('r0 = 0x123456789abcdef0 ll\nexit')]);
      expect(runWide(compile('r3 = 0\ncall 12\nr0 = 1\nexit', helpers), machine)).toBe(0x123456789abcdef0n);
    });

    it('go on behind the call when there is no program', () => {
      const { machine } = bench();
      expect(runWide(compile('r3 = 5\ncall 12\nr0 = 9\nexit', tailCalls([])), machine)).toBe(9n);
    });

    it(`succeed ${TAIL_CALL_LIMIT} times`, () => {
      const { machine } = bench();
      const programs: Executable[] = [];
      const helpers = tailCalls(programs);
      const self = compile('r6 = r1\ncall 13\nr1 = r6\nr3 = 0\ncall 12\nr0 = 3\nexit', helpers);
      programs.push(self);
      for (let run = 1; run <= 3; run++) {
        expect(runWide(self, machine)).toBe(3n);
        expect(helpers.count()).toBe(run * (TAIL_CALL_LIMIT + 1));
      }
    });

    it('of a called function come back to its caller', () => {
      const { machine } = bench();
      const helpers = tailCalls([compile('r6 = 1000\nr0 = 30\nexit')]);
      const program = `r6 = 5
       call f
       r0 += r6
       exit
       f: r6 = 7
       r3 = 0
       call 12
       r0 = 1
       exit`;
      expect(runWide(compile(program, helpers), machine)).toBe(35n);
      expect(machine.words[WORD.frame]).toBe(0);
    });

    it('into the same program, from a called function, leave its callers their registers', () => {
      const { machine } = bench();
      const programs: Executable[] = [];
      const helpers = tailCalls(programs);
      const program = compile(
        `r6 = 100
       call f
       r0 += r6
       exit
       f: r6 = 7
       r3 = 0
       call 12
       r0 = 1
       exit`,
        helpers,
      );
      programs.push(program);
      // 33 times a caller is left behind with r6 = 100, then the innermost call answers 1.
      expect(runWide(program, machine)).toBe(1n + 34n * 100n);
    });

    it('of a program that faults name that program', () => {
      const { machine } = bench();
      const inner = linkProgram({ name: 'inner', instructions: assemble('r0 = *(u8 *)(r1 +0)\nexit') });
      const helpers = tailCalls([engine.compile(inner, () => undefined, { checked: true })]);
      expect(caught(() => compile('r3 = 0\ncall 12\nr0 = 1\nexit', helpers).run(machine, 0))).toMatchObject({
        fault: 'wild-access',
        slot: 0,
        program: 'inner',
      });
      expect(caught(() => compile('r1 = 0\nr0 = *(u8 *)(r1 +0)').run(machine, 0)).program).toBe('test');
    });

    it('carry the budget on', () => {
      const { machine } = bench();
      const helpers = tailCalls([compile('again: goto again\nexit', {}, { budgetInstructions: 1e9 })]);
      expect(
        caught(() => compile('r3 = 0\ncall 12\nexit', helpers, { budgetInstructions: 1000 }).run(machine, 0)),
      ).toMatchObject({ fault: 'budget', slot: 0, program: 'test' });
    });
  });

  describe('a machine', () => {
    it('runs a program from within a helper of another one', () => {
      const { machine } = bench();
      const inner = compile('*(u64 *)(r10 -8) = 5\nr6 = 1\nr0 = *(u64 *)(r10 -8)\nexit');
      const helpers: Helpers = { 1: target('inner', other => inner.run(other, 0)) };
      const outer = compile(
        '*(u64 *)(r10 -8) = 7\nr6 = 2\ncall 1\nr1 = *(u64 *)(r10 -8)\nr0 += r1\nr0 += r6\nexit',
        helpers,
      );
      expect(runWide(outer, machine)).toBe(14n);
    });

    it('gives a program that runs within another its own budget and depth', () => {
      const { machine } = bench();
      const inner = compile('again: goto again', {}, { budgetInstructions: 100 });
      const helpers: Helpers = {
        1: target('inner', other => {
          expect(caught(() => inner.run(other, 0)).fault).toBe('budget');
          return 3;
        }),
      };
      const outer = compile('call f\nexit\nf: call 1\nexit', helpers);
      expect(runWide(outer, machine)).toBe(3n);
    });

    it('notices that a helper made the memory grow', () => {
      const { machine, space } = bench();
      const helpers: Helpers = {
        1: target('grow', (other: Machine) => {
          const region = other.space.allocate(4 * 1024 * 1024, 'new', 'read-write');
          other.space.view.setUint32(region.address + 4_000_000, 42, true);
          return region.address;
        }),
      };
      for (const checked of [true, false]) {
        const program = compile(
          '*(u64 *)(r10 -8) = 1\ncall 1\nr0 += 4000000\nr0 = *(u32 *)(r0 +0)\nr1 = *(u64 *)(r10 -8)\nr0 += r1\nexit',
          helpers,
          { checked },
        );
        expect(runWide(program, machine)).toBe(43n);
      }
      expect(machine.high.buffer).toBe(space.bytes.buffer);
    });

    it('lets its stacks go', () => {
      const { machine, space } = bench();
      const top = machine.stackTop;
      expect(space.mayAccess(top - 512, 512, true)).toBe(true);
      machine[Symbol.dispose]();
      expect(space.mayAccess(top - 512, 1, false)).toBe(false);
      machine[Symbol.dispose]();
    });

    it('passes on what is no fault of the program', () => {
      const { machine } = bench();
      const bug = new RangeError('a bug');
      const helpers: Helpers = {
        1: target('broken', () => {
          throw bug;
        }),
      };
      expect(() => compile('call 1\nexit', helpers).run(machine, 0)).toThrow(bug);
      expect(machine.current).toBeUndefined();
    });
  });
});

function caught(run: () => unknown): ExecutionError {
  try {
    run();
  } catch (error) {
    if (error instanceof ExecutionError) return error;
    throw error;
  }
  throw new Error('no fault');
}
