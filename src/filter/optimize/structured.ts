// Statements with branches and loops as machine blocks.

import type { Origin, Statement } from '../condition.js';
import type { MachineBlock, MachineBlocks, MachineInstruction } from './machine.js';

/** The test that follows the statements. */
export interface Ending {
  readonly jump: number;
  readonly k: number;
  readonly whenTrue: MachineBlock;
  readonly whenFalse: MachineBlock;
}

/** The block to enter. */
export function expandStatements(
  blocks: MachineBlocks,
  statements: readonly Statement[],
  ending: Ending,
  origins: readonly Origin[],
): MachineBlock {
  const end = blocks.make('branch', origins);
  end.jump = ending.jump;
  end.k = ending.k;
  end.whenTrue = ending.whenTrue;
  end.whenFalse = ending.whenFalse;
  return new Expansion(blocks, origins).list(statements, end, true, undefined);
}

class Expansion {
  readonly #blocks: MachineBlocks;
  readonly #origins: readonly Origin[];

  constructor(blocks: MachineBlocks, origins: readonly Origin[]) {
    this.#blocks = blocks;
    this.#origins = origins;
  }

  /** The statements, then `next`, which has no code yet and no other way in where it is `fresh`. `leave` is behind the loop. */
  list(
    statements: readonly Statement[],
    next: MachineBlock,
    fresh: boolean,
    leave: MachineBlock | undefined,
  ): MachineBlock {
    let at = next;
    let own = fresh;
    let code: MachineInstruction[] = [];
    const flush = (): void => {
      if (code.length === 0) return;
      if (own) at.code = code.reverse();
      else at = this.#blocks.goto(at, code.reverse(), this.#origins);
      own = false;
      code = [];
    };
    for (let i = statements.length - 1; i >= 0; i--) {
      const statement = statements[i]!;
      switch (statement.kind) {
        case 'instruction':
          code.push({ code: statement.code, k: statement.k });
          break;
        case 'if': {
          flush();
          const branch = this.#blocks.make('branch', this.#origins);
          branch.jump = statement.jump;
          branch.k = statement.k;
          branch.whenTrue = this.list(statement.then, at, false, leave);
          branch.whenFalse = this.list(statement.else, at, false, leave);
          at = branch;
          own = true;
          break;
        }
        case 'loop':
          flush();
          at = this.#loop(statement.body, at);
          own = false;
          break;
        case 'break':
          // What stands behind a break is not reached.
          if (!leave) throw new Error('a break outside of a loop');
          code = [];
          at = leave;
          own = false;
          break;
      }
    }
    flush();
    return at;
  }

  #loop(body: readonly Statement[], next: MachineBlock): MachineBlock {
    const repeat = this.#blocks.make('repeat', this.#origins);
    const begin = this.list(body, repeat, false, next);
    // A loop that always leaves at its end is one that was unrolled.
    if (body.at(-1)?.kind === 'break') return begin;
    begin.loops = true;
    repeat.whenTrue = begin;
    repeat.whenFalse = begin;
    return begin;
  }
}
