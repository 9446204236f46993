// Random programs by the hundred thousand: interpreter, compilers and (as root) the kernel must end alike.
//
//     node scripts/nightly-conformance.mjs [--programs 100000] [--seed N] [--engines interpreter,wasm,x64] [--no-kernel]
//
// Without --seed the seeds begin at today's date. A disagreement is shrunk, printed and makes the exit code 1; the seed that it
// prints runs it again: --seed N --programs 1.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    programs: { type: 'string', default: '100000' },
    seed: { type: 'string' },
    engines: { type: 'string' },
    'no-kernel': { type: 'boolean', default: false },
  },
});
const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
const programs = Number(values.programs);
const seed = Number(values.seed ?? `${today}00`) % 2 ** 31;
if (!Number.isSafeInteger(programs) || programs < 1 || !Number.isSafeInteger(seed)) {
  console.error('--programs and --seed are numbers');
  process.exit(2);
}

// Within the project, so that Node finds the packages.
mkdirSync(`${root}node_modules/.cache`, { recursive: true });
const folder = mkdtempSync(`${root}node_modules/.cache/skep-nightly-`);
let failed = false;
try {
  const outfile = `${folder}/conformance.mjs`;
  await build({
    absWorkingDir: root,
    stdin: {
      contents: `
        export { ENGINE_NAMES, engineNamed } from './src/engine/index.js';
        export { engineSubject, kernelSubject } from './test/support/conformance.js';
        export { runDifferential } from './test/support/differential.js';
        export { openKernelBpf } from './test/support/kernel-bpf.js';`,
      resolveDir: root,
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  failed = !(await run(await import(pathToFileURL(outfile).href)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

/** Whether all agree. */
async function run({ ENGINE_NAMES, engineNamed, engineSubject, kernelSubject, runDifferential, openKernelBpf }) {
  const subjects = [];
  for (const name of values.engines?.split(',') ?? ENGINE_NAMES.toReversed()) {
    const engine = await engineNamed(name);
    if (engine.available === true) subjects.push(engineSubject(engine, true), engineSubject(engine, false));
    else console.warn(`SKIPPED: the engine ${name}: ${engine.available}`);
  }
  const kernel = values['no-kernel'] ? undefined : await openKernelBpf('the kernel');
  try {
    if (kernel) subjects.push(kernelSubject(kernel));
    console.log(`${programs} programs from seed ${seed} on ${subjects.map(({ name }) => name).join('; ')}`);
    const start = performance.now();
    const seconds = () => ((performance.now() - start) / 1000).toFixed(1);
    const result = runDifferential(subjects, seed, programs, {
      progress: done => {
        if (done % 5000 === 0) console.log(`${done} programs, ${seconds()} s`);
      },
    });
    for (const text of result.disagreements) console.log(`\n${text}`);
    console.log(
      `${result.programs} programs in ${seconds()} s: ${result.disagreements.length} disagreements, ` +
        `${result.tooComplex} too complex for the kernel's verifier`,
    );
    return result.disagreements.length === 0;
  } finally {
    kernel?.[Symbol.dispose]();
  }
}
