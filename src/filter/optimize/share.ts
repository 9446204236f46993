// Lists that are looked up in several places: `host a or host b or ...` asks for the same set in IPv4 and in ARP, `port ...` in
// IPv4 and IPv6, first the source, then the destination. The searches are equal but for the word they look at and for where a
// miss goes on. Sent to one place after a miss, which finds out anew what kind of packet it is, they become equal
// altogether, and the list is in the program twice instead of four times.

import { FALSE, type Reference, type SharedLists, type Term, type Terms, TRUE } from './terms.js';
import type { Value } from './values.js';

type Switch = Extract<Term, { readonly kind: 'switch' }>;

/** A list at the end of a term: lookups, then whatever else. */
interface Tail {
  readonly lookups: readonly Switch[];
  readonly rest: Reference;
}

/** Shorter lists than this are cheaper twice than shared. */
const FEWEST_SEGMENTS = 9;

/** The same condition with equal lists shared. */
export function shareLists(terms: Terms, root: Reference): Reference {
  return new Sharing(terms).share(root, 0);
}

class Sharing {
  readonly #terms: Terms;
  readonly #memo = new Map<number, Reference>();

  constructor(terms: Terms) {
    this.#terms = terms;
  }

  share(reference: Reference, depth: number): Reference {
    const index = reference >> 1;
    const node = this.#terms.nodes[index]!;
    if ((node.kind !== 'or' && node.kind !== 'switch') || depth > 100) return reference;
    let shared = this.#memo.get(index);
    if (shared === undefined) {
      shared =
        node.kind === 'or'
          ? this.#terms.or(node.children.map(child => this.share(child, depth + 1)))
          : this.#switch(node, index * 2, depth);
      this.#memo.set(index, shared);
    }
    return shared ^ (reference & 1);
  }

  #switch(node: Switch, reference: Reference, depth: number): Reference {
    // Most switches are sets: nothing below them.
    if (node.references.every(one => one === TRUE || one === FALSE)) return reference;
    const byLists = new Map<string, { readonly parts: Reference[]; readonly tails: Tail[] }>();
    for (const part of new Set(node.references)) {
      const tail = this.#tail(part);
      if (!tail) continue;
      const key = tail.lookups.map(lookup => lookup.content).join(' ');
      const same = byLists.get(key);
      if (same) {
        same.parts.push(part);
        same.tails.push(tail);
      } else {
        byLists.set(key, { parts: [part], tails: [tail] });
      }
    }
    const substitutes = new Map<Reference, Reference>();
    for (const { parts, tails } of byLists.values()) {
      if (parts.length < 2) continue;
      const group: SharedLists = {
        selector: node.value,
        stages: tails[0]!.lookups,
        members: parts.map((part, member) => ({
          segments: segmentsOf(node, part),
          origin: node.origins[node.references.indexOf(part)],
          values: tails[member]!.lookups.map((lookup): Value => lookup.value),
          rest: this.share(tails[member]!.rest, depth + 1),
        })),
      };
      for (const [member, part] of parts.entries()) {
        substitutes.set(part, this.#replaceTail(part, this.#terms.add({ kind: 'shared', group, member }, false)));
      }
    }
    const references = node.references.map(part => substitutes.get(part) ?? this.share(part, depth + 1));
    return this.#terms.switch(node.value, node.starts, references, node.origins);
  }

  /** The lookups that a term ends with: sets in an `or`, at the end of `and`s. */
  #tail(reference: Reference): Tail | undefined {
    const terms = this.#terms;
    for (let at = reference; ; ) {
      const node = terms.node(at);
      if (node.kind === 'switch') {
        const only = (at & 1) === 0 ? onlyPart(node) : undefined;
        if (only === undefined) return undefined;
        at = only;
        continue;
      }
      if (node.kind !== 'or') return undefined;
      if (at & 1) {
        at = node.children[node.children.length - 1]! ^ 1;
        continue;
      }
      const lookups: Switch[] = [];
      for (const child of node.children) {
        const set = terms.node(child);
        if (child & 1 || set.kind !== 'switch' || set.references.some(one => one !== TRUE && one !== FALSE)) break;
        lookups.push(set);
      }
      // A single list meets no fork: its copies become one without help.
      if (lookups.length < 2 || lookups.every(({ starts }) => starts.length < FEWEST_SEGMENTS)) return undefined;
      return { lookups, rest: terms.or(node.children.slice(lookups.length)) };
    }
  }

  /** The term with its last `or` replaced. */
  #replaceTail(reference: Reference, replacement: Reference): Reference {
    const node = this.#terms.node(reference);
    if (node.kind === 'switch') {
      const only = onlyPart(node)!;
      const inner = this.#replaceTail(only, replacement);
      const references = node.references.map(part => (part === only ? inner : part));
      return this.#terms.switch(node.value, node.starts, references, node.origins);
    }
    if (node.kind !== 'or' || (reference & 1) === 0) return replacement;
    const children = [...node.children];
    children.push(this.#replaceTail(children.pop()! ^ 1, replacement) ^ 1);
    return this.#terms.or(children) ^ 1;
  }
}

/** What a switch goes to where it does not fail, if that is one thing: an `and` in the form of a switch. */
function onlyPart(node: Switch): Reference | undefined {
  let only: Reference | undefined;
  for (const part of node.references) {
    if (part === FALSE || part === only) continue;
    if (only !== undefined || part === TRUE) return undefined;
    only = part;
  }
  return only;
}

/** The ranges in which the switch goes to `part`. */
function segmentsOf(node: Switch, part: Reference): (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  for (let i = 0; i < node.starts.length; i++) {
    if (node.references[i] !== part) continue;
    ranges.push([node.starts[i]!, i + 1 < node.starts.length ? node.starts[i + 1]! - 1 : 0xffffffff]);
  }
  return ranges;
}
