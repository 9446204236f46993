// Where the headers that come with skep are: src/lang/include of the package, whether this runs from its sources or from what was built.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

declare const __dirname: string | undefined;

/** A file that is there says that the folder is the right one. */
const WITNESS = 'bpf/bpf_helpers.h';

let found: string | undefined;

/** The folder to give to a compiler as a system include. Throws when the package was installed without it. */
export function headersFolder(): string {
  if (found !== undefined) return found;
  const here = typeof __dirname === 'string' ? __dirname : dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = dirname(folder)) {
    const candidate = join(folder, 'src/lang/include');
    if (existsSync(join(candidate, WITNESS))) {
      found = candidate;
      return candidate;
    }
    if (dirname(folder) === folder)
      throw new Error(`the headers of skep (src/lang/include) are not found from ${here}`);
  }
}
