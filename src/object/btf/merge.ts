// Merges the types of several objects into one BTF without duplicates. Two types are the same when no sequence of steps through them
// tells them apart: classes are refined, as a finite automaton is minimised, until nothing changes, which deals with types
// that contain pointers to themselves. A forward declaration joins the one struct that has its name.

import type { Btf } from './btf.js';
import { BtfBuilder, type NewType } from './builder.js';
import { type BtfType, isComposite } from './types.js';

export interface MergedBtf {
  readonly builder: BtfBuilder;
  /** For each input: its id -> the id in the result. Data sections and declarations to be resolved are left out (0). */
  readonly ids: readonly Uint32Array[];
}

/** One type of the inputs. */
interface Node {
  readonly type: BtfType;
  /** Numbers of the nodes that it refers to; -1 is void. */
  readonly edges: readonly number[];
}

/**
 * `skip` leaves types out (data sections, whose places change). `mergeKey` gives types that are the same for another reason than
 * their structure a common key, such as variables and functions that one object declares and another defines: the first
 * of them that `prefer` says yes to stands for all.
 */
export function mergeBtf(
  inputs: readonly Btf[],
  options: {
    skip(btf: Btf, type: BtfType): boolean;
    mergeKey(btf: Btf, type: BtfType): string | undefined;
    prefer(btf: Btf, type: BtfType): boolean;
  },
): MergedBtf {
  const { nodes, firstOf } = collect(inputs);
  const classes = classesOf(nodes);
  const representative = new Map<number, number>();
  for (const [node, group] of classes.entries()) if (!representative.has(group)) representative.set(group, node);

  // Declarations join definitions, by name.
  const byKey = new Map<string, number>();
  const keyOf = new Map<number, string>();
  const preferred = new Set<string>();
  const skipped = new Set<number>();
  for (const [input, btf] of inputs.entries()) {
    for (const type of btf.types()) {
      const node = firstOf[input]! + type.id - 1;
      if (options.skip(btf, type)) skipped.add(node);
      const key = options.mergeKey(btf, type);
      if (key === undefined) continue;
      keyOf.set(node, key);
      const isPreferred = options.prefer(btf, type);
      if (byKey.has(key) && (!isPreferred || preferred.has(key))) continue;
      byKey.set(key, node);
      if (isPreferred) preferred.add(key);
    }
  }
  const chosen = (node: number): number => {
    const key = keyOf.get(node);
    return key === undefined ? representative.get(classes[node]!)! : byKey.get(key)!;
  };

  // Ids first, in order, so that types may refer to later ones.
  const newIds = new Uint32Array(nodes.length);
  const written: number[] = [];
  for (let node = 0; node < nodes.length; node++) {
    if (skipped.has(node) || chosen(node) !== node) continue;
    written.push(node);
    newIds[node] = written.length;
  }
  const idOf = (node: number): number => (node < 0 ? 0 : newIds[chosen(node)]!);
  const builder = new BtfBuilder({ byteOrder: inputs[0]?.byteOrder ?? 'little' });
  for (const node of written) builder.add(withEdges(nodes[node]!.type, nodes[node]!.edges.map(idOf)));

  const ids = inputs.map((btf, input) => {
    const map = new Uint32Array(btf.typeCount);
    for (let id = 1; id < btf.typeCount; id++) {
      const node = firstOf[input]! + id - 1;
      if (!skipped.has(node)) map[id] = idOf(node);
    }
    return map;
  });
  return { builder, ids };
}

function collect(inputs: readonly Btf[]): { nodes: Node[]; firstOf: number[] } {
  const nodes: Node[] = [];
  const firstOf: number[] = [];
  for (const btf of inputs) {
    const first = nodes.length;
    firstOf.push(first);
    for (const type of btf.types()) {
      nodes.push({ type, edges: edgesOf(type).map(id => (id === 0 || id >= btf.typeCount ? -1 : first + id - 1)) });
    }
  }
  return { nodes, firstOf };
}

/** Ids of the types that a type refers to, in a fixed order. */
function edgesOf(type: BtfType): number[] {
  switch (type.kind) {
    case 'array':
      return [type.elementTypeId, type.indexTypeId];
    case 'struct':
    case 'union':
      return type.members.map(({ typeId }) => typeId);
    case 'func_proto':
      return [type.returnTypeId, ...type.parameters.map(({ typeId }) => typeId)];
    case 'datasec':
      return type.variables.map(({ typeId }) => typeId);
    default:
      return 'typeId' in type ? [type.typeId] : [];
  }
}

/** The type with other ids in the places of `edgesOf`. */
function withEdges(type: BtfType, edges: readonly number[]): NewType {
  switch (type.kind) {
    case 'array':
      return { ...type, elementTypeId: edges[0]!, indexTypeId: edges[1]! };
    case 'struct':
    case 'union':
      return { ...type, members: type.members.map((member, index) => ({ ...member, typeId: edges[index]! })) };
    case 'func_proto':
      return {
        ...type,
        returnTypeId: edges[0]!,
        parameters: type.parameters.map((parameter, index) => ({ ...parameter, typeId: edges[index + 1]! })),
      };
    case 'datasec':
      return { ...type, variables: type.variables.map((variable, index) => ({ ...variable, typeId: edges[index]! })) };
    default:
      return 'typeId' in type ? { ...type, typeId: edges[0]! } : type;
  }
}

/** All that a type says without what it refers to. */
function label(type: BtfType): string {
  return JSON.stringify(
    {
      ...type,
      ...withEdges(
        type,
        edgesOf(type).map(() => 0),
      ),
      id: 0,
    },
    (_, value) => (typeof value === 'bigint' ? `${value}n` : value),
  );
}

/** A class for each node: equal labels first, then told apart by the classes of what they refer to, until that adds nothing. */
function refine(nodes: readonly Node[]): number[] {
  let numbers = new Map<string, number>();
  const number = (key: string): number => {
    let found = numbers.get(key);
    if (found === undefined) numbers.set(key, (found = numbers.size));
    return found;
  };
  let classes = nodes.map(({ type }) => number(label(type)));
  for (let count = 0; numbers.size > count; ) {
    count = numbers.size;
    numbers = new Map();
    const before = classes;
    classes = nodes.map(({ edges }, node) =>
      number(`${before[node]}:${edges.map(edge => (edge < 0 ? -1 : before[edge])).join(',')}`),
    );
  }
  return classes;
}

/** Classes of the nodes, forward declarations in those of their structs. */
function classesOf(nodes: readonly Node[]): number[] {
  const apart = refine(nodes);
  const structs = forwardedStructs(nodes, apart);
  if (structs.size === 0) return apart;
  // Once more, with every use of the declaration a use of the struct: pointers to both become the same.
  const joined = nodes.map(({ type, edges }) => ({ type, edges: edges.map(edge => structs.get(edge) ?? edge) }));
  const classes = refine(joined);
  for (const [declaration, struct] of structs) classes[declaration] = classes[struct]!;
  return classes;
}

/** Node of a `struct name;` -> node of the struct of that name, when all the inputs have one only. */
function forwardedStructs(nodes: readonly Node[], classes: readonly number[]): Map<number, number> {
  const structs = new Map<string, number | undefined>();
  for (const [node, { type }] of nodes.entries()) {
    if (!isComposite(type) || type.name === '') continue;
    const key = `${type.kind} ${type.name}`;
    const present = structs.get(key);
    if (!structs.has(key)) structs.set(key, node);
    else if (present !== undefined && classes[present] !== classes[node]) structs.set(key, undefined);
  }
  const forwarded = new Map<number, number>();
  for (const [node, { type }] of nodes.entries()) {
    const struct = type.kind === 'fwd' ? structs.get(`${type.of} ${type.name}`) : undefined;
    if (struct !== undefined) forwarded.set(node, struct);
  }
  return forwarded;
}
