// The host names in an expression: what a caller with an asynchronous resolver must look up before it compiles.

import { SkepError } from '../diagnostics/index.js';
import { parseFilter } from './parser.js';
import { leaves } from './shifts.js';

/** Names whose addresses compiling will ask for, each once; empty for an expression that does not parse. */
export function hostNames(text: string): string[] {
  try {
    const tree = parseFilter(text);
    const names = new Set<string>();
    for (const node of tree ? leaves(tree) : []) {
      if (node.kind !== 'id' || node.id.type !== 'name') continue;
      const { protocol, type } = node.qualifiers;
      if (type === 'gateway' || ((type === undefined || type === 'host') && protocol !== 'link'))
        names.add(node.id.text);
    }
    return [...names];
  } catch (error) {
    if (error instanceof SkepError) return [];
    throw error;
  }
}
