import { describe, expect, it } from 'vitest';
import {
  dltToLinktype,
  LINK_TYPES,
  linkTypeByDlt,
  linkTypeByName,
  linktypeToDlt,
} from '../../src/filter/link-types.js';

describe('the table of link types', () => {
  it('has every number and every name once, in order', () => {
    const numbers = LINK_TYPES.map(({ dlt }) => dlt);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(new Set(LINK_TYPES.map(({ name }) => name)).size).toBe(numbers.length);
    expect(new Set(LINK_TYPES.map(({ linktype }) => linktype)).size).toBe(numbers.length);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  it('describes each in a few words', () => {
    for (const { name, description } of LINK_TYPES) {
      expect(description, name).toMatch(/^\S.{2,70}\S$/);
    }
  });

  it.each([
    ['EN10MB', 1, 1],
    ['en10mb', 1, 1],
    ['DLT_RAW', 12, 101],
    ['LINKTYPE_ATM_RFC1483', 11, 100],
    ['SLIP_BSDOS', 15, 102],
    ['PPP_BSDOS', 16, 103],
    ['ATM_CLIP', 19, 106],
    ['C_HDLC', 104, 104],
    ['IEEE802_11_RADIO', 127, 127],
    ['LINUX_SLL2', 276, 276],
    ['DECT_NR_TAP', 304, 304],
  ])('%s is DLT %i and LINKTYPE %i', (name, dlt, linktype) => {
    expect(linkTypeByName(name)).toMatchObject({ dlt, linktype });
    expect(dltToLinktype(dlt)).toBe(linktype);
    expect(linktypeToDlt(linktype)).toBe(dlt);
  });

  it('goes there and back for every row', () => {
    for (const { dlt, linktype, name } of LINK_TYPES) {
      expect(linktypeToDlt(dltToLinktype(dlt))).toBe(dlt);
      expect(linkTypeByDlt(dlt)?.name).toBe(name);
      expect(linktype).toBe(dltToLinktype(dlt));
    }
  });

  it('keeps numbers that it does not know, and has no name for them', () => {
    expect(linktypeToDlt(999)).toBe(999);
    expect(dltToLinktype(999)).toBe(999);
    expect(linkTypeByDlt(999)).toBeUndefined();
    expect(linkTypeByName('NOPE')).toBeUndefined();
  });

  it('has a layout for the 68 types that more than raw bytes can be filtered on', () => {
    expect(LINK_TYPES.filter(({ layout }) => layout).length).toBe(68);
  });

  it('puts addresses and type fields before the payload', () => {
    for (const { name, layout } of LINK_TYPES) {
      if (!layout || layout.variablePayload || layout.payload === undefined) continue;
      if (layout.mac && layout.mac !== 'wlan') {
        expect(layout.mac.source + 6, name).toBeLessThanOrEqual(layout.payload);
        expect(layout.mac.destination + 6, name).toBeLessThanOrEqual(layout.payload);
      }
      if (layout.direction && layout.demultiplexing !== 'juniper') {
        expect(layout.direction.offset + layout.direction.size, name).toBeLessThanOrEqual(layout.payload);
      }
    }
  });
});
