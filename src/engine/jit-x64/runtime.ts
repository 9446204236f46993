// What machine code needs of its surroundings: memory that can be executed, host addresses, and a way back into JavaScript. The
// compiler itself is pure; engine/node has a runtime for Linux.

/** Code that can be run. */
export interface NativeCode {
  /** Runs the function that begins so many bytes into the code; the answer is one of RUN_END. */
  run(entryOffsetBytes: number): number;
}

export interface NativeRuntime {
  /** The state block (STATE has its fields): one for all code. Its `callback` field is filled in. */
  readonly state: ArrayBuffer;
  /** Host address of a buffer's first byte, which stays there as long as the buffer is reachable and not detached. */
  addressOf(buffer: ArrayBuffer): number;
  /** Makes code executable, for as long as the result is reachable. */
  load(code: Uint8Array): NativeCode;
  /** Takes the calls from machine code: gets the number of the site, gives one of CALL_END. It must not throw. */
  onCall: (site: number) => number;
}
