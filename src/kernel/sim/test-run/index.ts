// Which kind of run a program type has.

import type { TestRunOptions } from '../../kernel.js';
import type { SimCpu } from '../cpu.js';
import { testRunArguments } from './arguments.js';
import { testRunBytes } from './bytes.js';
import { testRunFlowDissector } from './flow-dissector.js';
import { testRunNetfilter } from './netfilter.js';
import type { Outcome, Subject } from './runner.js';
import { testRunSkLookup } from './sk-lookup.js';
import { testRunSkb } from './skb.js';
import { testRunStruct } from './struct.js';
import { testRunXdp } from './xdp.js';

export type { Outcome, Subject } from './runner.js';
export { loadSkb } from './skb.js';

type Run = (subject: Subject, cpu: SimCpu, options: TestRunOptions) => Outcome;

const BY_NAME: Readonly<Record<string, Run>> = {
  xdp: testRunXdp,
  flow_dissector: testRunFlowDissector,
  netfilter: testRunNetfilter,
  sk_lookup: testRunSkLookup,
};

/** The run of a type: its own, that of the stack's packets, or that of its context's shape. */
export function runnerOf({ row }: Subject): Run {
  const own = BY_NAME[row.name];
  if (own) return own;
  if (row.context?.name === '__sk_buff') return testRunSkb;
  if (row.shape === 'arguments') return testRunArguments;
  return row.shape === 'struct' ? testRunStruct : testRunBytes;
}
