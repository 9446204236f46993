// Run by seccomp.test.ts as a process of its own, because a seccomp filter stays for good. Reads JSON from standard input,
// writes JSON to standard output.
//
// {"check": [hex, ...]}: answers with the errno of seccomp(SECCOMP_SET_MODE_FILTER) for each program, without ever
//   installing one: the process first fills up what the kernel allows a thread in filters (32,768 instructions, all of them
//   behind a "return ALLOW"), so that a program that passes the check is then refused with ENOMEM instead of EINVAL.
// {"install": hex, "calls": [[nr, [arg, ...]], ...]}: installs the program, makes the calls, answers with their errnos.

import { readFileSync } from 'node:fs';
import koffi from 'koffi';

const PR_SET_NO_NEW_PRIVS = 38;
const SYS_SECCOMP = { x64: 317, arm64: 277, riscv64: 277 }[process.arch];
const SECCOMP_SET_MODE_FILTER = 1;

const libc = koffi.load(null);
const prctl = libc.func('int prctl(int, ulong, ulong, ulong, ulong)');
const seccomp = libc.func('syscall', 'long', ['long', 'ulong', 'ulong', 'void *']);
const call = libc.func('syscall', 'long', ['long', 'int64', 'int64', 'int64', 'int64', 'int64', 'int64']);

/** 0, or the errno with which the kernel refuses the filter. */
function install(bytes) {
  const fprog = new Uint8Array(16);
  const view = new DataView(fprog.buffer);
  view.setUint16(0, bytes.length / 8, true);
  view.setBigUint64(8, bytes.length === 0 ? 0n : BigInt(koffi.address(bytes)), true);
  const result = seccomp(SYS_SECCOMP, SECCOMP_SET_MODE_FILTER, 0, fprog);
  const errno = koffi.errno();
  return result === 0 ? 0 : errno;
}

/** `count` times `ret #ALLOW`. */
function allowAll(count) {
  const bytes = Buffer.alloc(count * 8);
  for (let at = 0; at < bytes.length; at += 8) {
    bytes.writeUInt16LE(0x06, at);
    bytes.writeUInt32LE(0x7fff0000, at + 4);
  }
  return bytes;
}

const request = JSON.parse(readFileSync(0, 'utf8'));
if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) !== 0) throw new Error(`prctl: errno ${koffi.errno()}`);
if (request.check) {
  for (let count = 4096; count > 0; ) if (install(allowAll(count)) !== 0) count = Math.floor(count / 2);
  console.log(JSON.stringify(request.check.map(hex => install(Buffer.from(hex, 'hex')))));
} else {
  const errno = install(Buffer.from(request.install, 'hex'));
  if (errno !== 0) throw new Error(`seccomp: errno ${errno}`);
  const errnos = request.calls.map(([nr, args]) => {
    const result = call(nr, ...Array.from({ length: 6 }, (_, index) => BigInt.asIntN(64, BigInt(args[index] ?? 0))));
    const failure = koffi.errno();
    return result === -1 ? failure : 0;
  });
  console.log(JSON.stringify(errnos));
}
