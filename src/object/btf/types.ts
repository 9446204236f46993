// BTF's kinds and what a decoded type looks like (Documentation/bpf/btf.rst, include/uapi/linux/btf.h).

/** kind number -> name. `trailing` bytes follow the 12-byte header, plus `each` for every one of its `vlen` entries. */
export const BTF_KINDS = [
  { name: 'void', trailing: 0, each: 0 },
  { name: 'int', trailing: 4, each: 0 },
  { name: 'ptr', trailing: 0, each: 0 },
  { name: 'array', trailing: 12, each: 0 },
  { name: 'struct', trailing: 0, each: 12 },
  { name: 'union', trailing: 0, each: 12 },
  { name: 'enum', trailing: 0, each: 8 },
  { name: 'fwd', trailing: 0, each: 0 },
  { name: 'typedef', trailing: 0, each: 0 },
  { name: 'volatile', trailing: 0, each: 0 },
  { name: 'const', trailing: 0, each: 0 },
  { name: 'restrict', trailing: 0, each: 0 },
  { name: 'func', trailing: 0, each: 0 },
  { name: 'func_proto', trailing: 0, each: 8 },
  { name: 'var', trailing: 4, each: 0 },
  { name: 'datasec', trailing: 0, each: 12 },
  { name: 'float', trailing: 0, each: 0 },
  { name: 'decl_tag', trailing: 4, each: 0 },
  { name: 'type_tag', trailing: 0, each: 0 },
  { name: 'enum64', trailing: 0, each: 12 },
] as const;

export type BtfKind = (typeof BTF_KINDS)[number]['name'];

/** name -> kind number. */
export const KIND_NUMBERS: Readonly<Record<BtfKind, number>> = Object.fromEntries(
  BTF_KINDS.map(({ name }, number) => [name, number]),
) as Record<BtfKind, number>;

export const LINKAGES = ['static', 'global', 'extern'] as const;
export type Linkage = (typeof LINKAGES)[number];

interface Common {
  /** Type id in the BTF it was read from; 0 is void. */
  readonly id: number;
  /** Empty for anonymous types and for kinds that have no name. */
  readonly name: string;
}

export interface VoidType extends Common {
  readonly kind: 'void';
}

export interface IntType extends Common {
  readonly kind: 'int';
  readonly sizeBytes: number;
  readonly bits: number;
  /** Bits from the beginning; 0 in everything that compilers write today. */
  readonly offsetBits: number;
  readonly signed: boolean;
  readonly char: boolean;
  readonly bool: boolean;
}

export interface FloatType extends Common {
  readonly kind: 'float';
  readonly sizeBytes: number;
}

export interface PointerType extends Common {
  readonly kind: 'ptr';
  readonly typeId: number;
}

export interface ArrayType extends Common {
  readonly kind: 'array';
  readonly elementTypeId: number;
  readonly indexTypeId: number;
  readonly length: number;
}

export interface Member {
  readonly name: string;
  readonly typeId: number;
  /** From the beginning of the struct. */
  readonly offsetBits: number;
  /** Width of a bit field; 0 for an ordinary member. */
  readonly bitfieldBits: number;
}

export interface CompositeType extends Common {
  readonly kind: 'struct' | 'union';
  readonly sizeBytes: number;
  readonly members: readonly Member[];
}

export interface Enumerator {
  readonly name: string;
  /** bigint in an enum64, whose values may not fit a number. */
  readonly value: number | bigint;
}

export interface EnumType extends Common {
  readonly kind: 'enum' | 'enum64';
  readonly sizeBytes: number;
  readonly signed: boolean;
  readonly values: readonly Enumerator[];
}

export interface ForwardType extends Common {
  readonly kind: 'fwd';
  readonly of: 'struct' | 'union';
}

/** Another type under a name or with a qualifier. */
export interface ModifierType extends Common {
  readonly kind: 'typedef' | 'volatile' | 'const' | 'restrict' | 'type_tag';
  readonly typeId: number;
}

export interface FunctionType extends Common {
  readonly kind: 'func';
  /** Its func_proto. */
  readonly typeId: number;
  readonly linkage: Linkage;
}

export interface Parameter {
  readonly name: string;
  readonly typeId: number;
}

/** A last parameter without name and type is `...`. */
export interface PrototypeType extends Common {
  readonly kind: 'func_proto';
  readonly returnTypeId: number;
  readonly parameters: readonly Parameter[];
}

export interface VariableType extends Common {
  readonly kind: 'var';
  readonly typeId: number;
  readonly linkage: Linkage;
}

export interface SectionVariable {
  readonly typeId: number;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

export interface SectionType extends Common {
  readonly kind: 'datasec';
  readonly sizeBytes: number;
  readonly variables: readonly SectionVariable[];
}

export interface TagType extends Common {
  readonly kind: 'decl_tag';
  readonly typeId: number;
  /** Member or parameter that the tag is on; -1: the whole. */
  readonly component: number;
}

export type BtfType =
  | VoidType
  | IntType
  | FloatType
  | PointerType
  | ArrayType
  | CompositeType
  | EnumType
  | ForwardType
  | ModifierType
  | FunctionType
  | PrototypeType
  | VariableType
  | SectionType
  | TagType;

/** The type of a kind: `TypeOfKind<'struct'>` is CompositeType. */
export type TypeOfKind<K extends BtfKind> = BtfType extends infer T
  ? T extends { readonly kind: infer TK }
    ? K extends TK
      ? T
      : never
    : never
  : never;

/** Qualifiers and typedefs: what `resolve` looks through. */
export function isModifier(type: BtfType): type is ModifierType {
  switch (type.kind) {
    case 'typedef':
    case 'volatile':
    case 'const':
    case 'restrict':
    case 'type_tag':
      return true;
    default:
      return false;
  }
}

export const isComposite = (type: BtfType): type is CompositeType => type.kind === 'struct' || type.kind === 'union';
export const isEnum = (type: BtfType): type is EnumType => type.kind === 'enum' || type.kind === 'enum64';
