// Helpers: infrared remote controls.

import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, CTX, helper } from './row.js';

export const LIRC_HELPERS: readonly HelperRow[] = [
  helper({
    id: 77,
    declaration: 'long bpf_rc_repeat(void *ctx)',
    args: [CTX],
    returns: 'integer',
    gplOnly: true,
    programTypes: ['lirc_mode2'],
    since: '4.18',
    meaning: 'reports that a remote control key is still held',
  }),
  helper({
    id: 78,
    declaration: 'long bpf_rc_keydown(void *ctx, u32 protocol, u64 scancode, u32 toggle)',
    args: [CTX, ANYTHING, ANYTHING64, ANYTHING],
    returns: 'integer',
    gplOnly: true,
    programTypes: ['lirc_mode2'],
    since: '4.18',
    meaning: 'reports a remote control key',
  }),
  helper({
    id: 92,
    declaration: 'long bpf_rc_pointer_rel(void *ctx, s32 rel_x, s32 rel_y)',
    args: [CTX, ANYTHING, ANYTHING],
    returns: 'integer',
    gplOnly: true,
    programTypes: ['lirc_mode2'],
    since: '5.0',
    meaning: 'reports a movement of a pointer',
  }),
];
