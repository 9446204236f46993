// Ancillary data as compiled filters read it from memory, so that one call can run over many packets.
//
//     offset  0: 16 words, the values at their SKF_AD_ offsets (SKF_AD_PROTOCOL at 0, ... SKF_AD_VLAN_TPID at 60)
//            64: a word with bit n set when the value at offset 4n is there; bits 17 and 18: the two offsets below are
//            68: where the network header is in the packet   (what SKF_NET_OFF is relative to)
//            72: where the link-layer header is              (what SKF_LL_OFF is relative to)
//
// All little endian. A block of zeros says that nothing is known of the packet but its bytes.

import { ANCILLARY } from '../../isa/index.js';
import { ABSENT, AD_ALU_XOR_X, AD_NLATTR, AD_NLATTR_NEST, type Ancillary, loadAncillary } from '../ancillary.js';

export const ANCILLARY_BLOCK_BYTES = 80;
export const PRESENCE_OFFSET = 64;
export const NETWORK_OFFSET = 68;
export const LINK_OFFSET = 72;

/** The bit of the presence word for the value at an offset of the block. */
export const presenceBit = (offset: number): number => 1 << (offset / 4);

/** SKF_AD_RANDOM: compiled filters call back for each number where a function gives them. */
export const AD_RANDOM = 56;
const COMPUTED = new Set([AD_NLATTR, AD_NLATTR_NEST, AD_ALU_XOR_X]);
const NO_BYTES = new Uint8Array(0);
/** No packet reaches this far, and sums with what is relative to it stay below 2^32. */
const FAR = 0x7fffffff;

/** Writes the block of one packet at `address`. */
export function writeAncillaryBlock(view: DataView, address: number, ancillary: Ancillary | undefined): void {
  let present = 0;
  for (const { offset } of ANCILLARY) {
    if (COMPUTED.has(offset)) continue;
    const isCalled = offset === AD_RANDOM && typeof ancillary?.random === 'function';
    const value = isCalled ? 0 : loadAncillary(offset, ancillary, 0, 0, NO_BYTES, 0, 0);
    view.setUint32(address + offset, value === ABSENT ? 0 : value, true);
    if (value !== ABSENT) present |= presenceBit(offset);
  }
  for (const [offset, value] of [
    [NETWORK_OFFSET, ancillary?.networkOffset],
    [LINK_OFFSET, ancillary?.linkOffset],
  ] as const) {
    view.setUint32(address + offset, value === undefined || value > FAR ? FAR : value, true);
    if (value !== undefined) present |= presenceBit(offset);
  }
  view.setUint32(address + PRESENCE_OFFSET, present, true);
}
