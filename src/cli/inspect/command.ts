// The work of `skep inspect`: reads the files, chooses what is shown, prints it.

import pc from 'picocolors';
import {
  Btf,
  type CollectionSpec,
  isElf,
  linkObjects,
  loadElf,
  type ProgramSpec,
  readElf,
  relocate,
} from '../../object/index.js';
import type { InspectFlags } from '../inspect.js';
import { LineOutput } from '../output.js';
import { EXIT_OK, InputError, readInput, UsageError, wantsColor } from '../terminal.js';
import { specToJson } from './json.js';
import { mapLines, programLines, relocationLines, summaryLines, typeLines, variableLines } from './text.js';

/** Shows files; answers the exit code. Throws SkepError for bytes that are no object, InputError, UsageError. */
export function inspect(files: readonly string[], flags: InspectFlags): number {
  const whole = load(files, flags);
  const spec = chosen(whole, flags);
  const output = new LineOutput();
  if (flags.json) {
    output.line(JSON.stringify(specToJson(spec), undefined, 2));
  } else {
    const colors = pc.createColors(wantsColor(1));
    const only = flags.btf || flags.maps || flags.relocations;
    const part = (lines: Iterable<string>): void => {
      for (const line of lines) output.line(line);
    };
    if (!only) part(summaryLines(spec, files.join(' + '), colors));
    if (!only || flags.maps) {
      part(mapLines(spec, colors));
      part(variableLines(spec, colors));
    }
    if (flags.relocations) part(relocationLines(spec, colors));
    if (flags.btf) part(typeLines(spec));
    if (!only) for (const program of spec.programs.values()) part(programLines(spec, program, colors));
  }
  output.flush();
  return EXIT_OK;
}

function load(files: readonly string[], { targetBtf }: InspectFlags): CollectionSpec {
  const contents = files.map(file => {
    const bytes = readInput(file);
    if (!isElf(bytes))
      throw new InputError(`${file}: not an ELF file; skep inspect takes what clang -target bpf -c writes`);
    return bytes;
  });
  const spec = contents.length === 1 ? loadElf(readElf(contents[0]!)) : linkObjects(contents, { names: files });
  return targetBtf === undefined ? spec : relocate(spec, Btf.parse(readInput(targetBtf)));
}

function chosen(spec: CollectionSpec, { section, program }: InspectFlags): CollectionSpec {
  if (section === undefined && program === undefined) return spec;
  const programs = new Map<string, ProgramSpec>();
  for (const [name, candidate] of spec.programs) {
    if ((section === undefined || candidate.sectionName === section) && (program === undefined || name === program)) {
      programs.set(name, candidate);
    }
  }
  if (programs.size === 0) {
    const there = [...spec.programs.values()].map(({ name, sectionName }) => `${name} (${sectionName})`).join(', ');
    const wanted = program === undefined ? `section '${section}'` : `the name '${program}'`;
    throw new UsageError(`no program of ${wanted}; there are: ${there || 'none'}`);
  }
  return { ...spec, programs };
}
