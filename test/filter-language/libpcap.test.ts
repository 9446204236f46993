// The machine's libpcap accepts and refuses the same texts. In one process: tens of thousands of texts a second.
//
// Reading is compared, not meaning: where libpcap says "syntax error" the parser must refuse, where libpcap compiles the
// parser must read. What depends on the link type is compared in test/filter-codegen.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SkepError } from '../../src/diagnostics/index.js';
import { compileFilter, createResolver, parseFilter } from '../../src/filter/index.js';
import { tokenize } from '../../src/filter/lexer.js';
import { readCases } from './cases.js';
import { anyText } from './grammar.js';

interface Libpcap {
  readonly version: string;
  /** undefined: compiled for Ethernet; else the message. */
  refusal(text: string): string | undefined;
}

async function openLibpcap(): Promise<Libpcap | undefined> {
  try {
    const { default: koffi } = await import('koffi');
    const library = koffi.load('libpcap.so.0.8');
    const version = library.func('const char *pcap_lib_version(void)');
    const openDead = library.func('void *pcap_open_dead(int, int)');
    const compile = library.func('int pcap_compile(void *, void *, const char *, int, uint)');
    const message = library.func('const char *pcap_geterr(void *)');
    const free = library.func('void pcap_freecode(void *)');
    const close = library.func('void pcap_close(void *)');
    return {
      version: version(),
      refusal(text) {
        const handle = openDead(1, 262144);
        // struct bpf_program: a length and a pointer.
        const program = new Uint8Array(16);
        try {
          if (compile(handle, program, text, 0, 0xffffffff) < 0) return message(handle) as string;
          free(program);
          return undefined;
        } finally {
          close(handle);
        }
      },
    };
  } catch (error) {
    console.warn(
      `SKIPPED: accepted and refused texts compared with libpcap: no libpcap.so.0.8 or no koffi here (${(error as Error).message})`,
    );
    return undefined;
  }
}

const libpcap = await openLibpcap();
const is110 = /version 1\.10/.test(libpcap?.version ?? '');

function reading(text: string): string | undefined {
  try {
    parseFilter(text);
    return undefined;
  } catch (error) {
    if (error instanceof SkepError) return error.message;
    throw error;
  }
}

const resolver = createResolver({
  host: name => (name === 'localhost' ? [Uint8Array.of(127, 0, 0, 1)] : undefined),
});

function refusal(text: string): string | undefined {
  try {
    compileFilter(text, { optimize: false, resolver });
    return undefined;
  } catch (error) {
    if (error instanceof SkepError) return error.message;
    throw error;
  }
}

/** Where libpcap and skep differ on purpose, or libpcap 1.10 from 1.11: by libpcap's message, or by the text. */
const DIFFERENCES: readonly {
  readonly why: string;
  readonly message?: RegExp;
  readonly text?: RegExp;
  readonly ours?: RegExp;
  readonly only110?: true;
}[] = [
  {
    why: 'libpcap takes the offset of `1 / tcp[0]` and `1 >> ip[40]` for the right side',
    message: /^(division|modulus) by zero$|^shift by more than 31 bits$/,
  },
  { why: '1.10: an IPv6 address needs `host` or `net`', message: /^bogus IPv6 address/, only110: true },
  {
    why: '1.10 has `inbound`, `outbound` and `ifindex` on every link type',
    text: /inbound|outbound|ifindex/,
    only110: true,
  },
  { why: '1.10 has no `vxlan`', text: /vxlan/, only110: true },
  { why: '1.10 takes numbers and networks for DECnet addresses', text: /decnet/, only110: true },
  { why: '1.10 does not check the range of numbers', text: /(ether|link|ip|ip6|iso) proto|\bproto/, only110: true },
  { why: '1.10 reads `1-2-3` as a range', text: /portrange/, only110: true },
  {
    why: '1.10: addresses with bits outside of their mask, and ranges of numbers, are checked otherwise',
    message: /illegal|non-network|mask length|too large|overflow|not a valid/,
    only110: true,
  },
  {
    why: 'constants that divide by zero or shift by more than 31 bits are refused here',
    ours: /^division by zero|^remainder of|^a shift by/,
  },
];

const isKnown = (text: string, theirs?: string, ours?: string): boolean =>
  DIFFERENCES.some(
    row =>
      (!row.only110 || is110) &&
      (row.message?.test(theirs ?? '') || row.ours?.test(ours ?? '') || row.text?.test(text)),
  );

/** No name in it that a C library would ask the network for: names are looked up while libpcap reads. */
function asksNobody(text: string): boolean {
  const tokens = tokenize(text);
  return tokens.every(
    ({ kind, word }, i) => kind !== 'name' || word === 'localhost' || tokens[i - 1]?.kind === 'proto',
  );
}

describe.skipIf(!libpcap)(`accepted and refused as libpcap does`, () => {
  it('texts in and near the language', () => {
    const counts = { accepted: 0, syntax: 0, other: 0 };
    fc.assert(
      fc.property(anyText.filter(asksNobody), text => {
        const theirs = libpcap!.refusal(text);
        const ours = reading(text);
        if (theirs === undefined) {
          counts.accepted++;
          expect({ text, ours }).toEqual({ text, ours: undefined });
        } else if (/syntax error/.test(theirs)) {
          counts.syntax++;
          if (!isKnown(text, theirs)) expect({ text, refused: ours !== undefined }).toEqual({ text, refused: true });
        } else {
          counts.other++;
        }
        // And all in all, code generation included.
        const whole = refusal(text);
        if (!isKnown(text, theirs, whole)) {
          expect({ text, refused: whole !== undefined, whole, theirs }).toMatchObject({
            text,
            refused: theirs !== undefined,
          });
        }
      }),
      { numRuns: 8000 },
    );
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(500);
  });

  it.each(readCases('errors.txt'))('refuses $input', ({ input }) => {
    if (!isKnown(input)) expect(libpcap!.refusal(input)).toBeDefined();
  });

  it.each(
    readCases('trees.txt').filter(
      ({ input }) => !(is110 && /vxlan/.test(input)) && !/host [a-z_.\\-]|not a|gateway/.test(input),
    ),
  )('reads $input', ({ input }) => {
    expect(libpcap!.refusal(input) ?? '').not.toMatch(/syntax error/);
  });
});
