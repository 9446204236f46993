// The tables themselves: what every row must keep, and what the kernel that runs here says of them.

import { describe, expect, it } from 'vitest';
import {
  callTargetOf,
  HELPER_NAMES,
  HELPERS,
  helperById,
  helperNamed,
  KFUNCS,
  kfuncNamed,
  nearestHelper,
  PROGRAM_TYPES,
} from '../../src/helpers/index.js';
import { signatureOf } from '../../src/helpers/row.js';
import type { Instruction } from '../../src/isa/extended/index.js';
import { BPF_PROG_TYPE, BpfError, openKernelBpf } from '../support/kernel-bpf.js';

const VERSION = /^[3-7]\.\d+$/;

describe('the table of helpers', () => {
  it('has every number from 1 to 211 once, in order', () => {
    expect(HELPERS.map(row => row.id)).toEqual(Array.from({ length: 211 }, (_, index) => index + 1));
  });

  it('has every name once, and finds rows by both', () => {
    expect(new Set(HELPERS.map(row => row.name)).size).toBe(HELPERS.length);
    for (const row of HELPERS) {
      expect(row.name).toMatch(/^bpf_\w+$/);
      expect(helperById(row.id)).toBe(row);
      expect(helperNamed(row.name)).toBe(row);
      expect(helperNamed(row.name.slice(4))).toBe(row);
      expect(HELPER_NAMES[row.id]).toBe(row.name);
    }
    expect(helperById(0)).toBeUndefined();
    expect(helperById(212)).toBeUndefined();
    expect(nearestHelper('bpf_map_lokup_elem')).toBe('bpf_map_lookup_elem');
  });

  it.each(HELPERS.map(row => [row.name, row] as const))('%s', (_, row) => {
    expect(row.since).toMatch(VERSION);
    expect(row.meaning).toMatch(/^[^\n]{8,110}[^.]$/);
    // As many arguments as its declaration; bpf_trace_printk has three more in place of its dots.
    const parameters = row.declaration.slice(row.declaration.indexOf('(') + 1, -1).split(',');
    const declared = parameters[0] === 'void' ? 0 : parameters.length;
    // The kernel does not look at the last argument of bpf_get_branch_snapshot, its flags.
    const unchecked = row.name === 'bpf_get_branch_snapshot' ? 1 : 0;
    expect(row.args.length + unchecked).toBe(parameters.at(-1)?.trim() === '...' ? 5 : declared);
    const result = row.declaration.slice(0, row.declaration.indexOf(row.name)).trim();
    expect(row.signature).toEqual(signatureOf(row.args, row.returns, result));
    expect(row.signature.wideMask).toBeLessThan(1 << row.signature.count);
    // What bpf_set_hash_invalid leaves in r0 may be read, though it is declared otherwise.
    if (result === 'void' && row.name !== 'bpf_set_hash_invalid') expect(row.returns).toBe('void');
    if (row.returns.startsWith('ptr')) expect(row.signature.result).toBe('address');
    // A size follows memory of any size.
    row.args.forEach((argument, index) => {
      if (argument.type.startsWith('const_size')) expect(row.args[index - 1]!.type).toBe('ptr_to_mem');
      if (argument.type === 'ptr_to_mem' && argument.sizeBytes === undefined) {
        expect(row.args[index + 1]!.type).toMatch(/^const_size/);
      }
      if (argument.type === 'ptr_to_btf_id' && !argument.flags?.includes('release')) {
        expect(argument.btfType).toMatch(/^\w+$/);
      }
    });
    if (row.programTypes !== '*') {
      expect(PROGRAM_TYPES).toEqual(expect.arrayContaining([...row.programTypes]));
      expect(new Set(row.programTypes).size).toBe(row.programTypes.length);
      expect(row.programTypes.length).toBeGreaterThan(0);
    }
  });

  it('says by name what is not simulated', () => {
    const row = helperNamed('bpf_sys_bpf')!;
    expect(row.run).toBeUndefined();
    expect(() => callTargetOf(row).call(undefined as never, 0, 0, 0, 0, 0)).toThrow('bpf_sys_bpf is not simulated');
  });
});

describe('the table of kernel functions', () => {
  it('has every name once', () => {
    expect(new Set(KFUNCS.map(row => row.name)).size).toBe(KFUNCS.length);
    for (const row of KFUNCS) expect(kfuncNamed(row.name)).toBe(row);
    expect(kfuncNamed('bpf_cpumask_create___local')?.name).toBe('bpf_cpumask_create');
  });

  it.each(KFUNCS.map(row => [row.name, row] as const))('%s', (_, row) => {
    expect(row.since).toMatch(VERSION);
    expect(row.meaning.length).toBeGreaterThan(5);
    expect(row.signature.count).toBeLessThanOrEqual(5);
  });

  it('knows registers from declarations', () => {
    expect(kfuncNamed('bpf_rbtree_add_impl')!.signature).toEqual({ count: 5, wideMask: 0b10000, result: 's32' });
    expect(kfuncNamed('bpf_obj_new_impl')!.signature).toEqual({ count: 2, wideMask: 1, result: 'address' });
    expect(kfuncNamed('bpf_map_sum_elem_count')!.signature).toEqual({ count: 1, wideMask: 0, result: 'u64' });
    expect(kfuncNamed('bpf_rcu_read_lock')!.signature).toEqual({ count: 0, wideMask: 0, result: 'void' });
  });
});

/** Attach types under which programs are loaded: what a helper's row says is true of some of them. */
const ATTACH_TYPES: Partial<Record<keyof typeof BPF_PROG_TYPE, readonly number[]>> = {
  cgroup_skb: [0, 1],
  cgroup_sock: [2, 12, 13, 34],
  sock_ops: [3],
  sk_skb: [4, 5, 38],
  cgroup_device: [6],
  sk_msg: [7],
  cgroup_sock_addr: [8, 9, 10, 11, 14, 15, 19, 20, 29, 30],
  lirc_mode2: [16],
  flow_dissector: [17],
  cgroup_sysctl: [18],
  cgroup_sockopt: [21, 22],
  sk_lookup: [36],
  sk_reuseport: [39, 40],
  netfilter: [45],
};
const BPF_F_SLEEPABLE = 16;
const FLAGS: Partial<Record<keyof typeof BPF_PROG_TYPE, number>> = { syscall: BPF_F_SLEEPABLE };

/** These load only with a BTF type of this very kernel to attach to; their rows are from kernel/trace/bpf_trace.c and bpf_lsm.c. */
const NEEDS_BTF = ['tracing', 'lsm', 'struct_ops'];

/** Where this kernel's configuration, not its version, says otherwise: helper -> why. */
const CONFIGURED: Readonly<Record<string, string>> = {
  bpf_override_return: 'CONFIG_BPF_KPROBE_OVERRIDE',
  bpf_probe_write_user: 'kernel lockdown',
  bpf_skb_get_xfrm_state: 'CONFIG_XFRM',
  bpf_lwt_seg6_store_bytes: 'CONFIG_IPV6_SEG6_BPF',
  bpf_lwt_seg6_adjust_srh: 'CONFIG_IPV6_SEG6_BPF',
  bpf_lwt_seg6_action: 'CONFIG_IPV6_SEG6_BPF',
};

const kernel = await openKernelBpf('program types of helpers compared with the kernel');

describe.skipIf(!kernel)('program types, as the kernel says', () => {
  const types = PROGRAM_TYPES.filter(type => !NEEDS_BTF.includes(type));
  const loadable = (type: keyof typeof BPF_PROG_TYPE, instructions: Instruction[], attach: number): string => {
    try {
      kernel!
        .loadProgram({
          type: BPF_PROG_TYPE[type],
          instructions,
          expectedAttachType: attach,
          ...(FLAGS[type] !== undefined && { flags: FLAGS[type] }),
        })
        [Symbol.dispose]();
      return '';
    } catch (error) {
      if (error instanceof BpfError) return error.log || error.code;
      throw error;
    }
  };
  const plain = (opcode: number, imm = 0): Instruction => ({ opcode, dst: 0, src: 0, offset: 0, imm });

  it.each(types)('%s', type => {
    const attachTypes = ATTACH_TYPES[type] ?? [0];
    // A type that this kernel does not have at all says nothing.
    if (attachTypes.every(attach => loadable(type, [plain(0xb7), plain(0x95)], attach) === 'EINVAL')) {
      console.warn(`SKIPPED: helpers of ${type}: this kernel has no such programs`);
      return;
    }
    const wrong: string[] = [];
    for (const row of HELPERS) {
      const log = attachTypes.map(attach => loadable(type, [plain(0x85, row.id), plain(0x95)], attach));
      const kernelSays = log.some(text => !/cannot use helper|unknown func|invalid func/.test(text));
      const tableSays = row.programTypes === '*' || row.programTypes.includes(type);
      if (kernelSays !== tableSays && CONFIGURED[row.name] === undefined) {
        wrong.push(`${row.name}: the kernel ${kernelSays ? 'allows' : 'refuses'} it`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('knows the names, too', () => {
    for (const row of HELPERS) {
      // r0 = r9, which was never set: refused whatever the helper is, with a log that names it.
      const log = loadable('socket_filter', [plain(0x85, row.id), { ...plain(0xbf), src: 9 }, plain(0x95)], 0);
      expect(log).toContain(`call ${row.name}#${row.id}`);
    }
  });
});
