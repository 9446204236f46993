// The filter of somebody who wants everything: `ret #262144`, which is what an empty expression compiles to.

import { type ClassicProgram, instruction } from '../isa/index.js';
import { MAXIMUM_PACKET_BYTES } from './limits.js';

const RET_K = 0x06;

export const ACCEPT_ALL: ClassicProgram = [instruction(RET_K, MAXIMUM_PACKET_BYTES)];
