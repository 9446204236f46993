import { describe, expect, it } from 'vitest';
import { SECTIONS, sectionMeaning } from '../../src/object/index.js';

describe('section names', () => {
  it.each(SECTIONS.map(row => [row.section.replace(/\+$/, ''), row] as const))('%s', (name, row) => {
    expect(sectionMeaning(name)).toMatchObject({ type: row.type, flags: row.flags ?? [], autoload: true });
    expect(sectionMeaning(name).attachType).toBe(row.attachType);
    expect(sectionMeaning(`?${name}`)).toMatchObject({ type: row.type, autoload: false });
  });

  it.each([
    ['kprobe/do_sys_open', 'kprobe', undefined, 'do_sys_open'],
    ['tp/syscalls/sys_enter_openat', 'tracepoint', undefined, 'syscalls/sys_enter_openat'],
    ['uprobe//usr/bin/bash:readline', 'kprobe', undefined, '/usr/bin/bash:readline'],
    ['fentry.s/vfs_read', 'tracing', 'trace_fentry', 'vfs_read'],
    ['iter/task', 'tracing', 'trace_iter', 'task'],
    ['xdp.frags/devmap', 'xdp', 'xdp_devmap', undefined],
    ['cgroup/connect4', 'cgroup_sock_addr', 'cgroup_inet4_connect', undefined],
    // Read as libbpf did before 1.0.
    ['xdp/my_program', 'xdp', 'xdp', undefined],
    ['classifier/ingress', 'sched_cls', undefined, undefined],
    ['no_such_section', 'unspec', undefined, undefined],
    ['kprobes', 'unspec', undefined, undefined],
  ])('%s', (name, type, attachType, attachTo) => {
    const meaning = sectionMeaning(name);
    expect([meaning.type, meaning.attachType, meaning.attachTo]).toEqual([type, attachType, attachTo]);
  });
});
