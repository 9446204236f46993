// Which decoder comes next: one table a kind. A new protocol is one row here and one file beside this one.
//
// Port rows keep tcpdump's order: where both ports of a packet have a row, the earlier row wins.

import { printArp } from './arp.js';
import { printBsdLoopback } from './bsd-loopback.js';
import { printCiscoHdlc } from './cisco-hdlc.js';
import type {
  ApplicationDecoder,
  DecoderTables,
  IpPayloadDecoder,
  LinkDecoder,
  PayloadDecoder,
  PortLookup,
} from './context.js';
import { printDhcp } from './dhcp.js';
import { printDhcpv6 } from './dhcpv6.js';
import { printDns, printDnsOverTcp, printMulticastDns } from './dns.js';
import { printEapol } from './eapol.js';
import { printEthernetInIp, printEthernetLink } from './ethernet.js';
import { printGeneve } from './geneve.js';
import { printGre } from './gre.js';
import { printIcmp } from './icmp.js';
import { printIcmpv6 } from './icmpv6.js';
import { printIgmp } from './igmp.js';
import { printNoNextHeader, printSunDisk } from './ip-payload.js';
import { printAuthenticationHeader, printEsp, printIpComp } from './ipsec.js';
import { printIpv4 } from './ipv4.js';
import { printIpv6 } from './ipv6.js';
import { printIpxEthernet, printIpxLlc } from './ipx.js';
import { printLinuxCooked, printLinuxCooked2 } from './linux-cooked.js';
import { printLldp } from './lldp.js';
import { printLoopback } from './loopback.js';
import { printMpls } from './mpls.js';
import { printNtp } from './ntp.js';
import { printPppEthernet, printPppHdlcLink, printPppLink } from './ppp.js';
import { printPppoe, printPppoeLink } from './pppoe.js';
import { printRawIp } from './raw-ip.js';
import { printSctp } from './sctp.js';
import { printSnmp } from './snmp.js';
import { printSsh } from './ssh.js';
import { printStp } from './stp.js';
import { printSyslog } from './syslog.js';
import { printTcp } from './tcp.js';
import { printFtp, printHttp, printRtsp, printSip, printSmtp, printWhois } from './text-protocols.js';
import { printTftp } from './tftp.js';
import { printUdp } from './udp.js';
import { printVrrp } from './vrrp.js';
import { printVxlan } from './vxlan.js';

/** A decoder for the payload of some ports. `side` says which of a packet's two ports must be one of them. */
export interface PortRow {
  readonly ports: readonly number[];
  readonly side: 'either' | 'source' | 'destination';
  readonly decode: ApplicationDecoder;
}

/** By LINKTYPE number (src/filter/link-types.ts names them). */
export const LINK_TYPE_DECODERS: readonly (readonly [number, LinkDecoder])[] = [
  [0, printBsdLoopback],
  [1, printEthernetLink],
  [9, printPppLink],
  [12, printRawIp],
  [14, printRawIp],
  [50, printPppHdlcLink],
  [51, printPppoeLink],
  [101, printRawIp],
  [104, printCiscoHdlc],
  [108, printBsdLoopback],
  [113, printLinuxCooked],
  [166, printPppLink],
  [204, printPppLink],
  [228, printRawIp],
  [229, printRawIp],
  [276, printLinuxCooked2],
];

/** By EtherType. */
export const ETHER_TYPE_DECODERS: readonly (readonly [number, PayloadDecoder])[] = [
  [0x0800, printIpv4],
  [0x0806, printArp],
  [0x3c12, printPppoe],
  [0x3c13, printPppoe],
  [0x8035, printArp],
  [0x8137, printIpxEthernet],
  [0x86dd, printIpv6],
  [0x880b, printPppEthernet],
  [0x8847, printMpls],
  [0x8848, printMpls],
  [0x8863, printPppoe],
  [0x8864, printPppoe],
  [0x888e, printEapol],
  [0x88cc, printLldp],
  [0x9000, printLoopback],
];

/** By IP protocol number. */
export const IP_PROTOCOL_DECODERS: readonly (readonly [number, IpPayloadDecoder])[] = [
  [1, printIcmp],
  [2, printIgmp],
  [4, printIpv4],
  [6, printTcp],
  [17, printUdp],
  [41, printIpv6],
  [47, printGre],
  [50, printEsp],
  [51, printAuthenticationHeader],
  [58, printIcmpv6],
  [59, printNoNextHeader],
  [77, printSunDisk],
  [108, printIpComp],
  [112, printVrrp],
  [132, printSctp],
  [143, printEthernetInIp],
];

/** By LLC service access point. */
export const LLC_SAP_DECODERS: readonly (readonly [number, PayloadDecoder])[] = [
  [0x06, printIpv4],
  [0x42, printStp],
  [0xe0, printIpxLlc],
];

/** UDP payloads. */
export const UDP_PORT_DECODERS: readonly PortRow[] = [
  { ports: [53], side: 'either', decode: printDns },
  { ports: [5353], side: 'either', decode: printMulticastDns },
  { ports: [69], side: 'either', decode: printTftp },
  { ports: [67, 68], side: 'either', decode: printDhcp },
  { ports: [161, 162], side: 'either', decode: printSnmp },
  { ports: [123], side: 'either', decode: printNtp },
  { ports: [546, 547], side: 'either', decode: printDhcpv6 },
  { ports: [5060], side: 'either', decode: printSip },
  { ports: [514], side: 'either', decode: printSyslog },
  { ports: [4789], side: 'either', decode: printVxlan },
  { ports: [6081], side: 'either', decode: printGeneve },
  { ports: [6635], side: 'either', decode: printMpls },
];

/** TCP payloads. */
export const TCP_PORT_DECODERS: readonly PortRow[] = [
  { ports: [25], side: 'either', decode: printSmtp },
  { ports: [43], side: 'either', decode: printWhois },
  { ports: [22], side: 'either', decode: printSsh },
  { ports: [21], side: 'either', decode: printFtp },
  { ports: [80, 8080], side: 'either', decode: printHttp },
  { ports: [554, 8554], side: 'either', decode: printRtsp },
  { ports: [53], side: 'either', decode: printDnsOverTcp },
];

/** A lookup over port rows: the first row in table order that fits one of the two ports. */
export function portLookup(rows: readonly PortRow[]): PortLookup {
  const bySource = new Map<number, number>();
  const byDestination = new Map<number, number>();
  rows.forEach((row, index) => {
    for (const port of row.ports) {
      if (row.side !== 'destination' && !bySource.has(port)) bySource.set(port, index);
      if (row.side !== 'source' && !byDestination.has(port)) byDestination.set(port, index);
    }
  });
  return (source, destination) => {
    const first = bySource.get(source);
    const second = byDestination.get(destination);
    if (first === undefined) return second === undefined ? undefined : rows[second]!.decode;
    return rows[second === undefined || first < second ? first : second]!.decode;
  };
}

let tables: DecoderTables | undefined;

/** The tables above, indexed; built on first use. */
export function decoderTables(): DecoderTables {
  tables ??= {
    linkType: new Map(LINK_TYPE_DECODERS),
    etherType: new Map(ETHER_TYPE_DECODERS),
    ipProtocol: new Map(IP_PROTOCOL_DECODERS),
    llcSap: new Map(LLC_SAP_DECODERS),
    tcpPort: portLookup(TCP_PORT_DECODERS),
    udpPort: portLookup(UDP_PORT_DECODERS),
  };
  return tables;
}
