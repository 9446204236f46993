// What printed lines take from the machine: host names of /etc/hosts, service names of /etc/services, the local time zone.
// Nothing is asked of the network.

import type { NameSource } from '../../capture/print/index.js';
import { reverseNames } from '../../filter/node/index.js';

/** Names for addresses and ports, read when the first one is asked for. */
export function machineNames(): NameSource {
  return reverseNames();
}

const HOUR_SECONDS = 3600;

/** Seconds to add to UTC for the machine's local time. Zones change on the hour at the earliest, so an hour's answer is kept. */
export function localUtcOffset(): (timeSeconds: number) => number {
  let hour = Number.NaN;
  let offset = 0;
  return timeSeconds => {
    const asked = Math.floor(timeSeconds / HOUR_SECONDS);
    if (asked !== hour) {
      hour = asked;
      offset = -60 * new Date(timeSeconds * 1000).getTimezoneOffset();
    }
    return offset;
  };
}
