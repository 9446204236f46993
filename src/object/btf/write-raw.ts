// BTF as text, one type a line and its parts indented, in the format of `bpftool btf dump file F`.

import type { Btf } from './btf.js';
import type { BtfType } from './types.js';

const nameOf = ({ name }: { name: string }): string => (name === '' ? '(anon)' : name);

/** Every type of its own, in order of ids. */
export function* writeRaw(btf: Btf): IterableIterator<string> {
  for (const type of btf.types()) {
    yield line(type);
    yield* parts(btf, type);
  }
}

function line(type: BtfType): string {
  const head = `[${type.id}] ${type.kind.toUpperCase()} '${nameOf(type)}'`;
  switch (type.kind) {
    case 'int': {
      const encoding = [type.signed && 'SIGNED', type.char && 'CHAR', type.bool && 'BOOL'].filter(Boolean).join(' ');
      return `${head} size=${type.sizeBytes} bits_offset=${type.offsetBits} nr_bits=${type.bits} encoding=${encoding || '(none)'}`;
    }
    case 'ptr':
    case 'typedef':
    case 'const':
    case 'volatile':
    case 'restrict':
    case 'type_tag':
      return `${head} type_id=${type.typeId}`;
    case 'array':
      return `${head} type_id=${type.elementTypeId} index_type_id=${type.indexTypeId} nr_elems=${type.length}`;
    case 'struct':
    case 'union':
      return `${head} size=${type.sizeBytes} vlen=${type.members.length}`;
    case 'enum':
    case 'enum64':
      return `${head} encoding=${type.signed ? 'SIGNED' : 'UNSIGNED'} size=${type.sizeBytes} vlen=${type.values.length}`;
    case 'fwd':
      return `${head} fwd_kind=${type.of}`;
    case 'func':
      return `${head} type_id=${type.typeId} linkage=${type.linkage}`;
    case 'func_proto':
      return `${head} ret_type_id=${type.returnTypeId} vlen=${type.parameters.length}`;
    case 'var':
      return `${head} type_id=${type.typeId}, linkage=${type.linkage}`;
    case 'datasec':
      return `${head} size=${type.sizeBytes} vlen=${type.variables.length}`;
    case 'float':
      return `${head} size=${type.sizeBytes}`;
    case 'decl_tag':
      return `${head} type_id=${type.typeId} component_idx=${type.component}`;
    default:
      return head;
  }
}

function* parts(btf: Btf, type: BtfType): IterableIterator<string> {
  switch (type.kind) {
    case 'struct':
    case 'union':
      for (const member of type.members) {
        const width = member.bitfieldBits > 0 ? ` bitfield_size=${member.bitfieldBits}` : '';
        yield `\t'${nameOf(member)}' type_id=${member.typeId} bits_offset=${member.offsetBits}${width}`;
      }
      return;
    case 'enum':
    case 'enum64':
      for (const { name, value } of type.values) {
        yield `\t'${name}' val=${value}${type.kind === 'enum64' ? (type.signed ? 'LL' : 'ULL') : ''}`;
      }
      return;
    case 'func_proto':
      for (const parameter of type.parameters) yield `\t'${nameOf(parameter)}' type_id=${parameter.typeId}`;
      return;
    case 'datasec':
      for (const { typeId, offsetBytes, sizeBytes } of type.variables) {
        const { kind, name } = btf.typeById(typeId);
        yield `\ttype_id=${typeId} offset=${offsetBytes} size=${sizeBytes} (${kind.toUpperCase()} '${name}')`;
      }
      return;
    default:
  }
}
