// A plain interpreter of condition trees, so that code generation is tested without anything that comes after it.
// A load outside of the packet, and a division by zero, reject the packet whatever the tree says: as in bpf_filter(3).

import type { Condition, Statement } from '../../src/filter/condition.js';

const REJECT = Symbol('reject');
const BREAK = Symbol('break');

/** What the kernel knows of a packet besides its bytes; absent: an ancillary load rejects. */
export interface Metadata {
  /** The VLAN tag that was taken out of the packet. */
  readonly vlanTag?: number;
  readonly packetType?: number;
  readonly interfaceIndex?: number;
}

const ANCILLARY = 0xfffff000;

class Machine {
  a = 0;
  x = 0;
  readonly memory = new Map<number, number>();
  readonly packet: Uint8Array;
  readonly metadata: Metadata | undefined;
  steps = 0;

  constructor(packet: Uint8Array, metadata?: Metadata) {
    this.packet = packet;
    this.metadata = metadata;
  }

  read(offset: number, size: number): number {
    if (offset < 0 || offset + size > this.packet.length) throw REJECT;
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.packet[offset + i]!;
    return value;
  }

  ancillary(offset: number): number {
    if (!this.metadata) throw REJECT;
    switch (offset) {
      case 4:
        return this.metadata.packetType ?? reject();
      case 8:
        return this.metadata.interfaceIndex ?? reject();
      case 44:
        return this.metadata.vlanTag ?? 0;
      case 48:
        return this.metadata.vlanTag === undefined ? 0 : 1;
      default:
        throw REJECT;
    }
  }

  run(statements: readonly Statement[]): void {
    for (const statement of statements) {
      if (++this.steps > 100_000) throw new Error('a filter that does not end');
      if (statement.kind === 'instruction') this.step(statement.code, statement.k);
      else if (statement.kind === 'if')
        this.run(this.holds(statement.jump, statement.k) ? statement.then : statement.else);
      else if (statement.kind === 'break') throw BREAK;
      else {
        try {
          for (;;) this.run(statement.body);
        } catch (thrown) {
          if (thrown !== BREAK) throw thrown;
        }
      }
    }
  }

  step(code: number, k: number): void {
    const size = [4, 2, 1][(code >> 3) & 3]!;
    switch (code & 7) {
      case 0: {
        const mode = code & 0xe0;
        if (mode === 0x00) this.a = k;
        else if (mode === 0x20) this.a = k >= ANCILLARY ? this.ancillary(k - ANCILLARY) : this.read(k, size);
        else if (mode === 0x40) this.a = this.read(this.x + k, size);
        else if (mode === 0x60) this.a = this.memory.get(k) ?? unset(k);
        else if (mode === 0x80) this.a = this.packet.length;
        else throw new Error(`no such load: ${code}`);
        return;
      }
      case 1: {
        const mode = code & 0xe0;
        if (mode === 0x00) this.x = k;
        else if (mode === 0x60) this.x = this.memory.get(k) ?? unset(k);
        else if (mode === 0x80) this.x = this.packet.length;
        else if (mode === 0xa0) this.x = (this.read(k, 1) & 0xf) * 4;
        else throw new Error(`no such load into X: ${code}`);
        return;
      }
      case 2:
        this.memory.set(k, this.a);
        return;
      case 3:
        this.memory.set(k, this.x);
        return;
      case 4:
        this.a = alu(code & 0xf0, this.a, (code & 8) !== 0 ? this.x : k) >>> 0;
        return;
      case 7:
        if (code === 0x07) this.x = this.a;
        else this.a = this.x;
        return;
      default:
        throw new Error(`no such statement: ${code}`);
    }
  }

  holds(jump: number, k: number): boolean {
    const b = (jump & 8) !== 0 ? this.x : k;
    switch (jump & 0xf0) {
      case 0x10:
        return this.a === b;
      case 0x20:
        return this.a > b;
      case 0x30:
        return this.a >= b;
      case 0x40:
        return (this.a & b) !== 0;
      default:
        throw new Error(`no such jump: ${jump}`);
    }
  }

  test(condition: Condition): boolean {
    switch (condition.kind) {
      case 'constant':
        return condition.value;
      case 'test':
        this.run(condition.statements);
        return this.holds(condition.jump, condition.k);
      case 'not':
        return !this.test(condition.term);
      case 'and':
        return condition.terms.every(term => this.test(term));
      case 'or':
        return condition.terms.some(term => this.test(term));
    }
  }
}

function reject(): never {
  throw REJECT;
}

function unset(register: number): never {
  throw new Error(`register ${register} is read before it is stored`);
}

function alu(operation: number, a: number, b: number): number {
  switch (operation) {
    case 0x00:
      return a + b;
    case 0x10:
      return a - b;
    case 0x20:
      return Math.imul(a, b);
    case 0x30:
      if (b === 0) throw REJECT;
      return Math.floor(a / b);
    case 0x40:
      return a | b;
    case 0x50:
      return a & b;
    case 0x60:
      return b < 32 ? a << b : 0;
    case 0x70:
      return b < 32 ? a >>> b : 0;
    case 0x80:
      return -a;
    case 0x90:
      if (b === 0) throw REJECT;
      return a % b;
    case 0xa0:
      return a ^ b;
    default:
      throw new Error(`no such operation: ${operation}`);
  }
}

/** Whether the packet matches. Throws if a register is read before it was stored: kernels refuse such programs. */
export function matches(condition: Condition, packet: Uint8Array, metadata?: Metadata): boolean {
  try {
    return new Machine(packet, metadata).test(condition);
  } catch (thrown) {
    if (thrown === REJECT) return false;
    throw thrown;
  }
}
