// What `load` makes of an object: its programs, maps and variables, by name.

import { closestName } from '../../diagnostics/index.js';
import { kernelError } from '../../maps/index.js';
import type { Collection } from '../kernel.js';
import type { SimMap } from './map-object.js';
import type { SimProgram } from './program.js';
import type { SimVariable } from './variables.js';

export class SimCollection implements Collection {
  readonly programs: ReadonlyMap<string, SimProgram>;
  readonly maps: ReadonlyMap<string, SimMap>;
  readonly variables: ReadonlyMap<string, SimVariable>;
  /** What was made for this collection, and goes with it. */
  readonly #owned: readonly Disposable[];

  constructor(
    programs: ReadonlyMap<string, SimProgram>,
    maps: ReadonlyMap<string, SimMap>,
    variables: ReadonlyMap<string, SimVariable>,
    owned: readonly Disposable[],
  ) {
    this.programs = programs;
    this.maps = maps;
    this.variables = variables;
    this.#owned = owned;
  }

  program(name: string): SimProgram {
    return this.programs.get(name) ?? missing('program', name, this.programs.keys());
  }

  map(name: string): SimMap {
    return this.maps.get(name) ?? missing('map', name, this.maps.keys());
  }

  variable(name: string): SimVariable {
    return this.variables.get(name) ?? missing('variable', name, this.variables.keys());
  }

  [Symbol.dispose](): void {
    for (const one of this.#owned) one[Symbol.dispose]();
  }
}

/** Says which there are, and which was probably meant. */
export function missing(what: string, name: string, known: Iterable<string>): never {
  const names = [...known];
  const near = closestName(name, names);
  const hint = near
    ? `: did you mean ${near}?`
    : names.length > 0
      ? `; there is ${names.join(', ')}`
      : '; there is none';
  throw kernelError('ENOENT', `there is no ${what} ${name}${hint}`);
}
