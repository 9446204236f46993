// The simulated kernel: bpf(2) in this process. Programs, maps and packets lie in one address space; time and chance come from outside, so that a
// run can be repeated. What it does not do yet is refuse what a verifier would: programs run checked, and a wild access ends the run.

import { SkepError } from '../../diagnostics/index.js';
import {
  type AddressSpace,
  type CallTarget,
  type CompileOptions,
  createAddressSpace,
  createWasmEngine,
  type Engine,
  type Executable,
  interpreter,
  type Region,
  runProgram,
} from '../../engine/index.js';
import {
  type CgroupView,
  callTargetOf,
  helperById,
  releaseTimer,
  type ScheduledCall,
  type TaskView,
} from '../../helpers/index.js';
import { checkInstructions, type Program as Instructions, rowOf } from '../../isa/extended/index.js';
import {
  createMap,
  type KernelMap,
  kernelError,
  type MapDefinition,
  type MapHost,
  type MapObjectKind,
  type MapObjects,
  mapRegistry,
  PerfEventArray,
  PerfReader,
  type PerfRecord,
  ProgramArray,
} from '../../maps/index.js';
import {
  type Btf,
  type CollectionSpec,
  fillKernelOptions,
  type MapSpec,
  type ProgramSpec,
  relocate,
  type VariableSpec,
} from '../../object/index.js';
import { attachType } from '../attach-types.js';
import type { Kernel, LoadCollectionOptions, LoadOptions } from '../kernel.js';
import { type ProgramTypeRow, programType } from '../program-types.js';
import { SteppingClock, seededRandom } from './clock.js';
import { missing, SimCollection } from './collection.js';
import { SimCpu } from './cpu.js';
import type { HostKernel, PendingCall } from './host.js';
import { kernelFunctionAt, kernelFunctionNumber } from './kernel-functions.js';
import { type MapTypes, SimMap } from './map-object.js';
import { SimNetwork } from './network.js';
import { DEFAULT_KERNEL_CONFIG, DEFAULT_KERNEL_VERSION, type SimKernelOptions } from './options.js';
import { PrintkLog } from './printk.js';
import { type CompileInput, SimProgram } from './program.js';
import { resolveProgram } from './resolve.js';
import { specialFields } from './special-fields.js';
import { SimTask, type TaskOptions } from './tasks.js';
import { encodeVariable, SimVariable } from './variables.js';

/** Linux's limit for privileged users: BPF_COMPLEXITY_LIMIT_INSNS counts what is verified, the program itself may be as long. */
const MAXIMUM_INSTRUCTIONS = 1_000_000;
/** Bytes that stand for a kernel variable of which nothing but the name is known. */
const VARIABLE_BYTES = 8;
const PAGE_BYTES = 4096;
/** How far timers may call each other in one go. */
const MAXIMUM_PENDING_CALLS = 100_000;

/** A callback that waits, and the CPU it is for. */
interface Pending {
  readonly cpu: number;
  readonly call: PendingCall;
}

interface ProgramContext {
  readonly maps: ReadonlyMap<string, SimMap>;
  readonly btf: Btf | undefined;
}

export class SimKernel implements Kernel {
  readonly name = 'sim';
  readonly printk = new PrintkLog();
  /** The network that helpers look things up in. */
  readonly network: SimNetwork;
  readonly engine: Engine;
  readonly space: AddressSpace;
  readonly cpuCount: number;
  /** What iterator programs wrote (bpf_seq_write, bpf_seq_printf). */
  readonly seqOutput: Uint8Array[] = [];

  readonly #options: SimKernelOptions;
  readonly #clock = new SteppingClock();
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #cpus: SimCpu[] = [];
  readonly #maps = new Set<SimMap>();
  readonly #programs = new Map<number, SimProgram>();
  readonly #types = new WeakMap<object, Btf>();
  readonly #perfReaders = new Map<KernelMap, PerfReader>();
  readonly #variables = new Map<string, Region>();
  readonly #tasks: SimTask[] = [];
  readonly #cgroup: CgroupView;
  readonly #host: HostKernel;
  readonly #mapHost: MapHost;
  #pending: Pending[] = [];
  #programIds = 0;
  #disposed = false;

  constructor(options: SimKernelOptions = {}) {
    this.#options = options;
    this.cpuCount = options.cpus ?? 4;
    if (!(Number.isInteger(this.cpuCount) && this.cpuCount > 0 && this.cpuCount <= 256)) {
      throw new RangeError(`a kernel has 1 to 256 CPUs, not ${this.cpuCount}`);
    }
    this.engine = pickEngine(options.engine ?? 'auto');
    this.#now = options.now ?? this.#clock.now;
    this.#random = options.random ?? seededRandom(options.seed ?? 1);
    this.space = createAddressSpace(
      options.maximumMemoryBytes === undefined ? {} : { maximumBytes: options.maximumMemoryBytes },
    );
    this.network = new SimNetwork(this.space);
    const cgroup = this.space.allocate(16, 'cgroup (struct cgroup)', 'none');
    this.#cgroup = { address: cgroup.address, id: 1n, classid: 0 };
    this.addTask(options.task ?? {});
    this.#mapHost = {
      space: this.space,
      cpuCount: this.cpuCount,
      now: () => BigInt(this.#now()),
      random: this.#random,
      objectOf: (kind, number) => this.#objectOf(kind, number),
      hasDevice: ifindex => this.network.interfaceAt(ifindex) !== undefined,
      releaseFields: (map, value) => this.#releaseFields(map, value),
    };
    this.#host = this.#createHost();
    for (let cpu = 0; cpu < this.cpuCount; cpu++) this.#cpus.push(new SimCpu(this.space, this.#host, cpu));
  }

  /** The task that programs run in: the first one. */
  get task(): SimTask {
    return this.#tasks[0]!;
  }

  addTask(options: TaskOptions): SimTask {
    const task = new SimTask(this.space, options, this.#cgroup, this.#options.btf);
    this.#tasks.push(task);
    return task;
  }

  /** Lets time pass on the kernel's own clock, and runs the timers whose time has come. */
  advance(ns: number): void {
    this.#clock.advance(ns);
    this.#runPending();
  }

  createMap(spec: MapSpec): SimMap {
    this.#checkOpen();
    const map = createMap(this.#mapHost, definitionOf(spec));
    const types: MapTypes | undefined = spec.btf && {
      btf: spec.btf,
      keyTypeId: spec.keyTypeId,
      valueTypeId: spec.valueTypeId,
    };
    const object = new SimMap(this.space, map, types, closed => {
      this.#maps.delete(closed);
      this.#perfReaders.delete(map);
    });
    this.#maps.add(object);
    if (map instanceof PerfEventArray) this.#perfReaders.set(map, new PerfReader(map));
    return object;
  }

  loadProgram(spec: ProgramSpec, options: LoadOptions = {}): SimProgram {
    this.#checkOpen();
    return this.#load(spec, { maps: simMaps(options.maps), btf: undefined });
  }

  load(given: CollectionSpec, options: LoadCollectionOptions = {}): SimCollection {
    this.#checkOpen();
    const spec = this.#prepare(given);
    for (const name of options.programs ?? [])
      if (!spec.programs.has(name)) missing('program', name, spec.programs.keys());
    const chosen = [...spec.programs.values()].filter(
      ({ name, autoload }) => options.programs?.includes(name) ?? autoload,
    );
    const values = variableValues(spec, options.variables ?? {});
    const owned: Disposable[] = [];
    try {
      const maps = new Map<string, SimMap>(simMaps(options.maps));
      for (const [name, map] of spec.maps) {
        if (maps.has(name)) continue;
        const made = this.createMap(asLibbpf(map, this.cpuCount));
        owned.push(made);
        maps.set(name, made);
        const filled = fill(map, values.get(name));
        if (filled) made.update(new Uint8Array(map.keySizeBytes), filled);
      }
      const programs = new Map<string, SimProgram>();
      for (const program of chosen) {
        const loaded = this.#load(program, { maps, btf: spec.btf });
        // Programs go first: nothing then runs with maps that are gone.
        owned.unshift(loaded);
        programs.set(program.name, loaded);
      }
      for (const [name, map] of spec.maps) {
        if (!options.maps?.has(name)) this.#putContents(map, maps, programs);
        if (map.frozen && !options.maps?.has(name)) maps.get(name)!.freeze();
      }
      const variables = new Map<string, SimVariable>();
      for (const [name, variable] of spec.variables) {
        variables.set(name, new SimVariable(variable, maps.get(variable.map)!, spec.btf));
      }
      return new SimCollection(programs, maps, variables, owned);
    } catch (error) {
      for (const one of owned) one[Symbol.dispose]();
      throw error;
    }
  }

  /** What programs wrote into a perf_event_array (bpf_perf_event_output) since this was last asked. */
  perfRecords(map: SimMap): PerfRecord[] {
    const records: PerfRecord[] = [];
    this.#perfReaders.get(map.map)?.drain(record => records.push(record));
    return records;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#pending = [];
    for (const program of [...this.#programs.values()]) program[Symbol.dispose]();
    for (const map of [...this.#maps]) map[Symbol.dispose]();
    for (const cpu of this.#cpus) cpu.free();
    for (const task of this.#tasks) task.free();
    this.printk.close();
  }

  /** Types fitted to the kernel's, options of the kernel filled in. */
  #prepare(given: CollectionSpec): CollectionSpec {
    if (given.byteOrder !== 'little') {
      throw new SkepError({
        code: 'SKEP6001',
        severity: 'error',
        message: 'the object is for a big-endian machine, and the simulated one is little endian',
        notes: ['compile it with -target bpfel (or -target bpf on a little-endian machine)'],
      });
    }
    let spec = given;
    if (spec.kernelOptions.length > 0) {
      spec = fillKernelOptions(spec, {
        config: this.#options.kernelConfig ?? DEFAULT_KERNEL_CONFIG,
        version: this.#options.kernelVersion ?? DEFAULT_KERNEL_VERSION,
        features: { LINUX_HAS_BPF_COOKIE: true, LINUX_HAS_SYSCALL_WRAPPER: true },
      });
    }
    // Without a kernel's types the kernel has those that the program was compiled against.
    const target = this.#options.btf ?? spec.btf;
    return target ? relocate(spec, target) : spec;
  }

  #load(spec: ProgramSpec, context: ProgramContext): SimProgram {
    const row = checkProgram(spec);
    const compiled = this.#compile(spec, row, context);
    const subject = { spec, row, ...compiled, space: this.space, network: this.network, now: this.#now };
    const program = new SimProgram(
      ++this.#programIds,
      subject,
      this.#cpus,
      () => this.#runPending(),
      closed => this.#programs.delete(closed.id),
    );
    this.#programs.set(program.id, program);
    if (context.btf) this.#types.set(program, context.btf);
    return program;
  }

  #compile(
    spec: ProgramSpec,
    row: ProgramTypeRow,
    { maps }: ProgramContext,
  ): { compiled: CompileInput; executable: Executable } {
    const linked = resolveProgram(spec, {
      map: name => {
        const found = maps.get(name)?.map ?? missing('map', name, maps.keys());
        if (found instanceof ProgramArray && !found.compatible(row.name)) {
          throw kernelError('EINVAL', `map ${name} holds programs of another type than ${row.name}`);
        }
        return found;
      },
      mapById: id => mapRegistry(this.space).byId(id),
      kernelVariable: (name, btfTypeId) => this.#kernelVariable(name, btfTypeId),
      kernelFunction: kernelFunctionNumber,
    });
    const checked = this.#options.checked ?? true;
    const targets = (id: number, kind: 'helper' | 'kfunc'): CallTarget | undefined => {
      const found = kind === 'helper' ? helperById(id) : kernelFunctionAt(id);
      return found && callTargetOf(found, checked);
    };
    const { budgetInstructions, coverage } = this.#options;
    const options: CompileOptions = {
      checked,
      space: this.space,
      mapAt: handle => mapRegistry(this.space).byHandle(handle),
      ...(budgetInstructions !== undefined && { budgetInstructions }),
      ...(coverage !== undefined && { coverage }),
    };
    return { compiled: { linked, targets, options }, executable: this.engine.compile(linked, targets, options) };
  }

  /** Programs and maps that an object puts into arrays, by name; other entries. */
  #putContents(spec: MapSpec, maps: ReadonlyMap<string, SimMap>, programs: ReadonlyMap<string, SimProgram>): void {
    const map = maps.get(spec.name)!;
    if (spec.type === 'struct_ops') return;
    for (const { key, value } of spec.contents) {
      if (value instanceof Uint8Array) {
        if (!isData(spec)) map.update(key, value);
        continue;
      }
      const name = 'program' in value ? value.program : value.map;
      const object = 'program' in value ? programs.get(name) : maps.get(name);
      // A program that was not asked for leaves its place empty.
      if (!object) continue;
      const number = new Uint8Array(map.valueSizeBytes);
      new DataView(number.buffer).setUint32(0, object.id, true);
      map.update(key, number);
    }
  }

  /** Memory that stands for a kernel variable; with a kernel's BTF only what that has. */
  #kernelVariable(name: string, _btfTypeId: number): number | undefined {
    const given = this.#options.symbols?.[name];
    if (given !== undefined) return Number(given);
    const btf = this.#options.btf;
    const type = btf?.findByName(name, 'var');
    if (!type) return undefined;
    let region = this.#variables.get(name);
    if (!region) {
      const bytes = Math.max(VARIABLE_BYTES, btf!.sizeOf(type.typeId));
      this.#variables.set(name, (region = this.space.allocate(bytes, `kernel variable ${name}`, 'read')));
    }
    return region.address;
  }

  #objectOf<K extends MapObjectKind>(kind: K, number: number): MapObjects[K] | undefined {
    const found = ((): unknown => {
      switch (kind) {
        case 'map':
          return mapRegistry(this.space).byId(number);
        case 'program':
          return this.#programs.get(number);
        case 'socket':
        case 'xdp-socket': {
          const socket = this.network.socketByCookie(BigInt(number));
          return socket && { id: number, cookie: socket.cookie, address: socket.address };
        }
        case 'cgroup':
          return number === Number(this.#cgroup.id) ? { id: this.#cgroup.address } : undefined;
        case 'task': {
          const task = this.#tasks.find(({ pid }) => pid === number);
          return task && { id: task.address };
        }
        default:
          return undefined;
      }
    })();
    return found as MapObjects[K] | undefined;
  }

  #createHost(): HostKernel {
    const { space, network, cpuCount, printk, seqOutput } = this;
    const registry = mapRegistry(space);
    const currentTask = (): TaskView => this.task;
    return {
      cpuCount,
      network,
      get currentTask() {
        return currentTask();
      },
      cgroup: this.#cgroup,
      now: this.#now,
      random: this.#random,
      mapAt: handle => registry.byHandle(handle),
      tasks: () => this.#tasks,
      printk: line => printk.push(line),
      perfEvent: (map, cpu, record) => (map instanceof PerfEventArray ? map.output(cpu, cpu, record) : -22),
      tailCallTarget: (map, index) => (map instanceof ProgramArray ? map.at(index)?.executable : undefined),
      schedule: (cpu, call) => this.#schedule(cpu, call),
      seqWrite: bytes => {
        seqOutput.push(bytes.slice());
        return 0;
      },
      symbol: name => {
        const value = this.#options.symbols?.[name];
        return value === undefined ? undefined : BigInt(value);
      },
      typeSize: (program, typeId) => {
        const btf = this.#types.get(program as object);
        return btf && typeId > 0 && typeId < btf.typeCount ? btf.sizeOf(typeId) : undefined;
      },
    };
  }

  /** Timers of a value that goes away stop. */
  #releaseFields(map: KernelMap, value: number): void {
    for (const { kind, offsetBytes } of map.definition.fields ?? []) {
      if (kind === 'timer' || kind === 'workqueue') releaseTimer(this.#cpus[0]!.machine, value + offsetBytes);
    }
  }

  #schedule(cpu: number, call: PendingCall): ScheduledCall {
    const entry = { cpu, call };
    this.#pending.push(entry);
    return {
      cancel: () => {
        const waiting = this.#pending.includes(entry);
        if (waiting) this.#pending = this.#pending.filter(one => one !== entry);
        return waiting;
      },
    };
  }

  /** Timers and work queues whose time has come, in the order of their times. */
  #runPending(): void {
    if (this.#pending.length === 0) return;
    const until = this.#now();
    for (let count = 0; count < MAXIMUM_PENDING_CALLS; count++) {
      let first: Pending | undefined;
      for (const one of this.#pending)
        if (one.call.atNs <= until && (!first || one.call.atNs < first.call.atNs)) first = one;
      if (!first) return;
      const due = first;
      this.#pending = this.#pending.filter(one => one !== due);
      const { program, startSlot, r1, r2, r3 } = due.call;
      if (!(program instanceof SimProgram) || !this.#programs.has(program.id)) continue;
      const cpu = this.#cpus[due.cpu]!;
      const { executable } = program;
      // The callback is entered as a program of its own.
      const entry: Executable = {
        program: executable.program,
        engine: executable.engine,
        run: (machine, context) => runProgram(entry, machine, context, 100_000_000),
        enter: (machine, slot, a, b, c, d, e) =>
          slot === 0
            ? executable.enter(machine, startSlot, r1, r2, r3, 0, 0)
            : executable.enter(machine, slot, a, b, c, d, e),
      };
      cpu.run(program, entry, 0, {});
    }
  }

  #checkOpen(): void {
    if (this.#disposed) throw kernelError('EBADF', 'the kernel was disposed of');
  }
}

function pickEngine(wanted: 'auto' | 'interpreter' | 'wasm' | Engine): Engine {
  if (typeof wanted === 'object') {
    if (wanted.available !== true) throw kernelError('ENOTSUPP', `no ${wanted.name} engine here: ${wanted.available}`);
    return wanted;
  }
  if (wanted === 'interpreter') return interpreter;
  const wasm = createWasmEngine();
  if (wasm.available === true) return wasm;
  if (wanted === 'auto') return interpreter;
  throw kernelError('ENOTSUPP', `no WebAssembly engine here: ${wasm.available}`);
}

/** What bpf(2) refuses before it verifies: types, lengths, instructions that are not well formed, helpers of other types. */
function checkProgram(spec: ProgramSpec): ProgramTypeRow {
  const { name, instructions } = spec;
  const row = programType(spec.type);
  if (!row) {
    throw kernelError('EINVAL', `section '${spec.sectionName}' does not say what type of program ${name} is`);
  }
  if (spec.attachType !== undefined && row.attachTypes.length > 0 && !row.attachTypes.includes(spec.attachType)) {
    const known = attachType(spec.attachType)
      ? `a ${row.name} program is not attached as ${spec.attachType}`
      : `there is no attach type ${spec.attachType}`;
    throw kernelError('EINVAL', `${name}: ${known}`);
  }
  if (instructions.length === 0) throw kernelError('EINVAL', `${name} has no instructions`);
  if (instructions.length > MAXIMUM_INSTRUCTIONS) {
    throw kernelError('E2BIG', `${name} has ${instructions.length} instructions, more than ${MAXIMUM_INSTRUCTIONS}`);
  }
  const findings = checkInstructions(instructions);
  if (findings.length > 0) throw new SkepError(findings);
  checkHelpers(spec, row, instructions);
  return row;
}

/** Licences that the kernel counts as GPL compatible (license_is_gpl_compatible). */
const GPL_COMPATIBLE = new Set([
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
]);

/** Helpers that there are, that the type may call, and whose licence fits: check_helper_call(). */
function checkHelpers({ name, license }: ProgramSpec, row: ProgramTypeRow, instructions: Instructions): void {
  for (const [slot, instruction] of instructions.entries()) {
    if (instruction.src !== 0 || rowOf(instruction)?.kind !== 'call') continue;
    const helper = helperById(instruction.imm);
    const where = `instruction ${slot} of ${name}`;
    if (!helper) throw kernelError('EINVAL', `${where} calls helper ${instruction.imm}, which does not exist`);
    // An extension may call what the program that it replaces may.
    if (helper.programTypes !== '*' && row.name !== 'ext' && !helper.programTypes.includes(row.name)) {
      throw kernelError('EINVAL', `${where} calls ${helper.name}, which ${row.name} programs may not`);
    }
    if (helper.gplOnly && !GPL_COMPATIBLE.has(license)) {
      const said = license === '' ? 'says no licence' : `is under '${license}'`;
      throw kernelError(
        'EINVAL',
        `${where} calls ${helper.name}, for which the object's licence must be GPL compatible: it ${said}`,
      );
    }
  }
}

/** As many entries as libbpf asks for: a perf buffer for each CPU where nothing is said; ring buffers of whole pages, a power of two. */
function entriesOf({ type, maxEntries }: MapSpec, cpuCount: number): number {
  if (type === 'perf_event_array' && maxEntries === 0) return cpuCount;
  if (type !== 'ringbuf' && type !== 'user_ringbuf') return maxEntries;
  let bytes = PAGE_BYTES;
  while (bytes < maxEntries && bytes < 2 ** 31) bytes *= 2;
  return maxEntries === 0 ? 0 : bytes;
}

/** A map of an object as libbpf asks the kernel for it. */
function asLibbpf(spec: MapSpec, cpuCount: number): MapSpec {
  const { inner } = spec;
  return { ...spec, maxEntries: entriesOf(spec, cpuCount), ...(inner && { inner: asLibbpf(inner, cpuCount) }) };
}

function definitionOf(spec: MapSpec): MapDefinition {
  const { btf, valueTypeId, inner, mapExtra, numaNode } = spec;
  const fields = btf && valueTypeId !== 0 ? specialFields(btf, valueTypeId) : [];
  return {
    type: spec.type,
    name: spec.name,
    keySizeBytes: spec.keySizeBytes,
    valueSizeBytes: spec.valueSizeBytes,
    maxEntries: spec.maxEntries,
    flags: spec.flags,
    ...(mapExtra !== undefined && { mapExtra }),
    ...(inner && { inner: definitionOf(inner) }),
    ...(numaNode !== undefined && { numaNode }),
    ...(fields.length > 0 && { fields }),
    hasTypes: btf !== undefined && spec.keyTypeId !== 0 && valueTypeId !== 0,
  };
}

/** The bytes of a data section, under key 0 of an array. */
const isData = (spec: MapSpec): boolean => spec.type === 'array' && spec.name.startsWith('.') && spec.maxEntries === 1;

/** What a data section holds when the programs are loaded: its bytes with the variables that the caller set. */
function fill(
  spec: MapSpec,
  values: readonly { readonly variable: VariableSpec; readonly bytes: Uint8Array }[] | undefined,
): Uint8Array | undefined {
  const first = isData(spec) ? spec.contents[0]?.value : undefined;
  if (!(first instanceof Uint8Array) && !values) return undefined;
  const bytes = new Uint8Array(spec.valueSizeBytes);
  if (first instanceof Uint8Array) bytes.set(first.subarray(0, bytes.length));
  for (const { variable, bytes: value } of values ?? []) bytes.set(value, variable.offsetBytes);
  return bytes;
}

/** The variables that a caller sets, by the map they are in. */
function variableValues(
  spec: CollectionSpec,
  given: Readonly<Record<string, unknown>>,
): Map<string, { variable: VariableSpec; bytes: Uint8Array }[]> {
  const byMap = new Map<string, { variable: VariableSpec; bytes: Uint8Array }[]>();
  for (const [name, value] of Object.entries(given)) {
    const variable = spec.variables.get(name) ?? missing('variable', name, spec.variables.keys());
    const list = byMap.get(variable.map) ?? [];
    list.push({ variable, bytes: encodeVariable(variable, spec.btf, value) });
    byMap.set(variable.map, list);
  }
  return byMap;
}

function simMaps(maps: LoadOptions['maps'] = new Map()): Map<string, SimMap> {
  const found = new Map<string, SimMap>();
  for (const [name, map] of maps) {
    if (!(map instanceof SimMap)) throw kernelError('EBADF', `map ${name} is not one of this kernel`);
    found.set(name, map);
  }
  return found;
}
