// The same verdicts as Debian's tcpdump (libpcap 1.10): its unoptimized programs, run by our interpreter, over generated
// expressions and packets of every link type. Where 1.10 and 1.11 differ, 1.11 is followed: EXPLAINED says where and why.

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { prepare } from '../../src/classic/index.js';
import { LINK_TYPES, type LinkType } from '../../src/filter/link-types.js';
import { assemble } from '../../src/isa/index.js';
import { matches } from './evaluate.js';
import { generateExpression } from './expressions.js';
import { generateFor, refusal, toHex } from './helpers.js';
import { generatePacket } from './packets.js';
import { Random } from './random.js';

const EXPRESSIONS_PER_LINK = 8;
const PACKETS_PER_EXPRESSION = 40;
/** More than any program that ends takes; libpcap's `protochain` may go on forever (see EXPLAINED). */
const STEP_BUDGET = 20_000;

interface Explained {
  readonly link?: RegExp;
  readonly expression?: RegExp;
  readonly why: string;
}

/** What differs from libpcap 1.10.3 on purpose. */
const EXPLAINED: readonly Explained[] = [
  {
    link: /^(NULL|ENC|LOOP|PFLOG)$/,
    why: 'files hold address families of every system and byte order; -y takes the live ones',
  },
  { link: /^ARCNET/, why: '1.11 leaves out the codes of RFC 1051, whose header is shorter' },
  { link: /^SLIP$/, expression: /outbound/, why: '1.10 takes every byte but 0 for outbound' },
  { expression: /byte \d+ [&|]/, why: '1.10 forgets to load the byte' },
  { expression: /ip multicast/, why: '1.10 takes 240.0.0.0/4 for multicast' },
  {
    expression: /\b(l1|l2|iih|lsp|c?snp|psnp)\b|isis proto/,
    why: '1.10 compares the reserved bits too; on Cisco HDLC at a wrong place',
  },
  { expression: /net [0-9a-f]*:|\/0|net 0\.0|net 0|mask 0/, why: '1.11 does not load what a mask of 0 leaves out' },
  { link: /^(MTP2|ERF)/, expression: /dpc/, why: '1.10 loads 4 bytes where 2 do' },
  { link: /^(MTP2|ERF|SUNATM)/, expression: /!=/, why: '1.10 takes `!=` for `=` after ATM and SS7 fields' },
  { link: /^DSA/, expression: /inbound|outbound/, why: "1.10 has ancillary loads where 1.11 reads the switch's tag" },
  {
    link: /^JUNIPER/,
    expression: /pppoes/,
    why: 'offsets that are not set wrap around; 1.11 loads 2 bytes of the session, 1.10 loads 4',
  },
  {
    link: /IEEE802_11|PRISM|PPI/,
    expression: /geneve|pppoes/,
    why: 'libpcap loses the length of the radio and 802.11 headers once something is encapsulated in the frame',
  },
  {
    link: /IEEE802_11|PRISM|PPI|PFLOG/,
    expression: /\[| len|len |\d (=|!|<|>)/,
    why: 'libpcap may use the register that holds the length of a radio or 802.11 header for arithmetic as well',
  },
  { expression: /protochain/, why: 'the step over AH, which does not go forward in libpcap' },
];

function tcpdumpProgram(link: LinkType, expression: string): ReturnType<typeof prepare> | undefined {
  const { status, stdout } = spawnSync('tcpdump', ['-y', link.name, '-ddd', '-O', expression], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  return prepare(assemble(stdout, { syntax: 'decimal' }), { stepBudget: STEP_BUDGET });
}

const { error } = spawnSync('tcpdump', ['--version']);
if (error)
  console.warn('SKIPPED: verdicts are not compared with tcpdump: it is not installed (apt-get install tcpdump)');

describe.skipIf(error)('the verdicts of tcpdump', () => {
  const links = LINK_TYPES.filter(({ layout }) => layout);
  const random = new Random(20260801);
  let compared = 0;

  it.each(links.map(link => [link.name, link] as const))('%s', (_, link) => {
    for (let done = 0, tried = 0; done < EXPRESSIONS_PER_LINK && tried < 5 * EXPRESSIONS_PER_LINK; tried++) {
      const expression = generateExpression(random, link);
      if (refusal(link.name, expression)) continue;
      const program = tcpdumpProgram(link, expression);
      if (!program) continue;
      done++;
      const { condition } = generateFor(link.name, expression);
      for (let i = 0; i < PACKETS_PER_EXPRESSION; i++) {
        const packet = generatePacket(random, link);
        compared++;
        const ours = matches(condition, packet);
        const theirs = verdict(program, packet);
        if (ours === theirs || explained(link, expression)) continue;
        expect({ expression, packet: toHex(packet), verdict: ours }).toEqual({
          expression,
          packet: toHex(packet),
          verdict: theirs,
        });
      }
    }
  });

  it('were compared', () => {
    expect(compared).toBeGreaterThan(links.length * PACKETS_PER_EXPRESSION);
  });
});

function verdict(program: ReturnType<typeof prepare>, packet: Uint8Array): boolean | string {
  try {
    return program.run(packet, packet.length) !== 0;
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

function explained({ name }: LinkType, text: string): Explained | undefined {
  return EXPLAINED.find(({ link, expression }) => (link?.test(name) ?? true) && (expression?.test(text) ?? true));
}
