// Fields of a map's value that only helpers touch: locks, timers, pointers to kernel objects, list heads... found by the names of their types, as
// btf_parse_fields() of kernel/bpf/btf.c finds them.

import type { SpecialField } from '../../maps/index.js';
import { type Btf, type BtfType, isComposite } from '../../object/index.js';

const KINDS: Readonly<Record<string, SpecialField['kind']>> = {
  bpf_spin_lock: 'spin_lock',
  bpf_res_spin_lock: 'spin_lock',
  bpf_timer: 'timer',
  bpf_wq: 'workqueue',
  bpf_list_head: 'list_head',
  bpf_list_node: 'list_node',
  bpf_rb_root: 'rb_root',
  bpf_rb_node: 'rb_node',
  bpf_refcount: 'refcount',
};

/** Type tags of pointers that a program hands over to the map. */
const POINTER_TAGS = new Set(['kptr', 'kptr_untrusted', 'percpu_kptr']);
const MAX_DEPTH = 8;

/** The special fields of a type, in order of offsets. */
export function specialFields(btf: Btf, typeId: number): SpecialField[] {
  const found: SpecialField[] = [];
  collect(btf, typeId, 0, 0, found);
  return found.sort((a, b) => a.offsetBytes - b.offsetBytes);
}

function collect(btf: Btf, typeId: number, base: number, depth: number, found: SpecialField[]): void {
  if (typeId === 0 || depth > MAX_DEPTH) return;
  const type = btf.resolve(typeId);
  if (type.kind === 'array') {
    const element = btf.resolve(type.elementTypeId);
    if (!isComposite(element) && element.kind !== 'ptr') return;
    const size = btf.sizeOf(type.elementTypeId);
    for (let index = 0; index < Math.min(type.length, 64); index++) {
      collect(btf, type.elementTypeId, base + index * size, depth + 1, found);
    }
    return;
  }
  if (type.kind === 'ptr') {
    if (isTagged(btf, type)) found.push({ kind: 'kptr', offsetBytes: base, sizeBytes: btf.pointerBytes });
    return;
  }
  if (!isComposite(type)) return;
  const kind = KINDS[type.name];
  if (kind) {
    found.push({ kind, offsetBytes: base, sizeBytes: type.sizeBytes });
    return;
  }
  for (const member of type.members) {
    if (member.bitfieldBits === 0) collect(btf, member.typeId, base + member.offsetBits / 8, depth + 1, found);
  }
}

function isTagged(btf: Btf, pointer: BtfType): boolean {
  if (pointer.kind !== 'ptr' || pointer.typeId === 0) return false;
  const target = btf.typeById(pointer.typeId);
  return target.kind === 'type_tag' && POINTER_TAGS.has(target.name);
}
