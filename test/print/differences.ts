// Where the printer means to differ from tcpdump 4.99.3, and why. Each row is checked against both.

import type { FilePacket } from '../support/packets.js';
import { ascii, bytes, ipv4, u16, udp } from '../support/packets.js';

export interface Difference {
  readonly name: string;
  readonly why: string;
  readonly linkType: number;
  readonly packet: FilePacket;
  readonly flags: string;
  readonly theirs: string;
  readonly ours: string;
}

const datagram = ipv4(udp(ascii('hello')));
const line = 'IP 10.0.0.1.40000 > 10.0.0.2.7777: UDP, length 5';

export const explainedDifferences: readonly Difference[] = [
  {
    name: 'times after 2038',
    why: 'tcpdump takes the seconds for a signed 32-bit number; the file holds an unsigned one',
    linkType: 101,
    packet: { data: datagram, timeSeconds: 4107542400 },
    flags: '-n -tttt',
    theirs: `[Error converting time] ${line}`,
    ours: `2100-03-01 00:00:00.000000 ${line}`,
  },
  {
    name: 'PPP with a direction',
    why: 'tcpdump has a printer for the frames of LINKTYPE_PPP_WITH_DIR, but under another number',
    linkType: 204,
    packet: { data: bytes(0, 3, u16(0x0021), datagram) },
    flags: '-n -e -t',
    theirs:
      'UNSUPPORTED\n' +
      '\t0x0000:  0003 0021 4500 0021 0001 0000 4011 66c9  ...!E..!....@.f.\n' +
      '\t0x0010:  0a00 0001 0a00 0002 9c40 1e61 000d ed5d  .........@.a...]\n' +
      '\t0x0020:  6865 6c6c 6f                             hello',
    ours: `In  IP (0x0021), length 37: ${line.slice(3)}`,
  },
];
