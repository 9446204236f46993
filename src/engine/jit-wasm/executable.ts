// A module at work. It is compiled once for all machines, and has an instance for each: the machine's state stands in its globals, so
// that callbacks, tail calls and programs that run inside of others need no care.

import {
  type CallTarget,
  type CompileOptions,
  type EngineName,
  type Executable,
  ExecutionError,
  type LinkedProgram,
  type Machine,
} from '../engine.js';
import {
  atSlot,
  budgetSpent,
  callDepth,
  fellOffTheEnd,
  noFunction,
  noPacket,
  unalignedAtomic,
  unknownHelper,
  unknownInstruction,
  wildAccess,
} from '../fault.js';
import { DEFAULT_BUDGET, runProgram, WORD } from '../machine.js';
import type { AddressSpace, Region } from '../memory.js';
import { type BuildOptions, type BuiltModule, buildModule, entryName } from './build-module.js';
import { FAULT } from './function-compiler.js';
import { type DecodedProgram, decodeProgram } from './functions.js';
import { CHECK_WRITE, type Layout } from './memory-access.js';
import { trapSlot } from './traps.js';

/** The layout of an address space that nobody asked to be another (address-space.ts). */
const DEFAULT_LAYOUT: Layout = { shadowAddress: 0x10000, maximumBytes: 512 * 1024 * 1024 };

type Targets = (id: number, kind: 'helper' | 'kfunc') => CallTarget | undefined;
type Entry = (r1: number, r2: number, r3: number, r4: number, r5: number) => number;

interface Compiled {
  readonly layout: Layout;
  readonly built: BuiltModule;
  readonly module: WebAssembly.Module;
}

/** An instance, for one machine. */
interface Instance {
  readonly entries: ReadonlyMap<number, Entry>;
  readonly main: Entry | undefined;
}

export class WasmProgram implements Executable {
  readonly program: LinkedProgram;
  readonly engine: EngineName = 'wasm';
  private readonly targets: Targets;
  private readonly options: CompileOptions;
  private readonly buildOptions: BuildOptions;
  private readonly decoded: DecodedProgram;
  private readonly budgetInstructions: number;
  private readonly compiled: Compiled[] = [];
  private readonly instances = new WeakMap<Machine, Instance>();
  private readonly counters = new Map<AddressSpace, Region>();
  private lastMachine: Machine | undefined;
  private lastInstance: Instance | undefined;

  constructor(program: LinkedProgram, targets: Targets, options: CompileOptions, buildOptions: BuildOptions = {}) {
    this.program = program;
    // Each is asked for once: who answers may make it anew.
    const known = new Map<string, CallTarget | undefined>();
    this.targets = (id, kind) => {
      const key = `${kind} ${id}`;
      if (!known.has(key)) known.set(key, targets(id, kind));
      return known.get(key);
    };
    this.options = options;
    this.buildOptions = buildOptions;
    this.decoded = decodeProgram(program);
    this.budgetInstructions =
      options.budgetInstructions ?? (options.checked ? DEFAULT_BUDGET.checked : DEFAULT_BUDGET.unchecked);
    this.moduleFor(options.space ?? DEFAULT_LAYOUT);
  }

  /** The module that is there already, with its builder for a listing. */
  get built(): BuiltModule {
    return this.compiled[0]!.built;
  }

  run(machine: Machine, contextAddress: number): number {
    return runProgram(this, machine, contextAddress, this.budgetInstructions);
  }

  enter(machine: Machine, startSlot: number, r1: number, r2: number, r3: number, r4: number, r5: number): number {
    const instance = machine === this.lastMachine ? this.lastInstance! : this.instanceFor(machine);
    const entry = startSlot === 0 ? instance.main : instance.entries.get(startSlot);
    if (!entry) throw noFunction(startSlot);
    // A helper that throws without a slot gets that of the innermost call: the word is the caller's again afterwards.
    const callerSlot = machine.words[WORD.scratch]!;
    try {
      const low = entry(r1, r2, r3, r4, r5) >>> 0;
      machine.words[WORD.scratch] = callerSlot;
      return low;
    } catch (error) {
      throw this.placed(error, machine);
    }
  }

  get counts(): Uint32Array | undefined {
    if (!this.options.coverage) return undefined;
    const { lengths, functions } = this.decoded;
    const counts = new Uint32Array(this.program.instructions.length);
    for (const [space, { address }] of this.counters) {
      let counter = address;
      for (const { blocks } of functions) {
        for (const block of blocks) {
          const executions = space.view.getUint32(counter, true);
          counter += 4;
          if (block.deadEnd === 'unknown-instruction') counts[block.start]! += executions;
          for (let slot = block.start; slot < block.end; slot += lengths[slot]!) counts[slot]! += executions;
        }
      }
    }
    return counts;
  }

  private moduleFor({ shadowAddress, maximumBytes }: Layout): Compiled {
    const fits = ({ layout }: Compiled): boolean =>
      !this.options.checked || (layout.shadowAddress === shadowAddress && layout.maximumBytes === maximumBytes);
    let compiled = this.compiled.find(fits);
    if (!compiled) {
      const layout = { shadowAddress, maximumBytes };
      const built = buildModule(this.program.name, this.decoded, this.targets, this.options, layout, this.buildOptions);
      compiled = { layout, built, module: new WebAssembly.Module(built.module.toBytes()) };
      this.compiled.push(compiled);
    }
    return compiled;
  }

  private instanceFor(machine: Machine): Instance {
    let instance = this.instances.get(machine);
    if (!instance) {
      instance = this.instantiate(machine);
      this.instances.set(machine, instance);
    }
    this.lastMachine = machine;
    this.lastInstance = instance;
    return instance;
  }

  private instantiate(machine: Machine): Instance {
    const { module, built } = this.moduleFor(machine.space);
    const imports: Record<string, WebAssembly.ImportValue> = {
      memory: machine.space.memory,
      words: machine.wordsAddress,
      stackTop: machine.stackTop,
      cpu: machine.cpu,
      fault: (fault: number, slot: number, detail: number) => {
        machine.words[WORD.scratch] = slot;
        throw this.faultOf(fault, slot, detail);
      },
      wild: (low: number, high: number, access: number, slot: number) => {
        throw wildAccess(machine.space, slot, low, high, access & ~CHECK_WRITE, (access & CHECK_WRITE) !== 0);
      },
      packet: (offset: number, sizeBytes: number, slot: number): number => {
        if (!machine.loadPacket) throw noPacket(slot);
        const loaded = machine.loadPacket(machine, offset, sizeBytes);
        if (loaded < 0) machine.words[WORD.stop] = STOP_OUTSIDE_PACKET;
        return loaded | 0;
      },
    };
    if (this.options.coverage) imports['counters'] = this.countersIn(machine.space, built.blockCount);
    built.targets.forEach((target, n) => {
      imports[`h${n}`] = thunk(target, machine);
    });
    const { exports } = new WebAssembly.Instance(module, { skep: imports });
    const entries = new Map(
      this.decoded.functions.map(({ start }) => [start, exports[entryName(start)] as unknown as Entry]),
    );
    return { entries, main: entries.get(0) };
  }

  /** Where the blocks are counted that run in an address space, on all of its CPUs. */
  private countersIn(space: AddressSpace, blockCount: number): number {
    let region = this.counters.get(space);
    if (!region) {
      region = space.allocate(blockCount * 4, `counters of ${this.program.name}`, 'none');
      this.counters.set(space, region);
    }
    return region.address;
  }

  private faultOf(fault: number, slot: number, detail: number): ExecutionError {
    switch (fault) {
      case FAULT.unknownInstruction:
        return unknownInstruction(slot, detail);
      case FAULT.fellOffTheEnd:
        return fellOffTheEnd(slot);
      case FAULT.unknownHelper:
        return unknownHelper(slot, detail, 'helper');
      case FAULT.unknownKfunc:
        return unknownHelper(slot, detail, 'kfunc');
      case FAULT.budget:
        return budgetSpent(slot, this.budgetInstructions);
      case FAULT.callDepth:
        return callDepth(slot);
      default:
        return unalignedAtomic(slot, detail, fault - FAULT.unaligned);
    }
  }

  /** An error on its way out: a helper's gets its slot; a trap of the memory becomes what it means. */
  private placed(error: unknown, machine: Machine): unknown {
    if (error instanceof ExecutionError) return atSlot(error, machine.words[WORD.scratch]!);
    // A trap says where, but not with which address.
    if (!(error instanceof WebAssembly.RuntimeError)) return error;
    const slot = trapSlot(error, this.moduleFor(machine.space).built);
    const row = this.decoded.rows[slot];
    if (!row) return error;
    const does = row.kind === 'load' || row.kind === 'load-acquire' ? 'reads' : 'writes';
    const bytes = row.bits === 8 ? 'a byte' : `${row.bits / 8} bytes`;
    const what = row.kind === 'call' ? 'has its key' : `${does} ${bytes}`;
    const wild = new ExecutionError('wild-access', `instruction ${slot} ${what} outside of the memory`, slot);
    wild.cause = error;
    return wild;
  }
}

/** WORD.stop: a packet load was outside of the packet, and the function ends with 0. */
const STOP_OUTSIDE_PACKET = 2;

/** A helper as WebAssembly calls it: as many 32-bit numbers as it takes, which JavaScript sees signed. */
function thunk({ call, signature }: CallTarget, machine: Machine): (...args: number[]) => number {
  switch (signature.count) {
    case 0:
      return () => call(machine, 0, 0, 0, 0, 0) | 0;
    case 1:
      return a => call(machine, a! >>> 0, 0, 0, 0, 0) | 0;
    case 2:
      return (a, b) => call(machine, a! >>> 0, b! >>> 0, 0, 0, 0) | 0;
    case 3:
      return (a, b, c) => call(machine, a! >>> 0, b! >>> 0, c! >>> 0, 0, 0) | 0;
    case 4:
      return (a, b, c, d) => call(machine, a! >>> 0, b! >>> 0, c! >>> 0, d! >>> 0, 0) | 0;
    default:
      return (a, b, c, d, e) => call(machine, a! >>> 0, b! >>> 0, c! >>> 0, d! >>> 0, e! >>> 0) | 0;
  }
}
