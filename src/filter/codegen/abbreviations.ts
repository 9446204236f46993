// A protocol's name alone: `tcp`, `arp`, `isis`, `netbeui`.

import type { ProtocolPrimitive } from '../ast.js';
import type { Condition } from '../condition.js';
import { fail } from './errors.js';
import { ISIS_PDUS, isisPdus, isoProtocol } from './iso.js';
import { linkProtocol } from './link-layer.js';
import { ETHERTYPE_OF, IP_PROTOCOL_OF, NLPID_OF, SAP_OF } from './protocols.js';
import type { State } from './state.js';
import { ipProtocol } from './transport.js';

export function protocolName(state: State, { protocol }: ProtocolPrimitive): Condition {
  const ip = IP_PROTOCOL_OF[protocol];
  if (ip) return ipProtocol(state, ip.number, ip.over);
  const link = ETHERTYPE_OF[protocol] ?? SAP_OF[protocol];
  if (link !== undefined) return linkProtocol(state, link);
  const identifier = NLPID_OF[protocol];
  if (identifier !== undefined) return isoProtocol(state, identifier);
  const pdus = ISIS_PDUS[protocol];
  if (pdus) return isisPdus(state, pdus);
  return fail('SKEP1109', `'${protocol}' alone does not say what to look for`, state.span, {
    notes: [protocol === 'radio' ? "write 'radio[n]'" : "write 'link host ...', 'link proto ...' or 'link[n]'"],
  });
}
