/** 6xxx: maps, helpers, kernels. */
export const KERNEL_CODES = {
  SKEP6001: 'an object for another byte order than the kernel has',
  SKEP6002: 'a run that ended early',
} as const;
