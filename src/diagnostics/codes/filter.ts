/** 1xxx: the filter language (pcap-filter). */
export const FILTER_CODES = {
  SKEP1001: 'a character that no token begins with',
} as const;
