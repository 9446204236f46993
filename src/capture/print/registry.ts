// Which decoder comes next: one table a kind. A new protocol is one row here and one file beside this one.
//
// Port rows keep tcpdump's order: where both ports of a packet have a row, the earlier row wins.

import type {
  ApplicationDecoder,
  DecoderTables,
  IpPayloadDecoder,
  LinkDecoder,
  PayloadDecoder,
  PortLookup,
} from './context.js';

/** A decoder for the payload of some ports. `side` says which of a packet's two ports must be one of them. */
export interface PortRow {
  readonly ports: readonly number[];
  readonly side: 'either' | 'source' | 'destination';
  readonly decode: ApplicationDecoder;
}

/** By LINKTYPE number (src/filter/link-types.ts names them). */
export const LINK_TYPE_DECODERS: readonly (readonly [number, LinkDecoder])[] = [];

/** By EtherType. */
export const ETHER_TYPE_DECODERS: readonly (readonly [number, PayloadDecoder])[] = [];

/** By IP protocol number. */
export const IP_PROTOCOL_DECODERS: readonly (readonly [number, IpPayloadDecoder])[] = [];

/** By LLC service access point. */
export const LLC_SAP_DECODERS: readonly (readonly [number, PayloadDecoder])[] = [];

/** UDP payloads. */
export const UDP_PORT_DECODERS: readonly PortRow[] = [];

/** TCP payloads. */
export const TCP_PORT_DECODERS: readonly PortRow[] = [];

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
