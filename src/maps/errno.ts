// Error numbers of Linux (include/uapi/asm-generic/errno*.h, include/linux/errno.h for ENOTSUPP), as maps answer with them.

/** name -> number. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOSPC: 28,
  ERANGE: 34,
  ENODATA: 61,
  EOVERFLOW: 75,
  EOPNOTSUPP: 95,
  EINPROGRESS: 115,
  ENOTSUPP: 524,
} as const;

export type ErrnoName = keyof typeof ERRNO;

const NAMES = new Map<number, ErrnoName>(Object.entries(ERRNO).map(([name, number]) => [number, name as ErrnoName]));

/** `ENOENT` for 2 or -2; `E123` for a number that has no row. */
export function errnoName(number: number): string {
  return NAMES.get(Math.abs(number)) ?? `E${Math.abs(number)}`;
}

/** An error of the kernel, with its number: `EEXIST`, 17. */
export class KernelError extends Error {
  override readonly name: string = 'KernelError';
  /** `EEXIST`. */
  readonly code: string;
  readonly errno: number;

  constructor(code: string, errno: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.errno = errno;
  }
}

/** The KernelError of a row: `kernelError('EINVAL', 'a hash map has keys')`. */
export function kernelError(code: ErrnoName, message: string, options?: ErrorOptions): KernelError {
  return new KernelError(code, ERRNO[code], message, options);
}
