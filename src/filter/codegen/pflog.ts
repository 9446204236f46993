// OpenBSD's pf log: what the firewall did with the packet and why (struct pfloghdr, net/if_pflog.h).

import { closestName } from '../../diagnostics/index.js';
import type { PflogPrimitive } from '../ast.js';
import type { Condition } from '../condition.js';
import { PF_ACTIONS, PF_REASONS } from '../pf-names.js';

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

export function pflog(state: State, primitive: PflogPrimitive): Condition {
  const { field: name } = primitive;
  if (state.layout.demultiplexing !== 'family-byte') {
    failUnsupported(name, state, ["it is a field of OpenBSD's pf log: PFLOG"]);
  }
  switch (primitive.field) {
    case 'ifname':
    case 'ruleset':
      return text(state, primitive.field, primitive.value);
    case 'reason':
      return number(state, 'reason', numberOf(state, 'reason', primitive.value, PF_REASONS), String(primitive.value));
    case 'action':
      return number(state, 'action', numberOf(state, 'action', primitive.value, PF_ACTIONS), primitive.value);
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

function numberOf(state: State, what: string, value: number | string, table: ReadonlyMap<string, number>): number {
  if (typeof value === 'number') return value;
  const found = table.get(value.toLowerCase());
  if (found !== undefined) return found;
  const near = closestName(value, table.keys());
  return fail('SKEP1119', `unknown pf ${what} "${value}"`, state.span, {
    notes: [`known: ${[...table.keys()].join(', ')}`, ...(near ? [`did you mean '${near}'?`] : [])],
  });
}
