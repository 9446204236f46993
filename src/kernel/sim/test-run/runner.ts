// What runs of all kinds share: BPF_PROG_TEST_RUN as net/bpf/test_run.c has it, and the same for the types that the kernel does not test-run.

import type { AddressSpace, Executable } from '../../../engine/index.js';
import type { ProgramSpec } from '../../../object/index.js';
import type { TestRunOptions } from '../../kernel.js';
import type { ProgramTypeRow } from '../../program-types.js';
import type { SimCpu } from '../cpu.js';
import type { RunParts } from '../host.js';
import type { SimNetwork } from '../network.js';

/** A program, ready to run, with the kernel it runs in. */
export interface Subject {
  /** What helpers know the program as. */
  readonly handle: unknown;
  readonly spec: ProgramSpec;
  readonly row: ProgramTypeRow;
  readonly executable: Executable;
  readonly space: AddressSpace;
  readonly network: SimNetwork;
  now(): number;
}

/** What a run gives, before its verdict has a name. */
export interface Outcome {
  readonly returnValue: number;
  readonly data: Uint8Array;
  readonly context: Uint8Array;
  readonly durationNs: number;
}

export const NO_BYTES: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** Runs as often as asked; the last result and the mean time of one run. */
export function repeated(
  subject: Subject,
  cpu: SimCpu,
  options: TestRunOptions,
  contextAddress: number,
  parts: RunParts,
): { returnValue: number; durationNs: number } {
  const repeat = Math.max(1, options.repeat ?? 1);
  const { handle, executable } = subject;
  let returnValue = 0;
  const begin = subject.now();
  for (let count = 0; count < repeat; count++) returnValue = cpu.run(handle, executable, contextAddress, parts);
  const durationNs = Math.round((subject.now() - begin) / repeat);
  return { returnValue, durationNs };
}
