// The Linux kernel as an oracle for socket filters: whether it takes a program, and what the program returns for a packet.
//
// A filter on one end of a Unix datagram pair runs over each message synchronously: a result of 0 drops the message, any
// other cuts it to that many bytes. No privilege is needed, and nothing outlives the two descriptors.

import { type ClassicProgram, encodeProgram, instruction } from '../../src/isa/index.js';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const MSG_DONTWAIT = 0x40;
const EAGAIN = 11;

export interface KernelOracle {
  /** 0 when the kernel attaches the program, else the errno. */
  attach(program: ClassicProgram): number;
  /** Whether the attached program accepts the packet, and the bytes that it keeps. */
  deliver(packet: Uint8Array): Uint8Array | undefined;
  close(): void;
}

/** The oracle; undefined, said loudly, where there is no Linux or no koffi. */
export async function openKernel(whatIsSkipped: string): Promise<KernelOracle | undefined> {
  if (process.platform !== 'linux') {
    console.warn(`SKIPPED: ${whatIsSkipped}: this is not Linux`);
    return undefined;
  }
  let koffi: typeof import('koffi').default;
  try {
    koffi = (await import('koffi')).default;
  } catch (error) {
    console.warn(`SKIPPED: ${whatIsSkipped}: koffi does not load (${(error as Error).message})`);
    return undefined;
  }
  const libc = koffi.load(null);
  const socketpair = libc.func('int socketpair(int, int, int, int *)');
  const setsockopt = libc.func('int setsockopt(int, int, int, void *, uint)');
  const send = libc.func('long send(int, void *, size_t, int)');
  const recv = libc.func('long recv(int, void *, size_t, int)');
  const close = libc.func('int close(int)');

  const fds = new Int32Array(2);
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, fds) !== 0) throw new Error(`socketpair: errno ${koffi.errno()}`);
  const [sender, receiver] = fds as unknown as [number, number];
  // struct sock_fprog: u16 len, padding, pointer.
  const fprog = new Uint8Array(16);
  const view = new DataView(fprog.buffer);
  const received = new Uint8Array(65536);
  return {
    attach(program) {
      const bytes = encodeProgram(program);
      view.setUint16(0, program.length, true);
      view.setBigUint64(8, bytes.length === 0 ? 0n : BigInt(koffi.address(bytes)), true);
      const result: number = setsockopt(receiver, SOL_SOCKET, SO_ATTACH_FILTER, fprog, 16);
      // The errno first: anything in between would overwrite it.
      const errno = koffi.errno();
      return result === 0 ? 0 : errno;
    },
    deliver(packet) {
      const sent: number = send(sender, packet, packet.length, 0);
      if (sent !== packet.length) throw new Error(`send: errno ${koffi.errno()}`);
      const count: number = recv(receiver, received, received.length, MSG_DONTWAIT);
      const errno = koffi.errno();
      if (count >= 0) return received.slice(0, count);
      if (errno !== EAGAIN) throw new Error(`recv: errno ${errno}`);
      return undefined;
    },
    close() {
      close(sender);
      close(receiver);
    },
  };
}

/**
 * The program, its last instruction being its only return, changed to say whether it would have returned `expected`:
 * 1 byte is kept if so, 2 if it returned something else, and none when the machine itself gave up.
 */
export function askResult(program: ClassicProgram, expected: number): ClassicProgram {
  const last = program.at(-1)!;
  const body = program.slice(0, -1);
  if (last.code === 0x06) return [...body, instruction(0x06, last.k === expected ? 1 : 2)];
  return [...body, instruction(0x15, expected, 0, 1), instruction(0x06, 1), instruction(0x06, 2)];
}

/** What a Unix datagram's ancillary data is, in the terms of the interpreter: no interface, no link-layer header. */
export const UNIX_DATAGRAM = {
  protocol: 0,
  packetType: 0,
  mark: 0,
  queue: 0,
  rxHash: 0,
  vlanTag: 0,
  vlanTagPresent: false,
  vlanProtocol: 0,
  payloadOffset: 0,
  networkOffset: 0,
} as const;
