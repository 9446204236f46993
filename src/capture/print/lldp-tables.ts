// Numbers and names of LLDP: IEEE 802.1AB, 802.1Q annex D, 802.3 clause 79, ANSI/TIA-1057 (LLDP-MED), RFC 3636 (MAU types).

type Names = ReadonlyMap<number, string>;
type Bits = readonly (readonly [number, string])[];

export const TLV_NAMES: Names = new Map([
  [0, 'End'],
  [1, 'Chassis ID'],
  [2, 'Port ID'],
  [3, 'Time to Live'],
  [4, 'Port Description'],
  [5, 'System Name'],
  [6, 'System Description'],
  [7, 'System Capabilities'],
  [8, 'Management Address'],
  [127, 'Organization specific'],
]);

export const CHASSIS_ID_NAMES: Names = new Map([
  [1, 'Chassis component'],
  [2, 'Interface alias'],
  [3, 'Port component'],
  [4, 'MAC address'],
  [5, 'Network address'],
  [6, 'Interface name'],
  [7, 'Local'],
]);

export const PORT_ID_NAMES: Names = new Map([
  [1, 'Interface alias'],
  [2, 'Port component'],
  [3, 'MAC address'],
  [4, 'Network Address'],
  [5, 'Interface Name'],
  [6, 'Agent circuit ID'],
  [7, 'Local'],
]);

export const CAPABILITIES: Bits = [
  [0x01, 'Other'],
  [0x02, 'Repeater'],
  [0x04, 'Bridge'],
  [0x08, 'WLAN AP'],
  [0x10, 'Router'],
  [0x20, 'Telephone'],
  [0x40, 'Docsis'],
  [0x80, 'Station Only'],
];

export const INTERFACE_NUMBERING_NAMES: Names = new Map([
  [2, 'Interface Index'],
  [3, 'System Port Number'],
]);

/** IANA, "Address Family Numbers", as far as `tcpdump` names them. */
export const ADDRESS_FAMILY_NAMES: Names = new Map([
  [0, 'Reserved'],
  [1, 'IPv4'],
  [2, 'IPv6'],
  [3, 'NSAP'],
  [4, 'HDLC'],
  [5, 'BBN 1822'],
  [6, '802'],
  [7, 'E.163'],
  [8, 'E.164'],
  [9, 'F.69'],
  [10, 'X.121'],
  [11, 'Novell IPX'],
  [12, 'Appletalk'],
  [13, 'Decnet IV'],
  [14, 'Banyan Vines'],
  [15, 'E.164 with NSAP subaddress'],
  [25, 'VPLS'],
  [196, 'Layer-2 VPN'],
]);

export const BRIDGING_NAMES: Names = new Map([
  [1, 'Port VLAN Id'],
  [2, 'Port and Protocol VLAN ID'],
  [3, 'VLAN name'],
  [4, 'Protocol Identity'],
  [7, 'Link aggregation'],
  [8, 'Congestion Notification'],
  [9, 'ETS Configuration'],
  [10, 'ETS Recommendation'],
  [11, 'Priority Flow Control Configuration'],
  [12, 'Application Priority'],
  [13, 'EVB'],
  [14, 'CDCP'],
]);

export const PROTOCOL_VLAN_BITS: Bits = [
  [0x02, 'supported'],
  [0x04, 'enabled'],
];

export const AGGREGATION_BITS: Bits = [
  [0x01, 'supported'],
  [0x02, 'enabled'],
];

export const EDGE_BRIDGING_MODES = [
  'Not Supported',
  'EVB Bridge',
  'EVB Station',
  'Reserved for future Standardization',
] as const;

export const ETHERNET_NAMES: Names = new Map([
  [1, 'MAC/PHY configuration/status'],
  [2, 'Power via MDI'],
  [3, 'Link aggregation'],
  [4, 'Max frame size'],
]);

export const AUTONEGOTIATION_BITS: Bits = [
  [0x01, 'supported'],
  [0x02, 'enabled'],
];

export const ADVERTISED_BITS: Bits = [
  [0x4000, '10BASE-T hdx'],
  [0x2000, '10BASE-T fdx'],
  [0x1000, '100BASE-T4'],
  [0x0800, '100BASE-TX hdx'],
  [0x0400, '100BASE-TX fdx'],
  [0x0200, '100BASE-T2 hdx'],
  [0x0100, '100BASE-T2 fdx'],
  [0x0080, 'Pause for fdx links'],
  [0x0040, 'Asym PAUSE for fdx'],
  [0x0020, 'Sym PAUSE for fdx'],
  [0x0010, 'Asym and Sym PAUSE for fdx'],
  [0x0008, '1000BASE-{X LX SX CX} hdx'],
  [0x0004, '1000BASE-{X LX SX CX} fdx'],
  [0x0002, '1000BASE-T hdx'],
  [0x0001, '1000BASE-T fdx'],
];

export const MAU_TYPES = [
  'Unknown',
  'AUI',
  '10BASE_5',
  'FOIRL',
  '10BASE2',
  '10BASET duplex mode unknown',
  '10BASEFP',
  '10BASEFB',
  '10BASEFL duplex mode unknown',
  '10BROAD36',
  '10BASET hdx',
  '10BASET fdx',
  '10BASEFL hdx',
  '10BASEFL fdx',
  '100BASET4',
  '100BASETX hdx',
  '100BASETX fdx',
  '100BASEFX hdx',
  '100BASEFX fdx',
  '100BASET2 hdx',
  '100BASET2 fdx',
  '1000BASEX hdx',
  '1000BASEX fdx',
  '1000BASELX hdx',
  '1000BASELX fdx',
  '1000BASESX hdx',
  '1000BASESX fdx',
  '1000BASECX hdx',
  '1000BASECX fdx',
  '1000BASET hdx',
  '1000BASET fdx',
  '10GBASEX',
  '10GBASELX4',
  '10GBASER',
  '10GBASEER',
  '10GBASELR',
  '10GBASESR',
  '10GBASEW',
  '10GBASEEW',
  '10GBASELW',
  '10GBASESW',
] as const;

export const POWER_BITS: Bits = [
  [0x01, 'PSE'],
  [0x02, 'supported'],
  [0x04, 'enabled'],
  [0x08, 'can be controlled'],
];
export const POWER_PAIRS: Names = new Map([
  [1, 'signal'],
  [2, 'spare'],
]);
export const POWER_CLASSES: Names = new Map([
  [1, 'class0'],
  [2, 'class1'],
  [3, 'class2'],
  [4, 'class3'],
  [5, 'class4'],
]);

export const MEDIA_NAMES: Names = new Map([
  [1, 'LLDP-MED Capabilities'],
  [2, 'Network policy'],
  [3, 'Location identification'],
  [4, 'Extended power-via-MDI'],
  [5, 'Inventory - hardware revision'],
  [6, 'Inventory - firmware revision'],
  [7, 'Inventory - software revision'],
  [8, 'Inventory - serial number'],
  [9, 'Inventory - manufacturer name'],
  [10, 'Inventory - model name'],
  [11, 'Inventory - asset ID'],
]);
export const INVENTORY_NAMES: Names = new Map([
  [5, 'Hardware revision'],
  [6, 'Firmware revision'],
  [7, 'Software revision'],
  [8, 'Serial number'],
  [9, 'Manufacturer name'],
  [10, 'Model name'],
  [11, 'Asset ID'],
]);
export const MEDIA_CAPABILITIES: Bits = [
  [0x01, 'LLDP-MED capabilities'],
  [0x02, 'network policy'],
  [0x04, 'location identification'],
  [0x08, 'extended power via MDI-PSE'],
  [0x10, 'extended power via MDI-PD'],
  [0x20, 'Inventory'],
];
export const DEVICE_TYPES: Names = new Map([
  [1, 'endpoint class 1'],
  [2, 'endpoint class 2'],
  [3, 'endpoint class 3'],
  [4, 'network connectivity'],
]);
export const APPLICATION_TYPES: Names = new Map([
  [1, 'voice'],
  [2, 'voice signaling'],
  [3, 'guest voice'],
  [4, 'guest voice signaling'],
  [5, 'softphone voice'],
  [6, 'video conferencing'],
  [7, 'streaming video'],
  [8, 'video signaling'],
]);
export const POLICY_BITS: Bits = [
  [0x80, 'Unknown'],
  [0x40, 'Tagged'],
  [0x20, 'reserved'],
];
export const LOCATION_FORMATS: Names = new Map([
  [1, 'coordinate-based LCI'],
  [2, 'civic address LCI'],
  [3, 'ECS ELIN'],
]);
export const ALTITUDE_TYPES: Names = new Map([
  [1, 'meters'],
  [2, 'floors'],
]);
export const DATUMS: Names = new Map([
  [1, 'World Geodesic System 1984'],
  [2, 'North American Datum 1983 (NAVD88)'],
  [3, 'North American Datum 1983 (MLLW)'],
]);
export const CIVIC_WHAT: Names = new Map([
  [0, 'location of DHCP server'],
  [1, 'location of the network element believed to be closest to the client'],
  [2, 'location of the client'],
]);
export const CIVIC_TYPES: Names = new Map([
  [1, 'national subdivisions (state,canton,region,province,prefecture)'],
  [2, 'county, parish, gun, district'],
  [3, 'city, township, shi'],
  [4, 'city division, borough, city district, ward chou'],
  [5, 'neighborhood, block'],
  [6, 'street'],
]);
export const POWER_SOURCES: Names = new Map([
  [1, 'PSE - primary power source'],
  [2, 'local - backup power source'],
  [3, 'PSE+local - reserved'],
]);
export const POWER_PRIORITIES: Names = new Map([
  [1, 'critical'],
  [2, 'high'],
  [3, 'low'],
]);

export const DCBX_NAMES: Names = new Map([
  [1, 'DCB Capability Exchange Protocol Rev 1'],
  [2, 'DCB Capability Exchange Protocol Rev 1.01'],
]);
