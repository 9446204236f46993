// Optimized = unoptimized = tcpdump's unoptimized program, on generated packets: made of headers, directed along the program's
// tests, cut short. What the optimizer may answer otherwise is in `agreement` (support.ts) and cases/differences.txt.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAccepted } from '../../src/classic/index.js';
import { SkepError } from '../../src/diagnostics/index.js';
import type { Condition } from '../../src/filter/condition.js';
import { LINK_TYPES, type LinkType, linkTypeByName } from '../../src/filter/link-types.js';
import { compileCondition, optimizeProgram } from '../../src/filter/optimize/index.js';
import type { ClassicProgram } from '../../src/isa/index.js';
import { generateExpression } from '../filter-codegen/expressions.js';
import { generatePacket } from '../filter-codegen/packets.js';
import { Random } from '../filter-codegen/random.js';
import { type ExpressionOptions, expressionArbitrary } from '../support/expressions.js';
import { direct } from './directed.js';
import { agreement, conditionOf, hasTcpdump, prepared, skipLoudly, tcpdumpPrograms } from './support.js';

const PACKETS = 30;
/** `FUZZ_SEED=7 FUZZ_FACTOR=20 npx vitest run test/filter-optimize/differential` looks elsewhere, and longer. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const FACTOR = Number(process.env['FUZZ_FACTOR'] ?? 1);

/** Packets for a filter: a third as headers make them, a third directed along `program`, a third of those cut. */
function packets(program: ClassicProgram, link: LinkType, random: Random): Uint8Array[] {
  return Array.from({ length: PACKETS }, (_, index) => {
    const packet = generatePacket(random, link);
    const aimed = index % 3 === 0 ? packet : direct(program, packet, random);
    return index % 3 === 2 ? aimed.slice(0, random.below(aimed.length + 1)) : aimed;
  });
}

const hex = (packet: Uint8Array): string => Array.from(packet, byte => byte.toString(16).padStart(2, '0')).join('');

let pairs = 0;
let explained = 0;

/** Throws with the packet on a verdict that nothing explains. */
function compare(one: ClassicProgram, other: ClassicProgram, link: LinkType, seed: number): void {
  const random = new Random(seed);
  const first = prepared(one);
  const second = prepared(other);
  for (const packet of packets(other, link, random)) {
    pairs++;
    const result = agreement(first, second, packet);
    if (result === 'explained') explained++;
    if (result === 'different') throw new Error(`verdicts differ on ${hex(packet)}`);
  }
}

function generated(expression: string, link: LinkType, target: 'savefile' | 'linux'): Condition | undefined {
  try {
    return conditionOf(expression, link.name, target);
  } catch (error) {
    if (error instanceof SkepError && /^SKEP11/.test(error.code ?? '')) return undefined;
    throw error;
  }
}

function checkExpression(expression: string, link: LinkType, seed: number): void {
  for (const target of ['savefile', 'linux'] as const) {
    const condition = generated(expression, link, target);
    // Divisions by a constant zero, `vlan` behind `mpls`: refused, and rightly.
    if (!condition) return;
    const { program, optimized } = compileCondition(condition, { target });
    expect(optimized, expression).toBe(true);
    const plain = compileCondition(condition, { optimize: false, target }).program;
    if (target === 'linux') {
      // Ancillary loads are compared in test/filter-codegen; here: Linux takes what it takes unoptimized.
      if (isAccepted(plain, 'linux')) expect(isAccepted(program, 'linux'), expression).toBe(true);
      continue;
    }
    compare(program, plain, link, seed);
  }
}

const LINKS: readonly ExpressionOptions['link'][] = ['EN10MB', 'RAW', 'PPP', 'LINUX_SLL', 'IEEE802_11'];

describe('optimized and unoptimized programs agree', { timeout: 60_000 * FACTOR }, () => {
  it.each(LINKS)('on expressions of the grammar for %s', link => {
    const type = linkTypeByName(link!)!;
    fc.assert(
      fc.property(expressionArbitrary({ link: link! }), fc.nat(), (expression, seed) =>
        checkExpression(expression, type, seed),
      ),
      { numRuns: (link === 'EN10MB' ? 220 : 60) * FACTOR, seed: SEED },
    );
  });

  it('on expressions for every link type', () => {
    const random = new Random(SEED);
    for (const link of LINK_TYPES) {
      if (!link.layout) continue;
      for (let i = 0; i < 6 * FACTOR; i++) {
        const expression = generateExpression(random, link);
        const seed = random.next();
        try {
          checkExpression(expression, link, seed);
        } catch (error) {
          // The generator makes what some link types do not have, and what the grammar does not.
          if (!(error instanceof SkepError)) throw new Error(`${link.name}: ${expression}`, { cause: error });
        }
      }
    }
  });

  it('on long lists', () => {
    const type = linkTypeByName('EN10MB')!;
    fc.assert(
      fc.property(
        expressionArbitrary({ depth: 1, listLength: 40, weights: { list: 6, relation: 0 } }),
        fc.nat(),
        (expression, seed) => checkExpression(expression, type, seed),
      ),
      { numRuns: 60 * FACTOR, seed: SEED },
    );
  });

  it('compared tens of thousands of packets', () => {
    console.log(`${pairs} packets compared, ${explained} with an explained difference`);
    expect(pairs).toBeGreaterThan(10_000);
    expect(explained).toBeLessThan(pairs / 50);
  });
});

describe("tcpdump's unoptimized programs", { timeout: 60_000 * FACTOR }, () => {
  const WEIGHTS = { cast: 0, protochain: 0, encapsulation: 0, relation: 1 } as const;

  it('give the same verdicts as our optimized ones, lifted and optimized or compiled', () => {
    if (!hasTcpdump) return skipLoudly("comparing verdicts with tcpdump's programs");
    const link = linkTypeByName('EN10MB')!;
    const expressions = fc.sample(expressionArbitrary({ weights: WEIGHTS, depth: 2 }), {
      numRuns: 200 * FACTOR,
      seed: SEED,
    });
    const programs = tcpdumpPrograms(expressions.map(expression => ({ link: 'EN10MB', expression })));
    let compared = 0;
    let longer = 0;
    for (const [index, expression] of expressions.entries()) {
      const { optimized, plain } = programs[index]!;
      if (!plain) continue;
      try {
        const ours = compileCondition(conditionOf(expression)).program;
        const lifted = optimizeProgram(plain);
        expect(lifted.length).toBeLessThanOrEqual(plain.length);
        if (lifted.length > (optimized?.length ?? Number.POSITIVE_INFINITY)) longer++;
        compare(ours, plain, link, index);
        compare(lifted, plain, link, index);
        compared++;
      } catch (error) {
        throw new Error(expression, { cause: error });
      }
    }
    expect(compared).toBeGreaterThan(150 * FACTOR);
    // A program has no lists to group, only blocks: now and then libpcap's order of tests is the luckier one.
    expect(longer).toBeLessThanOrEqual(compared / 50);
  });
});
