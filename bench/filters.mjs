// The filters that sections measure, over the traffic of make-capture.mjs.

import { hostAddress } from './make-capture.mjs';

const hosts = (count, step, first = 0) =>
  Array.from({ length: count }, (_, n) => `host ${hostAddress(first + n * step)}`).join(' or ');

export const FILTERS = [
  { name: 'tcp port 80', expression: 'tcp port 80' },
  {
    name: '20 hosts and ports',
    expression: `${hosts(12, 331, 40)} or ${[22, 25, 110, 143, 993, 5060, 5432, 8443].map(port => `port ${port}`).join(' or ')}`,
  },
  { name: '500 hosts', expression: hosts(500, 7, 100) },
];
