// prog_array: what bpf_tail_call jumps to (kernel/bpf/arraymap.c). All of its programs are of the type of the first one.

import { ERRNO } from '../errno.js';
import type { MapDefinition, MapHost, MapProgram } from '../map.js';
import { ObjectArray } from './object-array.js';

export class ProgramArray extends ObjectArray<'program'> {
  /** Row of the table of program types; the map's owner. */
  #type: string | undefined;

  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition, 'program', true);
  }

  /** Notes the type of a program that uses the map or stands in it; false when it is another one's (the kernel's EINVAL). */
  compatible(type: string): boolean {
    this.#type ??= type;
    return this.#type === type;
  }

  protected override accepts(program: MapProgram): number {
    return this.compatible(program.type) ? 0 : -ERRNO.EINVAL;
  }
}
