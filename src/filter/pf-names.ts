// Reasons and actions of OpenBSD's packet filter by name (sys/net/pfvar.h; the names that libpcap knows on every system).

export const PF_REASONS: ReadonlyMap<string, number> = new Map([
  ['match', 0],
  ['bad-offset', 1],
  ['fragment', 2],
  ['short', 3],
  ['normalize', 4],
  ['memory', 5],
  ['bad-timestamp', 6],
  ['congestion', 7],
  ['ip-option', 8],
  ['proto-cksum', 9],
  ['state-mismatch', 10],
  ['state-insert', 11],
  ['state-limit', 12],
  ['src-limit', 13],
  ['synproxy', 14],
]);

export const PF_ACTIONS: ReadonlyMap<string, number> = new Map([
  ['pass', 0],
  ['accept', 0],
  ['drop', 1],
  ['block', 1],
  ['scrub', 2],
  ['noscrub', 3],
  ['nat', 4],
  ['nonat', 5],
  ['binat', 6],
  ['nobinat', 7],
  ['rdr', 8],
  ['nordr', 9],
  ['synproxy-drop', 10],
]);
