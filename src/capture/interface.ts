// The description of an interface, and how its named fields and its options agree: each named field has a row that says
// which option holds it.

import { captureError } from './errors.js';
import { MAXIMUM_BINARY_EXPONENT, MAXIMUM_DECIMAL_EXPONENT, MICROSECONDS } from './timestamps.js';
import type { CaptureInterface, CaptureOption, OptionValue, TimestampResolution } from './types.js';

export const OPTION_TIMESTAMP_RESOLUTION = 9;
export const OPTION_TIMESTAMP_OFFSET = 14;

type NamedFields = Pick<
  CaptureInterface,
  | 'name'
  | 'description'
  | 'filter'
  | 'os'
  | 'hardware'
  | 'speedBitsPerSecond'
  | 'fcsLengthBytes'
  | 'timestampResolution'
  | 'timestampOffsetSeconds'
>;

/** What `createInterface` takes: a link type, and whatever else is known. */
export interface InterfaceInit extends Partial<Omit<CaptureInterface, 'linkType'>> {
  readonly linkType: number;
}

interface FieldRow<T> {
  readonly code: number;
  readonly name: string;
  /** The field of an option's value; undefined when the value says nothing. */
  readonly read: (value: OptionValue) => T | undefined;
  readonly write: (field: T) => OptionValue;
  /** What holds without the option. */
  readonly absent?: T;
}

const text = (value: OptionValue): string | undefined => (typeof value === 'string' ? value : undefined);

/** Field of CaptureInterface -> the option that holds it. */
const FIELDS: { readonly [K in keyof NamedFields]-?: FieldRow<Exclude<NamedFields[K], undefined>> } = {
  name: { code: 2, name: 'if_name', read: text, write: field => field },
  description: { code: 3, name: 'if_description', read: text, write: field => field },
  filter: { code: 11, name: 'if_filter', read: text, write: field => field },
  os: { code: 12, name: 'if_os', read: text, write: field => field },
  hardware: { code: 15, name: 'if_hardware', read: text, write: field => field },
  speedBitsPerSecond: {
    code: 8,
    name: 'if_speed',
    read: value => (typeof value === 'bigint' ? value : undefined),
    write: field => field,
  },
  fcsLengthBytes: {
    code: 13,
    name: 'if_fcslen',
    // The standard once said bits and shows bytes in its example: programs write either. No FCS has 16 bytes.
    read: value => (typeof value !== 'number' ? undefined : value >= 16 ? value >> 3 : value),
    write: field => field,
  },
  timestampResolution: {
    code: OPTION_TIMESTAMP_RESOLUTION,
    name: 'if_tsresol',
    read: value => (typeof value !== 'number' ? undefined : { base: value & 0x80 ? 2 : 10, exponent: value & 0x7f }),
    write: ({ base, exponent }) => (base === 2 ? 0x80 | exponent : exponent),
    absent: MICROSECONDS,
  },
  timestampOffsetSeconds: {
    code: OPTION_TIMESTAMP_OFFSET,
    name: 'if_tsoffset',
    read: value => (typeof value === 'bigint' ? Number(value) : undefined),
    write: field => BigInt(field),
    absent: 0,
  },
};

const NAMES = Object.keys(FIELDS) as (keyof NamedFields)[];

/** The first value that an option of that code has, read as the field. */
function fieldOf<K extends keyof NamedFields>(key: K, options: readonly CaptureOption[]): NamedFields[K] | undefined {
  const row = FIELDS[key] as FieldRow<unknown>;
  const option = options.find(one => one.code === row.code);
  return ((option && row.read(option.value)) ?? row.absent) as NamedFields[K] | undefined;
}

function same(a: unknown, b: unknown): boolean {
  const x = a as TimestampResolution | undefined;
  const y = b as TimestampResolution | undefined;
  return (
    a === b || (typeof a === 'object' && typeof b === 'object' && x?.base === y?.base && x?.exponent === y?.exponent)
  );
}

/**
 * An interface to capture or write with. The named fields and `options` are brought together: a field that is given wins
 * over its option, an option gives its field.
 * Throws SkepError (SKEP3009) for a link type, snap length or time stamp resolution that no file can hold.
 */
export function createInterface(init: InterfaceInit): CaptureInterface {
  const options = [...(init.options ?? [])];
  const fields: Record<string, unknown> = {};
  for (const key of NAMES) {
    const row = FIELDS[key] as FieldRow<unknown>;
    const given = init[key];
    const held = fieldOf(key, options);
    if (given !== undefined && !same(given, held)) {
      const option = { code: row.code, name: row.name, value: row.write(given) };
      const at = options.findIndex(one => one.code === row.code);
      if (at === -1) options.push(option);
      else options[at] = option;
    }
    const field = given ?? held;
    if (field !== undefined) fields[key] = field;
  }
  const { linkType, snapLength = 0, byteOrder = 'little' } = init;
  check(linkType, 0xffff, 'link type');
  check(snapLength, 0xffffffff, 'snap length');
  const { base, exponent } = fields['timestampResolution'] as TimestampResolution;
  check(exponent, base === 2 ? MAXIMUM_BINARY_EXPONENT : MAXIMUM_DECIMAL_EXPONENT, `resolution ${base}^-n`);
  return {
    index: init.index ?? 0,
    section: init.section ?? 0,
    indexInSection: init.indexInSection ?? 0,
    linkType,
    byteOrder,
    snapLength,
    ...(fields as unknown as Pick<CaptureInterface, 'timestampResolution' | 'timestampOffsetSeconds'>),
    options,
  };
}

function check(value: number, maximum: number, what: string): void {
  if (Number.isInteger(value) && value >= 0 && value <= maximum) return;
  throw captureError('SKEP3009', `an interface cannot have the ${what} ${value}: 0 to ${maximum} can be stored`);
}

/** The options of the interface as they are written: its named fields win over them. */
export function interfaceOptions(iface: CaptureInterface): readonly CaptureOption[] {
  return createInterface(iface).options;
}
