/** 2xxx: classic BPF programs: decoding, assembling, validating. */
export const CLASSIC_CODES = {
  // Reading: bytes and text.
  SKEP2001: 'an instruction mnemonic that does not exist',
  SKEP2002: 'bytes that end within an instruction',
  SKEP2003: 'text that does not belong where it stands',
  SKEP2004: 'an operand that the instruction does not take',
  SKEP2005: 'a number that does not fit into its field',
  SKEP2006: 'a label that is not defined',
  SKEP2007: 'a label that is defined twice',
  SKEP2008: 'a conditional jump of more than 255 instructions, or backwards',
  SKEP2009: 'text in none of the forms that a program can have',
  SKEP2010: 'a listing whose numbering or count does not fit its lines',
  SKEP2011: 'JSON that does not hold a program',
  SKEP2012: 'a listing that does not say everything the instruction held',
  SKEP2013: 'a text too long to be a program',
  // Validating: rules of the BSD, Linux and seccomp checks.
  SKEP2030: 'a program without instructions',
  SKEP2031: 'a program of more than 4,096 instructions',
  SKEP2032: 'an opcode that the checker does not allow',
  SKEP2033: 'a scratch memory word beyond M[15]',
  SKEP2034: 'a division by the constant 0',
  SKEP2035: 'a shift by a constant of 32 or more',
  SKEP2036: 'a jump out of the program',
  SKEP2037: 'a jump backwards',
  SKEP2038: 'a program whose last instruction is not a return',
  SKEP2039: 'a read of scratch memory that is not written on every path',
  SKEP2040: 'an ancillary load that the kernel does not know',
  SKEP2041: 'a load outside struct seccomp_data, or not of an aligned word',
  SKEP2042: 'an instruction that passes the check but that nothing runs',
  // Seccomp.
  SKEP2050: 'an architecture that is not known',
  SKEP2051: 'a system call that the architecture does not have',
} as const;
