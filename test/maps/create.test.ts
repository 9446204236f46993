// Which definitions of maps the kernel takes, and with which error it refuses the others: every type with every flag and with
// sizes at its limits, compared with the kernel's own answer.

import { afterAll, describe, expect, it } from 'vitest';
import { checkDefinition, createMap, KernelError, MAP_TYPES, type MapDefinition } from '../../src/maps/index.js';
import { rightDefinition } from './definitions.js';
import { openKernelMaps, testHost } from './ports.js';

const kernel = await openKernelMaps('definitions of maps compared with the kernel');
afterAll(() => kernel?.[Symbol.dispose]());
const host = testHost();

/** Struct_ops maps need a kernel struct, which only a program's BTF names. */
const TYPES = MAP_TYPES.map(row => row.name).filter(name => name !== 'struct_ops');

const SIZES = [
  0, 1, 3, 4, 5, 7, 8, 9, 12, 16, 32, 260, 261, 512, 513, 1016, 1024, 4096, 4097, 32768, 32769, 65408, 65535,
];
const LARGE_SIZES = [
  65407,
  65408,
  4194024,
  4194025,
  4194251,
  4194252,
  1 << 22,
  (1 << 22) + 1,
  0x7fffffff,
  0x80000000,
  0xffffffff,
];
/** So many that bucket counts overflow; below that the kernel would look for gigabytes. */
const MANY_ENTRIES = [2 ** 31 + 1, 0xffffffff];
const ENTRIES = [0, 1, 2, 3, 256, 257, 4096, 8192, 12288];

const BUCKETED = /^(hash|lru_hash|sockhash|devmap_hash|stack_trace|hash_of_maps|percpu_hash|lru_percpu_hash)$/;

function variants(type: string): MapDefinition[] {
  // Few elements: the kernel makes each of these maps, with values of megabytes.
  const { maxEntries } = rightDefinition(type);
  const right = { ...rightDefinition(type), maxEntries: maxEntries === 1000 ? 16 : maxEntries };
  const flags = Array.from({ length: 20 }, (_, bit) => 1 << bit)
    // A NUMA node is 0 here, which exists; a token and an offload device are other descriptors.
    .filter(flag => flag !== 1 << 16);
  return [
    right,
    ...flags.map(flag => ({ ...right, flags: right.flags ^ flag })),
    ...[8 | 16, 128 | 256, 1 | 4, 2 | 4, 64 | 1, 1024 | 4096, 1024 | 128].map(both => ({
      ...right,
      flags: right.flags | both,
    })),
    ...[...SIZES, ...LARGE_SIZES].map(keySizeBytes => ({ ...right, keySizeBytes })),
    ...[...SIZES, ...LARGE_SIZES].map(valueSizeBytes => ({ ...right, valueSizeBytes })),
    ...[...ENTRIES, ...(BUCKETED.test(type) ? MANY_ENTRIES : [])].map(maxEntries => ({ ...right, maxEntries })),
    ...[1n, 5n, 16n, 4096n, 0xffff_f000n].map(mapExtra => ({ ...right, mapExtra })),
  ];
}

const say = (definition: MapDefinition): string =>
  JSON.stringify(definition, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));

describe.skipIf(!kernel)('what the kernel answers to BPF_MAP_CREATE', () => {
  it.each(TYPES)('%s', type => {
    const differences: string[] = [];
    for (const definition of variants(type)) {
      const port = kernel!.create(definition);
      const theirs = typeof port === 'number' ? port : 0;
      if (typeof port !== 'number') port.close();
      const ours = checkDefinition(definition, host);
      // The kernel makes the map, too: whether there is memory for it is another matter.
      if (ours === 0 && theirs === -12) continue;
      if (ours !== theirs) differences.push(`${say(definition)}: kernel ${theirs}, here ${ours}`);
    }
    expect(differences).toEqual([]);
  });
});

describe('createMap', () => {
  it.each(MAP_TYPES.map(row => row.name))('makes a %s and lets its memory go', type => {
    const small = testHost(2, 8 << 20);
    for (let round = 0; round < 400; round++) {
      createMap(small, { ...rightDefinition(type), ...(type === 'struct_ops' ? { maxEntries: 1 } : {}) }).close();
    }
  });

  it('says what is wrong', () => {
    const wrong = { ...rightDefinition('hash'), keySizeBytes: 0 };
    expect(() => createMap(host, wrong)).toThrow(
      new KernelError(
        'EINVAL',
        22,
        'cannot create map skep_test: EINVAL for a hash with keys of 0 bytes, values of 8 bytes, 16 entries',
      ),
    );
    expect(() => createMap(host, { ...wrong, type: 'hashh' })).toThrow('there is no map type hashh');
  });

  it('has no room: ENOMEM, and nothing stays behind', () => {
    const small = testHost(2, 4 << 20);
    const large = { ...rightDefinition('hash'), maxEntries: 1 << 20 };
    for (let round = 0; round < 300; round++) {
      expect(() => createMap(small, large)).toThrow(expect.objectContaining({ code: 'ENOMEM', errno: 12 }));
    }
    createMap(small, rightDefinition('hash')).close();
  });
});

describe('the table of map types', () => {
  it.each(MAP_TYPES)('says of $name what user space may do in batches', ({ name, user }) => {
    const map = createMap(testHost(), {
      ...rightDefinition(name),
      ...(name === 'struct_ops' ? { maxEntries: 1 } : {}),
    });
    expect(user.includes('batch')).toBe(map.batch !== undefined);
    const takes = map.userLookupAndDelete?.(map.handle, map.handle, 0) ?? -524;
    expect(user.includes('lookup-and-delete')).toBe(takes !== -524);
  });

  it('has the numbers of enum bpf_map_type in order', () => {
    expect(MAP_TYPES.map(row => row.number)).toEqual(MAP_TYPES.map((_, at) => at + 1));
  });
});
