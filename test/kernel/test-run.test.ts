// Test runs of the simulated kernel beside BPF_PROG_TEST_RUN of Linux: the same return value, packet, context and errno, for every case of
// cases/test-run.txt, on the interpreter and on WebAssembly.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachType, type FieldValues, programType, SimKernel, structByName } from '../../src/kernel/index.js';
import { contextBytes } from '../../src/kernel/sim/context-view.js';
import { BpfError, type KernelBpf, openKernelBpf } from '../support/kernel-bpf.js';
import { type RunCase, readRunCases } from './case-file.js';
import { bytes, hex, programSpec } from './specs.js';

const cases = readRunCases('test-run.txt');

interface Answer {
  readonly error?: string;
  readonly returnValue?: number;
  readonly data?: string;
  readonly context?: string;
}

/** Fields as an object; `undefined` without a context; bytes as they are. */
function contextOf({ fields }: RunCase): Uint8Array | FieldValues | undefined {
  const text = fields['context'];
  if (text === undefined) return undefined;
  if (!text.includes('=')) return bytes(text);
  return Object.fromEntries(
    text.split(/\s+/).map(pair => {
      const [name, value] = pair.split('=') as [string, string];
      const values = value.split(',').map(Number);
      return [name, values.length === 1 ? values[0]! : values];
    }),
  );
}

/** The bytes that the kernel is given for the same. */
function contextBytesOf(one: RunCase): Uint8Array | undefined {
  const given = contextOf(one);
  if (given === undefined || given instanceof Uint8Array) return given;
  const struct = programType(one.type)!.context!;
  const data = dataOf(one);
  // As the simulated kernel does: fields by name may leave the length out.
  const withLength = one.type === 'xdp' && data ? { data_end: data.length, ...given } : given;
  const whole = contextBytes(structByName(struct.name) ?? struct, withLength);
  return one.type === 'raw_tracepoint' ? whole.subarray(0, 16) : whole;
}

const dataOf = ({ fields }: RunCase): Uint8Array | undefined =>
  fields['data'] === undefined ? undefined : bytes(fields['data']);
const attachOf = ({ fields }: RunCase): string | undefined => fields['attach'];

/** Contexts come back where packets do, and of syscall programs. */
const comparesContext = (one: RunCase): boolean =>
  one.fields['context'] !== undefined && (one.fields['data'] !== undefined || one.type === 'syscall');

function onSim(one: RunCase, engine: 'interpreter' | 'wasm'): Answer {
  using kernel = new SimKernel({ engine });
  const attach = attachOf(one);
  const program = kernel.loadProgram(
    programSpec(one.type, one.text, attach === undefined ? {} : { attachType: attach }),
  );
  const data = dataOf(one);
  const context = contextOf(one);
  try {
    const result = program.testRun({ ...(data && { data }), ...(context !== undefined && { context }) });
    return {
      returnValue: result.returnValue,
      data: hex(result.data),
      ...(comparesContext(one) && { context: hex(result.context) }),
    };
  } catch (error) {
    return { error: (error as { code?: string }).code ?? String(error) };
  }
}

function onLinux(one: RunCase, bpf: KernelBpf): Answer {
  const attach = attachOf(one);
  using program = bpf.loadProgram({
    type: programType(one.type)!.number,
    instructions: programSpec(one.type, one.text).instructions,
    flags: Number(one.fields['flags'] ?? 0),
    ...(attach !== undefined && { expectedAttachType: attachType(attach)!.number }),
  });
  const data = dataOf(one);
  const context = contextBytesOf(one);
  try {
    const result = program.testRun({ ...(data && { data }), ...(context && { context }) });
    return {
      returnValue: result.returnValue,
      data: hex(result.data),
      ...(comparesContext(one) && { context: hex(result.context) }),
    };
  } catch (error) {
    if (!(error instanceof BpfError)) throw error;
    return { error: error.code };
  }
}

describe('a test run', () => {
  let bpf: KernelBpf | undefined;
  beforeAll(async () => {
    bpf = await openKernelBpf('test runs compared with Linux');
  });
  afterAll(() => bpf?.[Symbol.dispose]());

  it.each(cases.filter(({ fields }) => !fields['only']?.startsWith('linux')))('$name', one => {
    const answer = onSim(one, 'interpreter');
    expect(onSim(one, 'wasm'), 'wasm').toEqual(answer);
    const only = one.fields['only'];
    if (only) expect(answer.returnValue).toBe(Number(only.split(' ')[1]));
    else if (bpf) expect(answer, 'as Linux has it').toEqual(onLinux(one, bpf));
  });
});
