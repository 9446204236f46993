// OSI protocols by their NLPID, and IS-IS PDUs by their type (ISO/IEC TR 9577; ISO/IEC 10589, 9.5 to 9.13).

import type { ProtocolName } from '../ast.js';
import type { Condition } from '../condition.js';
import { all, any } from './build.js';
import { requireAtMost } from './errors.js';
import { frameRelay, linkProtocol } from './link-layer.js';
import { equals, field } from './load.js';
import { NLPID, nlpidWords, SAP } from './protocols.js';
import type { State } from './state.js';

const PDU_TYPE_MASK = 0x1f;
/** From the NLPID; Cisco HDLC puts a byte before that. */
const PDU_TYPE_OFFSET = 4;

const PDU = {
  l1Hello: { type: 15, words: 'level 1 LAN hello' },
  l2Hello: { type: 16, words: 'level 2 LAN hello' },
  pointToPointHello: { type: 17, words: 'point-to-point hello' },
  l1Lsp: { type: 18, words: 'level 1 LSP' },
  l2Lsp: { type: 20, words: 'level 2 LSP' },
  l1Csnp: { type: 24, words: 'level 1 CSNP' },
  l2Csnp: { type: 25, words: 'level 2 CSNP' },
  l1Psnp: { type: 26, words: 'level 1 PSNP' },
  l2Psnp: { type: 27, words: 'level 2 PSNP' },
} as const;

type Pdu = keyof typeof PDU;

const PDU_WORDS: ReadonlyMap<number, string> = new Map(Object.values(PDU).map(({ type, words }) => [type, words]));

/** The PDUs that each word stands for, in the order of their tests. */
export const ISIS_PDUS: Partial<Record<ProtocolName, readonly Pdu[]>> = {
  l1: ['l1Psnp', 'l1Csnp', 'l1Lsp', 'l1Hello', 'pointToPointHello'],
  l2: ['l2Psnp', 'l2Csnp', 'l2Lsp', 'l2Hello', 'pointToPointHello'],
  iih: ['pointToPointHello', 'l1Hello', 'l2Hello'],
  lsp: ['l1Lsp', 'l2Lsp'],
  snp: ['l2Psnp', 'l1Psnp', 'l1Csnp', 'l2Csnp'],
  csnp: ['l1Csnp', 'l2Csnp'],
  psnp: ['l1Psnp', 'l2Psnp'],
};

/** `iso proto \isis`. */
export function isoProtocol(state: State, identifier: number): Condition {
  requireAtMost('ISO protocol', identifier, 0xff, state.span);
  const words = `OSI network-layer protocol is ${nlpidWords(identifier)}`;
  switch (state.layout.demultiplexing) {
    case 'frame-relay':
      return frameRelay(state, identifier);
    case 'hdlc':
      // Cisco stuffs a byte between 0xfefe and the NLPID.
      return all([
        linkProtocol(state, (SAP.OSI << 8) | SAP.OSI),
        equals(state, field('network header, no SNAP', 1, 1), identifier, words),
      ]);
    default:
      return all([
        linkProtocol(state, SAP.OSI),
        equals(state, field('network header, no SNAP', 0, 1), identifier, words),
      ]);
  }
}

/** `isis proto 18`. */
export function isisPdu(state: State, type: number): Condition {
  requireAtMost('IS-IS PDU type', type, PDU_TYPE_MASK, state.span);
  const offset = PDU_TYPE_OFFSET + (state.layout.demultiplexing === 'hdlc' ? 1 : 0);
  const words = PDU_WORDS.get(type);
  return all([
    isoProtocol(state, NLPID.ISIS),
    equals(
      state,
      field('network header, no SNAP', offset, 1, PDU_TYPE_MASK),
      type,
      `IS-IS PDU type is ${words ? `${words} (${type})` : type}`,
    ),
  ]);
}

/** `l1`, `iih`, `csnp` and the others. */
export function isisPdus(state: State, pdus: readonly Pdu[]): Condition {
  return any(pdus.map(pdu => isisPdu(state, PDU[pdu].type)));
}
