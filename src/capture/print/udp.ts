// UDP (RFC 768), with IPv6 jumbograms (RFC 2675).

import { rightChecksum, transportChecksum } from './checksum.js';
import type { IpHeader, PrintContext, Transport } from './context.js';
import { hex } from './format.js';

const HEADER = 8;
const PROTOCOL = 17;

/** "a.53 > b.1024: "; without ports when they are not captured; ports alone below an IPv6 extension header. */
function endpoints(
  ctx: PrintContext,
  ip: IpHeader,
  ports: { source: string; destination: string } | undefined,
): string {
  if (ip.protocol !== PROTOCOL) return ports === undefined ? '' : `${ports.source} > ${ports.destination}: `;
  const source = ip.version === 4 ? ctx.ipv4(ip.offset + 12) : ctx.ipv6(ip.offset + 8);
  const destination = ip.version === 4 ? ctx.ipv4(ip.offset + 16) : ctx.ipv6(ip.offset + 24);
  if (ports === undefined) return `${source} > ${destination}: `;
  return `${source}.${ports.source} > ${destination}.${ports.destination}: `;
}

export function printUdp(ctx: PrintContext, offset: number, length: number, ip: IpHeader): void {
  ctx.protocol = 'udp';
  if (!ctx.has(offset + 2, 2)) {
    ctx.print(endpoints(ctx, ip, undefined));
    ctx.truncated();
    return;
  }
  const sourcePort = ctx.u16(offset);
  const destinationPort = ctx.u16(offset + 2);
  const ports = { source: ctx.names.udpPort(sourcePort), destination: ctx.names.udpPort(destinationPort) };
  ctx.print(endpoints(ctx, ip, ports));
  if (ctx.wantsLayers) {
    ctx.layer(
      'udp',
      ctx.has(offset, HEADER)
        ? { sourcePort, destinationPort, length: ctx.u16(offset + 4), checksum: ctx.u16(offset + 6) }
        : { sourcePort, destinationPort },
    );
  }
  if (length < HEADER) {
    ctx.print(`truncated-udp ${length}`);
    return;
  }
  if (!ctx.has(offset + 4, 2)) {
    ctx.truncated();
    return;
  }
  let datagramLength = ctx.u16(offset + 4);
  if (datagramLength === 0 && length > 65535) datagramLength = length;
  if (datagramLength < HEADER) {
    ctx.print(`truncated-udplength ${datagramLength}`);
    return;
  }
  const claimed = datagramLength - HEADER;
  const received = length - HEADER;
  const payloadLength = Math.min(claimed, received);
  const payload = offset + HEADER;
  if (payload > ctx.end) {
    ctx.truncated();
    return;
  }
  printChecksum(ctx, offset, payloadLength, ip);
  const transport: Transport = { protocol: 'udp', sourcePort, destinationPort, ip };
  if (ctx.flags.quiet > 0) ctx.fieldsOnly(() => ctx.application(payload, payloadLength, transport));
  else if (ctx.application(payload, payloadLength, transport)) return;
  if (claimed > received && !ip.fragmented) ctx.print(`UDP, bad length ${claimed} > ${received}`);
  else ctx.print(`UDP, length ${claimed}`);
}

/** The verdict over the checksum: with -v for IPv6, where it is mandatory, with -vv for IPv4. */
function printChecksum(ctx: PrintContext, offset: number, payloadLength: number, ip: IpHeader): void {
  const { verbosity, verifyChecksums } = ctx.flags;
  if (!verifyChecksums || ip.fragmented || verbosity < (ip.version === 4 ? 2 : 1)) return;
  if (ip.version === 4 && ctx.u16(offset + 6) === 0) {
    ctx.print('[no cksum] ');
    return;
  }
  if (!ctx.has(offset + HEADER, payloadLength)) return;
  const computed = transportChecksum(ctx, ip, offset, payloadLength + HEADER, PROTOCOL);
  if (computed === 0) {
    ctx.print('[udp sum ok] ');
    return;
  }
  const stored = ctx.u16(offset + 6);
  ctx.print(`[bad udp cksum 0x${hex(stored, 4)} -> 0x${hex(rightChecksum(stored, computed), 4)}!] `);
}
