// Every link-layer header type libpcap knows: number, name, what it is, and where its fields stand.
//
// A DLT is the number in memory, a LINKTYPE the number in a capture file; they differ only where the BSDs once gave
// one DLT number two meanings. Names and numbers: tcpdump.org/linktypes.html, pcap/dlt.h (Linux's values).
// Layouts: the same page, the header's own standard, and what libpcap's filter compiler takes for granted.

/** How the bytes at `type` say which protocol comes next. Each is one function in codegen/link-layer.ts. */
export type Demultiplexing =
  /** EtherType, or a length (<= 1500) before an IEEE 802.2 header. */
  | 'ethernet'
  /** Always IEEE 802.2, with SNAP for EtherTypes. */
  | 'llc'
  /** IEEE 802.2 in data frames alone. */
  | 'wlan'
  /** IEEE 802.2 where the pseudo-header says LLC. */
  | 'sunatm'
  /** EtherType, or Linux's numbers for 802.3 and 802.2. */
  | 'linux-sll'
  /** A plain 16-bit EtherType. */
  | 'ethertype'
  /** Cisco HDLC: EtherType, or 0xfefe for OSI. */
  | 'hdlc'
  /** A PPP protocol number. */
  | 'ppp'
  /** The same, and Van Jacobson's compressed forms count as IPv4. */
  | 'ppp-bsdos'
  /** A 4-byte address family in the byte order of the machine that captured. */
  | 'family-host-order'
  /** A 4-byte address family, big-endian. */
  | 'family-big-endian'
  /** A 1-byte address family. */
  | 'family-byte'
  /** Nothing: the version nibble of the IP header. */
  | 'ip-version'
  | 'ipv4-only'
  | 'ipv6-only'
  | 'appletalk-only'
  /** ARCnet's system code, RFC 1201. */
  | 'arcnet'
  /** Q.922 with a 2-byte address, then UI and an NLPID. */
  | 'frame-relay'
  /** Juniper's magic number; what follows is not looked at. */
  | 'juniper'
  /** Solaris's address family byte. */
  | 'ipnet'
  /** No type field that a filter can use. */
  | 'none';

/** A variable-length header before an 802.11 frame. */
export type RadioPrefix = 'radiotap' | 'prism' | 'avs' | 'ppi';

/** Byte offsets of a pair of link-layer addresses from the beginning of the link-layer header. */
export interface AddressOffsets {
  readonly source: number;
  readonly destination: number;
}

/** One masked comparison for each direction: `load(offset, size) & mask == value`. */
export interface DirectionField {
  readonly offset: number;
  readonly size: 1 | 2;
  readonly inbound: { readonly value: number; readonly mask?: number; readonly negate?: boolean };
  readonly outbound: { readonly value: number; readonly mask?: number };
}

/** Offsets of SS7 fields from the beginning of the packet. */
export interface SignallingOffsets {
  readonly lengthIndicator: number;
  readonly lengthIndicatorHsl: number;
  readonly sio: number;
  readonly routingLabel: number;
  readonly sls: number;
}

/**
 * Where a filter finds things. All offsets in bytes; absent: the header has no such field, and primitives that need
 * it are refused (or, where libpcap computes with "not set", wrap around to offsets that mean little).
 */
export interface LinkLayout {
  readonly demultiplexing: Demultiplexing;
  /** Fixed bytes before the link-layer header. Default 0. */
  readonly header?: number;
  /** The type field, from the beginning of the packet. */
  readonly type?: number;
  /** What the link layer carries, from the beginning of the packet; of a variable header, its constant part. */
  readonly payload?: number;
  /** The network-layer header, from the payload (with SNAP where the link layer has LLC). */
  readonly network?: number;
  /** The same with 802.2 alone. */
  readonly networkNoSnap?: number;
  readonly prefix?: RadioPrefix;
  /** The payload's offset has a part computed for each packet. */
  readonly variablePayload?: 'wlan' | 'pflog';
  /** 48-bit addresses at fixed places, or 802.11's four. */
  readonly mac?: AddressOffsets | 'wlan';
  /** 8-bit addresses. */
  readonly shortAddress?: AddressOffsets & { readonly broadcast: number; readonly multicast?: number };
  /** What `llc` tests before the control field. */
  readonly llc?: 'length-field' | 'always' | 'wlan' | 'sunatm';
  readonly vlan?: boolean;
  /** Type field's value for MPLS unicast. */
  readonly mpls?: number;
  readonly direction?: DirectionField;
  /** The capturing interface's index. */
  readonly ifindex?: number;
  readonly signalling?: SignallingOffsets;
  /** `radio[...]` reads the prefix. */
  readonly radioHeader?: boolean;
}

export interface LinkType {
  readonly dlt: number;
  /** The number in capture files. */
  readonly linktype: number;
  /** As `tcpdump -y` takes it, without `DLT_`. */
  readonly name: string;
  readonly description: string;
  /** Absent: only `link[n]`, `len`, `less` and `greater` can be filtered on. */
  readonly layout?: LinkLayout;
}

/** EtherType of MPLS unicast, and its number in PPP. */
const MPLS_ETHERTYPE = 0x8847;
const MPLS_PPP = 0x0281;

const FIXED = { network: 0, networkNoSnap: 0 } as const;
const LLC_SNAP = { network: 8, networkNoSnap: 3 } as const;
const ETHERNET_NETWORK = { network: 0, networkNoSnap: 3 } as const;
const MAC_ETHERNET: AddressOffsets = { destination: 0, source: 6 };
const ETHERNET: LinkLayout = {
  demultiplexing: 'ethernet',
  type: 12,
  payload: 14,
  ...ETHERNET_NETWORK,
  mac: MAC_ETHERNET,
  vlan: true,
  mpls: MPLS_ETHERTYPE,
};

const WLAN: LinkLayout = {
  demultiplexing: 'wlan',
  type: 24,
  payload: 0,
  ...LLC_SNAP,
  variablePayload: 'wlan',
  mac: 'wlan',
  llc: 'wlan',
};

const PPP: LinkLayout = { demultiplexing: 'ppp', type: 2, payload: 4, ...FIXED };
const HDLC: LinkLayout = { demultiplexing: 'hdlc', type: 2, payload: 4, ...FIXED, mpls: MPLS_ETHERTYPE };
const IP_VERSION: LinkLayout = { demultiplexing: 'ip-version', payload: 0, ...FIXED };
const ARCNET: LinkLayout = {
  demultiplexing: 'arcnet',
  ...FIXED,
  shortAddress: { source: 0, destination: 1, broadcast: 0, multicast: 0 },
};

/** DSA tags of 4 bytes stand between the addresses and the EtherType. */
const DSA: LinkLayout = { ...ETHERNET, type: 16, payload: 18, llc: 'length-field' };

/** Juniper: the flags byte after the 3-byte magic number holds the direction. */
const juniper = (layout: Omit<LinkLayout, 'demultiplexing'>): LinkLayout => ({
  demultiplexing: 'juniper',
  ...layout,
  direction: { offset: 3, size: 1, inbound: { value: 1, mask: 1 }, outbound: { value: 0, mask: 1 } },
});
const JUNIPER_SHORT = juniper({ type: 4, payload: 4, network: 0 });

/** SS7 message signal units: everything is relative to the length indicator. */
const signalling = (lengthIndicator: number): LinkLayout => ({
  demultiplexing: 'none',
  signalling: {
    lengthIndicator,
    lengthIndicatorHsl: lengthIndicator + 2,
    sio: lengthIndicator + 1,
    routingLabel: lengthIndicator + 2,
    sls: lengthIndicator + 5,
  },
});

/** Rows: DLT, name, description, layout; LINKTYPE where it is another number. */
type Row = readonly [dlt: number, name: string, description: string, layout?: LinkLayout, linktype?: number];

const ROWS: readonly Row[] = [
  [0, 'NULL', 'BSD loopback, address family in host byte order', family('family-host-order', 4)],
  [1, 'EN10MB', 'Ethernet', { ...ETHERNET, llc: 'length-field' }],
  [2, 'EN3MB', 'Xerox experimental Ethernet, 3 Mb/s'],
  [3, 'AX25', 'AX.25 amateur packet radio'],
  [4, 'PRONET', 'Proteon ProNET ring'],
  [5, 'CHAOS', 'Chaosnet'],
  [
    6,
    'IEEE802',
    'IEEE 802.5 token ring',
    { demultiplexing: 'llc', type: 14, payload: 14, ...LLC_SNAP, mac: { destination: 2, source: 8 }, llc: 'always' },
  ],
  [7, 'ARCNET', 'ARCnet with BSD headers', { ...ARCNET, type: 2, payload: 6 }],
  [
    8,
    'SLIP',
    'Serial Line IP with a direction byte',
    {
      ...IP_VERSION,
      payload: 16,
      direction: { offset: 0, size: 1, inbound: { value: 0 }, outbound: { value: 1 } },
    },
  ],
  [9, 'PPP', 'PPP, perhaps in HDLC-like framing', { ...PPP, mpls: MPLS_PPP }],
  [
    10,
    'FDDI',
    'FDDI',
    { demultiplexing: 'llc', type: 13, payload: 13, ...LLC_SNAP, mac: { destination: 1, source: 7 }, llc: 'always' },
  ],
  [
    11,
    'ATM_RFC1483',
    'LLC over ATM (RFC 2684)',
    { demultiplexing: 'llc', type: 0, payload: 0, ...LLC_SNAP, llc: 'always' },
    100,
  ],
  [12, 'RAW', 'IPv4 or IPv6 without a link layer', IP_VERSION, 101],
  [15, 'SLIP_BSDOS', 'Serial Line IP as BSD/OS has it', { ...IP_VERSION, payload: 24 }, 102],
  [16, 'PPP_BSDOS', 'PPP as BSD/OS has it', { demultiplexing: 'ppp-bsdos', type: 5, payload: 24, ...FIXED }, 103],
  [19, 'ATM_CLIP', 'Linux classical IP over ATM', { demultiplexing: 'llc', type: 0, payload: 0, ...LLC_SNAP }, 106],
  [32, 'REDBACK_SMARTEDGE', 'Redback SmartEdge 400/800 router'],
  [50, 'PPP_SERIAL', 'PPP over a serial line, HDLC-like framing', PPP],
  [51, 'PPP_ETHER', 'PPPoE session packets without Ethernet', { ...PPP, type: 6, payload: 8 }],
  [
    99,
    'SYMANTEC_FIREWALL',
    'Symantec Enterprise Firewall',
    { demultiplexing: 'ethertype', type: 6, payload: 44, ...FIXED },
  ],
  [104, 'C_HDLC', 'Cisco HDLC', HDLC],
  [105, 'IEEE802_11', 'IEEE 802.11 wireless LAN', { ...WLAN, vlan: true }],
  [107, 'FRELAY', 'Frame Relay', { demultiplexing: 'frame-relay', payload: 0, ...FIXED }],
  [108, 'LOOP', 'OpenBSD loopback, address family big-endian', family('family-big-endian', 4)],
  [109, 'ENC', 'OpenBSD IPsec, decrypted', family('family-host-order', 12)],
  [
    113,
    'LINUX_SLL',
    'Linux cooked capture',
    {
      demultiplexing: 'linux-sll',
      type: 14,
      payload: 16,
      ...FIXED,
      direction: { offset: 0, size: 2, inbound: { value: 4, negate: true }, outbound: { value: 4 } },
    },
  ],
  [114, 'LTALK', 'Apple LocalTalk', { demultiplexing: 'appletalk-only', payload: 0, ...FIXED }],
  [
    117,
    'PFLOG',
    'OpenBSD pf log',
    {
      demultiplexing: 'family-byte',
      type: 0,
      payload: 0,
      ...FIXED,
      variablePayload: 'pflog',
      direction: { offset: 60, size: 1, inbound: { value: 1 }, outbound: { value: 2 } },
    },
  ],
  [119, 'PRISM_HEADER', '802.11 behind a Prism header', { ...WLAN, prefix: 'prism', vlan: true, radioHeader: true }],
  [
    122,
    'IP_OVER_FC',
    'IP over Fibre Channel (RFC 2625)',
    { demultiplexing: 'llc', type: 16, payload: 16, ...LLC_SNAP, mac: { destination: 2, source: 10 } },
  ],
  [
    123,
    'SUNATM',
    'SunATM pseudo-header and AAL payload',
    { demultiplexing: 'sunatm', type: 4, payload: 4, ...LLC_SNAP, llc: 'sunatm' },
  ],
  [
    127,
    'IEEE802_11_RADIO',
    '802.11 behind a radiotap header',
    { ...WLAN, prefix: 'radiotap', vlan: true, radioHeader: true },
  ],
  [129, 'ARCNET_LINUX', 'ARCnet with Linux headers', { ...ARCNET, type: 4, payload: 8 }],
  [130, 'JUNIPER_MLPPP', 'Juniper multilink PPP', JUNIPER_SHORT],
  [131, 'JUNIPER_MLFR', 'Juniper multilink Frame Relay', JUNIPER_SHORT],
  [132, 'JUNIPER_ES', 'Juniper encryption services', juniper({ type: 6 })],
  [133, 'JUNIPER_GGSN', 'Juniper GGSN', juniper({ type: 6, payload: 12, network: 0 })],
  [134, 'JUNIPER_MFR', 'Juniper FRF.16 Frame Relay', JUNIPER_SHORT],
  [135, 'JUNIPER_ATM2', 'Juniper ATM2', juniper({ type: 8, payload: 8, network: 0, networkNoSnap: 10 })],
  [136, 'JUNIPER_SERVICES', 'Juniper advanced services', juniper({ type: 12 })],
  [137, 'JUNIPER_ATM1', 'Juniper ATM1', juniper({ type: 4, payload: 4, network: 0, networkNoSnap: 10 })],
  [
    138,
    'APPLE_IP_OVER_IEEE1394',
    'Apple IP over FireWire',
    { demultiplexing: 'ethertype', type: 16, payload: 18, ...FIXED },
  ],
  [139, 'MTP2_WITH_PHDR', 'SS7 MTP2 behind a pseudo-header', signalling(6)],
  [140, 'MTP2', 'SS7 MTP2', signalling(2)],
  [141, 'MTP3', 'SS7 MTP3'],
  [142, 'SCCP', 'SS7 SCCP'],
  [143, 'DOCSIS', 'DOCSIS MAC frames'],
  [144, 'LINUX_IRDA', 'Linux infrared'],
  ...Array.from({ length: 16 }, (_, n): Row => [147 + n, `USER${n}`, `for private use, ${n}`]),
  [
    163,
    'IEEE802_11_RADIO_AVS',
    '802.11 behind an AVS header',
    { ...WLAN, prefix: 'avs', vlan: true, radioHeader: true },
  ],
  [164, 'JUNIPER_MONITOR', 'Juniper passive monitor', juniper({ type: 12, payload: 12, network: 0 })],
  [
    165,
    'BACNET_MS_TP',
    'BACnet MS/TP',
    { demultiplexing: 'none', shortAddress: { source: 4, destination: 3, broadcast: 0xff } },
  ],
  [
    166,
    'PPP_PPPD',
    'PPP from pppd with a direction byte',
    { ...PPP, direction: { offset: 0, size: 1, inbound: { value: 0 }, outbound: { value: 1 } } },
  ],
  [167, 'JUNIPER_PPPOE', 'Juniper PPPoE', juniper({ type: 16, payload: 14, network: 18, networkNoSnap: 21 })],
  [168, 'JUNIPER_PPPOE_ATM', 'Juniper PPPoE over ATM', juniper({ type: 4, payload: 6, network: 0 })],
  [169, 'GPRS_LLC', 'GPRS logical link control'],
  [170, 'GPF_T', 'frame-mapped GFP, transparent'],
  [171, 'GPF_F', 'frame-mapped GFP, framed'],
  [174, 'JUNIPER_PIC_PEER', 'Juniper PIC to PIC'],
  [175, 'ERF_ETH', 'Ethernet behind an Endace record header'],
  [176, 'ERF_POS', 'packet over SONET behind an Endace record header'],
  [177, 'LINUX_LAPD', 'Linux vISDN LAPD'],
  [178, 'JUNIPER_ETHER', 'Juniper Ethernet', juniper({ type: 16, payload: 14, network: 18, networkNoSnap: 21 })],
  [179, 'JUNIPER_PPP', 'Juniper PPP', JUNIPER_SHORT],
  [180, 'JUNIPER_FRELAY', 'Juniper Frame Relay', JUNIPER_SHORT],
  [181, 'JUNIPER_CHDLC', 'Juniper Cisco HDLC', JUNIPER_SHORT],
  [182, 'MFR', 'FRF.16 multilink Frame Relay', { demultiplexing: 'none', payload: 0, network: 4, networkNoSnap: 0 }],
  [183, 'JUNIPER_VP', 'Juniper voice', juniper({ type: 18 })],
  [184, 'A429', 'ARINC 429'],
  [185, 'A653_ICM', 'ARINC 653 messages between partitions'],
  [186, 'USB_FREEBSD', 'USB with FreeBSD headers'],
  [187, 'BLUETOOTH_HCI_H4', 'Bluetooth HCI over UART'],
  [188, 'IEEE802_16_MAC_CPS', 'IEEE 802.16 MAC'],
  [189, 'USB_LINUX', 'USB with Linux headers'],
  [190, 'CAN20B', 'CAN 2.0B'],
  [191, 'IEEE802_15_4_LINUX', 'IEEE 802.15.4 with Linux padding'],
  [192, 'PPI', 'per-packet information, then 802.11', { ...WLAN, prefix: 'ppi' }],
  [193, 'IEEE802_16_MAC_CPS_RADIO', 'IEEE 802.16 MAC behind a radiotap header'],
  [194, 'JUNIPER_ISM', 'Juniper integrated service module', juniper({ type: 8 })],
  [195, 'IEEE802_15_4', 'IEEE 802.15.4 with its checksum'],
  [196, 'SITA', 'SITA pseudo-header'],
  [197, 'ERF', 'Endace record header', signalling(22)],
  [198, 'RAIF1', 'Ethernet behind a u10 Networks header'],
  [199, 'IPMB_KONTRON', 'IPMB behind a Kontron header'],
  [200, 'JUNIPER_ST', 'Juniper secure tunnel', juniper({ type: 18 })],
  [201, 'BLUETOOTH_HCI_H4_WITH_PHDR', 'Bluetooth HCI over UART with a direction'],
  [202, 'AX25_KISS', 'AX.25 behind a KISS byte'],
  [209, 'I2C_LINUX', 'I2C with a Linux pseudo-header'],
  [215, 'IEEE802_15_4_NONASK_PHY', 'IEEE 802.15.4 with its physical header'],
  [216, 'LINUX_EVDEV', 'Linux input events'],
  [219, 'MPLS', 'MPLS labels first'],
  [220, 'USB_LINUX_MMAPPED', 'USB with padded Linux headers'],
  [221, 'DECT', 'DECT'],
  [222, 'AOS', 'CCSDS AOS space data link'],
  [223, 'WIHART', 'WirelessHART'],
  [224, 'FC_2', 'Fibre Channel FC-2'],
  [225, 'FC_2_WITH_FRAME_DELIMS', 'Fibre Channel FC-2 between delimiters'],
  [
    226,
    'IPNET',
    'Solaris ipnet',
    {
      demultiplexing: 'ipnet',
      type: 1,
      payload: 24,
      network: 0,
      direction: { offset: 2, size: 2, inbound: { value: 2 }, outbound: { value: 1 } },
    },
  ],
  [227, 'CAN_SOCKETCAN', 'CAN with SocketCAN headers'],
  [228, 'IPV4', 'IPv4 without a link layer', { demultiplexing: 'ipv4-only', payload: 0, ...FIXED }],
  [229, 'IPV6', 'IPv6 without a link layer', { demultiplexing: 'ipv6-only', payload: 0, ...FIXED }],
  [230, 'IEEE802_15_4_NOFCS', 'IEEE 802.15.4 without its checksum'],
  [231, 'DBUS', 'D-Bus messages'],
  [232, 'JUNIPER_VS', 'Juniper virtual server', juniper({ type: 8 })],
  [233, 'JUNIPER_SRX_E2E', 'Juniper SRX end to end', juniper({ type: 8 })],
  [234, 'JUNIPER_FIBRECHANNEL', 'Juniper Fibre Channel', juniper({ type: 8 })],
  [235, 'DVB_CI', 'DVB common interface'],
  [236, 'MUX27010', '3GPP TS 27.010 multiplexer'],
  [237, 'STANAG_5066_D_PDU', 'STANAG 5066 data units'],
  [238, 'JUNIPER_ATM_CEMIC', 'Juniper ATM circuit emulation', juniper({ type: 8 })],
  [239, 'NFLOG', 'Linux netfilter log'],
  [
    240,
    'NETANALYZER',
    'Ethernet behind a Hilscher netANALYZER header',
    { ...ETHERNET, header: 4, type: 16, payload: 18 },
  ],
  [
    241,
    'NETANALYZER_TRANSPARENT',
    'the same with preamble and start delimiter',
    { ...ETHERNET, header: 12, type: 24, payload: 26 },
  ],
  [242, 'IPOIB', 'IP over InfiniBand (RFC 4391)'],
  [243, 'MPEG_2_TS', 'MPEG-2 transport stream'],
  [244, 'NG40', 'ng40 protocol tester'],
  [245, 'NFC_LLCP', 'NFC logical link control'],
  [246, 'PFSYNC', 'pf state synchronisation', { demultiplexing: 'none', payload: 4, ...FIXED }],
  [247, 'INFINIBAND', 'InfiniBand'],
  [248, 'SCTP', 'SCTP without lower layers'],
  [249, 'USBPCAP', 'USB with USBPcap headers'],
  [250, 'RTAC_SERIAL', 'serial lines of a Schweitzer RTAC'],
  [251, 'BLUETOOTH_LE_LL', 'Bluetooth Low Energy link layer'],
  [253, 'NETLINK', 'Linux netlink'],
  [254, 'BLUETOOTH_LINUX_MONITOR', 'Linux Bluetooth monitor'],
  [255, 'BLUETOOTH_BREDR_BB', 'Bluetooth BR/EDR baseband'],
  [256, 'BLUETOOTH_LE_LL_WITH_PHDR', 'Bluetooth Low Energy behind a pseudo-header'],
  [257, 'PROFIBUS_DL', 'PROFIBUS data link'],
  [258, 'PKTAP', 'Apple packet tap'],
  [259, 'EPON', 'Ethernet passive optical network'],
  [260, 'IPMI_HPM_2', 'IPMI trace'],
  [261, 'ZWAVE_R1_R2', 'Z-Wave radio profiles R1 and R2'],
  [262, 'ZWAVE_R3', 'Z-Wave radio profile R3'],
  [263, 'WATTSTOPPER_DLM', 'WattStopper lighting control'],
  [264, 'ISO_14443', 'ISO 14443 contactless cards'],
  [265, 'RDS', 'Radio Data System groups'],
  [266, 'USB_DARWIN', 'USB with macOS headers'],
  [267, 'OPENFLOW', 'OpenFlow messages'],
  [268, 'SDLC', 'IBM SDLC'],
  [269, 'TI_LLN_SNIFFER', 'Texas Instruments sniffer for low-power networks'],
  [271, 'VSOCK', 'Linux vsock'],
  [272, 'NORDIC_BLE', 'Nordic sniffer for Bluetooth Low Energy'],
  [273, 'DOCSIS31_XRA31', 'Excentis analyser for DOCSIS 3.1'],
  [274, 'ETHERNET_MPACKET', 'IEEE 802.3br frames, preamble first'],
  [275, 'DISPLAYPORT_AUX', 'DisplayPort auxiliary channel'],
  [
    276,
    'LINUX_SLL2',
    'Linux cooked capture, version 2',
    {
      demultiplexing: 'ethertype',
      type: 0,
      payload: 20,
      ...FIXED,
      direction: { offset: 10, size: 1, inbound: { value: 4, negate: true }, outbound: { value: 4 } },
      ifindex: 4,
    },
  ],
  [278, 'OPENVIZSLA', 'OpenVizsla USB analyser'],
  [279, 'EBHSCR', 'Elektrobit high-speed capture'],
  [280, 'VPP_DISPATCH', 'VPP graph dispatch trace'],
  [
    281,
    'DSA_TAG_BRCM',
    'Ethernet with a Broadcom switch tag after the addresses',
    {
      ...DSA,
      direction: { offset: 12, size: 1, inbound: { value: 0x00, mask: 0xe0 }, outbound: { value: 0x20, mask: 0xe0 } },
    },
  ],
  [282, 'DSA_TAG_BRCM_PREPEND', 'Ethernet with a Broadcom switch tag in front'],
  [283, 'IEEE802_15_4_TAP', 'IEEE 802.15.4 behind a TAP header'],
  [
    284,
    'DSA_TAG_DSA',
    'Ethernet with a Marvell switch tag of 4 bytes',
    {
      ...DSA,
      direction: { offset: 12, size: 1, inbound: { value: 0x00, mask: 0x40 }, outbound: { value: 0x40, mask: 0xc0 } },
    },
  ],
  [285, 'DSA_TAG_EDSA', 'Ethernet with a Marvell switch tag of 8 bytes'],
  [286, 'ELEE', 'ELEE lawful interception'],
  [287, 'Z_WAVE_SERIAL', 'Z-Wave between host and chip'],
  [288, 'USB_2_0', 'USB as on the cable'],
  [289, 'ATSC_ALP', 'ATSC link-layer protocol'],
  [290, 'ETW', 'Windows event tracing'],
  [291, 'NETANALYZER_NG', 'Hilscher netANALYZER NG'],
  [292, 'ZBOSS_NCP', 'ZBOSS network co-processor'],
  [293, 'USB_2_0_LOW_SPEED', 'USB as on the cable, low speed'],
  [294, 'USB_2_0_FULL_SPEED', 'USB as on the cable, full speed'],
  [295, 'USB_2_0_HIGH_SPEED', 'USB as on the cable, high speed'],
  [296, 'AUERSWALD_LOG', 'Auerswald logger'],
  [297, 'ZWAVE_TAP', 'Z-Wave behind a TAP header'],
  [298, 'SILABS_DEBUG_CHANNEL', 'Silicon Labs debug channel'],
  [299, 'FIRA_UCI', 'ultra-wideband command interface'],
  [300, 'MDB', 'multi-drop bus of vending machines'],
  [301, 'DECT_NR', 'DECT-2020 New Radio'],
  [302, 'EDK2_MM', 'EDK II management mode'],
  [303, 'DEBUG_ONLY', 'unstructured, for debugging'],
  [304, 'DECT_NR_TAP', 'DECT-2020 New Radio behind a TAP header'],
];

function family(demultiplexing: 'family-host-order' | 'family-big-endian', payload: number): LinkLayout {
  return { demultiplexing, type: 0, payload, ...FIXED };
}

// Cisco HDLC has a second name on NetBSD; both are DLT 104 in files and in memory.
const ALIASES: Readonly<Record<string, string>> = {
  CHDLC: 'C_HDLC',
  HDLC: 'C_HDLC',
  ETHERNET: 'EN10MB',
  WIFI: 'IEEE802_11',
};

/** All of them, in the order of their DLT numbers. */
export const LINK_TYPES: readonly LinkType[] = ROWS.map(([dlt, name, description, layout, linktype]) => ({
  dlt,
  linktype: linktype ?? dlt,
  name,
  description,
  ...(layout ? { layout } : {}),
})).sort((a, b) => a.dlt - b.dlt);

const BY_NAME = new Map(LINK_TYPES.map(type => [type.name, type]));
const BY_DLT = new Map(LINK_TYPES.map(type => [type.dlt, type]));
const DLT_OF_LINKTYPE = new Map(LINK_TYPES.map(type => [type.linktype, type.dlt]));

/** libpcap compiles `link[n]` for any number in this range, named or not (DLT_HIGH_MATCHING_MIN and _MAX). */
export const FIRST_MATCHING_DLT = 104;
export const LAST_MATCHING_DLT = 304;

/** By name, any case, with or without `DLT_` or `LINKTYPE_`. */
export function linkTypeByName(name: string): LinkType | undefined {
  const plain = name.toUpperCase().replace(/^(DLT|LINKTYPE)_/, '');
  return BY_NAME.get(plain) ?? BY_NAME.get(ALIASES[plain] ?? '');
}

/** By DLT number. */
export function linkTypeByDlt(dlt: number): LinkType | undefined {
  return BY_DLT.get(dlt);
}

/** The DLT of a capture file's LINKTYPE number; numbers not in the table are the same in both. */
export function linktypeToDlt(linktype: number): number {
  return DLT_OF_LINKTYPE.get(linktype) ?? linktype;
}

/** The LINKTYPE number to write into a capture file for a DLT. */
export function dltToLinktype(dlt: number): number {
  return BY_DLT.get(dlt)?.linktype ?? dlt;
}
