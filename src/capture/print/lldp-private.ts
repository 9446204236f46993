// Organization-specific TLVs of LLDP: IEEE 802.1, IEEE 802.3, LLDP-MED of the TIA, DCBX, and the IANA's MUD URL (RFC 8520).
//
// Each printer gets the whole TLV value, beginning with the three bytes of the organization, and says whether a hex dump of the value is
// to follow: the kind of value it has no words for.

import type { PrintContext } from './context.js';
import { bitNames, HEX2, hex } from './format.js';
import * as tables from './lldp-tables.js';
import { printAllBytes, printPadded } from './text.js';

type ValuePrinter = (ctx: PrintContext, offset: number, length: number) => boolean;
/** Prints the value of one subtype, of at least `minimum` bytes; shorter ones print nothing. */
type SubtypeRow = readonly [minimum: number, print: (ctx: PrintContext, offset: number, length: number) => void];

const OUI_SIZE = 3;
const SUBTYPE = 3;
/** First byte after organization and subtype. */
const BODY = 4;
const PRIORITIES_NARROW = '\n\t     Priority : 0  1  2  3  4  5  6  7';

/** "[name] Subtype (n)", and the row of the subtype's table. */
function withSubtypes(
  names: ReadonlyMap<number, string>,
  rows: ReadonlyMap<number, SubtypeRow>,
  shortest = BODY,
): ValuePrinter {
  return (ctx, offset, length) => {
    if (length < shortest) return false;
    const subtype = ctx.u8(offset + SUBTYPE);
    ctx.print(`\n\t  ${names.get(subtype) ?? 'unknown'} Subtype (${subtype})`);
    const row = rows.get(subtype);
    if (row === undefined) return true;
    if (length >= row[0]) row[1](ctx, offset, length);
    return false;
  };
}

/** Eight numbers in columns. */
function columns(values: readonly number[]): string {
  return values.map(value => String(value).padEnd(3)).join(' ');
}

/** The bits of a byte, lowest first. */
function bitColumns(byte: number): string {
  let text = '';
  for (let bit = 0; bit < 8; bit++) text += `${(byte >> bit) & 1}  `;
  return text;
}

function aggregation(ctx: PrintContext, offset: number): void {
  const status = bitNames(tables.AGGREGATION_BITS, ctx.u8(offset + BODY), ', ', 'none');
  ctx.print(`\n\t    aggregation status [${status}], aggregation port ID ${ctx.u32(offset + BODY + 1)}`);
}

// IEEE 802.1

/** Which traffic class each priority has, the bandwidth and the algorithm of each class. */
function transmissionTables(ctx: PrintContext, offset: number): void {
  const bytes = (at: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => ctx.u8(offset + at + i));
  const nibbles = bytes(0, 4).flatMap(byte => [byte >> 4, byte & 15]);
  const numbers = '0   1   2   3   4   5   6   7';
  ctx.print(`\n\t    Priority Assignment Table\n\t     Priority : ${numbers}\n\t     Value    : ${columns(nibbles)}`);
  ctx.print(`\n\t    TC Bandwidth Table\n\t     TC%   : ${numbers}\n\t     Value : ${columns(bytes(4, 8))}`);
  ctx.print(
    `\n\t    TSA Assignment Table\n\t     Traffic Class: ${numbers}\n\t     Value        : ${columns(bytes(12, 8))}`,
  );
}

const BRIDGING: ReadonlyMap<number, SubtypeRow> = new Map<number, SubtypeRow>([
  [1, [6, (ctx, offset) => ctx.print(`\n\t    port vlan id (PVID): ${ctx.u16(offset + BODY)}`)]],
  [
    2,
    [
      7,
      (ctx, offset) => {
        const flags = ctx.u8(offset + BODY);
        ctx.print(
          `\n\t    port and protocol vlan id (PPVID): ${ctx.u16(offset + BODY + 1)}, ` +
            `flags [${bitNames(tables.PROTOCOL_VLAN_BITS, flags, ', ', 'none')}] (0x${HEX2[flags]})`,
        );
      },
    ],
  ],
  [
    3,
    [
      6,
      (ctx, offset, length) => {
        ctx.print(`\n\t    vlan id (VID): ${ctx.u16(offset + BODY)}`);
        if (length < 7) return;
        const size = ctx.u8(offset + 6);
        if (length < 7 + size) return;
        ctx.print('\n\t    vlan name: ');
        printPadded(ctx, offset + 7, size);
      },
    ],
  ],
  [
    4,
    [
      5,
      (ctx, offset, length) => {
        const size = ctx.u8(offset + BODY);
        if (length < 5 + size) return;
        ctx.print('\n\t    protocol identity: ');
        printPadded(ctx, offset + 5, size);
      },
    ],
  ],
  [7, [9, aggregation]],
  [
    8,
    [
      6,
      (ctx, offset) => {
        const value = '\n\t     Value    : ';
        ctx.print(
          `\n\t    Pre-Priority CNPV Indicator${PRIORITIES_NARROW}${value}${bitColumns(ctx.u8(offset + BODY))}`,
        );
        ctx.print(`\n\t    Pre-Priority Ready Indicator${PRIORITIES_NARROW}${value}${bitColumns(ctx.u8(offset + 5))}`);
      },
    ],
  ],
  [
    9,
    [
      25,
      (ctx, offset) => {
        const flags = ctx.u8(offset + BODY);
        // The second bit is printed where it stands, as 0 or 2.
        ctx.print(
          `\n\t    Willing:${flags >> 7}, CBS:${(flags >> 6) & 2}, RES:${(flags >> 3) & 7}, Max TCs:${flags & 7}`,
        );
        transmissionTables(ctx, offset + 5);
      },
    ],
  ],
  [
    10,
    [
      25,
      (ctx, offset) => {
        ctx.print(`\n\t    RES: ${ctx.u8(offset + BODY)}`);
        transmissionTables(ctx, offset + 5);
      },
    ],
  ],
  [
    11,
    [
      6,
      (ctx, offset) => {
        const flags = ctx.u8(offset + BODY);
        ctx.print(
          `\n\t    Willing: ${flags >> 7}, MBC: ${(flags >> 6) & 1}, RES: ${(flags >> 4) & 3}, PFC cap:${flags & 15} `,
        );
        ctx.print(`\n\t    PFC Enable${PRIORITIES_NARROW}\n\t     Value    : ${bitColumns(ctx.u8(offset + 5))}`);
      },
    ],
  ],
  [
    12,
    [
      5,
      (ctx, offset, length) => {
        ctx.print(`\n\t    RES: ${ctx.u8(offset + BODY)}`);
        const size = length - 5;
        if (size === 0 || size % 3 !== 0) return;
        ctx.print('\n\t    Application Priority Table');
        for (let at = offset + 5; at < offset + length; at += 3) {
          const first = ctx.u8(at);
          ctx.print(
            `\n\t      Priority: ${first >> 5}, RES: ${(first >> 3) & 3}, Sel: ${first & 7}, Protocol ID: ${ctx.u16(at + 1)}`,
          );
        }
      },
    ],
  ],
  [13, [9, edgeBridging]],
  [14, [8, channels]],
]);

/** Edge virtual bridging (IEEE 802.1Qbg). */
function edgeBridging(ctx: PrintContext, offset: number): void {
  const bit = (value: number, shift: number): number => (value >> shift) & 1;
  const bridge = ctx.u8(offset + 4);
  ctx.print(
    `\n\t    EVB Bridge Status\n\t      RES: ${bridge >> 3}, BGID: ${bit(bridge, 2)}, RRCAP: ${bit(bridge, 1)}, RRCTR: ${bit(bridge, 0)}`,
  );
  const station = ctx.u8(offset + 5);
  ctx.print(
    `\n\t    EVB Station Status\n\t      RES: ${station >> 4}, SGID: ${bit(station, 3)}, RRREQ: ${bit(station, 2)},RRSTAT: ${station & 3}`,
  );
  const retries = ctx.u8(offset + 6);
  ctx.print(`\n\t    R: ${retries >> 5}, RTE: ${retries & 31}, `);
  const mode = ctx.u8(offset + 7);
  ctx.print(`EVB Mode: ${tables.EDGE_BRIDGING_MODES[mode >> 6]} [${mode >> 6}]`);
  ctx.print(`\n\t    ROL: ${bit(mode, 5)}, RWD: ${mode & 31}, `);
  const keepAlive = ctx.u8(offset + 8);
  ctx.print(`RES: ${keepAlive >> 6}, ROL: ${bit(keepAlive, 5)}, RKA: ${keepAlive & 31}`);
}

/** S-channel discovery and configuration (IEEE 802.1Qbg). */
function channels(ctx: PrintContext, offset: number, length: number): void {
  const flags = ctx.u8(offset + 4);
  ctx.print(`\n\t    Role: ${flags >> 7}, RES: ${(flags >> 4) & 7}, Scomp: ${(flags >> 3) & 1} `);
  ctx.print(`ChnCap: ${ctx.u16(offset + 6) & 0xfff}`);
  if ((length - 8) % 3 !== 0) return;
  for (let at = offset + 8; at < offset + length; at += 3) {
    const pair = ctx.u24(at);
    ctx.print(`\n\t    SCID: ${pair >> 12}, SVID: ${pair & 0xfff}`);
  }
}

// IEEE 802.3

const ETHERNET: ReadonlyMap<number, SubtypeRow> = new Map<number, SubtypeRow>([
  [
    1,
    [
      9,
      (ctx, offset) => {
        const status = ctx.u8(offset + BODY);
        const advertised = ctx.u16(offset + 5);
        const type = ctx.u16(offset + 7);
        ctx.print(
          `\n\t    autonegotiation [${bitNames(tables.AUTONEGOTIATION_BITS, status, ', ', 'none')}] (0x${HEX2[status]})` +
            `\n\t    PMD autoneg capability [${bitNames(tables.ADVERTISED_BITS, advertised, ', ', 'unknown')}] (0x${hex(advertised, 4)})` +
            `\n\t    MAU type ${tables.MAU_TYPES[type] ?? 'unknown'} (0x${hex(type, 4)})`,
        );
      },
    ],
  ],
  [
    2,
    [
      7,
      (ctx, offset) =>
        ctx.print(
          `\n\t    MDI power support [${bitNames(tables.POWER_BITS, ctx.u8(offset + BODY), ', ', 'none')}], ` +
            `power pair ${tables.POWER_PAIRS.get(ctx.u8(offset + 5)) ?? 'unknown'}, ` +
            `power class ${tables.POWER_CLASSES.get(ctx.u8(offset + 6)) ?? 'unknown'}`,
        ),
    ],
  ],
  [3, [9, aggregation]],
  [4, [6, (ctx, offset) => ctx.print(`\n\t    MTU size ${ctx.u16(offset + BODY)}`)]],
]);

// ANSI/TIA-1057

const MEDIA: ReadonlyMap<number, SubtypeRow> = new Map<number, SubtypeRow>([
  [
    1,
    [
      7,
      (ctx, offset) => {
        const capabilities = ctx.u16(offset + BODY);
        const type = ctx.u8(offset + 6);
        ctx.print(
          `\n\t    Media capabilities [${bitNames(tables.MEDIA_CAPABILITIES, capabilities, ', ', 'none')}] (0x${hex(capabilities, 4)})` +
            `\n\t    Device type [${tables.DEVICE_TYPES.get(type) ?? 'unknown'}] (0x${HEX2[type]})`,
        );
      },
    ],
  ],
  [
    2,
    [
      8,
      (ctx, offset) => {
        const type = ctx.u8(offset + BODY);
        const flags = bitNames(tables.POLICY_BITS, ctx.u8(offset + 5), ', ', 'none');
        const low = ctx.u16(offset + 6);
        ctx.print(
          `\n\t    Application type [${tables.APPLICATION_TYPES.get(type) ?? 'none'}] (0x${HEX2[type]}), Flags [${flags}]` +
            `\n\t    Vlan id ${(ctx.u16(offset + 5) & 0x1ffe) >> 1}, L2 priority ${(low & 0x1ff) >> 6}, DSCP value ${low & 0x3f}`,
        );
      },
    ],
  ],
  [3, [5, location]],
  [4, [7, extendedPower]],
  ...[...tables.INVENTORY_NAMES].map(([subtype, name]): readonly [number, SubtypeRow] => [
    subtype,
    [
      BODY,
      (ctx, offset, length) => {
        ctx.print(`\n\t  ${name} `);
        printPadded(ctx, offset + BODY, length - BODY);
      },
    ],
  ]),
]);

function extendedPower(ctx: PrintContext, offset: number): void {
  const flags = ctx.u8(offset + BODY);
  // tcpdump looks at the lowest two bits, of the priority, for the type.
  ctx.print(`\n\t    Power type [${(flags & 3) !== 0 ? 'PD device' : 'PSE device'}]`);
  ctx.print(`, Power source [${tables.POWER_SOURCES.get((flags >> 4) & 3) ?? 'none'}]`);
  const priority = flags & 15;
  ctx.print(`\n\t    Power priority [${tables.POWER_PRIORITIES.get(priority) ?? 'none'}] (0x${HEX2[priority]})`);
  const tenths = ctx.u16(offset + 5);
  ctx.print(tenths < 1024 ? `, Power ${(tenths / 10).toFixed(1)} Watts` : `, Power ${tenths} (Reserved)`);
}

function location(ctx: PrintContext, offset: number, length: number): void {
  const format = ctx.u8(offset + BODY);
  ctx.print(`\n\t    Location data format ${tables.LOCATION_FORMATS.get(format) ?? 'unknown'} (0x${HEX2[format]})`);
  if (format === 1) {
    if (length >= 21) coordinates(ctx, offset);
  } else if (format === 2) civicAddress(ctx, offset, length);
  else if (format === 3) {
    ctx.print('\n\t    ECS ELIN id ');
    printPadded(ctx, offset + 5, length - 5);
  } else {
    ctx.print('\n\t    Location ID ');
    ctx.hexField(offset + 5, length - 5, '\n\t      ');
  }
}

/** RFC 3825: 6 bits of resolution and 34 of the angle, twice, and the altitude. */
function coordinates(ctx: PrintContext, offset: number): void {
  const angle = (at: number): number => (ctx.u8(at) & 3) * 0x100000000 + ctx.u32(at + 1);
  const resolution = (at: number): number => ctx.u8(at) >> 2;
  ctx.print(
    `\n\t    Latitude resolution ${resolution(offset + 5)}, latitude value ${angle(offset + 5)}` +
      `\n\t    Longitude resolution ${resolution(offset + 10)}, longitude value ${angle(offset + 10)}`,
  );
  const altitude = ctx.u8(offset + 15) >> 4;
  ctx.print(
    `\n\t    Altitude type ${tables.ALTITUDE_TYPES.get(altitude) ?? 'unknown'} (${altitude})` +
      `\n\t    Altitude resolution ${(ctx.u16(offset + 15) >> 6) & 0x3f}, ` +
      `altitude value 0x${hex(ctx.u32(offset + 16) & 0x3fffffff)}`,
  );
  const datum = ctx.u8(offset + 20);
  ctx.print(`\n\t    Datum ${tables.DATUMS.get(datum) ?? 'unknown'} (0x${HEX2[datum]})`);
}

/** RFC 4776. */
function civicAddress(ctx: PrintContext, offset: number, length: number): void {
  if (length < 6) return;
  const size = ctx.u8(offset + 5);
  if (size < 3 || length < 7 + size) return;
  const what = ctx.u8(offset + 6);
  const whatName = tables.CIVIC_WHAT.get(what) ?? 'unknown';
  ctx.print(`\n\t    LCI length ${size}, LCI what ${whatName} (0x${HEX2[what]}), Country-code `);
  printPadded(ctx, offset + 7, 2);
  let at = offset + 9;
  for (let rest = size - 3; rest >= 2; ) {
    const type = ctx.u8(at);
    const elementSize = ctx.u8(at + 1);
    at += 2;
    rest -= 2;
    ctx.print(`\n\t      CA type '${tables.CIVIC_TYPES.get(type) ?? 'unknown'}' (${type}), length ${elementSize}: `);
    if (type === 0 || elementSize === 0 || rest < elementSize) return;
    printPadded(ctx, at, elementSize);
    at += elementSize;
    rest -= elementSize;
  }
}

// IANA

const IANA: ReadonlyMap<number, SubtypeRow> = new Map<number, SubtypeRow>([
  [
    1,
    [
      BODY,
      (ctx, offset, length) => {
        ctx.print('\n\t  MUD-URL=');
        printAllBytes(ctx, offset + BODY, length - BODY);
      },
    ],
  ],
]);

// DCBX (IEEE 802.1Qaz's predecessor)

/** Least size of each feature's value. */
const DCBX_CONTROL = 1;
const DCBX_PRIORITY_GROUPS = 2;
const DCBX_FLOW_CONTROL = 3;
const DCBX_APPLICATION = 4;
const DCBX_FEATURES: ReadonlyMap<number, readonly [minimum: number, name: string]> = new Map<
  number,
  readonly [number, string]
>([
  [DCBX_CONTROL, [10, 'Control - Protocol Control']],
  [DCBX_PRIORITY_GROUPS, [17, 'Feature - Priority Group']],
  [DCBX_FLOW_CONTROL, [6, 'Feature - Priority Flow Control']],
  [DCBX_APPLICATION, [4, 'Feature - Application']],
]);

function printDcbx(ctx: PrintContext, offset: number, length: number): boolean {
  if (length < BODY) return false;
  const subtype = ctx.u8(offset + SUBTYPE);
  ctx.print(`\n\t  ${tables.DCBX_NAMES.get(subtype) ?? 'unknown'} Subtype (${subtype})`);
  if (subtype === 1) return true;
  let unknown = false;
  let at = offset + BODY;
  const end = offset + length;
  while (end - at >= 2) {
    if (!ctx.has(at, 2)) return unknown;
    const type = ctx.u16(at) >> 9;
    const size = ctx.u16(at) & 0x1ff;
    unknown = false;
    at += 2;
    if (type === 0 || size === 0) return unknown;
    if (!ctx.has(at, size) || end - at < size) return unknown;
    const feature = DCBX_FEATURES.get(type);
    if (feature === undefined) unknown = true;
    else {
      if (size < feature[0]) return unknown;
      ctx.print(`\n\t    ${feature[1]} (type 0x${hex(type)}, length ${size})`);
      printDcbxFeature(ctx, type, at, size);
    }
    if (ctx.flags.verbosity > 1 || unknown) ctx.hexField(at, size, '\n\t    ');
    at += size;
  }
  return unknown;
}

function printDcbxFeature(ctx: PrintContext, type: number, offset: number, size: number): void {
  const line = (text: string): void => ctx.print(`\n\t      ${text}`);
  line(`Oper_Version: ${ctx.u8(offset)}`);
  line(`Max_Version: ${ctx.u8(offset + 1)}`);
  if (type === DCBX_CONTROL) {
    line(`Sequence Number: ${ctx.u32(offset + 2)}`);
    line(`Acknowledgement Number: ${ctx.u32(offset + 6)}`);
    return;
  }
  const block = ctx.u8(offset + 2);
  const bit = (shift: number): number => (block >> shift) & 1;
  line(
    `Info block(0x${HEX2[block]!.toUpperCase()}): Enable bit: ${bit(7)}, Willing bit: ${bit(6)}, Error Bit: ${bit(5)}`,
  );
  line(`SubType: ${ctx.u8(offset + 3)}`);
  if (type === DCBX_PRIORITY_GROUPS) {
    line('Priority Allocation');
    const groups = ctx.u32(offset + 4);
    for (let i = 0; i < 8; i++) line(`    PgId_${i}: ${(groups >>> (28 - 4 * i)) & 15}`);
    line('Priority Group Allocation');
    for (let i = 0; i < 8; i++) line(`    Pg percentage[${i}]: ${ctx.u8(offset + 8 + i)}`);
    line(`NumTCsSupported: ${ctx.u8(offset + 16)}`);
  } else if (type === DCBX_FLOW_CONTROL) {
    const enabled = ctx.u8(offset + 4);
    line(`PFC Config (0x${HEX2[enabled]!.toUpperCase()})`);
    for (let i = 0; i < 8; i++) line(`    Priority Bit ${i}: ${((enabled >> i) & 1) !== 0 ? 'Enabled' : 'Disabled'}`);
    line(`NumTCPFCSupported: ${ctx.u8(offset + 5)}`);
  } else {
    for (let at = offset + 4; offset + size - at >= 6; at += 6) {
      line('Application Value');
      line(`    Application Protocol ID: 0x${hex(ctx.u16(at), 4)}`);
      const selector = ctx.u24(at + 2);
      line(
        `    SF (0x${hex(selector >> 22)}) Application Protocol ID is ${selector >> 22 !== 0 ? 'Socket Number' : 'L2 EtherType'}`,
      );
      line(`    OUI: 0x${hex(selector & 0x3fffff, 6)}`);
      line(`    User Priority Map: 0x${HEX2[ctx.u8(at + 5)]}`);
    }
  }
}

/** By organization. */
const ORGANIZATIONS: ReadonlyMap<number, ValuePrinter> = new Map([
  [0x0080c2, withSubtypes(tables.BRIDGING_NAMES, BRIDGING)],
  [0x00120f, withSubtypes(tables.ETHERNET_NAMES, ETHERNET)],
  [0x00005e, withSubtypes(new Map([[1, 'MUD-URL']]), IANA, 8)],
  [0x0012bb, withSubtypes(tables.MEDIA_NAMES, MEDIA)],
  [0x001b21, printDcbx],
]);

/** Prints an organization-specific value of at least three bytes. True when it is to be dumped in hex. */
export function printPrivateValue(ctx: PrintContext, offset: number, length: number): boolean {
  const print = length < OUI_SIZE ? undefined : ORGANIZATIONS.get(ctx.u24(offset));
  return print?.(ctx, offset, length) ?? true;
}
