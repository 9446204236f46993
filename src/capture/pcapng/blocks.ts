// The block types of pcapng and its other constants. Source: draft-ietf-opsawg-pcapng, sections 3 and 4.

export const BLOCK_SECTION_HEADER = 0x0a0d0d0a;
export const BLOCK_INTERFACE = 0x00000001;
export const BLOCK_OBSOLETE_PACKET = 0x00000002;
export const BLOCK_SIMPLE_PACKET = 0x00000003;
export const BLOCK_NAME_RESOLUTION = 0x00000004;
export const BLOCK_INTERFACE_STATISTICS = 0x00000005;
export const BLOCK_ENHANCED_PACKET = 0x00000006;
export const BLOCK_DECRYPTION_SECRETS = 0x0000000a;
export const BLOCK_CUSTOM = 0x00000bad;
export const BLOCK_CUSTOM_NO_COPY = 0x40000bad;

/** Byte-order magic of a section header, as its section's byte order gives it. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

export const MAJOR_VERSION = 1;

/** Type, total length, and the total length again at the end. */
export const BLOCK_OVERHEAD_BYTES = 12;
/** Magic, versions and section length. */
export const SECTION_FIXED_BYTES = 16;
export const INTERFACE_FIXED_BYTES = 8;
export const ENHANCED_FIXED_BYTES = 20;
export const OBSOLETE_FIXED_BYTES = 20;
export const SIMPLE_FIXED_BYTES = 4;
export const STATISTICS_FIXED_BYTES = 12;
export const SECRETS_FIXED_BYTES = 8;
export const CUSTOM_FIXED_BYTES = 4;

/** A section header may be no longer than this: what claims more is no section header. Source: libpcap, sf-pcapng.c. */
export const MAXIMUM_SECTION_HEADER_BYTES = 1024 * 1024;

/** The types of secrets that a decryption secrets block may hold. */
export const SECRETS_TYPES: ReadonlyMap<number, string> = new Map([
  [0x544c534b, 'TLS key log'],
  [0x5353484b, 'SSH key log'],
  [0x57474b4c, 'WireGuard key log'],
  [0x5a4e574b, 'ZigBee NWK key'],
  [0x5a415053, 'ZigBee APS key'],
  [0x55414b4c, 'OPC UA key log'],
]);
