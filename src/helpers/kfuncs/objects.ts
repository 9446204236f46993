// Kfuncs: objects that programs allocate, and the lists and trees they hang in (kernel/bpf/helpers.c). Objects lie in the address space;
// what the kernel keeps in bpf_refcount, bpf_list_node and bpf_rb_node beside links is kept in the tables below, by address.

import type { AddressSpace, HelperFunction, Machine, Region } from '../../engine/index.js';
import { ERRNO } from '../../maps/index.js';
import { hostOf } from '../host.js';
import { needed } from '../support.js';
import { type KfuncRow, kfunc } from './row.js';

interface Objects {
  /** By address: how many hold it. */
  readonly living: Map<number, { readonly region: Region; holders: number }>;
  /** Lists and trees by number; the number stands in the first word of the head or root, so that a zeroed one is empty. */
  readonly collections: Map<number, number[]>;
  /** node -> the collection it is in. */
  readonly owners: Map<number, number>;
}

const OBJECTS = new WeakMap<AddressSpace, Objects>();

function objectsOf({ space }: Machine): Objects {
  let objects = OBJECTS.get(space);
  if (!objects) OBJECTS.set(space, (objects = { living: new Map(), collections: new Map(), owners: new Map() }));
  return objects;
}

let lastCollection = 0;

/** The nodes that hang on a head or root, in order. */
function collectionAt(machine: Machine, head: number): { readonly number: number; readonly nodes: number[] } {
  const { view } = machine.space;
  const { collections } = objectsOf(machine);
  let number = view.getUint32(head, true);
  let nodes = collections.get(number);
  if (!nodes) {
    number = ++lastCollection;
    view.setUint32(head, number, true);
    collections.set(number, (nodes = []));
  }
  return { number, nodes };
}

function drop(machine: Machine, address: number): void {
  const { living } = objectsOf(machine);
  const object = living.get(address);
  if (!object || --object.holders > 0) return;
  living.delete(address);
  machine.space.free(object.region);
}

/** Copies for each CPU lie one after the other, each a multiple of 8 bytes long. */
const allocate =
  (perCpu: boolean): HelperFunction =>
  (machine, typeId) => {
    const host = hostOf(machine);
    const sizeBytes = needed(host.programTypeSize, 'bpf_obj_new', 'BTF of the program').call(host, typeId);
    if (sizeBytes === undefined) return 0;
    const whole = perCpu ? ((sizeBytes + 7) & ~7) * host.cpuCount : sizeBytes;
    const region = machine.space.allocate(whole, 'object of the program', 'read-write');
    objectsOf(machine).living.set(region.address, { region, holders: 1 });
    return region.address;
  };

const release: HelperFunction = (machine, address) => {
  drop(machine, address);
  return 0;
};

const acquire: HelperFunction = (machine, address) => {
  const object = objectsOf(machine).living.get(address);
  if (!object) return 0;
  object.holders++;
  return address;
};

/** Puts a node that is in no collection in; one that is in one is let go, and the answer is -EINVAL. */
function insert(
  machine: Machine,
  head: number,
  node: number,
  offset: number,
  place: (nodes: number[]) => number,
): number {
  const { owners } = objectsOf(machine);
  if (owners.has(node)) {
    drop(machine, node - offset);
    return -ERRNO.EINVAL;
  }
  const { number, nodes } = collectionAt(machine, head);
  owners.set(node, number);
  nodes.splice(place(nodes), 0, node);
  return 0;
}

function take(machine: Machine, head: number, index: (nodes: number[]) => number): number {
  const { nodes } = collectionAt(machine, head);
  const at = index(nodes);
  if (at < 0 || at >= nodes.length) return 0;
  const [node] = nodes.splice(at, 1) as [number];
  objectsOf(machine).owners.delete(node);
  return node;
}

const pushFront: HelperFunction = (machine, head, node, _meta, offset) => insert(machine, head, node, offset, () => 0);
const pushBack: HelperFunction = (machine, head, node, _meta, offset) =>
  insert(machine, head, node, offset, nodes => nodes.length);
const popFront: HelperFunction = (machine, head) => take(machine, head, () => 0);
const popBack: HelperFunction = (machine, head) => take(machine, head, nodes => nodes.length - 1);
const front: HelperFunction = (machine, head) => collectionAt(machine, head).nodes[0] ?? 0;
const back: HelperFunction = (machine, head) => collectionAt(machine, head).nodes.at(-1) ?? 0;

/** In order; behind those that are neither less nor greater, as in the kernel's tree. */
const add: HelperFunction = (machine, root, node, less, _meta, offset) =>
  insert(machine, root, node, offset, nodes => {
    let low = 0;
    let high = nodes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (machine.callback(less, node, nodes[middle]!, 0, 0, 0) !== 0) high = middle;
      else low = middle + 1;
    }
    return low;
  });

const remove: HelperFunction = (machine, root, node) => take(machine, root, nodes => nodes.indexOf(node));

const HEAD = 'struct bpf_list_head *head';
const NODE = 'struct bpf_list_node *node';
const ROOT = 'struct bpf_rb_root *root';

export const OBJECT_KFUNCS: readonly KfuncRow[] = [
  kfunc({
    declaration: 'void *bpf_obj_new_impl(u64 local_type_id__k, void *meta__ign)',
    flags: ['acquire', 'ret_null'],
    since: '6.2',
    meaning: "allocates an object of a type of the program's own",
    run: allocate(false),
  }),
  kfunc({
    declaration: 'void *bpf_percpu_obj_new_impl(u64 local_type_id__k, void *meta__ign)',
    flags: ['acquire', 'ret_null'],
    since: '6.7',
    meaning: 'allocates an object for each CPU',
    run: allocate(true),
  }),
  kfunc({
    declaration: 'void bpf_obj_drop_impl(void *p__alloc, void *meta__ign)',
    flags: ['release'],
    since: '6.2',
    meaning: 'lets an object go',
    run: release,
  }),
  kfunc({
    declaration: 'void bpf_percpu_obj_drop_impl(void *p__alloc, void *meta__ign)',
    flags: ['release'],
    since: '6.7',
    meaning: 'lets an object of every CPU go',
    run: release,
  }),
  kfunc({
    declaration: 'void *bpf_refcount_acquire_impl(void *p__refcounted_kptr, void *meta__ign)',
    flags: ['acquire', 'ret_null', 'rcu'],
    since: '6.4',
    meaning: 'one more reference to an object',
    run: acquire,
  }),
  kfunc({
    declaration: `int bpf_list_push_front_impl(${HEAD}, ${NODE}, void *meta__ign, u64 off)`,
    flags: [],
    since: '6.2',
    meaning: 'puts an object at the beginning of a list',
    run: pushFront,
  }),
  kfunc({
    declaration: `int bpf_list_push_back_impl(${HEAD}, ${NODE}, void *meta__ign, u64 off)`,
    flags: [],
    since: '6.2',
    meaning: 'puts an object at the end of a list',
    run: pushBack,
  }),
  kfunc({
    declaration: `struct bpf_list_node *bpf_list_pop_front(${HEAD})`,
    flags: ['acquire', 'ret_null'],
    since: '6.2',
    meaning: 'takes the first object of a list',
    run: popFront,
  }),
  kfunc({
    declaration: `struct bpf_list_node *bpf_list_pop_back(${HEAD})`,
    flags: ['acquire', 'ret_null'],
    since: '6.2',
    meaning: 'takes the last object of a list',
    run: popBack,
  }),
  kfunc({
    declaration: `struct bpf_list_node *bpf_list_front(${HEAD})`,
    flags: ['ret_null'],
    since: '6.16',
    meaning: 'the first object of a list',
    run: front,
  }),
  kfunc({
    declaration: `struct bpf_list_node *bpf_list_back(${HEAD})`,
    flags: ['ret_null'],
    since: '6.16',
    meaning: 'the last object of a list',
    run: back,
  }),
  kfunc({
    declaration: `int bpf_rbtree_add_impl(${ROOT}, struct bpf_rb_node *node, bool (*less)(struct bpf_rb_node *a, const struct bpf_rb_node *b), void *meta__ign, u64 off)`,
    flags: [],
    since: '6.3',
    meaning: 'puts an object into a tree in the order that a function says',
    run: add,
  }),
  kfunc({
    declaration: `struct bpf_rb_node *bpf_rbtree_remove(${ROOT}, struct bpf_rb_node *node)`,
    flags: ['acquire', 'ret_null'],
    since: '6.3',
    meaning: 'takes an object out of a tree',
    run: remove,
  }),
  kfunc({
    declaration: `struct bpf_rb_node *bpf_rbtree_first(${ROOT})`,
    flags: ['ret_null'],
    since: '6.3',
    meaning: 'the least object of a tree',
    run: front,
  }),
  kfunc({
    declaration: `struct bpf_rb_node *bpf_rbtree_root(${ROOT})`,
    flags: ['ret_null'],
    since: '6.16',
    meaning: 'the object at the root of a tree',
  }),
  kfunc({
    declaration: `struct bpf_rb_node *bpf_rbtree_left(${ROOT}, struct bpf_rb_node *node)`,
    flags: ['ret_null'],
    since: '6.16',
    meaning: 'the object at the left of another in a tree',
  }),
  kfunc({
    declaration: `struct bpf_rb_node *bpf_rbtree_right(${ROOT}, struct bpf_rb_node *node)`,
    flags: ['ret_null'],
    since: '6.16',
    meaning: 'the object at the right of another in a tree',
  }),
];
