// The library's pure subpaths are what they say: they bundle for a browser, and run where nothing of Node is to be had.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext, Script } from 'node:vm';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

const PAGE = `
import { readCapture } from './src/capture/index.js';
import { createPrinter } from './src/capture/print/index.js';
import { compileFilter } from './src/filter/index.js';
import { formatProgram } from './src/isa/index.js';

globalThis.run = async stream => {
  const filter = compileFilter('tcp port 80');
  const printer = createPrinter({ numeric: true });
  let first;
  let matches = 0;
  for await (const packet of readCapture(stream)) {
    if (!filter.matches(packet.data, packet.originalLength)) continue;
    matches++;
    first ??= printer.line(packet);
  }
  return { matches, first, program: formatProgram(filter.program, 'tcpdump'), words: filter.explain().toString() };
};`;

it('filters a capture without anything of Node', async () => {
  const { outputFiles } = await build({
    stdin: { contents: PAGE, resolveDir: root },
    bundle: true,
    platform: 'browser',
    format: 'iife',
    write: false,
    logLevel: 'error',
  });
  // What every browser has, and no more.
  const page: Record<string, unknown> = {
    WebAssembly,
    TextDecoder,
    TextEncoder,
    ReadableStream,
    WritableStream,
    TransformStream,
    CompressionStream,
    DecompressionStream,
    URL,
  };
  createContext(page);
  new Script(outputFiles[0]!.text).runInContext(page);
  const bytes = readFileSync(`${root}examples/captures/http.pcap`);
  const stream = new Blob([bytes]).stream();
  const result = await (page['run'] as (stream: unknown) => Promise<Record<string, unknown>>)(stream);
  expect(result['matches']).toBeGreaterThan(50);
  expect(result['first']).toMatch(/^\d\d:\d\d:\d\d\.\d{6} IP .* Flags \[S\]/);
  expect(result['program']).toContain('(000) ldh      [12]');
  expect(result['words']).toContain('port is 80');
});
