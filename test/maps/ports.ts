// The map commands of bpf(2) by one interface, over the simulated maps and over the kernel's, for tests that compare the two.
// Results are 0 or more, or -errno.

import { createAddressSpace } from '../../src/engine/index.js';
import { MapCommands } from '../../src/maps/commands.js';
import { createMap, KernelError, type MapDefinition, type MapHost, mapTypeByName } from '../../src/maps/index.js';
import { mapRegistry } from '../../src/maps/registry.js';
import { BpfError, type KernelBpf, openKernelBpf } from '../support/kernel-bpf.js';

export interface BatchOutcome {
  readonly error: number;
  readonly count: number;
  readonly cursor: Uint8Array;
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
}

export interface MapPort {
  readonly valueBytes: number;
  lookup(key: Uint8Array, out: Uint8Array, flags: number): number;
  update(key: Uint8Array, value: Uint8Array, flags: number): number;
  delete(key: Uint8Array): number;
  nextKey(key: Uint8Array | undefined, out: Uint8Array): number;
  lookupAndDelete(key: Uint8Array, out: Uint8Array, flags: number): number;
  freeze(): number;
  lookupBatch(cursor: Uint8Array | undefined, count: number, remove: boolean, elementFlags?: number): BatchOutcome;
  updateBatch(keys: Uint8Array, values: Uint8Array, count: number, elementFlags: number): readonly [number, number];
  deleteBatch(keys: Uint8Array, count: number, elementFlags: number): readonly [number, number];
  close(): void;
}

export interface MapMaker {
  /** The map, or -errno. */
  create(definition: MapDefinition): MapPort | number;
}

/** A host that random numbers, time and devices come to from a table, not the machine. */
export function testHost(cpuCount = 2, maximumBytes = 64 << 20): MapHost {
  const space = createAddressSpace({ maximumBytes });
  let state = 0x12345678;
  return {
    space,
    cpuCount,
    now: () => 0n,
    random: () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state;
    },
    // The loopback device, which every machine has.
    hasDevice: ifindex => ifindex === 1,
    objectOf: (kind, number) => (kind === 'map' ? (mapRegistry(space).byId(number) as never) : (undefined as never)),
  };
}

export function simulated(host = testHost()): MapMaker {
  return {
    create(definition) {
      try {
        const map = createMap(host, definition);
        const commands = new MapCommands(host.space, map);
        return {
          valueBytes: map.userValueSizeBytes,
          lookup: (key, out, flags) => commands.lookup(key, out, flags),
          update: (key, value, flags) => commands.update(key, value, flags),
          delete: key => commands.delete(key),
          nextKey: (key, out) => commands.nextKey(key, out),
          lookupAndDelete: (key, out, flags) => commands.lookupAndDelete(key, out, flags),
          freeze: () => commands.freeze(),
          lookupBatch: (cursor, count, remove, elementFlags = 0) =>
            remove
              ? commands.lookupAndDeleteBatch({ cursor, count, elementFlags })
              : commands.lookupBatch({ cursor, count, elementFlags }),
          updateBatch: (keys, values, count, elementFlags) =>
            commands.updateBatch(keys, values, { count, elementFlags }),
          deleteBatch: (keys, count, elementFlags) => commands.deleteBatch(keys, { count, elementFlags }),
          close() {
            commands.close();
            map.close();
          },
        };
      } catch (error) {
        if (error instanceof KernelError) return -error.errno;
        throw error;
      }
    },
  };
}

const COMMAND = {
  create: 0,
  lookup: 1,
  update: 2,
  delete: 3,
  next: 4,
  lookupAndDelete: 21,
  freeze: 22,
  lookupBatch: 24,
  lookupAndDeleteBatch: 25,
  updateBatch: 26,
  deleteBatch: 27,
};

/** BTF with 1: `int`, 2: `char`, 3: `char[n]`. Local storage asks for types, of the sizes of key and value. */
function btfWithArray(n: number): Uint8Array {
  const bytes = new Uint8Array(24 + 16 + 16 + 24 + 10);
  const view = new DataView(bytes.buffer);
  const words = [
    ...[24, 0, 56, 56, 10],
    ...[1, 1 << 24, 4, (1 << 24) | 32],
    ...[5, 1 << 24, 1, (1 << 24) | 8],
    ...[0, 3 << 24, 0, 2, 1, n],
  ];
  view.setUint16(0, 0xeb9f, true);
  bytes[2] = 1;
  for (const [at, word] of words.entries()) view.setUint32(4 + at * 4, word, true);
  bytes.set(new TextEncoder().encode('int\0char'), 81);
  return bytes;
}

/** The kernel's maps; undefined, said loudly, where there is none. Dispose of it. */
export async function openKernelMaps(whatIsSkipped: string): Promise<(MapMaker & Disposable) | undefined> {
  const kernel = await openKernelBpf(whatIsSkipped);
  if (!kernel) return undefined;
  const koffi = (await import('koffi')).default;
  const close: (fd: number) => number = koffi.load(null).func('int close(int)');
  return {
    create: definition => createKernelMap(kernel, close, definition),
    [Symbol.dispose]: () => kernel[Symbol.dispose](),
  };
}

function createKernelMap(
  kernel: KernelBpf,
  close: (fd: number) => number,
  definition: MapDefinition,
): MapPort | number {
  const call = (command: number, attributes: Uint8Array): number => {
    try {
      return kernel.call(command, attributes, 'map');
    } catch (error) {
      if (error instanceof BpfError) return -error.errno;
      throw error;
    }
  };
  const { type, keySizeBytes, valueSizeBytes } = definition;
  const attributes = new Uint8Array(72);
  const view = new DataView(attributes.buffer);
  let inner = 0;
  if (definition.inner) {
    const made = createKernelMap(kernel, close, definition.inner) as KernelPort | number;
    if (typeof made === 'number') return made;
    inner = made.fd;
  }
  const words = [
    mapTypeByName(type)?.number ?? 999,
    keySizeBytes,
    valueSizeBytes,
    definition.maxEntries,
    definition.flags,
    inner,
  ];
  for (const [at, word] of words.entries()) view.setUint32(at * 4, word, true);
  attributes.set(new TextEncoder().encode(definition.name.slice(0, 15)), 28);
  let btf = 0;
  if (definition.hasTypes) {
    btf = kernel.loadBtf(btfWithArray(valueSizeBytes));
    view.setUint32(48, btf, true);
    view.setUint32(52, 1, true);
    view.setUint32(56, 3, true);
  }
  view.setBigUint64(64, definition.mapExtra ?? 0n, true);
  const fd = call(COMMAND.create, attributes);
  if (btf !== 0) kernel.closeFd(btf);
  if (fd < 0) {
    if (inner !== 0) close(inner);
    return fd;
  }
  const perCpu = /^(lru_)?percpu_/.test(type);
  const valueBytes = perCpu ? Math.ceil(valueSizeBytes / 8) * 8 * 2 : valueSizeBytes;
  const addressOf = (bytes: Uint8Array | undefined): bigint => (bytes ? kernel.addressOf(bytes) : 0n);
  const element = (command: number, key: Uint8Array | undefined, other: Uint8Array, flags: number): number => {
    const attr = new Uint8Array(32);
    const out = new DataView(attr.buffer);
    out.setUint32(0, fd, true);
    out.setBigUint64(8, addressOf(key), true);
    out.setBigUint64(16, addressOf(other), true);
    out.setBigUint64(24, BigInt(flags), true);
    return call(command, attr);
  };
  const batch = (
    command: number,
    {
      cursor,
      keys,
      values,
      count,
      elementFlags,
    }: Record<'cursor' | 'keys' | 'values', Uint8Array | undefined> & {
      count: number;
      elementFlags: number;
    },
  ): BatchOutcome => {
    const attr = new Uint8Array(56);
    const out = new DataView(attr.buffer);
    const next = new Uint8Array(Math.max(4, keySizeBytes));
    const given =
      cursor && cursor.length < next.length
        ? Uint8Array.from({ length: next.length }, (_, n) => cursor[n] ?? 0)
        : cursor;
    out.setBigUint64(0, addressOf(given), true);
    out.setBigUint64(8, kernel.addressOf(next), true);
    out.setBigUint64(16, addressOf(keys), true);
    out.setBigUint64(24, addressOf(values), true);
    out.setUint32(32, count, true);
    out.setUint32(36, fd, true);
    out.setBigUint64(40, BigInt(elementFlags), true);
    const error = call(command, attr);
    // Refused before it began: the kernel leaves the count as it was.
    const done = [-1, -22, -524].includes(error) ? 0 : out.getUint32(32, true);
    return {
      error,
      count: done,
      cursor: next,
      keys: keys?.slice(0, done * keySizeBytes) ?? new Uint8Array(0),
      values: values?.slice(0, done * valueBytes) ?? new Uint8Array(0),
    };
  };
  const port: KernelPort = {
    fd,
    valueBytes,
    lookup: (key, out, flags) => element(COMMAND.lookup, key, out, flags),
    update: (key, value, flags) => element(COMMAND.update, key, value, flags),
    delete(key) {
      const attr = new Uint8Array(16);
      new DataView(attr.buffer).setUint32(0, fd, true);
      new DataView(attr.buffer).setBigUint64(8, addressOf(key), true);
      return call(COMMAND.delete, attr);
    },
    nextKey(key, out) {
      const attr = new Uint8Array(24);
      const words = new DataView(attr.buffer);
      words.setUint32(0, fd, true);
      words.setBigUint64(8, addressOf(key), true);
      words.setBigUint64(16, addressOf(out), true);
      return call(COMMAND.next, attr);
    },
    lookupAndDelete: (key, out, flags) => element(COMMAND.lookupAndDelete, key, out, flags),
    freeze() {
      const attr = new Uint8Array(4);
      new DataView(attr.buffer).setUint32(0, fd, true);
      return call(COMMAND.freeze, attr);
    },
    lookupBatch(cursor, count, remove, elementFlags = 0) {
      const keys = new Uint8Array(count * keySizeBytes);
      const values = new Uint8Array(count * valueBytes);
      const command = remove ? COMMAND.lookupAndDeleteBatch : COMMAND.lookupBatch;
      return batch(command, { cursor, keys, values, count, elementFlags });
    },
    updateBatch(keys, values, count, elementFlags) {
      const { error, count: done } = batch(COMMAND.updateBatch, {
        cursor: undefined,
        keys,
        values,
        count,
        elementFlags,
      });
      return [error, done];
    },
    deleteBatch(keys, count, elementFlags) {
      const { error, count: done } = batch(COMMAND.deleteBatch, {
        cursor: undefined,
        keys,
        values: undefined,
        count,
        elementFlags,
      });
      return [error, done];
    },
    close: () => void close(fd),
  };
  // The outer map keeps what it needs of the inner one.
  if (inner !== 0) close(inner);
  return port;
}

interface KernelPort extends MapPort {
  readonly fd: number;
}
