// CO-RE against targets made here, one difference each.

import { describe, expect, it } from 'vitest';
import type { SkepError } from '../../src/diagnostics/index.js';
import { type Instruction, insn, lddw } from '../../src/isa/extended/index.js';
import {
  type Btf,
  BtfBuilder,
  CORE_KINDS,
  type CoreKind,
  isPoisoned,
  loadObject,
  type Member,
  type ProgramSpec,
  relocate,
  relocateProgram,
} from '../../src/object/index.js';
import { ORDERS, objectBytes } from './support/objects.js';

interface Ids {
  readonly int: number;
  readonly u32: number;
  readonly u64: number;
  readonly u16: number;
  readonly pointer: number;
}

const member = (name: string, typeId: number, offsetBits: number, bitfieldBits = 0): Member => ({
  name,
  typeId,
  offsetBits,
  bitfieldBits,
});

/** BTF of some base types and whatever `add` puts in. */
function types(add: (builder: BtfBuilder, ids: Ids) => void, byteOrder: 'little' | 'big' = 'little'): Btf {
  const builder = new BtfBuilder({ byteOrder });
  const ids = {
    int: builder.int('int', 4, { signed: true }),
    u32: builder.int('unsigned int', 4),
    u64: builder.int('unsigned long', 8),
    u16: builder.int('unsigned short', 2),
    pointer: builder.pointer(0),
  };
  add(builder, ids);
  return builder.build();
}

const struct = (builder: BtfBuilder, name: string, sizeBytes: number, members: Member[]): number =>
  builder.add({ kind: 'struct', name, sizeBytes, members });

/** Relocates one instruction (its two slots for LDDW). */
function apply(
  local: Btf,
  target: Btf,
  kind: CoreKind,
  [typeName, accessString]: readonly [string, string],
  instructions: readonly Instruction[],
): readonly Instruction[] {
  const id = [...local.types()].find(({ name }) => name === typeName)!.id;
  const program: ProgramSpec = {
    name: 'test',
    sectionName: 'socket',
    type: 'socket_filter',
    flags: [],
    autoload: true,
    instructions,
    references: [],
    functions: [],
    lines: [],
    coreRelocations: [
      { slot: 0, kind: CORE_KINDS.findIndex(({ name }) => name === kind), btfTypeId: id, accessString },
    ],
    license: 'GPL',
    byteOrder: local.byteOrder,
  };
  return relocateProgram(program, local, target).instructions;
}

const MOV = 0xb7;
const mov = (imm: number): Instruction => insn(MOV, 1, 0, 0, imm);
const load = (size: 'w' | 'dw' | 'h', offset: number): Instruction =>
  insn({ w: 0x61, dw: 0x79, h: 0x69 }[size], 1, 2, offset);

const local = types((builder, { int, u32, u64, pointer }) => {
  struct(builder, 'task', 24, [
    member('pid', int, 0),
    member('flags', u32, 32),
    member('next', pointer, 64),
    member('big', u64, 128),
  ]);
});

describe('offsets of fields', () => {
  const target = types((builder, { int, u64, pointer }) => {
    const inner = struct(builder, '', 16, [member('x', u64, 0), member('pid', int, 64)]);
    struct(builder, 'task', 48, [
      member('added', u64, 0),
      member('', inner, 64),
      member('flags', u64, 192),
      member('next', pointer, 256),
      member('big', u64, 320),
    ]);
  });

  it('move, through anonymous structs too', () => {
    expect(apply(local, target, 'field_byte_offset', ['task', '0:0'], [mov(0)])[0]!.imm).toBe(16);
    expect(apply(local, target, 'field_byte_offset', ['task', '0:3'], [load('dw', 16)])[0]!.offset).toBe(40);
    expect(apply(local, target, 'field_byte_offset', ['task', '2:3'], [mov(64)])[0]!.imm).toBe(136);
  });

  it('change the size of a load of an unsigned integer', () => {
    const [instruction] = apply(local, target, 'field_byte_offset', ['task', '0:1'], [load('w', 4)]);
    expect(instruction).toEqual(load('dw', 24));
  });

  it('poison a load of a signed integer whose size differs', () => {
    const wider = types((builder, { u64 }) => struct(builder, 'task', 8, [member('pid', u64, 0)]));
    const [instruction] = apply(local, wider, 'field_byte_offset', ['task', '0:0'], [load('w', 0)]);
    expect(isPoisoned(instruction!)).toBe(true);
    // An offset in a register is no load: it is right whatever is read there.
    expect(apply(local, wider, 'field_byte_offset', ['task', '0:0'], [mov(0)])[0]).toEqual(mov(0));
  });

  it('poison an instruction whose field is not there, both slots of a wide one', () => {
    const empty = types(builder => struct(builder, 'task', 0, []));
    expect(apply(local, empty, 'field_byte_offset', ['task', '0:0'], [mov(0)]).every(isPoisoned)).toBe(true);
    expect(apply(local, empty, 'field_byte_offset', ['task', '0:0'], lddw(1, 0, 0, 0)).map(isPoisoned)).toEqual([
      true,
      true,
    ]);
  });

  it('that do not fit their instruction are refused', () => {
    const refused = (instruction: Instruction) =>
      expect(() => apply(local, target, 'field_byte_offset', ['task', '0:1'], [instruction])).toThrow(
        expect.objectContaining({ code: 'SKEP4303' }),
      );
    refused(mov(7));
    refused(load('w', 8));
    refused(load('h', 4));
    refused(insn(0xbf, 1, 2));
    refused(insn(0x95));
  });
});

describe('what is there', () => {
  const target = types((builder, { int, pointer }) => {
    struct(builder, 'task', 16, [member('pid', pointer, 0), member('flags', int, 64)]);
    builder.typedef('other', int);
  });

  it.each([
    ['0:0', 0, 'a pointer is no integer'],
    ['0:1', 1, 'an integer of the other sign counts'],
    ['0:3', 0, 'no such member'],
  ])('field_exists %s is %i: %s', (accessString, expected) => {
    expect(apply(local, target, 'field_exists', ['task', accessString], [mov(1)])[0]!.imm).toBe(expected);
  });

  it('type_exists, type_size, type_id', () => {
    const here = types((builder, { int }) => {
      struct(builder, 'task___mine', 4, [member('pid', int, 0)]);
      struct(builder, 'gone', 4, [member('x', int, 0)]);
    });
    const value = (kind: CoreKind, name: string, before: number): number =>
      apply(here, target, kind, [name, '0'], [mov(before)])[0]!.imm;
    expect(value('type_exists', 'task___mine', 1)).toBe(1);
    expect(value('type_exists', 'gone', 1)).toBe(0);
    expect(value('type_size', 'task___mine', 4)).toBe(16);
    expect(value('type_size', 'gone', 4)).toBe(0);
    expect(value('type_id_target', 'task___mine', 99)).toBe(target.findByName('task')!.id);
    expect(value('type_id_target', 'gone', 99)).toBe(0);
    expect(value('type_id_local', 'gone', 99)).toBe(here.findByName('gone')!.id);
  });

  it.each([
    ['the same', 0, 'int', 1],
    ['a member less', 1, 'int', 1],
    ['another type', 0, 'u64', 0],
    ['a member more', -1, 'int', 0],
  ] as const)('type_matches: %s', (_, added, of, expected) => {
    const build = (extra: boolean, kind: 'int' | 'u64'): Btf =>
      types((builder, ids) => {
        const members = [member('a', ids[kind], 0), ...(extra ? [member('b', ids.int, 64)] : [])];
        struct(builder, 'pair', 16, members);
      });
    const result = apply(build(added < 0, 'int'), build(added > 0, of), 'type_matches', ['pair', '0'], [mov(1)]);
    expect(result[0]!.imm).toBe(expected);
  });
});

describe('enumerators', () => {
  const enumeration = (values: readonly (readonly [string, bigint])[], wide = false): Btf =>
    types(builder => {
      const list = values.map(([name, value]) => ({ name, value: wide ? value : Number(value) }));
      builder.add({
        kind: wide ? 'enum64' : 'enum',
        name: 'state',
        sizeBytes: wide ? 8 : 4,
        signed: false,
        values: list,
      });
    });
  const here = enumeration([
    ['OFF', 0n],
    ['ON___mine', 1n],
  ]);

  it('are found by their essential names, in enums of either width', () => {
    const there = enumeration([['ON', 0x1234567890n]], true);
    const result = apply(here, there, 'enumval_value', ['state', '1'], lddw(1, 0, 1, 0));
    expect(result.map(({ imm }) => imm)).toEqual([0x34567890, 0x12]);
    expect(apply(here, there, 'enumval_exists', ['state', '1'], [mov(1)])[0]!.imm).toBe(1);
  });

  it('that are not there do not exist, and have no value', () => {
    const there = enumeration([['OFF', 3n]]);
    expect(apply(here, there, 'enumval_exists', ['state', '1'], [mov(1)])[0]!.imm).toBe(0);
    expect(isPoisoned(apply(here, there, 'enumval_value', ['state', '1'], [mov(1)])[0]!)).toBe(true);
    expect(apply(here, there, 'enumval_value', ['state', '0'], [mov(0)])[0]!.imm).toBe(3);
  });
});

describe('bit fields', () => {
  const at = (offsetBits: number, width: number, byteOrder: 'little' | 'big' = 'little'): Btf =>
    types((builder, { u32 }) => struct(builder, 'flags', 12, [member('mode', u32, offsetBits, width)]), byteOrder);
  const value = (kind: CoreKind, to: Btf, from: Btf): number => {
    const result = apply(from, to, kind, ['flags', '0:0'], [mov(kind === 'field_rshift_u64' ? 61 : 0)]);
    return result[0]!.imm;
  };

  it.each([
    // offset, width: byte offset, size, left shift, right shift
    [0, 3, 0, 4, 61, 61],
    [35, 5, 4, 4, 56, 59],
    [30, 5, 0, 8, 29, 59],
    [64, 32, 8, 4, 32, 32],
  ])('at bit %i of %i bits, little endian', (offset, width, byteOffset, size, left, right) => {
    const [from, to] = [at(0, 3), at(offset, width)];
    expect(value('field_byte_offset', to, from)).toBe(byteOffset);
    expect(value('field_byte_size', to, from)).toBe(size);
    expect(value('field_lshift_u64', to, from)).toBe(left);
    expect(value('field_rshift_u64', to, from)).toBe(right);
  });

  it('at bit 35 of 5 bits, big endian', () => {
    const [from, to] = [at(0, 3, 'big'), at(35, 5, 'big')];
    expect(value('field_lshift_u64', to, from)).toBe(35);
    expect(value('field_rshift_u64', to, from)).toBe(59);
  });
});

describe('arrays', () => {
  const withArray = (length: number, last = true): Btf =>
    types((builder, { int, u64 }) => {
      const items = builder.array(int, length, u64);
      const members = [member('items', items, 64), ...(last ? [] : [member('end', int, 128)])];
      struct(builder, 'list', 64, members);
    });

  it('index inside', () => {
    expect(apply(withArray(8), withArray(16), 'field_byte_offset', ['list', '0:0:5'], [mov(28)])[0]!.imm).toBe(28);
  });

  it('an index behind the end of the target does not exist', () => {
    expect(apply(withArray(8), withArray(4), 'field_exists', ['list', '0:0:5'], [mov(1)])[0]!.imm).toBe(0);
  });

  it('a flexible array at the end has every index', () => {
    expect(apply(withArray(8), withArray(0), 'field_exists', ['list', '0:0:5'], [mov(1)])[0]!.imm).toBe(1);
    expect(apply(withArray(8), withArray(0, false), 'field_exists', ['list', '0:0:5'], [mov(1)])[0]!.imm).toBe(0);
  });
});

describe('several candidates', () => {
  const two = (offset: number): Btf =>
    types((builder, { int }) => {
      struct(builder, 'task', 16, [member('pid', int, 0)]);
      struct(builder, 'task___older', 16, [member('pid', int, offset)]);
      struct(builder, 'task___unrelated', 16, [member('x', int, 0)]);
    });

  it('that agree are one', () => {
    expect(apply(local, two(0), 'field_byte_offset', ['task', '0:0'], [mov(0)])[0]!.imm).toBe(0);
  });

  it('that disagree are refused', () => {
    expect(() => apply(local, two(64), 'field_byte_offset', ['task', '0:0'], [mov(0)])).toThrow(
      expect.objectContaining({ code: 'SKEP4302' }),
    );
  });
});

describe('a compiled object', () => {
  it.each(ORDERS)('stays what it is against its own types (%s)', order => {
    const spec = loadObject(objectBytes('direct', order));
    const same = relocate(spec, spec.btf!).programs.get('direct')!;
    expect(spec.programs.get('direct')!.coreRelocations.length).toBeGreaterThan(3);
    expect(same.instructions).toEqual(spec.programs.get('direct')!.instructions);
    expect(same.coreRelocations).toEqual([]);
  });

  it.each(ORDERS)('says in which program and line a relocation fails (%s)', order => {
    const spec = loadObject(objectBytes('core', order));
    // Its own types hold two flavors of task_struct that disagree.
    try {
      relocate(spec, spec.btf!);
      expect.unreachable();
    } catch (error) {
      const { code, notes, message } = (error as SkepError).diagnostics[0]!;
      expect(code).toBe('SKEP4302');
      expect(message).toContain("'struct task_struct.pid'");
      expect(notes!.at(-1)).toBe("in program 'core', instruction 2, ./core.c:57");
    }
  });

  it('finds types in a module that continues the kernel', () => {
    const base = types((builder, { int }) => struct(builder, 'task', 8, [member('pid', int, 32)]));
    const module = new BtfBuilder({ base });
    module.add({ kind: 'struct', name: 'own', sizeBytes: 4, members: [member('x', 1, 0)] });
    const target = module.build();
    expect(apply(local, target, 'field_byte_offset', ['task', '0:0'], [mov(0)])[0]!.imm).toBe(4);
    const here = types((builder, { int }) => struct(builder, 'own', 4, [member('x', int, 0)]));
    expect(apply(here, target, 'type_id_target', ['own', '0'], [mov(0)])[0]!.imm).toBe(base.typeCount);
  });
});

describe('relocations that make no sense', () => {
  it.each(['', '0:', '0:9', '1:2:3', 'x', '0:0:0', '0'.repeat(300), Array.from({ length: 100 }, () => '0').join(':')])(
    'access string %j',
    accessString => {
      expect(() => apply(local, local, 'field_byte_size', ['task', accessString], [mov(4)])).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^SKEP(4301|4303|4105)$/) }),
      );
    },
  );
});
