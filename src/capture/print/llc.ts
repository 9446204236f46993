// IEEE 802.2 logical link control and SNAP.

import type { PrintContext } from './context.js';
import { ETHER_TYPE_NAMES } from './ether-types.js';
import { printEthernet } from './ethernet.js';
import { hex } from './format.js';
import { printIpx } from './ipx.js';
import { ouiName } from './oui.js';

/** Service access points (IEEE 802.2 registry). */
const SAP_NAMES: ReadonlyMap<number, string> = new Map([
  [0x00, 'Null'],
  [0xff, 'Global'],
  [0x02, '802.1B I'],
  [0x03, '802.1B G'],
  [0x06, 'IP'],
  [0x04, 'SNA'],
  [0x0e, 'ProWay NM'],
  [0x42, 'STP'],
  [0x4e, 'RS511'],
  [0x7e, 'ISO8208'],
  [0x8e, 'ProWay'],
  [0xaa, 'SNAP'],
  [0xe0, 'IPX'],
  [0xf0, 'NetBeui'],
  [0xfe, 'OSI'],
]);
const SAP_GLOBAL = 0xff;
const SAP_SNAP = 0xaa;

const UNNUMBERED_COMMANDS: ReadonlyMap<number, string> = new Map([
  [0x03, 'ui'],
  [0xe3, 'test'],
  [0xaf, 'xid'],
  [0x63, 'ua'],
  [0x43, 'disc'],
  [0x0f, 'dm'],
  [0x6f, 'sabme'],
  [0x87, 'frmr'],
]);
const UI = 0x03;
const XID = 0xaf;
const XID_FORMAT = 0x81;
const SUPERVISORY = ['Receiver Ready', 'Receiver not Ready', 'Reject', '?'] as const;

const OUI_ETHERNET = 0x000000;
const OUI_CISCO = 0x00000c;
const OUI_CISCO_BRIDGED = 0x0000f8;
const OUI_RFC2684 = 0x0080c2;
const OUI_APPLETALK = 0x080007;

const CISCO_PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [0x2000, 'CDP'],
  [0x2003, 'VTP'],
  [0x2004, 'DTP'],
  [0x0111, 'UDLD'],
  [0x010b, 'PVST'],
  [0x010c, 'VLAN Bridge'],
]);
/** RFC 2684: bridged frames. */
const BRIDGED_PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [0x0001, 'Ethernet + FCS'],
  [0x0007, 'Ethernet w/o FCS'],
  [0x0002, '802.4 + FCS'],
  [0x0008, '802.4 w/o FCS'],
  [0x0003, 'Token Ring + FCS'],
  [0x0009, 'Token Ring w/o FCS'],
  [0x0004, 'FDDI + FCS'],
  [0x000a, 'FDDI w/o FCS'],
  [0x0005, '802.6 + FCS'],
  [0x000b, '802.6 w/o FCS'],
  [0x000e, 'BPDU'],
]);
const SAP_STP = 0x42;
const SNAP_HEADER = 5;
/** Padding before a bridged Ethernet frame after SNAP. */
const BRIDGE_PAD = 2;

/** Whether the frame is a command or a response, and its poll/final bit, in words. `poll` is that bit of the control field. */
function flagText(responseBit: number, poll: boolean): string {
  if (poll) return responseBit !== 0 ? 'Final' : 'Poll';
  return responseBit !== 0 ? 'Response' : 'Command';
}

function truncatedWithDump(ctx: PrintContext, offset: number): void {
  ctx.truncated();
  ctx.dump(offset, ctx.available(offset));
}

/**
 * Prints an LLC header and what follows. `frame` is the offset of the Ethernet header above, or -1: its addresses are shown for
 * frames of unknown kinds. Returns the length of the LLC (and SNAP) header, negated when the payload was not printed.
 */
export function printLlc(ctx: PrintContext, offset: number, length: number, frame: number): number {
  ctx.protocol = 'llc';
  const { linkHeader } = ctx.flags;
  const captured = ctx.available(offset);
  if (captured < 3 || length < 3) {
    truncatedWithDump(ctx, offset);
    return Math.min(captured, length);
  }
  const dsapField = ctx.u8(offset);
  const ssapField = ctx.u8(offset + 1);
  let control = ctx.u8(offset + 2);
  const unnumbered = (control & 3) === 3;
  const header = unnumbered ? 3 : 4;
  if (!unnumbered) {
    if (captured < 4 || length < 4) {
      truncatedWithDump(ctx, offset);
      return Math.min(captured, length);
    }
    control = ctx.u16le(offset + 2);
  }
  if (ctx.wantsLayers) ctx.layer('llc', { destinationSap: dsapField, sourceSap: ssapField, control });

  const dsap = dsapField & 0xfe;
  const ssap = ssapField & 0xfe;
  const at = offset + header;
  const rest = length - header;
  if (ssapField === SAP_GLOBAL && dsapField === SAP_GLOBAL) {
    // "Raw" 802.3: Novell's IPX packet begins here, without LLC.
    if (linkHeader) ctx.print('IPX 802.3: ');
    printIpx(ctx, offset, length);
    return 0;
  }
  if (linkHeader) {
    ctx.print(
      `LLC, dsap ${SAP_NAMES.get(dsap) ?? 'Unknown'} (0x${hex(dsap, 2)}) ${(dsapField & 1) !== 0 ? 'Group' : 'Individual'}, ` +
        `ssap ${SAP_NAMES.get(ssap) ?? 'Unknown'} (0x${hex(ssap, 2)}) ${flagText(ssapField & 1, false)}, ` +
        `ctrl 0x${hex(control, unnumbered ? 2 : 4)}: `,
    );
  }
  if (control === UI && ssap === dsap) {
    if (ssap === SAP_SNAP) {
      const printed = printSnap(ctx, at, rest, frame);
      return printed ? header + SNAP_HEADER : -(header + SNAP_HEADER);
    }
    const decode = ctx.tables.llcSap.get(ssap);
    if (decode !== undefined) {
      decode(ctx, at, rest);
      return header;
    }
  }

  if (!linkHeader) {
    const source = frame < 0 ? '' : `${ctx.ether(frame + 6)}`;
    const destination = frame < 0 ? '' : `${ctx.ether(frame)} `;
    const dsapText = SAP_NAMES.get(dsap) ?? `Unknown DSAP 0x${hex(dsap, 2)}`;
    if (ssap === dsap) ctx.print(frame < 0 ? `${dsapText} ` : `${source} > ${destination}${dsapText} `);
    else {
      const ssapText = SAP_NAMES.get(ssap) ?? `Unknown SSAP 0x${hex(ssap, 2)}`;
      ctx.print(`${frame < 0 ? '' : `${source} `}${ssapText} > ${destination}${dsapText} `);
    }
  }
  if (unnumbered) {
    const command = control & 0xef;
    ctx.print(
      `Unnumbered, ${UNNUMBERED_COMMANDS.get(command) ?? hex(command, 2)}, ` +
        `Flags [${flagText(ssapField & 1, (control & 0x10) !== 0)}], length ${length}`,
    );
    if (command === XID) {
      if (rest === 0) return header;
      if (captured <= header) {
        ctx.truncated();
        return header;
      }
      if (ctx.u8(at) === XID_FORMAT) {
        if (captured < header + 3 || rest < 3) truncatedWithDump(ctx, at);
        else ctx.print(`: ${hex(ctx.u8(at + 1), 2)} ${hex(ctx.u8(at + 2), 2)}`);
        return header;
      }
    }
    return -header;
  }
  const flags = `Flags [${flagText(ssapField & 1, (control & 0x100) !== 0)}], length ${length}`;
  const received = (control >> 9) & 0x7f;
  if ((control & 1) === 1) {
    ctx.print(`Supervisory, ${SUPERVISORY[(control >> 2) & 3]!}, rcv seq ${received}, ${flags}`);
    return header;
  }
  ctx.print(`Information, send seq ${(control >> 1) & 0x7f}, rcv seq ${received}, ${flags}`);
  return -header;
}

function protocolName(oui: number, protocol: number): string {
  const names =
    oui === OUI_CISCO
      ? CISCO_PROTOCOLS
      : oui === OUI_RFC2684
        ? BRIDGED_PROTOCOLS
        : oui === OUI_ETHERNET || oui === OUI_CISCO_BRIDGED || oui === OUI_APPLETALK
          ? ETHER_TYPE_NAMES
          : undefined;
  return names?.get(protocol) ?? 'Unknown';
}

/** Prints a SNAP header and its payload; false when nobody knows the payload. */
function printSnap(ctx: PrintContext, offset: number, length: number, frame: number): boolean {
  ctx.protocol = 'snap';
  if (ctx.available(offset) < SNAP_HEADER || length < SNAP_HEADER) {
    ctx.truncated();
    return true;
  }
  const oui = ctx.u24(offset);
  const protocol = ctx.u16(offset + 3);
  const at = offset + SNAP_HEADER;
  const rest = length - SNAP_HEADER;
  if (ctx.wantsLayers) ctx.layer('snap', { oui, payloadProtocol: protocol });
  const organization = `oui ${ouiName(oui)} (0x${hex(oui, 6)})`;
  const kind = `${protocolName(oui, protocol)} (0x${hex(protocol, 4)})`;
  if (ctx.flags.linkHeader) {
    ctx.print(`${organization}, ${oui === OUI_ETHERNET ? 'ethertype' : 'pid'} ${kind}, length ${rest}: `);
  }
  if (oui === OUI_ETHERNET || oui === OUI_CISCO_BRIDGED) {
    if (ctx.etherType(protocol, at, rest)) return true;
  } else if (oui === OUI_CISCO) {
    const isSpanningTree = protocol === 0x010b || protocol === 0x010c;
    const decode = isSpanningTree ? ctx.tables.llcSap.get(SAP_STP) : undefined;
    if (decode !== undefined) {
      decode(ctx, at, rest);
      return true;
    }
  } else if (oui === OUI_RFC2684) {
    if (protocol === 0x0001 || protocol === 0x0007) {
      if (!ctx.has(at, BRIDGE_PAD)) {
        ctx.truncated();
        return true;
      }
      printEthernet(ctx, at + BRIDGE_PAD, (rest - BRIDGE_PAD) >>> 0);
      return true;
    }
    const decode = protocol === 0x000e ? ctx.tables.llcSap.get(SAP_STP) : undefined;
    if (decode !== undefined) {
      decode(ctx, at, rest);
      return true;
    }
  }
  if (!ctx.flags.linkHeader) {
    if (frame >= 0) ctx.print(`${ctx.ether(frame + 6)} > ${ctx.ether(frame)} `);
    ctx.print(`SNAP, ${oui === OUI_ETHERNET ? 'ethertype' : `${organization}, pid`} ${kind}, length ${rest}: `);
  }
  return false;
}
