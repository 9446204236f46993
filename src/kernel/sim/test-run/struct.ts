// Programs whose context is a struct and no packet of their own: cgroup hooks, sockets' turning points, messages, probes, samples. The kernel
// test-runs few of them; here a caller gives the fields, and what hangs on the context (an option's value, a message) as `data`.

import type { Region } from '../../../engine/index.js';
import type { MessageBuffer, SockOpsView, SysctlView } from '../../../helpers/index.js';
import { kernelError } from '../../../maps/index.js';
import type { TestRunOptions } from '../../kernel.js';
import type { StructRow } from '../../structs/struct.js';
import { BPF_SOCK } from '../../structs/table.js';
import { ContextView, contextBytes } from '../context-view.js';
import type { SimCpu } from '../cpu.js';
import type { RunParts } from '../host.js';
import type { SimSocket } from '../network.js';
import { argumentValues } from './arguments.js';
import { NO_BYTES, type Outcome, repeated, type Subject } from './runner.js';

const AF_INET = 2;
const AF_INET6 = 10;
/** Registers of the first six arguments of a function (System V ABI, x86-64). */
const ARGUMENT_REGISTERS = ['rdi', 'rsi', 'rdx', 'rcx', 'r8', 'r9'];

export function testRunStruct(subject: Subject, cpu: SimCpu, options: TestRunOptions): Outcome {
  const struct = subject.row.context!;
  const { space } = subject;
  if (options.data && /^raw_tracepoint/.test(subject.row.name)) {
    throw kernelError('EINVAL', 'a tracepoint has arguments and no data');
  }
  const regions: Region[] = [];
  const make = (bytes: Uint8Array, label: string, access: 'read' | 'read-write' = 'read-write'): Region => {
    const region = cpu.allocate(bytes, label, access);
    regions.push(region);
    return region;
  };
  let socket: SimSocket | undefined;
  try {
    const bytes = contextBytes(struct, options.context);
    // The context of cgroup_sock is the socket itself.
    const context = make(bytes, `context (struct ${struct.name})`);
    const view = new ContextView(space, context.address, struct);
    if (struct.byName.has('sk') || struct === BPF_SOCK) {
      const family = familyOf(subject, struct, view);
      socket = subject.network.looseSocket(family);
      if (struct === BPF_SOCK) fillSocket(view, socket);
      else if (view.get('sk') === 0) view.set('sk', socket.address);
    }
    const parts: RunParts = { socket, ...hangOn(subject, view, options, make) };
    const { returnValue, durationNs } = repeated(subject, cpu, options, context.address, parts);
    return {
      returnValue,
      durationNs,
      data: dataAfter(subject, parts, options, regions),
      context: space.bytes.slice(context.address, context.address + struct.sizeBytes),
    };
  } finally {
    for (const region of regions) space.free(region);
    socket?.free();
  }
}

/** What belongs to the context of a type, and is not in it. */
function hangOn(
  subject: Subject,
  view: ContextView,
  options: TestRunOptions,
  make: (bytes: Uint8Array, label: string, access?: 'read' | 'read-write') => Region,
): RunParts {
  const { data = NO_BYTES } = options;
  switch (subject.row.name) {
    case 'cgroup_sockopt': {
      const value = make(data, 'option value');
      view.set('optval', value.address);
      view.set('optval_end', value.address + data.length);
      if (view.get('optlen') === 0) view.set('optlen', data.length);
      return { retval: view.get('retval') };
    }
    case 'sk_msg': {
      const message = new MessageArea(make(data, 'message'), data.length, view);
      return { message };
    }
    case 'sk_reuseport': {
      const packet = make(data, 'packet', 'read');
      view.set('data', packet.address);
      view.set('data_end', packet.address + data.length);
      view.set('len', data.length);
      return {};
    }
    case 'sock_ops': {
      const segment = make(data, 'segment', 'read');
      view.set('skb_data', segment.address);
      view.set('skb_data_end', segment.address + data.length);
      view.set('skb_len', data.length);
      const sockOps: SockOpsView = {
        op: view.get('op'),
        callbackFlags: view.get('bpf_sock_ops_cb_flags'),
        ...(data.length > 0 && { header: data }),
        options: { reservedBytes: 0, written: new Uint8Array(0), maximumBytes: 40 },
      };
      return { sockOps };
    }
    case 'cgroup_sysctl': {
      // `data` is what the file holds; on a write, what is being written.
      const writes = view.get('write') !== 0;
      const sysctl: SysctlView = { name: 'kernel/skep', current: data, ...(writes && { newValue: data }) };
      return { sysctl };
    }
    case 'kprobe':
    case 'perf_event': {
      const { values } = argumentValues(options.arguments ?? [], make);
      if (values.length > ARGUMENT_REGISTERS.length) throw tooMany(values.length);
      for (const [index, value] of values.entries()) setRegister(subject, view, ARGUMENT_REGISTERS[index]!, value);
      return { tracing: { arguments: values, ip: 0xffff_ffff_8100_0000n } };
    }
    case 'raw_tracepoint':
    case 'raw_tracepoint_writable': {
      const { values } = argumentValues(options.arguments ?? [], make);
      if (values.length > 12) throw tooMany(values.length);
      for (const [index, value] of values.entries()) {
        subject.space.view.setBigUint64(view.address + index * 8, value, true);
      }
      return { tracing: { arguments: values, ip: 0n } };
    }
    default:
      return {};
  }
}

function setRegister({ space }: Subject, view: ContextView, name: string, value: bigint): void {
  const registers = view.struct.byName.get(name) ?? view.struct.byName.get('regs')!;
  const offset = registers.name === name ? registers.offsetBytes : 0;
  if (registers.name === name) space.view.setBigUint64(view.address + offset, value, true);
}

function tooMany(count: number): Error {
  return kernelError('EINVAL', `a probe has fewer arguments than ${count}`);
}

function familyOf(subject: Subject, struct: StructRow, view: ContextView): number {
  const given = struct.byName.has('family') ? view.get('family') : 0;
  if (given !== 0) return given;
  return /6/.test(subject.spec.attachType ?? '') ? AF_INET6 : AF_INET;
}

/** A socket's words where the caller left zeros. */
function fillSocket(view: ContextView, socket: SimSocket): void {
  if (view.get('family') === 0) view.set('family', socket.family);
  if (view.get('type') === 0) view.set('type', 1);
  if (view.get('protocol') === 0) view.set('protocol', view.get('type') === 1 ? 6 : 17);
}

/** The bytes that a program may have changed: an option's value, a message, a sysctl's new value. */
function dataAfter(subject: Subject, parts: RunParts, options: TestRunOptions, regions: readonly Region[]): Uint8Array {
  const { bytes } = subject.space;
  const { message } = parts;
  if (message) return bytes.slice(message.address, message.address + message.lengthBytes);
  if (parts.sysctl) return parts.sysctl.newValue ?? parts.sysctl.current;
  if (subject.row.name !== 'cgroup_sockopt') return NO_BYTES;
  const value = regions.find(({ label }) => label === 'option value')!;
  return bytes.slice(value.address, value.address + (options.data?.length ?? 0));
}

/** The message of an sk_msg program, in one stretch. */
class MessageArea implements MessageBuffer {
  readonly address: number;
  lengthBytes: number;
  applyBytes = 0;
  corkBytes = 0;
  readonly #capacity: number;
  readonly #view: ContextView;

  constructor(region: Region, lengthBytes: number, view: ContextView) {
    this.address = region.address;
    this.lengthBytes = lengthBytes;
    this.#capacity = region.sizeBytes;
    this.#view = view;
    view.set('size', lengthBytes);
    this.show(0, lengthBytes);
  }

  show(start: number, end: number): void {
    this.#view.set('data', this.address + start);
    this.#view.set('data_end', this.address + end);
  }

  /** Only shorter: a message that grows is another message. */
  resize(offset: number, removed: number, added: number): boolean {
    const length = this.lengthBytes - removed + added;
    if (length > this.#capacity || offset + removed > this.lengthBytes || added > removed) return false;
    this.lengthBytes = length;
    this.#view.set('size', length);
    this.show(0, length);
    return true;
  }
}
