// Structured control flow into a WebAssembly function.

import type { FlowSink } from '../structure.js';
import type { FunctionBuilder } from './function.js';
import { BLOCK_VOID } from './opcodes.js';

export class WasmFlowSink implements FlowSink {
  /** Blocks, loops and ifs that are open in the structured code. */
  private depth = 0;
  private readonly code: FunctionBuilder;
  private readonly emitNode: (node: number) => void;
  private readonly between: number;
  private readonly blockDepths = new Map<number, number>();
  private readonly loopDepths = new Map<number, number>();
  private nextCase = -1;
  private dispatchDepth = 0;

  /**
   * `emitNode` emits a node's code and leaves its condition or index, an i32, on the stack. `between`: open blocks that
   * stand between the structured code and outer label 0.
   */
  constructor(code: FunctionBuilder, emitNode: (node: number) => void, between = 0) {
    this.code = code;
    this.emitNode = emitNode;
    this.between = between;
  }

  /** How many blocks away an outer label is: what a branch out of a node says. */
  outer(label: number): number {
    return this.depth + this.between + label;
  }

  private label(to: number, back: boolean): number {
    if (to < 0) return this.outer(~to);
    return this.depth - (back ? this.loopDepths : this.blockDepths).get(to)! - 1;
  }

  node(node: number): void {
    this.emitNode(node);
  }

  block(node: number): void {
    this.blockDepths.set(node, this.depth++);
    this.code.emit('block', BLOCK_VOID);
  }

  loop(node: number): void {
    this.loopDepths.set(node, this.depth++);
    this.code.emit('loop', BLOCK_VOID);
  }

  if(negated: boolean): void {
    if (negated) this.code.negate();
    this.depth++;
    this.code.emit('if', BLOCK_VOID);
  }

  end(): void {
    this.depth--;
    this.code.emit('end');
  }

  jump(to: number, back: boolean): void {
    this.code.emit('br', this.label(to, back));
  }

  jumpIf(to: number, back: boolean, negated: boolean): void {
    if (negated) this.code.negate();
    this.code.emit('br_if', this.label(to, back));
  }

  switch(to: readonly number[], otherwise: number, isBack: (to: number) => boolean): void {
    this.code.brTable(
      to.map(target => this.label(target, isBack(target))),
      this.label(otherwise, isBack(otherwise)),
    );
  }

  dispatch(cases: number): void {
    this.nextCase = this.code.local('i32', 'next');
    this.code.i32(0).set(this.nextCase);
    this.code.emit('loop', BLOCK_VOID);
    this.dispatchDepth = this.depth++;
    for (let n = 0; n < cases; n++) this.code.emit('block', BLOCK_VOID);
    this.depth += cases;
    this.code.get(this.nextCase);
    this.code.brTable(
      Array.from({ length: cases - 1 }, (_, n) => n),
      cases - 1,
    );
  }

  dispatchCase(): void {
    this.depth--;
    this.code.emit('end');
  }

  dispatchTo(number: number): void {
    this.code.i32(number).set(this.nextCase);
    this.code.emit('br', this.depth - this.dispatchDepth - 1);
  }

  dispatchEnd(): void {
    this.depth--;
    this.code.emit('end');
  }
}
