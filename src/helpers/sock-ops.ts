// Helpers: TCP events and header options (net/core/filter.c). Options are what a sock_ops program sees of a segment.

import type { HelperFunction, Machine } from '../engine/index.js';
import { ERRNO } from '../maps/index.js';
import { hostOf, type SockOpsView } from './host.js';
import type { HelperRow } from './prototype.js';
import { ANYTHING, ANYTHING64, btf, CTX, helper, RDONLY_MEM, SIZE, WRITE_MEM } from './row.js';
import { needed } from './support.js';

/** BPF_SOCK_OPS_ALL_CB_FLAGS. */
const CALLBACK_FLAGS = 0x7f;
const OP_HDR_OPT_LEN = 14;
const OP_WRITE_HDR_OPT = 15;
const BPF_LOAD_HDR_OPT_TCP_SYN = 1;
const TCP_HEADER_BYTES = 20;
const TCPOPT_EOL = 0;
const TCPOPT_NOP = 1;
const TCPOPT_EXP = 254;
const ENOMSG = 42;

const sockOpsOf = (machine: Machine): SockOpsView => needed(hostOf(machine).sockOps, 'bpf_sock_ops', 'TCP event');

/** Known flags are set; unknown ones come back. */
const sockOpsCbFlagsSet: HelperFunction = (machine, _context, flags) => {
  sockOpsOf(machine).callbackFlags = flags & CALLBACK_FLAGS;
  return flags & ~CALLBACK_FLAGS;
};

/** Offset of an option; -ENOMSG: not there; -EFAULT: malformed. Experimental ones are told apart by their next 2 or 4 bytes. */
function findOption(options: Uint8Array, kind: number, magic: Uint8Array): number {
  let at = 0;
  while (at < options.length && options[at] !== TCPOPT_EOL) {
    if (options[at] === TCPOPT_NOP) {
      at++;
      continue;
    }
    const length = options[at + 1] ?? 0;
    if (length < 2 || at + length > options.length) return -ERRNO.EFAULT;
    if (
      options[at] === kind &&
      magic.every((byte, index) => length >= 2 + magic.length && options[at + 2 + index] === byte)
    ) {
      return at;
    }
    at += length;
  }
  return -ENOMSG;
}

const optionsOf = (header: Uint8Array): Uint8Array => header.subarray(TCP_HEADER_BYTES, (header[12]! >>> 4) * 4);

const loadHdrOpt: HelperFunction = (machine, _context, search, searchBytes, flags) => {
  if (machine.high[4] !== 0 || flags > BPF_LOAD_HDR_OPT_TCP_SYN) return -ERRNO.EINVAL;
  const { bytes } = machine.space;
  const kind = bytes[search]!;
  const magicBytes = bytes[search + 1]!;
  // An experimental option is searched by its magic, the length says how long that is; others have a length of 0.
  if (searchBytes < 2 || kind === TCPOPT_EOL || kind === TCPOPT_NOP) return -ERRNO.EINVAL;
  if (kind === TCPOPT_EXP ? magicBytes !== 4 && magicBytes !== 6 : magicBytes !== 0) return -ERRNO.EINVAL;
  const sockOps = sockOpsOf(machine);
  const header = flags === BPF_LOAD_HDR_OPT_TCP_SYN ? sockOps.savedSyn : sockOps.header;
  if (!header) return flags === BPF_LOAD_HDR_OPT_TCP_SYN ? -ERRNO.ENOENT : -ERRNO.EPERM;
  const options = optionsOf(header);
  const at = findOption(options, kind, bytes.slice(search + 2, search + Math.max(2, magicBytes)));
  if (at < 0) return at;
  const length = options[at + 1]!;
  bytes.set(options.subarray(at, at + Math.min(length, searchBytes)), search);
  return length > searchBytes ? -ERRNO.ENOSPC : length;
};

const storeHdrOpt: HelperFunction = (machine, _context, from, sizeBytes, flags) => {
  const sockOps = sockOpsOf(machine);
  if (sockOps.op !== OP_WRITE_HDR_OPT || !sockOps.options) return -ERRNO.EPERM;
  if (sizeBytes < 2 || (flags | machine.high[4]!) !== 0) return -ERRNO.EINVAL;
  const option = machine.space.bytes.slice(from, from + sizeBytes);
  const [kind, length] = option as unknown as [number, number];
  if (kind === TCPOPT_EOL || kind === TCPOPT_NOP || length < 2 || length > sizeBytes) return -ERRNO.EINVAL;
  if (kind === TCPOPT_EXP && length < 4) return -ERRNO.EINVAL;
  const { written, reservedBytes } = sockOps.options;
  if (written.length + length > reservedBytes) return -ERRNO.ENOSPC;
  const magic = kind === TCPOPT_EXP ? option.subarray(2, 4) : new Uint8Array();
  const existing = [...(sockOps.header ? [optionsOf(sockOps.header)] : []), written];
  if (existing.some(options => findOption(options, kind, magic) >= 0)) return -ERRNO.EEXIST;
  const all = new Uint8Array(written.length + length);
  all.set(written);
  all.set(option.subarray(0, length), written.length);
  sockOps.options.written = all;
  return 0;
};

const reserveHdrOpt: HelperFunction = (machine, _context, sizeBytes, flags) => {
  const sockOps = sockOpsOf(machine);
  if (sockOps.op !== OP_HDR_OPT_LEN || !sockOps.options) return -ERRNO.EPERM;
  if ((flags | machine.high[3]!) !== 0 || sizeBytes < 2) return -ERRNO.EINVAL;
  if (sockOps.options.reservedBytes + sizeBytes > sockOps.options.maximumBytes) return -ERRNO.ENOSPC;
  sockOps.options.reservedBytes += sizeBytes;
  return 0;
};

export const SOCK_OPS_HELPERS: readonly HelperRow[] = [
  helper({
    id: 59,
    declaration: 'long bpf_sock_ops_cb_flags_set(struct bpf_sock_ops *bpf_sock, int argval)',
    args: [CTX, ANYTHING],
    returns: 'integer',
    programTypes: ['sock_ops'],
    since: '4.16',
    meaning: 'chooses the events that the program is called for',
    run: sockOpsCbFlagsSet,
  }),
  helper({
    id: 116,
    declaration: 'long bpf_tcp_send_ack(void *tp, u32 rcv_nxt)',
    args: [btf('tcp_sock'), ANYTHING],
    returns: 'integer',
    programTypes: ['struct_ops'],
    since: '5.6',
    meaning: 'sends an ACK, from a congestion control program',
  }),
  helper({
    id: 142,
    declaration: 'long bpf_load_hdr_opt(struct bpf_sock_ops *skops, void *searchby_res, u32 len, u64 flags)',
    args: [CTX, WRITE_MEM, SIZE, ANYTHING64],
    returns: 'integer',
    programTypes: ['sock_ops'],
    since: '5.10',
    meaning: 'finds a TCP header option',
    run: loadHdrOpt,
  }),
  helper({
    id: 143,
    declaration: 'long bpf_store_hdr_opt(struct bpf_sock_ops *skops, const void *from, u32 len, u64 flags)',
    args: [CTX, RDONLY_MEM, SIZE, ANYTHING64],
    returns: 'integer',
    changesPacket: true,
    programTypes: ['sock_ops'],
    since: '5.10',
    meaning: 'writes a TCP header option',
    run: storeHdrOpt,
  }),
  helper({
    id: 144,
    declaration: 'long bpf_reserve_hdr_opt(struct bpf_sock_ops *skops, u32 len, u64 flags)',
    args: [CTX, ANYTHING, ANYTHING64],
    returns: 'integer',
    programTypes: ['sock_ops'],
    since: '5.10',
    meaning: 'reserves room for TCP header options',
    run: reserveHdrOpt,
  }),
];
