// OpenBSD's pf log: what the firewall did with the packet and why (struct pfloghdr, net/if_pflog.h).

import type { PflogPrimitive } from '../ast.js';
import type { Condition } from '../condition.js';
import { closestName } from '../spelling.js';
import type { Size } from './build.js';
import { all, constant } from './build.js';
import { fail, failUnsupported } from './errors.js';
import { bytesEqual, equals, field } from './load.js';
import type { State } from './state.js';

const NUMBERS: Readonly<Record<'rulenum' | 'subrulenum' | 'reason' | 'action', { offset: number; size: Size }>> = {
  action: { offset: 2, size: 1 },
  reason: { offset: 3, size: 1 },
  rulenum: { offset: 36, size: 4 },
  subrulenum: { offset: 40, size: 4 },
};

/** NUL-terminated text of at most 15 characters. */
const TEXTS: Readonly<Record<'ifname' | 'ruleset', { offset: number; size: number }>> = {
  ifname: { offset: 4, size: 16 },
  ruleset: { offset: 20, size: 16 },
};

/** net/pfvar.h: the reasons that all systems with pf number alike. */
const REASONS: Readonly<Record<string, number>> = {
  match: 0,
  'bad-offset': 1,
  fragment: 2,
  short: 3,
  normalize: 4,
  memory: 5,
  'bad-timestamp': 6,
  congestion: 7,
  'ip-option': 8,
  'proto-cksum': 9,
  'state-mismatch': 10,
  'state-insert': 11,
  'state-limit': 12,
  'src-limit': 13,
  synproxy: 14,
};

/** The same for actions; pass and block have two names each. */
const ACTIONS: Readonly<Record<string, number>> = {
  pass: 0,
  accept: 0,
  drop: 1,
  block: 1,
  scrub: 2,
  noscrub: 3,
  nat: 4,
  nonat: 5,
  binat: 6,
  nobinat: 7,
  rdr: 8,
  nordr: 9,
  'synproxy-drop': 10,
};

export function pflog(state: State, primitive: PflogPrimitive): Condition {
  const { field: name } = primitive;
  if (state.layout.demultiplexing !== 'family-byte') {
    failUnsupported(name, state.link, state.span, ["it is a field of OpenBSD's pf log: PFLOG"]);
  }
  switch (primitive.field) {
    case 'ifname':
    case 'ruleset':
      return text(state, primitive.field, primitive.value);
    case 'reason':
      return number(state, 'reason', numberOf(state, 'reason', primitive.value, REASONS), String(primitive.value));
    case 'action':
      return number(state, 'action', numberOf(state, 'action', primitive.value, ACTIONS), primitive.value);
    case 'rulenum':
    case 'subrulenum':
      return number(state, primitive.field, primitive.value, String(primitive.value));
  }
}

function number(state: State, name: keyof typeof NUMBERS, value: number, words: string): Condition {
  const { offset, size } = NUMBERS[name];
  return equals(state, field('link header', offset, size), value >>> 0, `pf ${name} is ${words}`);
}

function text(state: State, name: keyof typeof TEXTS, value: string): Condition {
  const { offset, size } = TEXTS[name];
  const bytes = new TextEncoder().encode(value);
  if (bytes.length >= size) {
    fail('SKEP1119', `'${name}' takes at most ${size - 1} characters, "${value}" has ${bytes.length}`, state.span);
  }
  if (bytes.length === 0) return constant(true);
  return all(bytesEqual(state, 'link header', offset, bytes, `pf ${name} begins with "${value}"`));
}

function numberOf(state: State, what: string, value: number | string, table: Readonly<Record<string, number>>): number {
  if (typeof value === 'number') return value;
  const found = table[value.toLowerCase()];
  if (found !== undefined) return found;
  const near = closestName(value, Object.keys(table));
  return fail('SKEP1119', `unknown pf ${what} "${value}"`, state.span, {
    notes: [`known: ${Object.keys(table).join(', ')}`, ...(near ? [`did you mean '${near}'?`] : [])],
  });
}
