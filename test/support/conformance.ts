// One program, every machine that runs it: the three engines (checked and unchecked) and, as root, the kernel by TEST_RUN.
//
// Programs begin with r1 = address of a piece of memory and r2 = its size, or with r1 = the context where there is no memory.
// In the kernel the memory is the value of an array map, and r0 goes to a second one, since TEST_RUN returns 32 bits of it only:
//
//     r1 = memory ll; r2 = size         the same prologue for all
//     ...                               the program, `exit` of its first function being `goto end` in the kernel
//     end: r1 = result ll; *(u64 *)(r1 + 0) = r0; r0 = 0; exit

import {
  type CallTarget,
  createAddressSpace,
  createMachine,
  type Engine,
  ExecutionError,
  linkProgram,
  type Resolution,
} from '../../src/engine/index.js';
import {
  BPF_PSEUDO_MAP_VALUE,
  type Instruction,
  insn,
  LDDW_OPCODE,
  lddw,
  type Program,
  rowOf,
} from '../../src/isa/extended/index.js';
import {
  BPF_MAP_TYPE,
  BPF_PROG_TYPE,
  BpfError,
  type CreatedMap,
  type KernelBpf,
  type KernelProgramOptions,
  type LoadedProgram,
} from './kernel-bpf.js';
import { ModelMap, modelHelpers } from './model-maps.js';

/** A map of the program, the nth of `Fixture.maps` being what `map[idx:n]` means. */
export interface MapFixture {
  readonly type: 'hash' | 'array';
  readonly name: string;
  readonly keySizeBytes: number;
  readonly valueSizeBytes: number;
  readonly maxEntries: number;
  /** Key and value in hexadecimal. */
  readonly entries: readonly (readonly [string, string])[];
}

/** What is run: the program and what it finds, but for what its memory holds. */
export interface Fixture {
  readonly name: string;
  readonly instructions: Program;
  /** Size of the memory; 0: none, and r1 is the context. */
  readonly memoryBytes: number;
  readonly maps?: readonly MapFixture[];
  /** For LD_ABS and LD_IND; such programs get the context and return 32 bits in the kernel. At least 14 bytes. */
  readonly packet?: Uint8Array;
}

/** How a run ended. Without `r0`: a fault, or the kernel's verifier refused. */
export interface Outcome {
  readonly r0?: bigint;
  /** `fault@slot`, the slot within the fixture's own instructions. */
  readonly error?: string;
  /** The verifier's log. */
  readonly refused?: string;
  readonly memory: Uint8Array;
  /** Sorted `name key = value`, in hexadecimal. */
  readonly maps: readonly string[];
}

/** A program made ready on one machine. Dispose of it after use. */
export interface Prepared extends Disposable {
  run(memory?: Uint8Array): Outcome;
}

/** Something that runs programs: an engine in one of its modes, or the kernel. */
export interface Subject {
  readonly name: string;
  readonly isKernel: boolean;
  prepare(fixture: Fixture): Prepared;
}

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replace(/\s+/g, ''), 'hex'));

/** The prologue, with any constant for the memory's address. */
function prologue(fixture: Fixture, src: number, value: number): Instruction[] {
  return fixture.memoryBytes === 0 ? [] : [...lddw(1, src, value, 0), insn(0xb7, 2, 0, 0, fixture.memoryBytes)];
}

/** An engine as a subject. All of its programs share one address space and one machine. */
export function engineSubject(engine: Engine, checked: boolean): Subject {
  const space = createAddressSpace({ initialBytes: 1 << 20, maximumBytes: 64 << 20 });
  let packet: Uint8Array | undefined;
  const machine = createMachine({
    space,
    loadPacket: (_, offset, sizeBytes) => {
      if (!packet || offset < 0 || offset + sizeBytes > packet.length) return -1;
      let value = 0;
      for (let at = 0; at < sizeBytes; at++) value = value * 256 + packet[offset + at]!;
      return value;
    },
  });
  const context = space.allocate(192, 'context', 'read-write');
  const maps = new Map<number, ModelMap>();
  const helpers = modelHelpers(space, maps);
  return {
    name: `${engine.name}, ${checked ? 'checked' : 'unchecked'}`,
    isKernel: false,
    prepare(fixture) {
      const memory = fixture.memoryBytes > 0 ? space.allocate(fixture.memoryBytes, 'memory', 'read-write') : undefined;
      const own = (fixture.maps ?? []).map(definition => new ModelMap(space, definition));
      for (const map of own) maps.set(map.handle, map);
      const head = prologue(fixture, 0, memory?.address ?? 0);
      const instructions = [...head, ...fixture.instructions];
      const resolutions = new Map<number, Resolution>();
      for (let slot = 0; slot < instructions.length; slot++) {
        const instruction = instructions[slot]!;
        const row = rowOf(instruction);
        if (row?.mnemonic === 'lddw_map_idx') resolutions.set(slot, { value: own[instruction.imm]!.handle });
        if (row?.mnemonic === 'lddw_map_idx_value') {
          const offset = instructions[slot + 1]!.imm;
          resolutions.set(slot, { value: own[instruction.imm]!.valuesAddress + offset });
        }
        if (instruction.opcode === LDDW_OPCODE) slot++;
      }
      const executable = engine.compile(
        linkProgram({ name: fixture.name, instructions, resolutions }),
        (id, kind): CallTarget | undefined => (kind === 'helper' ? helpers.get(id) : undefined),
        { checked, ...(checked && { budgetInstructions: 50_000_000 }) },
      );
      return {
        run(bytes) {
          if (memory) space.bytes.set(bytes ?? new Uint8Array(fixture.memoryBytes), memory.address);
          for (const map of own) map.reset();
          packet = fixture.packet;
          let end: Pick<Outcome, 'r0' | 'error'>;
          try {
            const low = executable.run(machine, context.address);
            end = { r0: (BigInt(machine.high[0]! >>> 0) << 32n) | BigInt(low >>> 0) };
          } catch (error) {
            if (!(error instanceof ExecutionError)) throw error;
            end = { error: `${error.fault}@${error.slot - head.length}` };
          }
          return {
            ...end,
            memory: memory
              ? space.bytes.slice(memory.address, memory.address + fixture.memoryBytes)
              : new Uint8Array(0),
            maps: own.flatMap(map => map.dump()).sort(),
          };
        },
        [Symbol.dispose]() {
          if (memory) space.free(memory);
          for (const map of own) {
            maps.delete(map.handle);
            map[Symbol.dispose]();
          }
        },
      };
    },
  };
}

/** Bytes of the packet that programs run on which do not ask for one. */
const SOME_PACKET = new Uint8Array(64);

/** The kernel as a subject: programs of type sched_cls, which may use every instruction. */
export function kernelSubject(kernel: KernelBpf): Subject {
  const result = kernel.createMap({ type: BPF_MAP_TYPE.array, keySizeBytes: 4, valueSizeBytes: 8, maxEntries: 1 });
  const zero = new Uint8Array(4);
  return {
    name: 'kernel',
    isKernel: true,
    prepare(fixture) {
      const open: Disposable[] = [];
      const close = (): void => {
        for (const each of open.splice(0).reverse()) each[Symbol.dispose]();
      };
      const memory =
        fixture.memoryBytes === 0
          ? undefined
          : kernel.createMap({
              type: BPF_MAP_TYPE.array,
              keySizeBytes: 4,
              valueSizeBytes: fixture.memoryBytes,
              maxEntries: 1,
            });
      if (memory) open.push(memory);
      const maps = (fixture.maps ?? []).map(definition => {
        const map = kernel.createMap({ ...definition, type: BPF_MAP_TYPE[definition.type] });
        open.push(map);
        return map;
      });
      const head = prologue(fixture, BPF_PSEUDO_MAP_VALUE, memory?.fd ?? 0);
      const instructions = fixture.packet
        ? [...head, ...fixture.instructions]
        : withEpilogue(
            [...head, ...fixture.instructions],
            [
              ...lddw(1, BPF_PSEUDO_MAP_VALUE, result.fd, 0),
              insn(0x7b, 1, 0, 0, 0),
              insn(0xb7, 0, 0, 0, 0),
              insn(0x95),
            ],
          );
      let program: LoadedProgram | undefined;
      let refused = '';
      try {
        program = kernel.loadProgram({
          type: BPF_PROG_TYPE.sched_cls,
          name: 'conformance',
          instructions,
          fdArray: maps.map(({ fd }) => fd),
          ...functionTypes(kernel, instructions),
        });
        open.push(program);
      } catch (error) {
        close();
        if (!(error instanceof BpfError)) throw error;
        refused = error.message;
      }
      return {
        run(bytes) {
          const empty = new Uint8Array(fixture.memoryBytes);
          if (!program) return { refused, memory: empty, maps: [] };
          memory?.update(zero, bytes ?? empty);
          for (const [index, map] of maps.entries()) fill(map, fixture.maps![index]!);
          const { returnValue } = program.testRun({ data: fixture.packet ?? SOME_PACKET });
          return {
            r0: fixture.packet ? BigInt(returnValue) : new DataView(result.lookup(zero)!.buffer).getBigUint64(0, true),
            memory: memory?.lookup(zero) ?? empty,
            maps: maps.flatMap((map, index) => dump(map, fixture.maps![index]!)).sort(),
          };
        },
        [Symbol.dispose]: close,
      };
    },
  };
}

/** BTF of the functions, which the kernel wants to see where an address of one is taken. */
function functionTypes(kernel: KernelBpf, program: Program): Pick<KernelProgramOptions, 'btfFd' | 'functionInfo'> {
  const starts = new Set([0]);
  let needed = false;
  for (let slot = 0; slot < program.length; slot++) {
    const mnemonic = rowOf(program[slot]!)?.mnemonic;
    if (mnemonic === 'lddw_func') needed = true;
    if (mnemonic === 'call_local' || mnemonic === 'lddw_func') starts.add(slot + 1 + program[slot]!.imm);
    if (program[slot]!.opcode === LDDW_OPCODE) slot++;
  }
  if (!needed) return {};
  const functions = [...starts].sort((a, b) => a - b);
  // Type 1: int; 2: int (); from 3 on: one static function each.
  const strings = `\0int\0f\0`;
  const types = [1, 1 << 24, 4, (1 << 24) | 32, 0, 13 << 24, 1, ...functions.flatMap(() => [5, 12 << 24, 2])];
  const words = [0x0001eb9f, 24, 0, types.length * 4, types.length * 4, strings.length, ...types];
  const btf = concatBytes(new Uint8Array(Int32Array.from(words).buffer), new TextEncoder().encode(strings));
  const records = functions.flatMap((start, index) => [start, index + 3]);
  return { btfFd: kernel.loadBtf(btf), functionInfo: new Uint8Array(Int32Array.from(records).buffer) };
}

function concatBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

function fill(map: CreatedMap, { type, entries, maxEntries, valueSizeBytes }: MapFixture): void {
  if (type === 'array') {
    for (let index = 0; index < maxEntries; index++) map.update(indexKey(index), new Uint8Array(valueSizeBytes));
  } else {
    for (let key = map.nextKey(); key; key = map.nextKey()) map.delete(key);
  }
  for (const [key, value] of entries) map.update(fromHex(key), fromHex(value));
}

function dump(map: CreatedMap, { name }: MapFixture): string[] {
  const lines: string[] = [];
  for (let key = map.nextKey(); key; key = map.nextKey(key)) {
    lines.push(`${name} ${toHex(key)} = ${toHex(map.lookup(key)!)}`);
  }
  return lines;
}

/** A key of an array map. */
export function indexKey(index: number): Uint8Array {
  const key = new Uint8Array(4);
  new DataView(key.buffer).setUint32(0, index, true);
  return key;
}

/** The program whose first function, where it would exit, goes on to `epilogue` (put in behind that function). */
export function withEpilogue(program: Program, epilogue: Program): Program {
  const calls: { slot: number; target: number }[] = [];
  const exits: number[] = [];
  for (let slot = 0; slot < program.length; slot++) {
    const instruction = program[slot]!;
    const row = rowOf(instruction);
    if (row?.mnemonic === 'call_local' || row?.mnemonic === 'lddw_func') {
      calls.push({ slot, target: slot + 1 + instruction.imm });
    }
    if (row?.kind === 'exit') exits.push(slot);
    if (instruction.opcode === LDDW_OPCODE) slot++;
  }
  // A function that never exits gets nothing behind it: what is wrong with it shall stay wrong.
  if (exits.length === 0) return program;
  const end = Math.min(program.length, ...calls.map(({ target }) => target).filter(target => target > 0));
  const changed = [...program];
  for (const slot of exits) {
    if (slot >= end) continue;
    const distance = end - slot - 1;
    changed[slot] = distance <= 0x7fff ? insn(0x05, 0, 0, distance) : insn(0x06, 0, 0, 0, distance);
  }
  for (const { slot, target } of calls) {
    if (slot < end && target >= end) changed[slot] = { ...changed[slot]!, imm: changed[slot]!.imm + epilogue.length };
    if (slot >= end && target < end) changed[slot] = { ...changed[slot]!, imm: changed[slot]!.imm - epilogue.length };
  }
  // The last exit would jump to the next instruction, which the verifier takes as any other jump.
  return [...changed.slice(0, end), ...epilogue, ...changed.slice(end)];
}
