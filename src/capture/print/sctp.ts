// SCTP (RFC 9260): ports and the chunks of a packet.

import type { IpHeader, LayerValue, PrintContext } from './context.js';
import { hex } from './format.js';

const HEADER = 12;
const CHUNK_HEADER = 4;
const DATA = 0;
const INIT = 1;
const INIT_ACK = 2;
const SACK = 3;

const CHUNK_NAMES: ReadonlyMap<number, string> = new Map([
  [DATA, 'DATA'],
  [INIT, 'INIT'],
  [INIT_ACK, 'INIT ACK'],
  [SACK, 'SACK'],
  [4, 'HB REQ'],
  [5, 'HB ACK'],
  [6, 'ABORT'],
  [7, 'SHUTDOWN'],
  [8, 'SHUTDOWN ACK'],
  [9, 'OP ERR'],
  [10, 'COOKIE ECHO'],
  [11, 'COOKIE ACK'],
  [12, 'ECN ECHO'],
  [13, 'ECN CWR'],
  [14, 'SHUTDOWN COMPLETE'],
  [0xc0, 'FOR CUM TSN'],
  [0xc1, 'REL CTRL'],
  [0xc2, 'REL CTRL ACK'],
]);
/** IANA "SCTP Payload Protocol Identifiers", as far as tcpdump names them. */
const PAYLOAD_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'ISDN Q.921'],
  [2, 'M2UA'],
  [3, 'M3UA'],
  [4, 'SUA'],
  [5, 'M2PA'],
  [6, 'V5.2'],
  [7, 'H.248'],
  [8, 'BICC'],
  [9, 'TALI'],
  [10, 'DUA'],
  [11, 'ASAP'],
  [12, 'ENRP'],
  [13, 'H.323'],
  [14, 'Q.IPC'],
  [15, 'SIMCO'],
  [16, 'DDPSC'],
  [17, 'DDPSSC'],
  [18, 'S1AP'],
  [19, 'RUA'],
  [20, 'HNBAP'],
  [21, 'ForCES HP'],
  [22, 'ForCES MP'],
  [23, 'ForCES LP'],
  [24, 'SBc-AP'],
  [25, 'NBAP'],
  [27, 'X2AP'],
]);
const FORCES_PORTS: ReadonlyMap<number, string> = new Map([
  [6704, 'ForCES HP'],
  [6705, 'ForCES MP'],
  [6706, 'ForCES LP'],
]);

export function printSctp(ctx: PrintContext, offset: number, length: number, ip: IpHeader): void {
  ctx.protocol = 'sctp';
  if (length < HEADER) {
    ctx.print(`truncated-sctp - ${HEADER - length} bytes missing!`);
    return;
  }
  if (!ctx.has(offset, HEADER)) {
    ctx.truncated();
    return;
  }
  const sourcePort = ctx.u16(offset);
  const destinationPort = ctx.u16(offset + 2);
  const source = ip.version === 4 ? ctx.ipv4(ip.offset + 12) : ctx.ipv6(ip.offset + 8);
  const destination = ip.version === 4 ? ctx.ipv4(ip.offset + 16) : ctx.ipv6(ip.offset + 24);
  ctx.print(`${source}.${sourcePort} > ${destination}.${destinationPort}: sctp`);
  for (const port of [sourcePort, destinationPort]) {
    const name = FORCES_PORTS.get(port);
    if (name !== undefined) ctx.print(`[${name}]`);
  }
  if (ctx.wantsLayers) {
    ctx.layer('sctp', {
      sourcePort,
      destinationPort,
      verificationTag: ctx.u32(offset + 4),
      checksum: ctx.u32(offset + 8),
      chunks: chunkFields(ctx, offset + HEADER, length - HEADER),
    });
  }
  printChunks(ctx, offset + HEADER, length - HEADER);
}

/** Types and lengths of the chunks, as far as they are well formed. */
function chunkFields(ctx: PrintContext, offset: number, length: number): LayerValue[] {
  const chunks: LayerValue[] = [];
  for (let at = 0; at + CHUNK_HEADER <= length && ctx.has(offset + at, CHUNK_HEADER); ) {
    const type = ctx.u8(offset + at);
    const size = ctx.u16(offset + at + 2);
    chunks.push({ type, name: CHUNK_NAMES.get(type) ?? null, flags: ctx.u8(offset + at + 1), length: size });
    if (size < CHUNK_HEADER) break;
    at += (size + 3) & ~3;
  }
  return chunks;
}

function printChunks(ctx: PrintContext, offset: number, length: number): void {
  const { verbosity } = ctx.flags;
  let separator = verbosity >= 2 ? '\n\t' : ' (';
  let at = offset;
  // Lengths wrap around as unsigned 32-bit numbers: a chunk longer than the packet does not end the walk by itself.
  let rest = length;
  for (let count = 1; rest !== 0; count++) {
    if (rest < CHUNK_HEADER) {
      ctx.print(`${separator}${count}) [chunk descriptor cut off at end of packet]`);
      return;
    }
    if (!ctx.has(at, CHUNK_HEADER)) {
      ctx.truncated();
      return;
    }
    const size = ctx.u16(at + 2);
    if (size < CHUNK_HEADER) {
      ctx.print(`${separator}${count}) [Bad chunk length ${size}, < size of chunk descriptor]`);
      return;
    }
    const padding = (4 - (size % 4)) % 4;
    if (rest < padding) {
      ctx.print(`${separator}${count}) [Bad chunk length ${size}, > remaining data in packet]`);
      return;
    }
    if (!ctx.has(at, size)) {
      ctx.truncated();
      return;
    }
    const type = ctx.u8(at);
    ctx.print(`${separator}${count}) [${CHUNK_NAMES.get(type) ?? `Unknown chunk type: 0x${hex(type)}`}] `);
    if (!printChunk(ctx, at, type, size)) return;
    if (verbosity < 2) separator = ', (';
    at += size;
    if (padding !== 0 && !ctx.has(at, padding)) {
      ctx.truncated();
      return;
    }
    at += padding;
    rest = (rest - size - padding) >>> 0;
  }
}

/** Prints what a chunk holds; false when it is too short and the packet's text ends. */
function printChunk(ctx: PrintContext, offset: number, type: number, size: number): boolean {
  const body = offset + CHUNK_HEADER;
  const rest = size - CHUNK_HEADER;
  const bogus = (): false => {
    ctx.print(`bogus chunk length ${size}]`);
    return false;
  };
  switch (type) {
    case DATA: {
      const flags = ctx.u8(offset + 1);
      ctx.print(`${(flags & 4) !== 0 ? '(U)' : ''}${(flags & 2) !== 0 ? '(B)' : ''}${(flags & 1) !== 0 ? '(E)' : ''}`);
      if ((flags & 7) !== 0) ctx.print(' ');
      if (rest < 12) return bogus();
      const payloadProtocol = ctx.u32(body + 8);
      ctx.print(
        `[TSN: ${ctx.u32(body)}] [SID: ${ctx.u16(body + 4)}] [SSEQ ${ctx.u16(body + 6)}] ` +
          `[PPID ${PAYLOAD_NAMES.get(payloadProtocol) ?? `0x${hex(payloadProtocol)}`}] `,
      );
      if (rest === 12) return bogus();
      if (ctx.flags.verbosity >= 2) {
        ctx.print('[Payload');
        if (!ctx.flags.suppressDefaultDump) {
          ctx.print(':');
          ctx.dump(body + 12, rest - 12);
        }
        ctx.print(']');
      }
      return true;
    }
    case INIT:
    case INIT_ACK:
      if (rest < 16) return bogus();
      ctx.print(
        `[init tag: ${ctx.u32(body)}] [rwnd: ${ctx.u32(body + 4)}] [OS: ${ctx.u16(body + 8)}] ` +
          `[MIS: ${ctx.u16(body + 10)}] [init TSN: ${ctx.u32(body + 12)}] `,
      );
      return true;
    case SACK:
      return rest < 12 ? bogus() : printSack(ctx, body, rest) || bogus();
    default:
      return true;
  }
}

function printSack(ctx: PrintContext, body: number, length: number): boolean {
  const acknowledged = ctx.u32(body);
  const gaps = ctx.u16(body + 8);
  const duplicates = ctx.u16(body + 10);
  ctx.print(`[cum ack ${acknowledged}] [a_rwnd ${ctx.u32(body + 4)}] [#gap acks ${gaps}] [#dup tsns ${duplicates}] `);
  let at = body + 12;
  let rest = length - 12;
  for (let i = 1; i <= gaps && rest !== 0; i++) {
    if (rest < 4) return false;
    const start = (acknowledged + ctx.u16(at)) >>> 0;
    const end = (acknowledged + ctx.u16(at + 2)) >>> 0;
    ctx.print(`\n\t\t[gap ack block #${i}: start = ${start}, end = ${end}] `);
    at += 4;
    rest -= 4;
  }
  for (let i = 1; i <= duplicates && rest !== 0; i++) {
    if (rest < 4) return false;
    ctx.print(`\n\t\t[dup TSN #${i}: ${ctx.u32(at)}] `);
    at += 4;
    rest -= 4;
  }
  return true;
}
