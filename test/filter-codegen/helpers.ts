import { SkepError } from '../../src/diagnostics/index.js';
import { type GenerateOptions, generate } from '../../src/filter/codegen/index.js';
import type { Condition } from '../../src/filter/condition.js';
import { linkTypeByName } from '../../src/filter/link-types.js';
import { builtInResolver } from '../../src/filter/names.js';
import { parseFilter } from '../../src/filter/parser.js';

export type Options = Partial<Omit<GenerateOptions, 'linkType'>>;

/** What an expression becomes on a link type, by name. */
export function generateFor(link: string, expression: string, options: Options = {}): ReturnType<typeof generate> {
  const { dlt } = linkTypeByName(link)!;
  return generate(parseFilter(expression), { linkType: dlt, resolver: builtInResolver(), ...options });
}

/** The error that refuses it; undefined if nothing does. */
export function refusal(link: string, expression: string, options: Options = {}): SkepError | undefined {
  try {
    generateFor(link, expression, options);
  } catch (thrown) {
    if (thrown instanceof SkepError) return thrown;
    throw thrown;
  }
  return undefined;
}

/** Every test of a condition, in the order of evaluation. */
export function* leaves(root: Condition): Generator<Extract<Condition, { kind: 'test' | 'constant' }>> {
  const work: Condition[] = [root];
  for (let node = work.pop(); node; node = work.pop()) {
    if (node.kind === 'test' || node.kind === 'constant') yield node;
    else if (node.kind === 'not') work.push(node.term);
    else for (let i = node.terms.length - 1; i >= 0; i--) work.push(node.terms[i]!);
  }
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], byte => Number.parseInt(byte, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
