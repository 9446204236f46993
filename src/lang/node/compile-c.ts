// Runs the C compiler on a file.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SkepError } from '../../diagnostics/index.js';
import { type CDiagnostic, type CompileCOptions, clangArguments, parseClangOutput } from '../c.js';
import { findCompiler } from './find-compiler.js';
import { headersFolder } from './headers.js';

export interface CompileCFileOptions extends Omit<CompileCOptions, 'systemIncludes'> {
  readonly systemIncludes?: readonly string[];
  /** Where relative names are relative to. */
  readonly cwd?: string;
}

export interface CompiledC {
  readonly output: string;
  /** `clang 19.1.7`. */
  readonly compiler: string;
  readonly warnings: readonly CDiagnostic[];
}

/** Compiles a C file to an object. Throws SkepError with what the compiler found: SKEP7001, or SKEP7002 when there is no compiler. */
export function compileC(options: CompileCFileOptions): CompiledC {
  const { command, name } = findCompiler();
  const [program, ...first] = command;
  const arguments_ = clangArguments({
    ...options,
    systemIncludes: [...(options.systemIncludes ?? []), headersFolder()],
  });
  const { status, stderr, error } = spawnSync(program!, [...first, ...arguments_], {
    encoding: 'utf8',
    cwd: options.cwd,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) {
    throw new SkepError({ code: 'SKEP7003', severity: 'error', message: `${name} cannot be run: ${error.message}` });
  }
  const sources = (file: string): string | undefined => {
    try {
      return readFileSync(options.cwd === undefined || file.startsWith('/') ? file : `${options.cwd}/${file}`, 'utf8');
    } catch {
      return undefined;
    }
  };
  const findings = parseClangOutput(stderr, sources);
  if (status === 0) return { output: options.output, compiler: name, warnings: findings };
  if (findings.length > 0) throw new SkepError(findings);
  throw new SkepError({ code: 'SKEP7003', severity: 'error', message: `${name} failed with status ${status}` });
}
