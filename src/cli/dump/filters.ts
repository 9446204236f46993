// One filter expression, compiled for every link type that turns up in the files.

import { SkepError } from '../../diagnostics/index.js';
import { compileFilter, type Filter, linkTypeByDlt, linktypeToDlt } from '../../filter/index.js';
import { createNodeResolver } from '../../filter/node/index.js';
import { printDiagnostics, type SourceText } from '../terminal.js';
import type { DumpOptions } from './options.js';

export class Filters {
  readonly text: SourceText;
  readonly #options: DumpOptions;
  readonly #byLinkType = new Map<number, Filter | undefined>();
  #warned = false;

  constructor(text: SourceText, options: DumpOptions) {
    this.text = text;
    this.#options = options;
  }

  /** Whether every packet matches, whatever its link type. */
  get acceptsAll(): boolean {
    return this.text.source.trim() === '';
  }

  /**
   * The filter for a LINKTYPE of a file. The first one that is asked for decides whether the expression is good: SkepError
   * is thrown. Undefined for a later link type that the expression cannot be compiled for: a warning was printed, nothing matches there.
   */
  forLinkType(linkType: number): Filter | undefined {
    if (this.#byLinkType.has(linkType)) return this.#byLinkType.get(linkType);
    const first = this.#byLinkType.size === 0;
    let filter: Filter | undefined;
    try {
      filter = this.compile(linktypeToDlt(linkType));
    } catch (error) {
      if (first || !(error instanceof SkepError)) throw error;
      const name = linkTypeByDlt(linktypeToDlt(linkType))?.name ?? `link type ${linkType}`;
      const notes = [`packets of this file's ${name} interfaces are left out`];
      printDiagnostics(
        error.diagnostics.map(found => ({ ...found, severity: 'warning', notes })),
        this.text,
      );
    }
    this.#byLinkType.set(linkType, filter);
    return filter;
  }

  /** Compiles for a DLT. Warnings are printed once. */
  compile(dlt: number): Filter {
    const { optimize, snapLength } = this.#options;
    const filter = compileFilter(this.text.source, {
      linkType: dlt,
      optimize,
      snapLength,
      resolver: createNodeResolver(),
    });
    if (!this.#warned) printDiagnostics(filter.warnings, this.text);
    this.#warned = true;
    return filter;
  }
}
