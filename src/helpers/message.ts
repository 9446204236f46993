// Helpers: sk_msg messages (net/core/filter.c). A message lies in one piece here, so pulling only chooses what the program sees.

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf, type MessageBuffer } from './host.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, CTX, helper } from './row.js';
import { needed } from './support.js';

const messageOf = (machine: Machine): MessageBuffer => needed(hostOf(machine).message, 'bpf_msg', 'message');

const msgApplyBytes: HelperFunction = (machine, _message, count) => {
  messageOf(machine).applyBytes = count;
  return 0;
};

const msgCorkBytes: HelperFunction = (machine, _message, count) => {
  messageOf(machine).corkBytes = count;
  return 0;
};

const msgPullData: HelperFunction = (machine, _message, start, end, flags) => {
  const message = messageOf(machine);
  if ((flags | machine.high[4]!) !== 0 || end <= start || end > message.lengthBytes) return -ERRNO.EINVAL;
  message.show(start, end);
  return 0;
};

const msgPushData: HelperFunction = (machine, _message, start, count, flags) => {
  const message = messageOf(machine);
  if ((flags | machine.high[4]!) !== 0) return -ERRNO.EINVAL;
  if (count === 0) return 0;
  if (start > message.lengthBytes) return -ERRNO.EINVAL;
  if (!message.resize(start, 0, count)) return -ERRNO.ENOMEM;
  return 0;
};

const msgPopData: HelperFunction = (machine, _message, start, count, flags) => {
  const message = messageOf(machine);
  if ((flags | machine.high[4]!) !== 0) return -ERRNO.EINVAL;
  if (count === 0) return 0;
  if (start + count > message.lengthBytes) return -ERRNO.EINVAL;
  return message.resize(start, count, 0) ? 0 : -ERRNO.ENOMEM;
};

export const MESSAGE_HELPERS: readonly HelperRow[] = [
  helper({
    id: 61,
    declaration: 'long bpf_msg_apply_bytes(struct sk_msg_buff *msg, u32 bytes)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    programTypes: ['sk_msg'],
    since: '4.17',
    meaning: 'applies the verdict to so many bytes',
    run: msgApplyBytes,
  }),
  helper({
    id: 62,
    declaration: 'long bpf_msg_cork_bytes(struct sk_msg_buff *msg, u32 bytes)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    programTypes: ['sk_msg'],
    since: '4.17',
    meaning: 'waits for so many bytes before the next verdict',
    run: msgCorkBytes,
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
    run: msgPullData,
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
    run: msgPushData,
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
    run: msgPopData,
  }),
];
