// WebAssembly text through wabt, and back to bytes that can be compared with ours.

import wabtModule from 'wabt';

const wabt = await wabtModule();

/** The binary that wabt makes of the text, validated. */
export function assembleText(text: string): Uint8Array<ArrayBuffer> {
  const parsed = wabt.parseWat('module.wat', text);
  try {
    parsed.validate();
    return Uint8Array.from(parsed.toBinary({ write_debug_names: false }).buffer);
  } finally {
    parsed.destroy();
  }
}

/** A binary without custom sections at its end: the names, which wabt writes its own way. */
export function withoutNames(bytes: Uint8Array): Uint8Array {
  let at = 8;
  while (at < bytes.length) {
    const start = at;
    const id = bytes[at++]!;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    at += size;
    if (id === 0) return bytes.slice(0, start);
  }
  return bytes;
}
