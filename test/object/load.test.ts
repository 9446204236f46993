import { describe, expect, it } from 'vitest';
import { kernelDialect, list } from '../../src/isa/extended/index.js';
import {
  type CollectionSpec,
  codecOf,
  declare,
  fillKernelOptions,
  loadObject,
  MAP_FLAGS,
  type MapSpec,
  type ProgramSpec,
  parseKernelConfig,
  typeInC,
} from '../../src/object/index.js';
import { ORDERS, objectBytes } from './support/objects.js';

const mapOf = (spec: CollectionSpec, name: string): MapSpec => spec.maps.get(name)!;
const keyNumber = (spec: CollectionSpec, key: Uint8Array): number =>
  new DataView(key.buffer).getUint32(0, spec.byteOrder === 'little');
const listing = ({ instructions }: ProgramSpec): string[] =>
  list(instructions, kernelDialect).map(({ slot, text }) => `${slot} ${text}`);

describe.each(ORDERS)('an object of byte order %s', order => {
  const load = (name: string): CollectionSpec => loadObject(objectBytes(name, order));

  it('says its byte order, license and version', () => {
    const spec = load('maps');
    expect(spec.byteOrder).toBe(order === 'le' ? 'little' : 'big');
    expect(spec.license).toBe('GPL');
    expect(spec.kernelVersion).toBe(0x050a00);
  });

  it('defines maps by their types', () => {
    const spec = load('maps');
    const { btf, ...flows } = mapOf(spec, 'flows');
    expect(flows).toMatchObject({ type: 'hash', keySizeBytes: 16, valueSizeBytes: 16, maxEntries: 1024, flags: 0 });
    expect(typeInC(btf!, flows.keyTypeId)).toBe('struct flow');
    expect(typeInC(btf!, flows.valueTypeId)).toBe('struct counters');
    expect(mapOf(spec, 'pinned')).toMatchObject({
      type: 'lru_hash',
      keySizeBytes: 4,
      valueSizeBytes: 24,
      flags: 2,
      numaNode: 1,
      pinByName: true,
    });
    expect(mapOf(spec, 'events')).toMatchObject({
      type: 'ringbuf',
      keySizeBytes: 0,
      valueSizeBytes: 0,
      maxEntries: 4096,
    });
    expect(mapOf(spec, 'perf')).toMatchObject({ type: 'perf_event_array', keySizeBytes: 4, valueSizeBytes: 4 });
  });

  it('fills maps of maps and of programs', () => {
    const spec = load('maps');
    const outer = mapOf(spec, 'outer');
    expect(outer).toMatchObject({ type: 'array_of_maps', valueSizeBytes: 4 });
    expect(outer.inner).toMatchObject({ type: 'array', maxEntries: 2, keySizeBytes: 4, valueSizeBytes: 8 });
    expect(outer.contents.map(({ key, value }) => [keyNumber(spec, key), value])).toEqual([
      [1, { map: 'first' }],
      [3, { map: 'second' }],
    ]);
    expect(mapOf(spec, 'by_name').inner).toMatchObject({ type: 'hash', keySizeBytes: 8, valueSizeBytes: 1 });
    const steps = mapOf(spec, 'steps');
    expect(steps).toMatchObject({ type: 'prog_array', keySizeBytes: 4, valueSizeBytes: 4, maxEntries: 3 });
    expect(steps.contents.map(({ key, value }) => [keyNumber(spec, key), value])).toEqual([
      [2, { program: 'second_step' }],
    ]);
  });

  it('reads an old maps section and globals without types', () => {
    const spec = load('legacy');
    expect(spec.btf).toBeUndefined();
    expect(spec.license).toBe('Dual MIT/GPL');
    expect(mapOf(spec, 'counts')).toMatchObject({
      type: 'hash',
      keySizeBytes: 4,
      valueSizeBytes: 8,
      maxEntries: 100,
      flags: 0,
    });
    expect(mapOf(spec, 'table')).toMatchObject({ type: 'array', valueSizeBytes: 16, maxEntries: 10, flags: 1024 });
    expect(spec.variables.get('total')).toMatchObject({ map: '.data', sizeBytes: 8, btfTypeId: 0 });
    expect(spec.variables.get('limit')).toMatchObject({ map: '.rodata', sizeBytes: 4 });
    const kinds = spec.programs.get('filter')!.references.map(reference => 'map' in reference && reference.map);
    expect(kinds).toEqual(['counts', '.data', 'table', '.rodata']);
  });

  it('makes maps of data sections, with the variables at their places', () => {
    const spec = load('globals');
    const facts = ({ valueSizeBytes, flags, frozen, contents }: MapSpec) => ({
      valueSizeBytes,
      flags,
      frozen,
      filled: contents.length,
    });
    const { mmapable, readOnlyForPrograms } = MAP_FLAGS;
    expect(facts(mapOf(spec, '.data'))).toEqual({ valueSizeBytes: 12, flags: mmapable, frozen: false, filled: 1 });
    expect(facts(mapOf(spec, '.bss'))).toEqual({ valueSizeBytes: 40, flags: mmapable, frozen: false, filled: 0 });
    expect(facts(mapOf(spec, '.rodata'))).toEqual({
      valueSizeBytes: 19,
      flags: mmapable | readOnlyForPrograms,
      frozen: true,
      filled: 1,
    });
    expect([...spec.maps.keys()]).toEqual(expect.arrayContaining(['.data.mine', '.bss.own', '.kconfig']));

    const value = (name: string): unknown => {
      const variable = spec.variables.get(name)!;
      const bytes = mapOf(spec, variable.map).contents[0]!.value as Uint8Array;
      return codecOf(spec.btf!, variable.btfTypeId).decode(bytes, variable.offsetBytes);
    };
    expect(value('seen')).toBe(42);
    expect(value('origin')).toEqual({ x: -3, y: 4 });
    expect(value('port')).toBe(8080);
    expect(value('device')).toBe('eth0');
    expect(value('flag')).toBe(1);
    expect(value('mine')).toBe(5);
    expect(spec.variables.get('hidden_count')).toMatchObject({ map: '.bss', sizeBytes: 8 });
    expect(declare(spec.btf!, spec.variables.get('device')!.btfTypeId, 'device')).toBe(
      'volatile const char device[16]',
    );
  });

  it('refers to the kernel: variables and functions of .ksyms', () => {
    const { references } = load('globals').programs.get('globals')!;
    const externs = references.filter(({ kind }) => kind === 'ksym' || kind === 'kfunc');
    expect(externs.map(({ slot: _, ...reference }) => reference)).toEqual([
      { kind: 'kfunc', name: 'bpf_rcu_read_lock', btfTypeId: expect.any(Number), weak: false },
      { kind: 'kfunc', name: 'bpf_rcu_read_unlock', btfTypeId: expect.any(Number), weak: false },
      { kind: 'ksym', name: 'bpf_unknown_variable', btfTypeId: expect.any(Number), weak: true },
      // `extern const void` has no type: its address comes from kallsyms.
      { kind: 'ksym', name: 'bpf_prog_active', btfTypeId: 0, weak: false },
    ]);
  });

  it('fills in options of the kernel', () => {
    const config = parseKernelConfig(
      '# a comment\nCONFIG_BPF_SYSCALL=y\nCONFIG_DEFAULT_HOSTNAME="(none)"\nCONFIG_HZ=250\n',
    );
    const spec = fillKernelOptions(load('globals'), { config, version: 0x061200 });
    const { contents, valueTypeId } = mapOf(spec, '.kconfig');
    expect(codecOf(spec.btf!, valueTypeId).decode(contents[0]!.value as Uint8Array)).toEqual({
      CONFIG_BPF_SYSCALL: true,
      CONFIG_DEFAULT_HOSTNAME: '(none)',
      CONFIG_HZ: 250,
      LINUX_KERNEL_VERSION: 0x061200,
    });
    expect(spec.kernelOptions).toEqual([]);
  });

  it('puts the functions that a program reaches behind it, in the order of their first calls', () => {
    const spec = load('calls');
    expect([...spec.programs.keys()]).toEqual(['first', 'second', 'alone']);
    const names = (program: string): string[] => spec.programs.get(program)!.functions.map(({ name }) => name);
    expect(names('first')).toEqual(['first', 'middle', 'leaf', 'overridable']);
    expect(names('second')).toEqual(['second', 'each', 'leaf', 'only_second', 'middle']);
    expect(names('alone')).toEqual(['alone']);
    for (const { functions, instructions } of spec.programs.values()) {
      expect(functions.map(({ startSlot }) => startSlot)).toEqual([
        0,
        ...functions.slice(0, -1).map(({ endSlot }) => endSlot),
      ]);
      expect(functions.at(-1)!.endSlot).toBe(instructions.length);
      for (const { name, btfTypeId } of functions)
        expect(spec.btf!.typeById(btfTypeId)).toMatchObject({ kind: 'func', name });
    }
  });

  it('resolves calls and addresses of functions', () => {
    const second = load('calls').programs.get('second')!;
    const starts = new Map(second.functions.map(({ name, startSlot }) => [name, startSlot]));
    const calls = listing(second).flatMap(text => {
      const match = /^(\d+) (?:call pc|r2 = subprog\[)([+-]\d+)/.exec(text);
      return match ? [Number(match[1]) + 1 + Number(match[2])] : [];
    });
    expect(calls).toEqual(
      ['each', 'only_second', 'leaf', 'leaf', 'middle', 'leaf', 'leaf'].map(name => starts.get(name)),
    );
    expect(second.references.filter(({ kind }) => kind === 'function')).toEqual([
      { kind: 'function', slot: 1, name: 'each' },
    ]);
  });

  it('carries source lines along', () => {
    const { lines, functions } = load('calls').programs.get('first')!;
    const leaf = functions.find(({ name }) => name === 'leaf')!;
    const ofLeaf = lines.filter(({ slot }) => slot >= leaf.startSlot && slot < leaf.endSlot);
    expect(ofLeaf.map(({ text }) => text.trim())).toContain('return a * 3;');
    expect(ofLeaf[0]).toMatchObject({ file: './calls.c', line: 6 });
    expect(lines.every(({ slot }, index) => index === 0 || slot > lines[index - 1]!.slot)).toBe(true);
  });

  it('says what section names mean', () => {
    const { programs } = load('calls');
    expect(programs.get('second')).toMatchObject({ type: 'xdp', attachType: 'xdp', flags: ['frags'], autoload: true });
    expect(programs.get('alone')).toMatchObject({ type: 'kprobe', attachTo: 'do_nothing', autoload: false });
  });

  it('puts variables of address space 1 into the arena', () => {
    const spec = load('arena');
    const arena = mapOf(spec, 'arena');
    expect(arena).toMatchObject({ type: 'arena', maxEntries: 10 });
    const { map, offsetBytes, btfTypeId } = spec.variables.get('second')!;
    expect([map, offsetBytes]).toEqual(['arena', 8]);
    expect(codecOf(spec.btf!, btfTypeId).decode(arena.contents[0]!.value as Uint8Array, offsetBytes)).toEqual([6, 7]);
    const offsets = spec.programs
      .get('arena_user')!
      .references.map(reference => 'offsetBytes' in reference && reference.offsetBytes);
    expect(offsets).toEqual([false, 0, 8]);
  });

  it('makes hidden functions static, in the types too', () => {
    const spec = load('arena');
    const hidden = spec.programs.get('arena_user')!.functions[1]!;
    expect(hidden).toMatchObject({ name: 'hidden', linkage: 'static' });
    expect(spec.btf!.typeById(hidden.btfTypeId)).toMatchObject({ kind: 'func', linkage: 'static' });
  });

  it('makes a map of a table of functions (struct_ops)', () => {
    const spec = load('struct_ops');
    const fixed = mapOf(spec, 'fixed');
    expect(fixed).toMatchObject({ type: 'struct_ops', valueSizeBytes: 48, flags: MAP_FLAGS.link });
    expect(fixed.structOps).toEqual({
      typeName: 'tcp_congestion_ops',
      autocreate: true,
      functions: [
        { member: 'ssthresh', offsetBytes: 8, program: 'fixed_ssthresh' },
        { member: 'cong_avoid', offsetBytes: 16, program: 'fixed_cong_avoid' },
        { member: 'undo_cwnd', offsetBytes: 24, program: 'fixed_undo' },
      ],
    });
    expect(codecOf(spec.btf!, fixed.valueTypeId).decode(fixed.contents[0]!.value as Uint8Array)).toMatchObject({
      name: 'fixed',
    });
    expect(spec.programs.get('fixed_ssthresh')).toMatchObject({ type: 'struct_ops', attachTo: 'ssthresh' });
  });
});

describe('options of the kernel', () => {
  const spec = loadObject(objectBytes('globals'));
  const fill = (config: string, version?: number) =>
    fillKernelOptions(spec, { config: parseKernelConfig(config), ...(version !== undefined && { version }) });

  it('that are missing are named, all of them', () => {
    expect(() => fill('')).toThrow(expect.objectContaining({ code: 'SKEP4205' }));
    try {
      fill('');
    } catch (error) {
      const { diagnostics } = error as { diagnostics: { message: string }[] };
      expect(diagnostics.map(({ message }) => /option (\w+),/.exec(message)?.[1]).sort()).toEqual([
        'CONFIG_BPF_SYSCALL',
        'LINUX_KERNEL_VERSION',
      ]);
    }
  });

  it.each([
    ['CONFIG_BPF_SYSCALL=m', 'CONFIG_BPF_SYSCALL is m'],
    ['CONFIG_BPF_SYSCALL=y\nCONFIG_HZ="fast"', 'CONFIG_HZ is "fast"'],
    ['CONFIG_BPF_SYSCALL=y\nCONFIG_HZ=4294967296', 'CONFIG_HZ is 4294967296'],
    ['CONFIG_BPF_SYSCALL=y\nCONFIG_DEFAULT_HOSTNAME=7', 'CONFIG_DEFAULT_HOSTNAME is 7'],
  ])('%s does not fit its variable', (config, message) => {
    expect(() => fill(config, 1)).toThrow(
      expect.objectContaining({ code: 'SKEP4206', message: expect.stringContaining(message) }),
    );
  });

  it('cut strings to their array, and keep the end', () => {
    const filled = fill('CONFIG_BPF_SYSCALL=y\nCONFIG_DEFAULT_HOSTNAME="longer than twelve"', 1);
    const map = filled.maps.get('.kconfig')!;
    const value = codecOf(filled.btf!, map.valueTypeId).decode(map.contents[0]!.value as Uint8Array);
    expect(value).toMatchObject({ CONFIG_DEFAULT_HOSTNAME: 'longer than' });
  });
});
