// A loaded program: run once or more with what a test gives it, or over many packets, one after the other, with nothing made for each.

import {
  type CallTarget,
  type CompileOptions,
  type Executable,
  ExecutionError,
  type LinkedProgram,
} from '../../engine/index.js';
import { FRAME_POINTER, rowOf } from '../../isa/extended/index.js';
import { kernelError } from '../../maps/index.js';
import type { ProgramSpec } from '../../object/index.js';
import type { ProgramObject, TestRunOptions, TestRunResult } from '../kernel.js';
import { type ProgramTypeRow, verdictName } from '../program-types.js';
import { ProgramError } from '../source-line.js';
import type { SimCpu } from './cpu.js';
import type { PacketArea } from './packet-area.js';
import { loadSkb, runnerOf, type Subject } from './test-run/index.js';

/** Runs one program over packets. What a run leaves is there until the next one. */
export interface PacketRunner {
  /**
   * Puts a frame (link layer first), bytes [start, end) of `from`, in front of the program and runs it: r0's low half, unsigned. Frames of any
   * length are taken: a driver hands those on, too. Throws ProgramError.
   */
  run(from: Uint8Array, start: number, end: number): number;
  /** The frame as the program left it: where it lies in the kernel's memory. */
  readonly address: number;
  readonly lengthBytes: number;
  /** The same in a buffer of its own. */
  take(): Uint8Array<ArrayBuffer>;
  /** Whether the frame is other than what was put in: the same bytes as `from` had. */
  changed(from: Uint8Array, start: number, end: number): boolean;
}

/** What the engine was given: for listings of what it makes of it. */
export interface CompileInput {
  readonly linked: LinkedProgram;
  readonly targets: (id: number, kind: 'helper' | 'kfunc') => CallTarget | undefined;
  readonly options: CompileOptions;
}

export class SimProgram implements ProgramObject {
  readonly id: number;
  readonly spec: ProgramSpec;
  readonly row: ProgramTypeRow;
  readonly executable: Executable;
  readonly compiled: CompileInput;
  readonly #subject: Subject;
  readonly #cpus: readonly SimCpu[];
  readonly #afterRun: () => void;
  readonly #onDispose: (program: SimProgram) => void;
  #closed = false;

  constructor(
    id: number,
    subject: Omit<Subject, 'handle'> & { readonly compiled: CompileInput },
    cpus: readonly SimCpu[],
    afterRun: () => void,
    onDispose: (program: SimProgram) => void,
  ) {
    this.id = id;
    this.spec = subject.spec;
    this.row = subject.row;
    this.executable = subject.executable;
    this.compiled = subject.compiled;
    this.#subject = { ...subject, handle: this };
    this.#cpus = cpus;
    this.#afterRun = afterRun;
    this.#onDispose = onDispose;
  }

  get name(): string {
    return this.spec.name;
  }

  get type(): string {
    return this.row.name;
  }

  testRun(options: TestRunOptions = {}): TestRunResult {
    this.#checkOpen();
    const cpu = this.#cpu(options.cpu ?? 0);
    try {
      const { returnValue, data, context, durationNs } = runnerOf(this.#subject)(this.#subject, cpu, options);
      const value = returnValue >>> 0;
      return { returnValue: value, verdict: verdictName(this.row, value), data, context, durationNs };
    } catch (error) {
      throw located(error, this.spec, cpu);
    } finally {
      this.#afterRun();
    }
  }

  /** For many packets. Throws EINVAL for a type that gets none. */
  packetRunner(cpuIndex = 0): PacketRunner {
    this.#checkOpen();
    const cpu = this.#cpu(cpuIndex);
    const { context } = this.row;
    if (context?.name === 'xdp_md') return new XdpRunner(this.#subject, cpu);
    if (context?.name === '__sk_buff') return new SkbRunner(this.#subject, cpu);
    throw kernelError('EINVAL', `a ${this.type} program does not run on packets`);
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onDispose(this);
  }

  #cpu(index: number): SimCpu {
    const cpu = this.#cpus[index];
    if (!cpu) throw kernelError('EINVAL', `there is no CPU ${index}: this kernel has ${this.#cpus.length}`);
    return cpu;
  }

  #checkOpen(): void {
    if (this.#closed) throw kernelError('EBADF', `program ${this.name} was disposed of`);
  }
}

/** An error of a run with its place in the source, and of a wild access with its place in the packet. */
function located(error: unknown, spec: ProgramSpec, cpu: SimCpu): unknown {
  if (!(error instanceof ExecutionError)) return error;
  const place = error.address === undefined ? undefined : cpu.describe(error.address);
  return new ProgramError(spec, error, place);
}

abstract class Runner implements PacketRunner {
  protected readonly subject: Subject;
  protected readonly cpu: SimCpu;
  readonly #mayChange: boolean;

  constructor(subject: Subject, cpu: SimCpu) {
    this.subject = subject;
    this.cpu = cpu;
    this.#mayChange = mayChangePackets(subject.spec);
  }

  protected abstract readonly area: PacketArea;

  abstract run(from: Uint8Array, start: number, end: number): number;
  abstract readonly address: number;
  abstract readonly lengthBytes: number;

  take(): Uint8Array<ArrayBuffer> {
    return this.subject.space.bytes.slice(this.address, this.address + this.lengthBytes);
  }

  changed(from: Uint8Array, start: number, end: number): boolean {
    if (!this.#mayChange) return false;
    return this.area.differsFrom(from, start, end, this.address, this.lengthBytes);
  }
}

/** Whether a program could write to a packet: it stores elsewhere than on its stack, or calls something. Most filters do neither. */
function mayChangePackets({ instructions }: ProgramSpec): boolean {
  return instructions.some(instruction => {
    const row = rowOf(instruction);
    if (!row) return false;
    if (row.kind === 'call') return true;
    return MEMORY_CLASSES.has(instruction.opcode & 7) && instruction.dst !== FRAME_POINTER;
  });
}

/** BPF_ST and BPF_STX. */
const MEMORY_CLASSES: ReadonlySet<number> = new Set([2, 3]);

class XdpRunner extends Runner {
  readonly #context: number;
  readonly #parts: { readonly packet: SimCpu['xdp'] };

  constructor(subject: Subject, cpu: SimCpu) {
    super(subject, cpu);
    const packet = cpu.xdp;
    this.#parts = { packet };
    this.#context = packet.context.address;
    packet.setInterface(1, 0);
  }

  protected get area(): PacketArea {
    return this.#parts.packet.area;
  }

  get address(): number {
    return this.#parts.packet.address;
  }

  get lengthBytes(): number {
    return this.#parts.packet.lengthBytes;
  }

  run(from: Uint8Array, start: number, end: number): number {
    const { subject, cpu } = this;
    this.#parts.packet.load(from, start, end, 0);
    cpu.host.begin(subject.handle, this.#parts);
    try {
      return subject.executable.run(cpu.machine, this.#context) >>> 0;
    } catch (error) {
      throw located(error, subject.spec, cpu);
    } finally {
      cpu.host.end();
    }
  }
}

class SkbRunner extends Runner {
  protected get area(): PacketArea {
    return this.cpu.skb.area;
  }

  get address(): number {
    const { packet, skip } = this.#place;
    return packet.address - skip;
  }

  get lengthBytes(): number {
    const { packet, skip } = this.#place;
    return packet.lengthBytes + skip;
  }

  /** The link-layer header is behind the program's back where it sees the network layer only. */
  get #place() {
    const packet = this.cpu.skb;
    return { packet, skip: this.subject.row.linkLayer ? 0 : Math.min(-packet.macOffset, packet.area.headroomBytes) };
  }

  run(from: Uint8Array, start: number, end: number): number {
    const { subject, cpu } = this;
    const packet = loadSkb(subject, cpu, from, start, end);
    cpu.host.begin(subject.handle, { packet, socket: packet.socket });
    try {
      return subject.executable.run(cpu.machine, packet.context.address) >>> 0;
    } catch (error) {
      throw located(error, subject.spec, cpu);
    } finally {
      cpu.host.end();
    }
  }
}
