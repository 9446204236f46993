// TCP (RFC 9293): flags, sequence numbers relative to the connection's first, window, options, and the payload's decoder.

import { rightChecksum, transportChecksum } from './checksum.js';
import type { IpHeader, PrintContext, Transport } from './context.js';
import { TRUNCATED } from './context.js';
import { hex, visibleByte } from './format.js';
import { printTcpOptions, tcpOptionFields } from './tcp-options.js';

const HEADER = 20;
const PROTOCOL = 6;
const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;
const URG = 0x20;
const MAX_RESET_TEXT = 30;

const FLAG_LETTERS = ['F', 'S', 'R', 'P', '.', 'U', 'E', 'W'] as const;
const FLAG_NAMES = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'] as const;
const FLAG_TEXT: readonly string[] = Array.from({ length: 256 }, (_, flags) => {
  const letters = FLAG_LETTERS.filter((_letter, bit) => (flags & (1 << bit)) !== 0).join('');
  return letters === '' ? 'none' : letters;
});

/** "a.80 > b.1024: ", or the ports alone below an IPv6 extension header, whose addresses are already printed. */
function endpoints(ctx: PrintContext, ip: IpHeader, source: string, destination: string): string {
  if (ip.protocol !== PROTOCOL) return `${source} > ${destination}: `;
  if (ip.version === 4) return `${ctx.ipv4(ip.offset + 12)}.${source} > ${ctx.ipv4(ip.offset + 16)}.${destination}: `;
  return `${ctx.ipv6(ip.offset + 8)}.${source} > ${ctx.ipv6(ip.offset + 24)}.${destination}: `;
}

/** Whether the entry of a connection is kept the other way round: it is kept from the side with the lower port. */
function isReversed(ctx: PrintContext, ip: IpHeader, sourcePort: number, destinationPort: number): boolean {
  if (sourcePort !== destinationPort) return sourcePort > destinationPort;
  const size = ip.version === 4 ? 4 : 16;
  const source = ip.offset + (ip.version === 4 ? 12 : 8);
  for (let i = 0; i < size; i++) {
    const difference = ctx.bytes[source + i]! - ctx.bytes[source + size + i]!;
    if (difference !== 0) return difference > 0;
  }
  return false;
}

export function printTcp(ctx: PrintContext, offset: number, length: number, ip: IpHeader): void {
  ctx.protocol = 'tcp';
  const { verbosity, quiet, absoluteSequence, verifyChecksums } = ctx.flags;
  if (!ctx.has(offset + 2, 2)) {
    const addresses =
      ip.version === 4
        ? `${ctx.ipv4(ip.offset + 12)} > ${ctx.ipv4(ip.offset + 16)}`
        : `${ctx.ipv6(ip.offset + 8)} > ${ctx.ipv6(ip.offset + 24)}`;
    ctx.print(`${addresses}:`);
    ctx.truncated();
    return;
  }
  const sourcePort = ctx.u16(offset);
  const destinationPort = ctx.u16(offset + 2);
  ctx.print(endpoints(ctx, ip, ctx.names.tcpPort(sourcePort), ctx.names.tcpPort(destinationPort)));
  if (!ctx.has(offset, HEADER)) {
    if (ctx.wantsLayers) ctx.layer('tcp', { sourcePort, destinationPort });
    ctx.truncated();
    return;
  }
  const headerLength = (ctx.u8(offset + 12) >> 4) * 4;
  const flags = ctx.u8(offset + 13);
  let sequence = ctx.u32(offset + 4);
  let acknowledgment = ctx.u32(offset + 8);
  const window = ctx.u16(offset + 14);
  const urgent = ctx.u16(offset + 18);
  const payloadLength = (length - headerLength) >>> 0;
  if (ctx.wantsLayers) {
    ctx.layer('tcp', {
      sourcePort,
      destinationPort,
      sequence,
      acknowledgment,
      headerLength,
      flags: FLAG_NAMES.filter((_name, bit) => (flags & (1 << bit)) !== 0),
      window,
      checksum: ctx.u16(offset + 16),
      urgentPointer: urgent,
      options: tcpOptionFields(ctx, offset + HEADER, headerLength - HEADER),
      payloadLength: Math.max(0, length - headerLength),
    });
  }
  if (headerLength < HEADER) {
    ctx.print(` tcp ${payloadLength} [bad hdr length ${headerLength} - too short, < ${HEADER}]`);
    return;
  }
  const payload = offset + headerLength;
  const transport: Transport = { protocol: 'tcp', sourcePort, destinationPort, ip };
  if (quiet > 0) {
    ctx.print(`tcp ${payloadLength}`);
    if (headerLength > length) ctx.print(` [bad hdr length ${headerLength} - too long, > ${length}]`);
    else if (payloadLength > 0) ctx.fieldsOnly(() => ctx.application(payload, payloadLength, transport));
    return;
  }
  ctx.print(`Flags [${FLAG_TEXT[flags]!}]`);

  // What selective acknowledgments are relative to: the other side's first sequence number.
  let sackBase = 0;
  if (!absoluteSequence && (flags & ACK) !== 0 && !ctx.isQuoted) {
    const reversed = isReversed(ctx, ip, sourcePort, destinationPort);
    const table = ip.version === 4 ? ctx.tcpSequences4 : ctx.tcpSequences6;
    const words = ip.version === 4 ? 1 : 4;
    const from = ip.offset + (ip.version === 4 ? 12 : 8);
    const { key } = table;
    for (let i = 0; i < words; i++) {
      key[reversed ? words + i : i] = ctx.u32(from + 4 * i);
      key[reversed ? i : words + i] = ctx.u32(from + 4 * (words + i));
    }
    key[2 * words] = reversed ? (destinationPort << 16) | sourcePort : (sourcePort << 16) | destinationPort;
    if (!table.find() || (flags & SYN) !== 0) {
      if (reversed) table.store(acknowledgment - 1, sequence);
      else table.store(sequence, acknowledgment - 1);
    } else {
      sequence = (sequence - (reversed ? table.acknowledgment : table.sequence)) >>> 0;
      acknowledgment = (acknowledgment - (reversed ? table.sequence : table.acknowledgment)) >>> 0;
    }
    sackBase = reversed ? table.sequence : table.acknowledgment;
  }
  if (headerLength > length) {
    ctx.print(` [bad hdr length ${headerLength} - too long, > ${length}]`);
    return;
  }
  if (verbosity > 0 && verifyChecksums && !ip.fragmented && ctx.has(offset, length)) {
    const computed = transportChecksum(ctx, ip, offset, length, PROTOCOL);
    const stored = ctx.u16(offset + 16);
    const verdict = computed === 0 ? 'correct' : `incorrect -> 0x${hex(rightChecksum(stored, computed), 4)}`;
    ctx.print(`, cksum 0x${hex(stored, 4)} (${verdict})`);
  }
  if (verbosity > 1 || payloadLength > 0 || (flags & (SYN | FIN | RST)) !== 0) {
    ctx.print(payloadLength > 0 ? `, seq ${sequence}:${(sequence + payloadLength) >>> 0}` : `, seq ${sequence}`);
  }
  if ((flags & ACK) !== 0) ctx.print(`, ack ${acknowledgment}`);
  ctx.print(`, win ${window}`);
  if ((flags & URG) !== 0) ctx.print(`, urg ${urgent}`);
  if (headerLength > HEADER && !printTcpOptions(ctx, offset, headerLength, length, flags, sackBase)) return;
  ctx.print(`, length ${payloadLength}`);
  if (payloadLength === 0) return;
  if (!ctx.has(offset, headerLength)) {
    ctx.print(` [remaining caplen(${ctx.available(offset)}) < header length(${headerLength})]`);
    throw TRUNCATED;
  }
  if ((flags & RST) !== 0 && verbosity > 0) {
    printResetText(ctx, payload, payloadLength);
    ctx.fieldsOnly(() => ctx.application(payload, payloadLength, transport));
    return;
  }
  ctx.application(payload, payloadLength, transport);
}

/** The text some stacks put into a reset to say why (RFC 1122, section 4.2.2.12). */
function printResetText(ctx: PrintContext, offset: number, length: number): void {
  ctx.print(ctx.has(offset, length) ? ' [RST' : ' [!RST');
  let rest = length;
  if (rest > MAX_RESET_TEXT) {
    rest = MAX_RESET_TEXT;
    ctx.print('+');
  }
  ctx.print(' ');
  for (let at = offset; rest > 0 && at < ctx.end; at++, rest--) ctx.print(visibleByte(ctx.u8(at)));
  ctx.print(']');
}
