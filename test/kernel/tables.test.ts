// The tables of program, attach and link types and of structs, beside a kernel's own types and beside each other.

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HELPERS } from '../../src/helpers/index.js';
import {
  ATTACH_TYPES,
  attachType,
  contextFields,
  LINK_TYPES,
  linkType,
  PROGRAM_TYPES,
  programType,
  returnRange,
  STRUCTS,
  type StructField,
  verdictName,
} from '../../src/kernel/index.js';
import { Btf, type CompositeType, isComposite, MAP_TYPE_NAMES, SECTIONS } from '../../src/object/index.js';

/** A script, without types. */
const HEADERS_SCRIPT = '../../scripts/make-headers.mjs';

const KERNEL_BTF = '/sys/kernel/btf/vmlinux';
const btf = existsSync(KERNEL_BTF) ? Btf.parse(readFileSync(KERNEL_BTF)) : undefined;
if (!btf) console.warn(`SKIPPED: tables compared with the kernel's BTF: there is no ${KERNEL_BTF}`);

/** Structs whose kernel side is another one, or is not the same on all machines. */
const NOT_IN_BTF = new Set(['pt_regs', 'bpf_perf_event_data', 'bpf_raw_tracepoint_args']);

function enumerators(name: string): Map<string, number> {
  const found = btf!.findByName(name, 'enum');
  return new Map(found?.values.map(({ name, value }) => [name, Number(value)]));
}

/** Leaves of a BTF struct, by name, with offset and size. */
function leaves(type: CompositeType, base = 0, into = new Map<string, string>()): Map<string, string> {
  for (const member of type.members) {
    const inner = btf!.resolve(member.typeId);
    const at = base + member.offsetBits / 8;
    if (member.name === '' && isComposite(inner)) leaves(inner, at, into);
    else into.set(member.name, `${at}+${btf!.sizeOf(member.typeId)}`);
  }
  return into;
}

describe.runIf(btf)('beside the kernel', () => {
  it('program types have its numbers', () => {
    const kernel = enumerators('bpf_prog_type');
    for (const { name, number } of PROGRAM_TYPES)
      expect(kernel.get(`BPF_PROG_TYPE_${name.toUpperCase()}`), name).toBe(number);
  });

  it('attach types have its numbers', () => {
    const kernel = enumerators('bpf_attach_type');
    // Rows of kernels after this one are not there yet.
    for (const { constant, number } of ATTACH_TYPES)
      if (kernel.has(constant)) expect(kernel.get(constant), constant).toBe(number);
    expect(ATTACH_TYPES.filter(({ constant }) => kernel.has(constant)).length).toBeGreaterThan(40);
  });

  it('link types have its numbers', () => {
    const kernel = enumerators('bpf_link_type');
    for (const { name, number } of LINK_TYPES)
      expect(kernel.get(`BPF_LINK_TYPE_${name.toUpperCase()}`), name).toBe(number);
  });

  it.each(STRUCTS.filter(({ name }) => !NOT_IN_BTF.has(name)))('struct $name is laid out as there', row => {
    const type = btf!.findByName(row.name, 'struct');
    if (!type) return;
    expect(row.sizeBytes).toBe(type.sizeBytes);
    const expected = leaves(type);
    const flat = (fields: readonly StructField[]): StructField[] =>
      fields.flatMap(field => (field.name === '' ? flat(field.members ?? []) : [field]));
    const own = new Map(
      flat(row.fields).map(({ name, offsetBytes, sizeBytes }) => [name, `${offsetBytes}+${sizeBytes}`]),
    );
    expect(own).toEqual(expected);
  });
});

describe('the tables', () => {
  it('have each number once, from 1 on', () => {
    expect(PROGRAM_TYPES.map(({ number }) => number)).toEqual(PROGRAM_TYPES.map((_, index) => index + 1));
  });

  it('name attach types that exist, and links that exist', () => {
    for (const { name, attachTypes } of PROGRAM_TYPES) {
      for (const one of attachTypes) if (one !== '') expect(attachType(one), `${name}: ${one}`).toBeDefined();
    }
    for (const { link, name } of ATTACH_TYPES) if (link) expect(linkType(link), name).toBeDefined();
  });

  it('know what section names say', () => {
    for (const { section, type, attachType: attach } of SECTIONS) {
      const row = programType(type);
      expect(row, section).toBeDefined();
      if (attach && row!.attachTypes.length > 0) expect(row!.attachTypes, section).toContain(attach);
    }
  });

  it('name the program types that helpers do', () => {
    for (const { name, programTypes } of HELPERS) {
      if (programTypes !== '*')
        for (const type of programTypes) expect(programType(type), `${name}: ${type}`).toBeDefined();
    }
  });

  it('rule fields by type and attach type', () => {
    const access = (type: string, field: string, attach?: string): string => {
      const found = contextFields(programType(type)!, attach).find(one => one.field.name === field)!;
      return `${found.read ? 'r' : ''}${found.write ? 'w' : ''}`;
    };
    expect(access('socket_filter', 'data')).toBe('');
    expect(access('socket_filter', 'cb')).toBe('rw');
    expect(access('sched_cls', 'mark')).toBe('rw');
    expect(access('sched_cls', 'family')).toBe('');
    expect(access('cgroup_skb', 'family')).toBe('r');
    expect(access('xdp', 'egress_ifindex')).toBe('');
    expect(access('xdp', 'egress_ifindex', 'xdp_devmap')).toBe('r');
    expect(access('cgroup_sock_addr', 'user_ip4', 'cgroup_inet4_connect')).toBe('rw');
    expect(access('cgroup_sock_addr', 'user_ip6', 'cgroup_inet4_connect')).toBe('');
    expect(access('cgroup_sockopt', 'retval', 'cgroup_getsockopt')).toBe('rw');
    expect(access('flow_dissector', 'len')).toBe('');
  });

  it('rule return values', () => {
    expect(returnRange(programType('cgroup_skb')!, 'cgroup_inet_egress')).toEqual({ minimum: 0, maximum: 3 });
    expect(returnRange(programType('cgroup_skb')!, 'cgroup_inet_ingress')).toEqual({ minimum: 0, maximum: 1 });
    expect(returnRange(programType('xdp')!)).toBe('any');
    expect(verdictName(programType('sched_cls')!, 0xffffffff)).toBe('TC_ACT_UNSPEC');
    expect(verdictName(programType('xdp')!, 77)).toBe('77');
  });
});

describe('headers', () => {
  it('are in step with the tables (node scripts/make-headers.mjs)', async () => {
    const { makeHeaders } = (await import(HEADERS_SCRIPT)) as { makeHeaders(): Promise<Map<string, string>> };
    for (const [path, text] of await makeHeaders())
      expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'), path).toBe(text);
  });

  it('name every map type', () => {
    expect(MAP_TYPE_NAMES.length).toBeGreaterThan(33);
  });
});
