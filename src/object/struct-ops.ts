// `SEC(".struct_ops")`: a variable is a table of functions that a kernel subsystem will call; its function pointers are programs.

import { SkepError } from '../diagnostics/index.js';
import { isComposite } from './btf/index.js';
import { dataSection, type ObjectContext, relocatedValue, sectionVariables, symbolLabel } from './context.js';
import { viewOf } from './elf.js';
import { MAP_FLAGS } from './map-types.js';
import type { MapSpec, StructOpsSpec } from './spec.js';

export function readStructOps(
  context: ObjectContext,
  functionAt: (section: number, offset: number) => string | undefined,
): MapSpec[] {
  const { elf, btf } = context;
  const specs: MapSpec[] = [];
  for (const section of elf.sections) {
    if (context.roles[section.index] !== 'struct-ops') continue;
    const type = dataSection(btf, section.name);
    if (!btf || !type) throw structError(`section '${section.name}' needs BTF: compile with -g`);
    const view = viewOf(section.bytes);
    for (const { variable, offsetBytes: start } of sectionVariables(btf, type)) {
      const table = btf.resolve(variable.typeId);
      if (!isComposite(table)) throw structError(`'${variable.name}' is not a struct`);
      const end = start + table.sizeBytes;
      if (end > section.sizeBytes) throw structError(`'${variable.name}' is cut off`);
      const functions: StructOpsSpec['functions'][number][] = [];
      for (const relocation of elf.relocations.get(section.index) ?? []) {
        if (relocation.offset < start || relocation.offset >= end) continue;
        const offsetBytes = relocation.offset - start;
        const member = table.members.find(({ offsetBits }) => offsetBits === offsetBytes * 8);
        const symbol = elf.symbols[relocation.symbol]!;
        const inPlace = view.getUint32(
          relocation.offset + (elf.byteOrder === 'big' ? 4 : 0),
          elf.byteOrder === 'little',
        );
        const program = functionAt(symbol.section, relocatedValue(symbol, relocation, inPlace));
        if (!member || program === undefined) {
          throw structError(
            `'${variable.name}' refers to '${symbolLabel(context, symbol)}' at byte ${offsetBytes}, which is no program`,
          );
        }
        functions.push({ member: member.name, offsetBytes, program });
      }
      specs.push({
        name: variable.name,
        type: 'struct_ops',
        keySizeBytes: 4,
        valueSizeBytes: table.sizeBytes,
        maxEntries: 1,
        flags: section.name.endsWith('.link') ? MAP_FLAGS.link : 0,
        keyTypeId: 0,
        valueTypeId: table.id,
        btf,
        pinByName: false,
        contents: [{ key: new Uint8Array(4), value: section.bytes.subarray(start, end) }],
        frozen: false,
        structOps: { typeName: table.name, autocreate: !section.name.startsWith('?'), functions },
      });
    }
  }
  return specs;
}

function structError(message: string): SkepError {
  return new SkepError({ code: 'SKEP4207', severity: 'error', message });
}
