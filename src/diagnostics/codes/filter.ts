/** 1xxx: the filter language (pcap-filter). 10xx: reading the text; 11xx: meaning, link types, code generation; 12xx: optimizer and limits. */
export const FILTER_CODES = {
  SKEP1001: 'a character that no token begins with',
  SKEP1060: 'a name that the resolver does not know',
} as const;
