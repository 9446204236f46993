// What machine code and JavaScript share while a program runs: one block of memory, whose address is in r9 wherever BPF code runs. There is
// one for all programs of a process: who calls in, or comes back from JavaScript, fills in what is its own.

/** Offsets into the block, in bytes. Fields have 64 bits unless said otherwise. */
export const STATE = {
  /** Host address of the address space's first byte; r12. */
  base: 0,
  /** Highest address at which 1, 2, 4 and 8 bytes lie in the memory as large as it is now. */
  limits: 8,
  /** Host address of the machine's words. */
  words: 40,
  /** rsp of the innermost entry: where faults leave to. */
  stack: 48,
  /** r0. */
  result: 56,
  /** 32 bits: which fault, a value of FAULT. */
  fault: 64,
  /** 32 bits: slot of the fault. */
  slot: 68,
  /** Address of the access that is the fault. */
  address: 72,
  /** Host address of the function that calls JavaScript: (site: u32) -> one of CALL_END. */
  callback: 80,
  /** r1 to r5: at entry, and at calls of JavaScript. */
  arguments: 88,
  /** r10 at entry. */
  frame: 128,
  /** AddressSpace.maximumBytes. */
  maximum: 136,
  /** Host address of the shadow of address 0. */
  shadow: 144,
  /** Instructions left; negative when more were run. */
  budget: 152,
  /** Host address of the block counters. */
  counters: 160,
  /** 32 bits: Machine.stackTop. */
  stackTop: 168,
  /**
   * 32 bits each: WORD.frame and WORD.frameLimit, where no program can write. An unchecked one may write over the words, and what keeps
   * the stacks apart must not depend on those.
   */
  frameNumber: 172,
  frameLimit: 176,
  sizeBytes: 192,
} as const;

/** Why machine code ended early. */
export const FAULT = {
  unknownInstruction: 1,
  fellOffTheEnd: 2,
  unknownHelper: 3,
  budget: 4,
  callDepth: 5,
  wildAccess: 6,
  unaligned: 7,
} as const;
export type FaultName = keyof typeof FAULT;

/** What the entry returns. */
export const RUN_END = { exit: 0, fault: 1 } as const;

/** What JavaScript answers a call from machine code with: go on, leave everything (an error waits), leave the function. */
export const CALL_END = { goOn: 0, fault: 1, leave: 2 } as const;
