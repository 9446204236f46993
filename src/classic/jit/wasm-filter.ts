// A filter's graph (flow.ts) into WebAssembly code: A, X and M[] in locals, loads without checks.

import {
  BLOCK_VOID,
  type FunctionBuilder,
  type ModuleBuilder,
  type OpcodeName,
  structureFlow,
  WasmFlowSink,
} from '../../engine/index.js';
import { BPF_MEMWORDS, SKF_LL_OFF, SKF_NET_OFF } from '../../isa/index.js';
import { AD_RANDOM, LINK_OFFSET, NETWORK_OFFSET, PRESENCE_OFFSET, presenceBit } from './ancillary-block.js';
import { A, memoryBit, X } from './blocks.js';
import type { AluOperator, ClassicFlow, FlowNode, Operation, Test, Variable } from './graph.js';

/** Functions that filters of a module call; they are the same for all of them. */
export interface FilterHelpers {
  /** (offset as negative number, ancillary block) -> offset in the packet, or 0xffffffff. */
  readonly resolve?: number;
  /** (packet, captured bytes, A, X, nested) -> offset of a netlink attribute, or 0. */
  readonly attribute?: number;
  /** Imported: (ancillary block) -> the next random number. */
  readonly random?: number;
}

/** Locals of the function that the code goes into. */
export interface FilterLocals {
  readonly packet: number;
  readonly captured: number;
  readonly wireLength: number;
  readonly ancillary: number;
  readonly verdict: number;
}

/** Whether a filter asks for random numbers, which takes an import. */
export function usesRandom(flow: ClassicFlow): boolean {
  return flow.nodes.some(({ operations }) => operations.some(op => op.kind === 'ancillary' && op.offset === AD_RANDOM));
}

/** Imports what the filters need. To be called before any function is defined. */
export function importFilterHelpers(module: ModuleBuilder, flows: readonly ClassicFlow[]): FilterHelpers {
  return flows.some(usesRandom) ? { random: module.importFunction('skep', 'random', ['i32'], ['i32']) } : {};
}

/** Defines the functions that the filters need. */
export function defineFilterHelpers(
  module: ModuleBuilder,
  flows: readonly ClassicFlow[],
  imported: FilterHelpers,
): FilterHelpers {
  return {
    ...imported,
    ...(flows.some(flow => flow.usesAddresses) && { resolve: defineResolve(module) }),
    ...(flows.some(flow => flow.usesAttributes) && { attribute: defineAttribute(module) }),
  };
}

const ALU: Readonly<Record<AluOperator, OpcodeName>> = {
  add: 'i32.add',
  sub: 'i32.sub',
  mul: 'i32.mul',
  div: 'i32.div_u',
  mod: 'i32.rem_u',
  and: 'i32.and',
  or: 'i32.or',
  xor: 'i32.xor',
  lsh: 'i32.shl',
  rsh: 'i32.shr_u',
  'lsh-wide': 'i32.shl',
  'rsh-wide': 'i32.shr_u',
};

const COMPARE = { jeq: 'i32.eq', jgt: 'i32.gt_u', jge: 'i32.ge_u', jset: 'i32.and' } as const;

/** Emits the filter inline. Leaves its result in the local `verdict`. */
export function emitVerdict(
  code: FunctionBuilder,
  flow: ClassicFlow,
  locals: FilterLocals,
  helpers: FilterHelpers,
): void {
  code.emit('block', BLOCK_VOID);
  code.emit('block', BLOCK_VOID);
  code.emit('block', BLOCK_VOID);
  new FilterEmitter(code, flow, locals, helpers).emit();
  code.emit('end');
  code.i32(0).set(locals.verdict);
  code.emit('br', 1);
  code.emit('end');
  code.i32(flow.acceptValue).set(locals.verdict);
  code.emit('end');
}

/** The labels around a filter's code: 0 rejected, 1 accepted with acceptValue, 2 done with the result in `verdict`. */
const DONE = 2;

export class FilterEmitter {
  private readonly code: FunctionBuilder;
  private readonly flow: ClassicFlow;
  private readonly locals: FilterLocals;
  private readonly helpers: FilterHelpers;
  private readonly sink: WasmFlowSink;
  private readonly a: number;
  private readonly x: number;
  private readonly m: number[] = [];
  private readonly address: number;
  private readonly budget: number;

  /** Declares the locals. `between`: see WasmFlowSink. */
  constructor(
    code: FunctionBuilder,
    flow: ClassicFlow,
    locals: FilterLocals,
    helpers: FilterHelpers,
    { between = 0, suffix = '' } = {},
  ) {
    this.code = code;
    this.flow = flow;
    this.locals = locals;
    this.helpers = helpers;
    this.sink = new WasmFlowSink(code, node => this.emitNode(flow.nodes[node]!), between);
    this.a = code.local('i32', `A${suffix}`);
    this.x = code.local('i32', `X${suffix}`);
    for (let word = 0; word < BPF_MEMWORDS; word++) {
      if (flow.variables & memoryBit(word)) this.m[word] = code.local('i32', `M${word}${suffix}`);
    }
    this.address = code.local('i32', `address${suffix}`);
    this.budget = flow.stepBudget === undefined ? -1 : code.local('i32', `budget${suffix}`);
  }

  /** Emits the code, for inside the blocks that REJECT and ACCEPT (and DONE) lead out of. Nothing falls out of its end. */
  emit(): void {
    const { code, flow } = this;
    if (flow.zeroed & A) code.i32(0).set(this.a);
    if (flow.zeroed & X) code.i32(0).set(this.x);
    this.m.forEach((local, word) => {
      if (flow.zeroed & memoryBit(word)) code.i32(0).set(local);
    });
    if (flow.stepBudget !== undefined) code.i32(Math.min(flow.stepBudget, 0x7fffffff)).set(this.budget);
    structureFlow(flow, this.sink);
  }

  private local(variable: Variable): number {
    return variable.kind === 'a' ? this.a : variable.kind === 'x' ? this.x : this.m[variable.word]!;
  }

  private emitNode(node: FlowNode): void {
    for (const operation of node.operations) this.emitOperation(operation);
    const { end } = node;
    if (end.kind === 'branch') this.emitTest(end.test);
    else if (end.kind === 'return') {
      if (end.value === 'a') this.code.get(this.a);
      else this.code.i32(end.value);
      this.code.set(this.locals.verdict).emit('br', this.sink.outer(DONE));
    }
  }

  private emitOperation(operation: Operation): void {
    const { code } = this;
    switch (operation.kind) {
      case 'load':
        this.emitLoad(operation);
        break;
      case 'constant':
        code.i32(operation.value).set(this.local(operation.to));
        break;
      case 'copy':
        code.get(this.local(operation.from)).set(this.local(operation.to));
        break;
      case 'length':
        if (this.flow.fixedLength === undefined) code.get(this.locals.wireLength);
        else code.i32(this.flow.fixedLength);
        code.set(this.local(operation.to));
        break;
      case 'alu': {
        const { operator, k } = operation;
        code.get(this.a);
        if (k === undefined) code.get(this.x);
        else code.i32(k);
        code.emit(ALU[operator]);
        if (operator === 'lsh-wide' || operator === 'rsh-wide') {
          code.i32(0).get(this.x).i32(32).emit('i32.lt_u').emit('select');
        }
        code.set(this.a);
        break;
      }
      case 'negate':
        code.i32(0).get(this.a).emit('i32.sub').set(this.a);
        break;
      case 'ancillary':
        code.get(this.locals.ancillary);
        if (operation.offset === AD_RANDOM) code.emit('call', this.helpers.random!);
        else code.emit('i32.load', 2, operation.offset);
        code.set(this.a);
        break;
      case 'attribute':
        code
          .get(this.locals.packet)
          .get(this.locals.captured)
          .get(this.a)
          .get(this.x)
          .i32(operation.nested ? 1 : 0);
        code.emit('call', this.helpers.attribute!).set(this.a);
        break;
    }
  }

  private emitLoad({ at, k, bytes, order, msh }: Operation & { kind: 'load' }): void {
    const { code } = this;
    const base = (): void => {
      code.get(this.locals.packet);
      if (at !== 'constant') code.get(at === 'index' ? this.x : this.address).emit('i32.add');
    };
    if (bytes === 1) {
      base();
      code.emit('i32.load8_u', 0, k);
      if (msh) code.i32(15).emit('i32.and').i32(2).emit('i32.shl');
    } else if (order === 'little') {
      base();
      code.emit(bytes === 2 ? 'i32.load16_u' : 'i32.load', 0, k);
    } else if (bytes === 2) {
      // Two loads beat a load and a swap.
      base();
      code.emit('i32.load8_u', 0, k).i32(8).emit('i32.shl');
      base();
      code.emit('i32.load8_u', 0, k + 1).emit('i32.or');
    } else {
      base();
      code.emit('i32.load', 0, k).emit('local.tee', this.a);
      code.i32(8).emit('i32.rotl').i32(0x00ff00ff).emit('i32.and');
      code.get(this.a).i32(8).emit('i32.rotr').i32(0xff00ff00).emit('i32.and').emit('i32.or');
    }
    code.set(msh ? this.x : this.a);
  }

  /** Leaves the answer, an i32, on the stack. */
  private emitTest(test: Test): void {
    const { code, locals } = this;
    switch (test.kind) {
      case 'compare':
        code.get(this.a);
        if (test.k === 0 && test.operator === 'jeq') {
          code.emit('i32.eqz');
          break;
        }
        if (test.k === undefined) code.get(this.x);
        else code.i32(test.k);
        code.emit(COMPARE[test.operator]);
        break;
      case 'shorter':
        code.get(locals.captured).i32(test.bytes).emit('i32.lt_u');
        break;
      case 'index-beyond':
        code.get(this.x).get(locals.captured).i32(test.bytes).emit('i32.sub').emit('i32.gt_u');
        break;
      case 'address':
        if (test.indexed) {
          code.get(this.x).i32(test.k).emit('i32.add').set(this.address);
          if (this.helpers.resolve !== undefined) {
            code.get(this.address).i32(0).emit('i32.lt_s').emit('if', BLOCK_VOID);
            code.get(this.address).get(locals.ancillary).emit('call', this.helpers.resolve).set(this.address);
            code.emit('end');
          }
        } else {
          code.i32(test.k).get(locals.ancillary).emit('call', this.helpers.resolve!).set(this.address);
        }
        code.get(this.address).get(locals.captured).i32(test.bytes).emit('i32.sub').emit('i32.gt_u');
        break;
      case 'x-zero':
        code.get(this.x).emit('i32.eqz');
        break;
      case 'ancillary-absent':
        code.get(locals.ancillary).emit('i32.load', 2, PRESENCE_OFFSET);
        code.i32(presenceBit(test.offset)).emit('i32.and').emit('i32.eqz');
        break;
      case 'budget':
        code.get(this.budget).i32(test.steps).emit('i32.sub').emit('local.tee', this.budget);
        code.i32(0).emit('i32.lt_s');
        break;
    }
  }
}

/** headerOffset() of ancillary.ts. */
function defineResolve(module: ModuleBuilder): number {
  const code = module.function(
    'resolve',
    [
      ['offset', 'i32'],
      ['ancillary', 'i32'],
    ],
    ['i32'],
  );
  const [offset, ancillary] = [0, 1];
  for (const [base, field] of [
    [SKF_NET_OFF, NETWORK_OFFSET],
    [SKF_LL_OFF, LINK_OFFSET],
  ] as const) {
    code.get(offset).i32(base).emit('i32.ge_u').emit('if', BLOCK_VOID);
    code.i32(-1);
    code.get(ancillary).emit('i32.load', 2, field).get(offset).i32(base).emit('i32.sub').emit('i32.add');
    code.get(ancillary).emit('i32.load', 2, PRESENCE_OFFSET).i32(presenceBit(field)).emit('i32.and').emit('i32.eqz');
    code.emit('select').emit('return');
    code.emit('end');
  }
  code.i32(-1);
  return code.index;
}

/** findAttribute() and findNestedAttribute() of ancillary.ts. */
function defineAttribute(module: ModuleBuilder): number {
  const code = module.function(
    'attribute',
    [
      ['packet', 'i32'],
      ['length', 'i32'],
      ['at', 'i32'],
      ['wanted', 'i32'],
      ['nested', 'i32'],
    ],
    ['i32'],
  );
  const [packet, length, at, wanted, nested] = [0, 1, 2, 3, 4];
  const remaining = code.local('i32', 'remaining');
  const size = code.local('i32', 'size');
  const returnZeroIf = (): void => {
    code.emit('if', BLOCK_VOID).i32(0).emit('return').emit('end');
  };
  const loadSize = (): void => {
    code.get(packet).get(at).emit('i32.add').emit('i32.load16_u', 0, 0).set(size);
  };
  const headerFits = (): void => {
    code.get(length).i32(4).emit('i32.lt_u');
    returnZeroIf();
    code.get(at).get(length).i32(4).emit('i32.sub').emit('i32.gt_u');
    returnZeroIf();
  };
  headerFits();
  code.get(length).get(at).emit('i32.sub').set(remaining);
  code.get(nested).emit('if', BLOCK_VOID);
  loadSize();
  code.get(size).get(remaining).emit('i32.gt_u');
  returnZeroIf();
  code.get(at).i32(4).emit('i32.add').set(at);
  code.get(size).i32(4).emit('i32.sub').set(remaining);
  headerFits();
  code.emit('end');

  code.emit('loop', BLOCK_VOID);
  code.get(remaining).i32(4).emit('i32.lt_s');
  returnZeroIf();
  code.get(at).get(length).i32(4).emit('i32.sub').emit('i32.gt_u');
  returnZeroIf();
  loadSize();
  code.get(size).i32(4).emit('i32.lt_u');
  code.get(size).get(remaining).emit('i32.gt_s').emit('i32.or');
  returnZeroIf();
  code.get(packet).get(at).emit('i32.add').emit('i32.load16_u', 0, 2).i32(0x3fff).emit('i32.and');
  code.get(wanted).emit('i32.eq').emit('if', BLOCK_VOID).get(at).emit('return').emit('end');
  code.get(size).i32(3).emit('i32.add').i32(-4).emit('i32.and').set(size);
  code.get(at).get(size).emit('i32.add').set(at);
  code.get(remaining).get(size).emit('i32.sub').set(remaining);
  code.emit('br', 0);
  code.emit('end').emit('unreachable');
  return code.index;
}
