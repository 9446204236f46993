import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeCall,
  encodeSeccompData,
  isAccepted,
  seccompAction,
  seccompData,
  seccompFilter,
  validate,
} from '../../src/classic/index.js';
import {
  ARCHITECTURES,
  assemble,
  type ClassicInstruction,
  type ClassicProgram,
  encodeProgram,
  formatProgram,
  INSTRUCTIONS,
  instruction,
  syscallName,
  syscallNumber,
  syscallsOf,
} from '../../src/isa/index.js';
import { soundProgram, wildInstruction } from './arbitrary.js';

const EINVAL = 22;
const ENOMEM = 12;

const hex = (program: ClassicProgram): string => Buffer.from(encodeProgram(program)).toString('hex');

function askChild(request: unknown): { readonly answer?: number[]; readonly failure?: string } {
  const script = fileURLToPath(new URL('./seccomp-child.mjs', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    input: JSON.stringify(request),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return status === 0 ? { answer: JSON.parse(stdout) } : { failure: stderr.trim().split('\n').at(-1) ?? 'it failed' };
}

function canUseSeccomp(): boolean {
  const { failure } = process.platform === 'linux' ? askChild({ check: [] }) : { failure: 'this is not Linux' };
  if (failure !== undefined) console.warn(`SKIPPED: filters compared with the kernel's seccomp: ${failure}`);
  return failure === undefined;
}

const hasSeccomp = canUseSeccomp();

describe.skipIf(!hasSeccomp)('the seccomp check is the kernel’s', () => {
  const sample = <T>(arbitrary: fc.Arbitrary<T>, count: number): T[] => fc.sample(arbitrary, count);
  const compare = (programs: readonly ClassicProgram[]): void => {
    const errnos = askChild({ check: programs.map(hex) }).answer!;
    programs.forEach((program, index) => {
      expect([EINVAL, ENOMEM]).toContain(errnos[index]);
      const shown = formatProgram(program, 'tcpdump');
      const findings = validate(program, 'seccomp').map(({ message }) => message);
      expect({ shown, findings, accepted: isAccepted(program, 'seccomp') }).toMatchObject({
        accepted: errnos[index] === ENOMEM,
      });
    });
    // Both verdicts have to occur.
    expect(new Set(errnos)).toEqual(new Set([EINVAL, ENOMEM]));
  };

  it('on random programs', () => {
    const codes = INSTRUCTIONS.filter(row => row.acceptedBy.includes('seccomp')).map(row => row.code);
    const inRange = soundProgram({ codes, maxLength: 10 }).map(program =>
      program.map(insn => (insn.code === 0x20 ? instruction(0x20, insn.k % 70) : insn)),
    );
    const changed: fc.Arbitrary<ClassicInstruction[]> = fc
      .tuple(inRange, fc.nat(), wildInstruction)
      .map(([program, at, other]) => program.with(at % program.length, other));
    compare([...sample(inRange, 2000), ...sample(changed, 4000), ...sample(soundProgram(), 500)]);
  });
  it('on every opcode, and every offset of a load', () => {
    const opcodes = Array.from({ length: 256 }, (_, code) => [
      instruction(2, 4),
      instruction(code, 4),
      instruction(6),
      instruction(6),
      instruction(6),
      instruction(6),
      instruction(6),
    ]);
    const offsets = Array.from({ length: 80 }, (_, k) => [instruction(0x20, k), instruction(6)]);
    compare([...opcodes, ...offsets]);
  });
});

describe.skipIf(!hasSeccomp || process.arch !== 'x64')('the seccomp dialect computes what the kernel does', () => {
  it('on system calls that do not exist, answered with an errno that the filter computes from their arguments', () => {
    // Only numbers from 5000 on are judged; the process needs its own calls.
    const filter = assemble(`
      ld [0]
      jlt #5000, allow
      jge #5100, allow
      and #0xff
      st M[0]
      ld #len
      tax
      ld [16]
      add x
      st M[1]
      ld [20]          ; upper half of the first
      lsh #2
      ldx M[1]
      add x
      st M[1]
      ld [24]
      mul #3
      ldx M[1]
      xor x
      ldx M[0]
      add x
      and #0xfff
      jneq #0, deny
      add #1
deny: or #0x50000
      ret a
allow: ret #0x7fff0000`);
    const calls: [number, number[]][] = [];
    fc.sample(fc.tuple(fc.nat(99), fc.nat(0xffffffff), fc.nat(0x3ff), fc.nat(0xffff)), 300).forEach(
      ([nr, low, high, second]) => {
        calls.push([5000 + nr, [high * 2 ** 32 + low, second]]);
      },
    );
    const answers = askChild({ install: hex(filter), calls }).answer!;
    const { decide } = seccompFilter(filter);
    const expected = calls.map(([syscall, args]) => decide({ syscall, args }).data);
    expect(answers).toEqual(expected);
    expect(new Set(answers).size).toBeGreaterThan(100);
  });
});

const EXAMPLE = `
      ld [4]
      jneq #0xc000003e, i386
      ld [0]
      jge #0x40000000, kill
      jeq #1, write
      jeq #0x101, deny, allow
write: ld [20]
      jneq #0, allow
      ld [16]
      jset #0x2, deny
      ja allow
deny: ret #0x50001
i386: jneq #0x40000003, kill
      ld [0]
      jneq #4, kill
allow: ret #0x7fff0000
kill: ret #0x80000000
`;

describe('a filter is asked about calls', () => {
  const filter = seccompFilter(assemble(EXAMPLE));
  it.each([
    ['x86_64', 'read', [], 'ALLOW'],
    ['x86_64', 'openat', [], 'ERRNO(1)'],
    ['amd64', 'write', [2], 'ERRNO(1)'],
    ['x86_64', 'write', [1], 'ALLOW'],
    ['x86_64', 'write', [0x100000002], 'ALLOW'],
    ['x86_64', 'x32_read', [], 'KILL_PROCESS'],
    ['i386', 'write', [2], 'ALLOW'],
    ['i386', 'read', [], 'KILL_PROCESS'],
    ['aarch64', 'read', [], 'KILL_PROCESS'],
    ['x86_64', 1, [-1], 'ALLOW'],
  ])('%s %s %j: %s', (arch, syscall, args, expected) => {
    expect(filter.decide({ arch, syscall, args }).text).toBe(expected);
  });

  it('about all of them', () => {
    const actions = filter.decideAll('x86_64');
    expect(actions.size).toBeGreaterThan(370);
    expect([...actions].filter(([, { isAllowed }]) => !isAllowed).map(([name]) => name)).toEqual(['openat']);
  });

  it('refuses what it does not know, and what the kernel would', () => {
    expect(() => filter.decide({ syscall: 'raed' })).toThrowError(/x86_64 has no system call `raed`/);
    expect(() => filter.decide({ arch: 'z80', syscall: 1 })).toThrowError(/`z80` is not known/);
    expect(() => seccompFilter([instruction(0x28, 0), instruction(6)])).toThrowError(/not allowed in a seccomp filter/);
  });
});

describe('struct seccomp_data', () => {
  it('is in the byte order of its architecture', () => {
    const data = { syscall: 0x01020304, args: [0x1122334455667788n, -1] } as const;
    const little = encodeSeccompData(seccompData({ ...data, arch: 'x86_64' }));
    expect([...little.subarray(0, 8)]).toEqual([4, 3, 2, 1, 0x3e, 0, 0, 0xc0]);
    expect([...little.subarray(16, 24)]).toEqual([0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]);
    expect([...little.subarray(24, 32)]).toEqual(new Array(8).fill(0xff));
    const big = encodeSeccompData(seccompData({ ...data, arch: 's390x' }));
    expect([...big.subarray(0, 8)]).toEqual([1, 2, 3, 4, 0x80, 0, 0, 0x16]);
    // A big-endian machine has the upper half first.
    expect(seccompFilter([instruction(0x20, 16), instruction(0x16)]).decide({ ...data, arch: 's390x' }).isKnown).toBe(
      false,
    );
  });

  it('is described in words', () => {
    expect(describeCall(seccompData({ syscall: 'write', args: [1, 16] }))).toBe('write(0x1, 0x10, 0x0, 0x0, 0x0, 0x0)');
  });
});

describe('return values', () => {
  it.each([
    [0x7fff0000, 'ALLOW', true, true],
    [0x7ffc0000, 'LOG', true, true],
    [0x00000000, 'KILL_THREAD', false, true],
    [0x80000000, 'KILL_PROCESS', false, true],
    [0x00050000, 'ERRNO(0)', false, true],
    [0x0005ffff, 'ERRNO(4095)', false, true],
    [0x00030007, 'TRAP(7)', false, true],
    [0x7ff00000, 'TRACE', false, true],
    [0x7ff0002a, 'TRACE(42)', false, true],
    [0x7fc00000, 'USER_NOTIF', false, true],
    [0x12340000, 'KILL_PROCESS', false, false],
  ])('0x%x is %s', (value, text, isAllowed, isKnown) => {
    expect(seccompAction(value)).toMatchObject({ text, isAllowed, isKnown });
  });
});

describe('the tables of system calls', () => {
  // Landmarks of each architecture's table, and of both ends of it.
  it.each([
    [
      'x86_64',
      {
        read: 0,
        write: 1,
        execve: 59,
        openat: 257,
        seccomp: 317,
        statx: 332,
        uretprobe: 335,
        io_uring_setup: 425,
        cachestat: 451,
        file_setattr: 469,
      },
    ],
    [
      'i386',
      {
        restart_syscall: 0,
        exit: 1,
        fork: 2,
        read: 3,
        socketcall: 102,
        seccomp: 354,
        clock_gettime64: 403,
        futex_waitv: 449,
      },
    ],
    [
      'aarch64',
      { io_setup: 0, openat: 56, read: 63, write: 64, execve: 221, seccomp: 277, statx: 291, clone3: 435, mseal: 462 },
    ],
    ['riscv64', { io_setup: 0, read: 63, riscv_hwprobe: 258, riscv_flush_icache: 259, clone3: 435 }],
  ])('%s', (name, landmarks) => {
    const arch = ARCHITECTURES.find(row => row.name === name)!;
    for (const [syscall, number] of Object.entries(landmarks)) {
      expect(syscallName(arch, number)).toBe(syscall);
      expect(syscallNumber(arch, syscall)).toBe(number);
    }
    // Each name once.
    expect(new Set(syscallsOf(arch).values()).size).toBe(syscallsOf(arch).size);
  });

  it('x32 has its own numbers', () => {
    const arch = ARCHITECTURES.find(row => row.name === 'x86_64')!;
    expect(syscallName(arch, 0x40000000)).toBe('x32_read');
    expect(syscallNumber(arch, 'x32_rt_sigaction')).toBe(0x40000000 + 512);
    expect(syscallName(arch, 0x40000000 + 13)).toBeUndefined();
  });
});

describe('the seccomp-tools listing', () => {
  it('names system calls by the architecture that the checks before have settled', () => {
    expect(formatProgram(assemble(EXAMPLE), 'seccomp')).toBe(` line  CODE  JT   JF      K
=================================
 0000: 0x20 0x00 0x00 0x00000004  A = arch
 0001: 0x15 0x00 0x0a 0xc000003e  if (A != ARCH_X86_64) goto 0012
 0002: 0x20 0x00 0x00 0x00000000  A = sys_number
 0003: 0x35 0x0c 0x00 0x40000000  if (A >= 0x40000000) goto 0016
 0004: 0x15 0x01 0x00 0x00000001  if (A == write) goto 0006
 0005: 0x15 0x05 0x09 0x00000101  if (A == openat) goto 0011 else goto 0015
 0006: 0x20 0x00 0x00 0x00000014  A = args[0] >> 32
 0007: 0x15 0x00 0x07 0x00000000  if (A != 0x0) goto 0015
 0008: 0x20 0x00 0x00 0x00000010  A = args[0]
 0009: 0x45 0x01 0x00 0x00000002  if (A & 0x2) goto 0011
 0010: 0x05 0x00 0x00 0x00000004  goto 0015
 0011: 0x06 0x00 0x00 0x00050001  return ERRNO(1)
 0012: 0x15 0x00 0x03 0x40000003  if (A != ARCH_I386) goto 0016
 0013: 0x20 0x00 0x00 0x00000000  A = sys_number
 0014: 0x15 0x00 0x01 0x00000004  if (A != write) goto 0016
 0015: 0x06 0x00 0x00 0x7fff0000  return ALLOW
 0016: 0x06 0x00 0x00 0x80000000  return KILL_PROCESS
`);
  });
});
