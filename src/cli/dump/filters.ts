// One filter expression, compiled for every link type that turns up in the files.

import { SkepError } from '../../diagnostics/index.js';
import { compileFilter, type Filter, linkTypeByDlt, linktypeToDlt, type NameResolver } from '../../filter/index.js';
import { BPF_K, BPF_RET, type ClassicProgram, instruction } from '../../isa/index.js';
import { printDiagnostics, type SourceText } from '../terminal.js';
import type { DumpOptions } from './options.js';

const REJECT_ALL: ClassicProgram = [instruction(BPF_RET | BPF_K, 0)];

export class Filters {
  readonly text: SourceText;
  readonly #options: DumpOptions;
  readonly #resolver: NameResolver;
  readonly #byLinkType = new Map<number, ClassicProgram>();
  #warned = false;

  constructor(text: SourceText, options: DumpOptions, resolver: NameResolver) {
    this.text = text;
    this.#options = options;
    this.#resolver = resolver;
  }

  /**
   * The program for a LINKTYPE of a file; undefined when every packet matches. The first link type that is asked for decides whether
   * the expression is good: SkepError is thrown. For a later one that it cannot be compiled for, a warning is printed, and nothing matches there.
   */
  programFor(linkType: number): ClassicProgram | undefined {
    if (this.text.source.trim() === '') return undefined;
    const known = this.#byLinkType.get(linkType);
    if (known) return known;
    let program = REJECT_ALL;
    try {
      program = this.compile(linktypeToDlt(linkType)).program;
    } catch (error) {
      if (this.#byLinkType.size === 0 || !(error instanceof SkepError)) throw error;
      const name = linkTypeByDlt(linktypeToDlt(linkType))?.name ?? `link type ${linkType}`;
      const notes = [`packets of this file's ${name} interfaces are left out`];
      printDiagnostics(
        error.diagnostics.map(found => ({ ...found, severity: 'warning', notes })),
        this.text,
      );
    }
    this.#byLinkType.set(linkType, program);
    return program;
  }

  /** Compiles for a DLT. Warnings are printed once. */
  compile(dlt: number): Filter {
    const { optimize, snapLength } = this.#options;
    const filter = compileFilter(this.text.source, { linkType: dlt, optimize, snapLength, resolver: this.#resolver });
    if (!this.#warned) printDiagnostics(filter.warnings, this.text);
    this.#warned = true;
    return filter;
  }
}
