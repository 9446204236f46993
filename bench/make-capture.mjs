// Makes a capture file of mixed traffic, the same one for the same parameters: TCP and UDP over IPv4 and IPv6, ICMP, ARP,
// VLAN tags, sizes as they are seen on a network (many small, many full, few between), packets of a flow in bursts.
//
//     node bench/make-capture.mjs OUT [--packets N | --bytes N] [--seed N]
//
// As a module: `makeCapture(path, options)` writes a file, `mixedPackets(options)` yields packets in a reused buffer.

import { closeSync, openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** A 32-bit generator (Marsaglia's xorshift): a function that gives integers from 0 to `below` - 1. */
export function randomNumbers(seed) {
  let state = seed | 0 || 1;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 4294967296) * below);
  };
}

const HOSTS = 4096;
const FLOWS = 3000;
const SERVER_PORTS = [443, 443, 443, 443, 443, 80, 80, 22, 53, 25, 993, 8080, 5432, 3306, 6379, 123];

/** Address number n of the traffic: 10.1.0.0 and up. About one packet in 20 belongs to one of 500 consecutive ones. */
export const hostAddress = n => `10.1.${(n >> 8) & 255}.${n & 255}`;

function makeFlow(random) {
  const kind = random(100);
  // Some hosts are busier than others.
  const host = () => Math.floor((random(HOSTS) * (random(HOSTS) + 1)) / HOSTS);
  const isIpv6 = kind >= 88 && kind < 96;
  const isUdp = (kind >= 72 && kind < 86) || (isIpv6 && random(3) === 0);
  return {
    kind: kind < 96 ? (isIpv6 ? 'ip6' : kind < 86 ? 'ip' : 'icmp') : kind < 98 ? 'arp' : 'vlan',
    protocol: isUdp ? 17 : 6,
    source: host(),
    destination: host(),
    sourcePort: 32768 + random(28000),
    destinationPort: isUdp
      ? [53, 53, 123, 443, 443, 5353, 514, 1900][random(8)]
      : SERVER_PORTS[random(SERVER_PORTS.length)],
    bulk: random(100),
  };
}

/** Length of the payload behind the transport header. */
function payloadLength(flow, random) {
  if (flow.protocol === 17) return random(4) === 0 ? 200 + random(1200) : 20 + random(180);
  const dice = random(100);
  if (flow.bulk < 40) return dice < 55 ? 1448 : dice < 90 ? 0 : random(1448);
  return dice < 50 ? 0 : dice < 65 ? 1448 : random(700);
}

/** Yields {data, length, wireLength, seconds, microseconds}; `data` is overwritten by the next. */
export function* mixedPackets({ packets = 1_000_000, seed = 1 } = {}) {
  const random = randomNumbers(seed);
  const flows = Array.from({ length: FLOWS }, () => makeFlow(random));
  const data = new Uint8Array(2048);
  for (let at = 0; at < data.length; at++) data[at] = random(256);
  const view = new DataView(data.buffer);
  const packet = { data, length: 0, seconds: 1_700_000_000, microseconds: 0 };
  let flow = flows[0];
  let burst = 0;
  let turned = false;
  for (let n = 0; n < packets; n++) {
    if (burst-- <= 0) {
      flow = flows[random(FLOWS)];
      burst = random(5);
    }
    turned = random(3) === 0 ? !turned : turned;
    const from = turned ? flow.destination : flow.source;
    const to = turned ? flow.source : flow.destination;
    let at = 0;
    view.setUint32(0, 0x02000000 | (to >> 8));
    view.setUint16(4, to & 0xffff);
    view.setUint32(6, 0x02000000 | (from >> 8));
    view.setUint16(10, from & 0xffff);
    at = 12;
    if (flow.kind === 'vlan') {
      view.setUint16(at, 0x8100);
      view.setUint16(at + 2, 100 + (from & 7));
      at += 4;
    }
    if (flow.kind === 'arp') {
      view.setUint16(at, 0x0806);
      view.setUint32(at + 2, 0x00010800);
      view.setUint32(at + 6, 0x06040001 + (turned ? 1 : 0));
      view.setUint32(at + 16, 0x0a010000 + from);
      view.setUint32(at + 26, 0x0a010000 + to);
      packet.length = 60;
    } else {
      const transport = flow.kind === 'icmp' ? 8 : flow.protocol === 17 ? 8 : 32;
      const payload = flow.kind === 'icmp' ? 56 : payloadLength(flow, random);
      if (flow.kind === 'ip6') {
        view.setUint16(at, 0x86dd);
        at += 2;
        view.setUint32(at, 0x60000000);
        view.setUint16(at + 4, transport + payload);
        data[at + 6] = flow.protocol;
        data[at + 7] = 64;
        for (const [place, host] of [
          [at + 8, from],
          [at + 24, to],
        ]) {
          view.setUint32(place, 0x20010db8);
          view.setUint32(place + 4, 0);
          view.setUint32(place + 8, 0);
          view.setUint32(place + 12, host);
        }
        at += 40;
      } else {
        view.setUint16(at, 0x0800);
        at += 2;
        const protocol = flow.kind === 'icmp' ? 1 : flow.protocol;
        view.setUint32(at, 0x45000000 + 20 + transport + payload);
        view.setUint32(at + 4, ((n & 0xffff) << 16) | 0x4000);
        view.setUint32(at + 8, (64 << 24) | (protocol << 16));
        view.setUint32(at + 12, 0x0a010000 + from);
        view.setUint32(at + 16, 0x0a010000 + to);
        let sum = 0;
        for (let word = 0; word < 20; word += 2) sum += view.getUint16(at + word);
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
        view.setUint16(at + 10, ~sum & 0xffff);
        at += 20;
      }
      if (flow.kind === 'icmp') {
        view.setUint16(at, turned ? 0x0000 : 0x0800);
      } else {
        view.setUint16(at, turned ? flow.destinationPort : flow.sourcePort);
        view.setUint16(at + 2, turned ? flow.sourcePort : flow.destinationPort);
        if (flow.protocol === 17) view.setUint16(at + 4, 8 + payload);
        else {
          view.setUint32(at + 4, Math.imul(n, 1448));
          view.setUint16(at + 12, 0x8010);
          view.setUint32(at + 20, 0x0101080a);
        }
      }
      packet.length = Math.max(60, at + transport + payload);
    }
    packet.microseconds += 1 + random(8);
    if (packet.microseconds >= 1_000_000) {
      packet.microseconds -= 1_000_000;
      packet.seconds++;
    }
    yield packet;
  }
}

/** Writes a pcap file (microseconds, little endian, Ethernet) and gives its size. Stops at `bytes` or `packets`. */
export function makeCapture(path, { packets = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY, seed = 1 }) {
  if (packets === Number.POSITIVE_INFINITY && bytes === Number.POSITIVE_INFINITY) packets = 1_000_000;
  const fd = openSync(path, 'w');
  const chunk = new Uint8Array(1 << 20);
  const view = new DataView(chunk.buffer);
  [0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1].forEach((word, at) => void view.setUint32(at * 4, word, true));
  let held = 24;
  let written = 0;
  let count = 0;
  for (const packet of mixedPackets({ packets, seed })) {
    if (written + held >= bytes) break;
    if (held + 16 + packet.length > chunk.length) {
      writeSync(fd, chunk, 0, held);
      written += held;
      held = 0;
    }
    view.setUint32(held, packet.seconds, true);
    view.setUint32(held + 4, packet.microseconds, true);
    view.setUint32(held + 8, packet.length, true);
    view.setUint32(held + 12, packet.length, true);
    chunk.set(packet.data.subarray(0, packet.length), held + 16);
    held += 16 + packet.length;
    count++;
  }
  writeSync(fd, chunk, 0, held);
  closeSync(fd);
  return { packets: count, bytes: written + held };
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split('/').at(-1))) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { packets: { type: 'string' }, bytes: { type: 'string' }, seed: { type: 'string' } },
  });
  if (positionals.length !== 1) {
    console.error('usage: node bench/make-capture.mjs OUT [--packets N | --bytes N] [--seed N]');
    process.exitCode = 2;
  } else {
    const number = text => (text === undefined ? undefined : Number(text));
    const made = makeCapture(positionals[0], {
      packets: number(values.packets),
      bytes: number(values.bytes),
      seed: number(values.seed),
    });
    console.log(`${positionals[0]}: ${made.packets} packets, ${made.bytes} bytes`);
  }
}
