// Makes dist/cli/skep.cache: the command line's code as V8 compiled it while it did the things people do most. Run by the build;
// src/cli/launch.ts loads it. What they print the build throws away.
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { constants, Script } = require('node:vm');

const root = join(__dirname, '..');
const file = join(root, 'dist/cli/skep.cjs');
const capture = join(root, 'examples/captures/mixed.pcapng');
const scratch = mkdtempSync(join(tmpdir(), 'skep-build-'));

const COMMAND_LINES = [
  ['dump', '-r', capture, 'tcp port 80'],
  ['dump', '-r', capture, '-w', join(scratch, 'out.pcapng'), 'tcp port 80'],
  ['dump', '-r', capture, '--count', 'host 10.0.1.2 and not port 53'],
  ['dump', '-d', 'tcp and port 80'],
  ['filter', 'tcp and port 80'],
];

async function run() {
  const script = new Script(Module.wrap(readFileSync(file, 'utf8')), {
    filename: file,
    importModuleDynamically: constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, file, join(root, 'dist/cli'));
  for (const words of COMMAND_LINES) await module.exports.main(['node', 'skep', ...words]);
  writeFileSync(file.replace(/cjs$/, 'cache'), script.createCachedData());
}

run()
  .finally(() => rmSync(scratch, { recursive: true, force: true }))
  .then(
    () => process.exit(0),
    error => {
      process.stdout.write(`${error.stack}\n`);
      process.exit(1);
    },
  );
