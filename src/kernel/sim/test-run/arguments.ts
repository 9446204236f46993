// Programs that stand for a function (tracing, lsm, struct_ops, extensions): their context is a row of 8-byte arguments. Numbers are
// themselves; bytes and strings are put into memory, and the program is given where.

import type { Region } from '../../../engine/index.js';
import { kernelError } from '../../../maps/index.js';
import type { TestRunOptions } from '../../kernel.js';
import type { SimCpu } from '../cpu.js';
import { NO_BYTES, type Outcome, repeated, type Subject } from './runner.js';

/** MAX_BPF_FUNC_ARGS. */
const MAXIMUM_ARGUMENTS = 12;

/** Arguments as 64-bit numbers; memory for those that are bytes is made by `make`. */
export function argumentValues(
  given: NonNullable<TestRunOptions['arguments']>,
  make: (bytes: Uint8Array, label: string) => Region,
): { values: bigint[]; regions: { index: number; region: Region }[] } {
  const regions: { index: number; region: Region }[] = [];
  const values = given.map((argument, index) => {
    if (typeof argument === 'string' || argument instanceof Uint8Array) {
      const bytes = typeof argument === 'string' ? new TextEncoder().encode(`${argument}\0`) : argument;
      const region = make(bytes, `argument ${index}`);
      regions.push({ index, region });
      return BigInt(region.address);
    }
    return BigInt.asUintN(64, BigInt(argument));
  });
  return { values, regions };
}

export function testRunArguments(subject: Subject, cpu: SimCpu, options: TestRunOptions): Outcome {
  const { space } = subject;
  const made: Region[] = [];
  const make = (bytes: Uint8Array, label: string): Region => {
    const region = cpu.allocate(bytes, label, 'read-write');
    made.push(region);
    return region;
  };
  try {
    let values: bigint[];
    if (options.context instanceof Uint8Array) {
      if (options.context.length % 8 !== 0) throw kernelError('EINVAL', 'arguments have 8 bytes each');
      const given = new DataView(options.context.buffer, options.context.byteOffset, options.context.length);
      values = Array.from({ length: given.byteLength / 8 }, (_, index) => given.getBigUint64(index * 8, true));
    } else if (options.context) {
      throw kernelError('EINVAL', `a ${subject.row.name} program has arguments, not fields: give them as arguments`);
    } else ({ values } = argumentValues(options.arguments ?? [], make));
    if (values.length > MAXIMUM_ARGUMENTS) {
      throw kernelError('E2BIG', `a function has at most ${MAXIMUM_ARGUMENTS} arguments, not ${values.length}`);
    }
    // Arguments that were not given are zero, and so is the place of a result.
    const context = make(new Uint8Array((MAXIMUM_ARGUMENTS + 1) * 8), 'arguments of the program');
    for (const [index, value] of values.entries()) space.view.setBigUint64(context.address + index * 8, value, true);
    const tracing = { arguments: values, ip: 0xffff_ffff_8100_0000n };
    const { returnValue, durationNs } = repeated(subject, cpu, options, context.address, { tracing });
    const after = space.bytes.slice(context.address, context.address + values.length * 8);
    return { returnValue, durationNs, data: NO_BYTES, context: after };
  } finally {
    for (const region of made) space.free(region);
  }
}
