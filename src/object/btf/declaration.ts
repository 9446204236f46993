// A BTF type as C writes it around a name: `const char *const names[4]`, `int (*call)(struct sock *)`.

import { type Btf, nestingError } from './btf.js';
import type { BtfType } from './types.js';

const MAX_DEPTH = 64;
/** Types that one declaration is made of. */
const MAX_PARTS = 10_000;

export interface DeclarationStyle {
  /** The words for a struct, union, enum, typedef or other base type: `struct sock`, `u32`, a whole body. */
  base(type: BtfType): string;
}

const wordOf = (type: BtfType): string => {
  switch (type.kind) {
    case 'void':
      return 'void';
    case 'struct':
    case 'union':
    case 'enum':
      return type.name === '' ? `${type.kind} {...}` : `${type.kind} ${type.name}`;
    case 'enum64':
      return type.name === '' ? 'enum {...}' : `enum ${type.name}`;
    case 'fwd':
      return `${type.of} ${type.name}`;
    default:
      return type.name;
  }
};

const PLAIN: DeclarationStyle = { base: wordOf };

/** A type in C words: `struct flow`, `__u32 [3]`; anonymous structs are `struct {...}`. */
export function typeInC(btf: Btf, id: number): string {
  return declare(btf, id, '');
}

/** The declaration of `name` with that type. Throws SKEP4104 for types that contain themselves. */
export function declare(btf: Btf, id: number, name: string, style: DeclarationStyle = PLAIN): string {
  return around(btf, id, name, '', style, 0, { left: MAX_PARTS });
}

function around(
  btf: Btf,
  id: number,
  inner: string,
  qualifiers: string,
  style: DeclarationStyle,
  depth: number,
  budget: { left: number },
): string {
  if (depth > MAX_DEPTH || budget.left-- <= 0) throw nestingError(id);
  const type = btf.typeById(id);
  const next = (target: number, text: string, words = ''): string =>
    around(btf, target, text, words, style, depth + 1, budget);
  switch (type.kind) {
    case 'const':
    case 'volatile':
    case 'restrict':
      return next(type.typeId, inner, qualifiers.includes(type.kind) ? qualifiers : `${type.kind} ${qualifiers}`);
    case 'type_tag':
    case 'var':
    case 'func':
    case 'decl_tag':
      return next(type.typeId, inner, qualifiers);
    case 'ptr': {
      const star = `*${qualifiers}${inner}`.trimEnd();
      return next(type.typeId, bindsTighter(btf, type.typeId) ? `(${star})` : star);
    }
    case 'array':
      return next(type.elementTypeId, `${inner}[${type.length}]`, qualifiers);
    case 'func_proto': {
      const parameters = type.parameters.map(({ name, typeId }, index) =>
        typeId === 0 && index === type.parameters.length - 1 ? '...' : next(typeId, name),
      );
      return next(type.returnTypeId, `${inner}(${parameters.join(', ') || 'void'})`);
    }
    default: {
      const word = `${qualifiers.replace('restrict ', '')}${style.base(type)}`;
      return inner === '' ? word : `${word} ${inner}`;
    }
  }
}

/** Arrays and functions bind tighter than a pointer's star. */
function bindsTighter(btf: Btf, id: number): boolean {
  let type = btf.typeById(id);
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (type.kind !== 'const' && type.kind !== 'volatile' && type.kind !== 'restrict' && type.kind !== 'type_tag')
      break;
    type = btf.typeById(type.typeId);
  }
  return type.kind === 'array' || type.kind === 'func_proto';
}
