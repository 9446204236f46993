// In this repository `skep/...` is what src/ holds; in a project of yours it is the package, and this file is not needed.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const src = fileURLToPath(new URL('../../src', import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: { alias: [{ find: /^skep\/(.*)$/, replacement: `${src}/$1/index.ts` }] },
  test: { include: ['*.test.ts'] },
});
