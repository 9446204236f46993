// Helpers: sk_msg messages.

import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, CTX, helper } from './row.js';

export const MESSAGE_HELPERS: readonly HelperRow[] = [
  helper({
    id: 61,
    declaration: 'long bpf_msg_apply_bytes(struct sk_msg_buff *msg, u32 bytes)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    programTypes: ['sk_msg'],
    since: '4.17',
    meaning: 'applies the verdict to so many bytes',
  }),
  helper({
    id: 62,
    declaration: 'long bpf_msg_cork_bytes(struct sk_msg_buff *msg, u32 bytes)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    programTypes: ['sk_msg'],
    since: '4.17',
    meaning: 'waits for so many bytes before the next verdict',
  }),
  helper({
    id: 63,
    declaration: 'long bpf_msg_pull_data(struct sk_msg_buff *msg, u32 start, u32 end, u64 flags)',
    args: [CTX, ANYTHING, ANYTHING, ANYTHING64],
    returns: 'integer',
    changesPacket: true,
    programTypes: ['sk_msg'],
    since: '4.17',
    meaning: 'makes a stretch of the message accessible directly',
  }),
  helper({
    id: 90,
    declaration: 'long bpf_msg_push_data(struct sk_msg_buff *msg, u32 start, u32 len, u64 flags)',
    args: [CTX, ANYTHING, ANYTHING, ANYTHING64],
    returns: 'integer',
    changesPacket: true,
    programTypes: ['sk_msg'],
    since: '4.20',
    meaning: 'inserts bytes into the message',
  }),
  helper({
    id: 91,
    declaration: 'long bpf_msg_pop_data(struct sk_msg_buff *msg, u32 start, u32 len, u64 flags)',
    args: [CTX, ANYTHING, ANYTHING, ANYTHING64],
    returns: 'integer',
    changesPacket: true,
    programTypes: ['sk_msg'],
    since: '5.0',
    meaning: 'takes bytes out of the message',
  }),
];
