// lpm_trie: kernel/bpf/lpm_trie.c. Longest prefix match in a binary trie; a key is a length in bits (u32, of the machine's byte
// order) and that many bits of data, the first bit of the first byte first. Branches without an element of their own are
// intermediate nodes, which always have two children.

import type { Machine } from '../../engine/index.js';
import { BaseMap } from '../base-map.js';
import { ERRNO } from '../errno.js';
import { BPF_EXIST, BPF_NOEXIST } from '../flags.js';
import type { BatchSupport, MapDefinition, MapHost } from '../map.js';
import type { ValueSlots } from '../value-slots.js';

const LENGTH_BYTES = 4;

interface Node {
  readonly prefixBits: number;
  /** All of the key's data, also what is beyond the prefix. */
  data: Uint8Array;
  /** 0: an intermediate node. */
  value: number;
  left: Node | undefined;
  right: Node | undefined;
}

export class LpmTrieMap extends BaseMap {
  readonly batch: BatchSupport = { lookup: true, lookupAndDelete: false, update: true, delete: true };
  readonly #maximumBits: number;
  readonly #dataBytes: number;
  readonly #slots: ValueSlots;
  #root: Node | undefined;
  #count = 0;

  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition);
    this.#dataBytes = definition.keySizeBytes - LENGTH_BYTES;
    this.#maximumBits = this.#dataBytes * 8;
    this.#slots = this.valueSlots();
  }

  override lookup(_machine: Machine, key: number): number {
    return this.#find(key);
  }

  override userLookup(key: number, out: number, _flags: number): number {
    const value = this.#find(key);
    if (value === 0) return -ERRNO.ENOENT;
    this.copyOut(out, value);
    return 0;
  }

  override update(_machine: Machine, key: number, value: number, flags: number): number {
    return this.userUpdate(key, value, flags);
  }

  override userUpdate(key: number, value: number, flags: number): number {
    if (flags > BPF_EXIST) return -ERRNO.EINVAL;
    this.heap.renew();
    const bits = this.heap.view.getUint32(key, true);
    if (bits > this.#maximumBits) return -ERRNO.EINVAL;
    let parent: Node | undefined;
    let node = this.#root;
    let matching = 0;
    while (node) {
      matching = this.#matchingBits(node, key, bits);
      if (node.prefixBits !== matching || node.prefixBits === bits) break;
      parent = node;
      node = this.#bit(key, node.prefixBits) ? node.right : node.left;
    }
    const exact = node !== undefined && node.prefixBits === matching && matching === bits;
    const old = exact ? node!.value : 0;
    if (old !== 0 && flags === BPF_NOEXIST) return -ERRNO.EEXIST;
    if (old === 0) {
      if (flags === BPF_EXIST) return -ERRNO.ENOENT;
      if (this.#count === this.definition.maxEntries) return -ERRNO.ENOSPC;
    }
    const slot = this.#slots.take();
    if (slot < 0) return slot;
    this.heap.renew();
    this.heap.copyValue(slot, value, this.definition.valueSizeBytes, this.fields);
    if (old !== 0) this.#letGoValue(old);
    else this.#count++;
    const data = this.heap.u8.slice(key + LENGTH_BYTES, key + LENGTH_BYTES + this.#dataBytes);
    if (exact) {
      node!.value = slot;
      node!.data = data;
      return 0;
    }
    const leaf: Node = { prefixBits: bits, data, value: slot, left: undefined, right: undefined };
    if (!node) {
      this.#replace(parent, undefined, leaf, key);
    } else if (matching === bits) {
      if (bitOf(node.data, matching)) leaf.right = node;
      else leaf.left = node;
      this.#replace(parent, node, leaf, key);
    } else {
      const [left, right] = bitOf(data, matching) ? [node, leaf] : [leaf, node];
      this.#replace(parent, node, { prefixBits: matching, data: node.data, value: 0, left, right }, key);
    }
    return 0;
  }

  override delete(_machine: Machine, key: number): number {
    return this.userDelete(key);
  }

  override userDelete(key: number): number {
    this.heap.renew();
    const bits = this.heap.view.getUint32(key, true);
    if (bits > this.#maximumBits) return -ERRNO.EINVAL;
    const path = this.#path(key, bits);
    const node = path?.at(-1);
    if (!path || !node) return -ERRNO.ENOENT;
    this.#letGoValue(node.value);
    node.value = 0;
    this.#count--;
    if (node.left && node.right) return 0;
    const parent = path.at(-2);
    const child = node.left ?? node.right;
    if (!child && parent && parent.value === 0) {
      // An intermediate node is left with one child: it goes too.
      this.#replace(path.at(-3), parent, parent.left === node ? parent.right! : parent.left!, key);
    } else {
      this.#replace(parent, node, child, key);
    }
    return 0;
  }

  /** In postorder: longer prefixes before the shorter ones that hold them, and zeros before ones. */
  override nextKey(key: number, out: number): number {
    this.heap.renew();
    const bits = key === 0 ? Infinity : this.heap.view.getUint32(key, true);
    const path = bits <= this.#maximumBits ? this.#path(key, bits) : undefined;
    const next = path ? successor(path) : leftmost(this.#root);
    if (!next) return -ERRNO.ENOENT;
    this.heap.view.setUint32(out, next.prefixBits, true);
    this.heap.u8.set(next.data, out + LENGTH_BYTES);
    return 0;
  }

  protected override letGo(): void {
    if (this.fields.length === 0) return;
    const rest = this.#root ? [this.#root] : [];
    for (let node = rest.pop(); node; node = rest.pop()) {
      if (node.value !== 0) this.releaseFields(node.value);
      if (node.left) rest.push(node.left);
      if (node.right) rest.push(node.right);
    }
  }

  /** Address of the value of the longest prefix that the key has, or 0. */
  #find(key: number): number {
    this.heap.renew();
    const bits = this.heap.view.getUint32(key, true);
    if (bits > this.#maximumBits) return 0;
    let found = 0;
    for (let node = this.#root; node; ) {
      const matching = this.#matchingBits(node, key, bits);
      if (matching < node.prefixBits) break;
      if (node.value !== 0) found = node.value;
      if (matching === this.#maximumBits) break;
      node = this.#bit(key, node.prefixBits) ? node.right : node.left;
    }
    return found;
  }

  /** The way from the root to the element with exactly that key. */
  #path(key: number, bits: number): Node[] | undefined {
    const path: Node[] = [];
    for (let node = this.#root; node; ) {
      path.push(node);
      if (this.#matchingBits(node, key, bits) !== node.prefixBits) return undefined;
      if (node.prefixBits === bits) return node.value === 0 ? undefined : path;
      node = this.#bit(key, node.prefixBits) ? node.right : node.left;
    }
    return undefined;
  }

  /** How many first bits key and node share, no more than either has. */
  #matchingBits(node: Node, key: number, bits: number): number {
    const { u8 } = this.heap;
    const limit = Math.min(node.prefixBits, bits);
    for (let at = 0; at * 8 < limit; at++) {
      const difference = node.data[at]! ^ u8[key + LENGTH_BYTES + at]!;
      if (difference !== 0) return Math.min(limit, at * 8 + Math.clz32(difference) - 24);
    }
    return limit;
  }

  #bit(key: number, index: number): boolean {
    return (this.heap.u8[key + LENGTH_BYTES + (index >>> 3)]! & (0x80 >>> (index & 7))) !== 0;
  }

  /** Puts a node where another one (or none, on the key's way) was below the parent; no parent: at the root. */
  #replace(parent: Node | undefined, old: Node | undefined, node: Node | undefined, key: number): void {
    if (!parent) this.#root = node;
    else if (old ? parent.right === old : this.#bit(key, parent.prefixBits)) parent.right = node;
    else parent.left = node;
  }

  #letGoValue(value: number): void {
    this.releaseFields(value);
    this.#slots.give(value);
  }
}

const bitOf = (data: Uint8Array, index: number): boolean => (data[index >>> 3]! & (0x80 >>> (index & 7))) !== 0;

/** The first element below a node in postorder. */
function leftmost(root: Node | undefined): Node | undefined {
  let found: Node | undefined;
  for (let node = root; node; node = node.left ?? node.right) if (node.value !== 0) found = node;
  return found;
}

/** The element that follows the last one of a way from the root, in postorder. */
function successor(path: readonly Node[]): Node | undefined {
  for (let at = path.length - 1; at > 0; at--) {
    const parent = path[at - 1]!;
    if (parent.left === path[at] && parent.right) return leftmost(parent.right);
    if (parent.value !== 0) return parent;
  }
  return undefined;
}
