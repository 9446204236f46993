// The Linux kernel's verdicts on many packets: what a classic program keeps of each message between two Unix sockets.

import type { ClassicProgram } from '../../src/isa/index.js';
import { openKernel, UNIX_DATAGRAM } from '../classic/kernel.js';

export interface KernelFilter {
  /**
   * Runs a program over packets of 1 to 65,536 bytes. For each the number of bytes that were kept: the program's result,
   * but no more than the packet has; 0: it was dropped. A string instead says why the kernel does not take the program.
   */
  run(program: ClassicProgram, packets: readonly Uint8Array[]): number[] | string;
  close(): void;
}

/** The ancillary data of these messages, for engines that are compared with the kernel. */
export const KERNEL_ANCILLARY = UNIX_DATAGRAM;

/** Undefined, said loudly, where there is no Linux or no koffi. Close it when done. */
export async function openKernelFilter(whatIsSkipped: string): Promise<KernelFilter | undefined> {
  const kernel = await openKernel(whatIsSkipped);
  return (
    kernel && {
      run(program, packets) {
        const errno = kernel.attach(program);
        if (errno !== 0) return `the kernel refuses it: errno ${errno}`;
        return packets.map(packet => kernel.deliver(packet)?.length ?? 0);
      },
      close: () => kernel.close(),
    }
  );
}
