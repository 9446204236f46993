// Which qualifiers go with what.

import type { Direction } from '../ast.js';
import { fail } from './errors.js';
import type { State } from './state.js';

const PLAIN: ReadonlySet<Direction | undefined> = new Set(['src', 'dst', 'src or dst', 'src and dst', undefined]);

/** `addr1` to `addr4`, `ra` and `ta` name fields of 802.11 headers. */
export function requirePlainDirection(state: State, direction: Direction | undefined): void {
  if (!PLAIN.has(direction)) {
    fail(
      'SKEP1103',
      `'${direction}' is a field of 802.11 headers: it goes with 'wlan host' on 802.11 only`,
      state.span,
    );
  }
}
