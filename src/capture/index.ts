// The door of the capture room: capture files as values. Pure: bytes in, packets out, and the other way round.

export type * from './types.js';
