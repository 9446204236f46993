// The kinds of CO-RE relocations (enum bpf_core_relo_kind of include/uapi/linux/bpf.h).

export interface CoreKindRow {
  readonly name: string;
  /** What the relocation is about, which says how its access string is read and how candidates are compared. */
  readonly about: 'field' | 'type' | 'enumerator';
}

/** By number. */
export const CORE_KINDS = [
  { name: 'field_byte_offset', about: 'field' },
  { name: 'field_byte_size', about: 'field' },
  { name: 'field_exists', about: 'field' },
  { name: 'field_signed', about: 'field' },
  { name: 'field_lshift_u64', about: 'field' },
  { name: 'field_rshift_u64', about: 'field' },
  { name: 'type_id_local', about: 'type' },
  { name: 'type_id_target', about: 'type' },
  { name: 'type_exists', about: 'type' },
  { name: 'type_size', about: 'type' },
  { name: 'enumval_exists', about: 'enumerator' },
  { name: 'enumval_value', about: 'enumerator' },
  { name: 'type_matches', about: 'type' },
] as const satisfies readonly CoreKindRow[];

export type CoreKind = (typeof CORE_KINDS)[number]['name'];
