// Symbols of several objects, resolved as a linker does: one strong definition wins over weak ones, of weak ones the first; statics
// stay apart. Hidden symbols become static, as libbpf's linker leaves them.

import { SkepError } from '../../diagnostics/index.js';
import { ABSOLUTE_SECTION, type ElfFile, type ElfSymbol, UNDEFINED_SECTION } from '../elf.js';

/** A symbol of one input. */
export interface InputSymbol {
  readonly input: number;
  readonly symbol: ElfSymbol;
}

export interface ResolvedSymbols {
  /** By name: the definition of each global symbol, or the first declaration of one that nobody defines. */
  readonly globals: ReadonlyMap<string, InputSymbol>;
  /** Whether a symbol of an input is the chosen definition. */
  isChosen(input: number, symbol: ElfSymbol): boolean;
}

export const isDefined = ({ section }: ElfSymbol): boolean =>
  section !== UNDEFINED_SECTION && section !== ABSOLUTE_SECTION;
export const isGlobal = ({ binding, name }: ElfSymbol): boolean => binding !== 'local' && name !== '';

/** Names that every object has of its own, and that are joined otherwise. */
const isPrivate = (files: readonly ElfFile[], { input, symbol }: InputSymbol): boolean =>
  ['license', 'version'].includes(files[input]!.sections[symbol.section]?.name ?? '');

/** Throws SKEP4401 with one diagnostic for each name that two objects define. */
export function resolveSymbols(files: readonly ElfFile[], names: readonly string[]): ResolvedSymbols {
  const globals = new Map<string, InputSymbol>();
  const clashes: string[] = [];
  for (const [input, { symbols }] of files.entries()) {
    for (const symbol of symbols) {
      if (!isGlobal(symbol)) continue;
      const candidate = { input, symbol };
      const present = globals.get(symbol.name);
      if (!present || isStronger(candidate, present)) {
        globals.set(symbol.name, candidate);
      } else if (isClash(present, candidate) && !isPrivate(files, present)) {
        clashes.push(`'${symbol.name}' is defined by ${names[present.input]} and by ${names[input]}`);
      }
    }
  }
  if (clashes.length > 0) {
    throw new SkepError(
      clashes.map(message => ({
        code: 'SKEP4401' as const,
        severity: 'error' as const,
        message,
        notes: ['make one of them static or __weak'],
      })),
    );
  }
  return {
    globals,
    isChosen(input, symbol) {
      const chosen = globals.get(symbol.name);
      return chosen?.input === input && chosen.symbol === symbol;
    },
  };
}

function rank({ symbol }: InputSymbol): number {
  if (!isDefined(symbol)) return symbol.binding === 'weak' ? 0 : 1;
  return symbol.binding === 'weak' ? 2 : 3;
}

const isStronger = (a: InputSymbol, b: InputSymbol): boolean => rank(a) > rank(b);
const isClash = (a: InputSymbol, b: InputSymbol): boolean => rank(a) === 3 && rank(b) === 3;
