// A C struct of the kernel's user interface, as a table row: programs' contexts, and what helpers are handed. Offsets follow the C rules
// of a 64-bit machine, so that a row says no more than the header does; tests hold them against a kernel's BTF.

/** C types that fields have: numbers by their kernel names, pointers as 64 bits (`__bpf_md_ptr`), or another struct of the table. */
export type CType =
  | '__u8'
  | '__u16'
  | '__u32'
  | '__u64'
  | '__s32'
  | '__s64'
  | '__be16'
  | '__be32'
  | 'unsigned long'
  | `${string} *`
  | `struct ${string}`;

/** What a program gets that loads the field: a number, or a pointer to something. */
export type FieldKind = 'scalar' | 'packet' | 'packet-end' | 'packet-meta' | 'pointer' | 'struct' | 'union';

export interface StructField {
  /** Empty for an anonymous union or struct, whose members count as the struct's own. */
  readonly name: string;
  readonly type: CType | '';
  readonly kind: FieldKind;
  readonly offsetBytes: number;
  /** Of the whole field, all elements. */
  readonly sizeBytes: number;
  /** Elements of an array; 1 for others. */
  readonly count: number;
  readonly members?: readonly StructField[];
}

export interface StructRow {
  readonly name: string;
  readonly sizeBytes: number;
  readonly alignBytes: number;
  /** In order, as declared. */
  readonly fields: readonly StructField[];
  /** Every named field that holds a value, with those of anonymous members, by name. */
  readonly byName: ReadonlyMap<string, StructField>;
}

/** A declaration: `['__u32', 'cb', 5]`, a union of declarations, or one with a kind of its own. */
export type Declaration =
  | readonly [type: CType, name: string, count?: number, kind?: FieldKind]
  | { readonly union: readonly Declaration[]; readonly name?: string }
  | { readonly struct: readonly Declaration[]; readonly name?: string };

const SIZES: Readonly<Record<string, number>> = {
  __u8: 1,
  __u16: 2,
  __be16: 2,
  __u32: 4,
  __s32: 4,
  __be32: 4,
  __u64: 8,
  __s64: 8,
  'unsigned long': 8,
};

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Lays a struct out. `nested` are the structs that its fields may have as types. */
export function defineStruct(
  name: string,
  declarations: readonly Declaration[],
  nested: readonly StructRow[] = [],
): StructRow {
  const { fields, sizeBytes, alignBytes } = layOut(declarations, 0, false, nested);
  const byName = new Map<string, StructField>();
  const collect = (list: readonly StructField[]): void => {
    for (const field of list) {
      if (field.name === '') collect(field.members ?? []);
      else byName.set(field.name, field);
    }
  };
  collect(fields);
  return { name, sizeBytes, alignBytes, fields, byName };
}

interface Layout {
  readonly fields: StructField[];
  readonly sizeBytes: number;
  readonly alignBytes: number;
}

function layOut(
  declarations: readonly Declaration[],
  start: number,
  overlaid: boolean,
  nested: readonly StructRow[],
): Layout {
  const fields: StructField[] = [];
  let at = start;
  let end = start;
  let alignBytes = 1;
  for (const declaration of declarations) {
    const { field, align } = place(declaration, overlaid ? start : at, nested);
    fields.push(field);
    at = field.offsetBytes + field.sizeBytes;
    end = Math.max(end, at);
    alignBytes = Math.max(alignBytes, align);
  }
  return { fields, sizeBytes: roundUp(end - start, alignBytes), alignBytes };
}

function place(
  declaration: Declaration,
  at: number,
  nested: readonly StructRow[],
): { field: StructField; align: number } {
  if ('union' in declaration || 'struct' in declaration) {
    const isUnion = 'union' in declaration;
    const list = isUnion ? declaration.union : declaration.struct;
    const align = layOut(list, 0, isUnion, nested).alignBytes;
    const offsetBytes = roundUp(at, align);
    const { fields, sizeBytes } = layOut(list, offsetBytes, isUnion, nested);
    const kind = isUnion ? ('union' as const) : ('struct' as const);
    const name = declaration.name ?? '';
    return { field: { name, type: '', kind, offsetBytes, sizeBytes, count: 1, members: fields }, align };
  }
  const [type, name, count = 1, kind] = declaration;
  if (type.startsWith('struct ') && !type.endsWith('*')) {
    const row = nested.find(one => `struct ${one.name}` === type);
    if (!row) throw new Error(`${type} is not defined before it is used`);
    const offsetBytes = roundUp(at, row.alignBytes);
    const sizeBytes = row.sizeBytes * count;
    return { field: { name, type, kind: 'struct', offsetBytes, sizeBytes, count }, align: row.alignBytes };
  }
  const isPointer = type.endsWith('*');
  const size = isPointer ? 8 : SIZES[type]!;
  const offsetBytes = roundUp(at, size);
  return {
    field: {
      name,
      type,
      kind: kind ?? (isPointer ? 'pointer' : 'scalar'),
      offsetBytes,
      sizeBytes: size * count,
      count,
    },
    align: size,
  };
}
