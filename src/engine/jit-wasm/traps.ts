// Which instruction a trap comes from. A module's code says it by the position in the module of the instruction that trapped, which
// V8 and SpiderMonkey write into the stack of the error: `wasm-function[5]:0x1a4`. Elsewhere the slot stays unknown.

import type { BuiltModule } from './build-module.js';

const FRAME = /wasm-function\[(\d+)\]:0x([0-9a-f]+)/;

/** The slot, or -1. The module is written once more: what compiles need not remember positions. */
export function trapSlot(error: Error, { module, marks }: BuiltModule): number {
  const frame = FRAME.exec(error.stack ?? '');
  if (!frame) return -1;
  const functionIndex = Number(frame[1]);
  const found = marks.find(each => each.functionIndex === functionIndex);
  const body = module.functions.find(({ index }) => index === functionIndex);
  if (!found || !body) return -1;
  let bodyPosition = 0;
  module.toBytes((each, position) => {
    if (each === body) bodyPosition = position;
  });
  const trapped = Number.parseInt(frame[2]!, 16) - bodyPosition;
  // The stream's place of the trapping instruction, then the last slot that begins at or before it.
  let trappedPlace = -1;
  body.encode((place, position) => {
    if (position <= trapped) trappedPlace = place;
  });
  let slot = -1;
  let nearest = -1;
  for (let n = 0; n < found.marks.length; n += 2) {
    const place = found.marks[n]!;
    if (place > trappedPlace || place < nearest) continue;
    nearest = place;
    slot = found.marks[n + 1]!;
  }
  return slot;
}
