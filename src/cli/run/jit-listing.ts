// `skep run --dump-jit`: the program as x86-64 code.

import { engineNamed } from '../../engine/index.js';
import type { CompileInput } from '../../kernel/index.js';
import { InputError } from '../terminal.js';

/** Lines of the listing. */
export async function listX64(_input: CompileInput): Promise<string[]> {
  const { available } = await engineNamed('x64');
  throw new InputError(`--dump-jit: ${available === true ? 'this engine lists nothing' : available}`);
}
