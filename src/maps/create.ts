// BPF_MAP_CREATE (map_create of kernel/bpf/syscall.c): what all types are checked for, the type's own checks, and the map.

import { OutOfMemoryError } from '../engine/index.js';
import { BaseMap } from './base-map.js';
import { ERRNO, errnoName, KernelError, kernelError } from './errno.js';
import { CREATE_FLAGS, createFlagNames } from './flags.js';
import type { KernelMap, MapDefinition, MapHost } from './map.js';
import { mapRegistry } from './registry.js';
import { mapTypeByName } from './table.js';

/** BPF_OBJ_NAME_LEN less its zero. */
const LONGEST_NAME = 15;

/** 0, or the -errno that the kernel answers for such a definition. */
export function checkDefinition(definition: MapDefinition, host: MapHost): number {
  const { flags, mapExtra = 0n } = definition;
  const row = mapTypeByName(definition.type);
  if (mapExtra !== 0n && definition.type !== 'bloom_filter' && definition.type !== 'arena') return -ERRNO.EINVAL;
  if ((flags & CREATE_FLAGS.RDONLY) !== 0 && (flags & CREATE_FLAGS.WRONLY) !== 0) return -ERRNO.EINVAL;
  if (!row) return -ERRNO.EINVAL;
  return row.check({ ...definition, flags: flags & ~CREATE_FLAGS.TOKEN_FD }, host);
}

/**
 * Makes a map. Throws KernelError: EINVAL, E2BIG, EPERM, ENOTSUPP... for a definition that the kernel refuses, ENOMEM when the
 * address space has no room. A map's name is cut to the 15 characters that the kernel keeps.
 */
export function createMap(host: MapHost, definition: MapDefinition): KernelMap {
  const row = mapTypeByName(definition.type);
  if (!row) throw kernelError('EINVAL', `there is no map type ${definition.type}`);
  const result = checkDefinition(definition, host);
  if (result < 0) {
    const code = errnoName(result);
    throw new KernelError(code, -result, `cannot create map ${definition.name}: ${code} for ${describe(definition)}`);
  }
  const name = definition.name.slice(0, LONGEST_NAME);
  if (!/^[A-Za-z0-9_.]*$/.test(name)) throw kernelError('EINVAL', `map names are of letters, digits, _ and .: ${name}`);
  const registry = mapRegistry(host.space);
  const id = registry.nextId;
  try {
    return row.make(host, { ...definition, name });
  } catch (error) {
    const unfinished = registry.byId(id);
    if (unfinished instanceof BaseMap) unfinished.abandon();
    if (!(error instanceof OutOfMemoryError) && !(error instanceof RangeError)) throw error;
    throw kernelError('ENOMEM', `cannot create map ${definition.name}: ${error.message}`, { cause: error });
  }
}

function describe({ type, keySizeBytes, valueSizeBytes, maxEntries, flags }: MapDefinition): string {
  const names = createFlagNames(flags);
  const said = names.length === 0 ? '' : ` and the flags ${names.join(', ')}`;
  return `a ${type} with keys of ${keySizeBytes} bytes, values of ${valueSizeBytes} bytes, ${maxEntries} entries${said}`;
}
