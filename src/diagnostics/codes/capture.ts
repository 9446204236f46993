/** 3xxx: capture files. */
export const CAPTURE_CODES = {
  SKEP3001: 'the file is not a capture file',
  SKEP3002: 'the file is empty',
  SKEP3003: 'the file ends in the middle of a header, record or block',
  SKEP3004: 'a version of the format that is not supported',
  SKEP3005: 'a record or block claims more bytes than its kind can have',
  SKEP3006: 'a pcapng block whose lengths contradict each other',
  SKEP3007: 'a pcapng block that is shorter than its fields',
  SKEP3008: 'a pcapng packet of an interface that was not described',
  SKEP3009: 'an interface description that cannot be used',
  SKEP3010: 'compressed data is damaged or ends too early',
  SKEP3011: 'a pcap file can hold one link type only',
  SKEP3012: 'a time stamp that the format cannot hold',
  SKEP3013: 'a value that the format cannot hold',
  SKEP3014: 'options of a capture writer that contradict each other',
  SKEP3015: 'a compression that is not supported here',
  SKEP3016: 'a capture file that cannot be opened, read or written',
} as const;
