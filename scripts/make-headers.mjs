// Writes the headers that come from tables: src/lang/include/linux/bpf.h (program, map, attach and link types, contexts, constants) and
// src/lang/include/bpf/bpf_helper_defs.h (helpers). `node scripts/make-headers.mjs`; a test sees to it that they are in step.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The tables, compiled from the sources. */
async function tables() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: {
      contents: `
        export { PROGRAM_TYPES, ATTACH_TYPES, LINK_TYPES, CONTEXT_STRUCTS, HELPER_STRUCTS } from './src/kernel/index.js';
        export { MAP_TYPE_NAMES } from './src/object/index.js';
        export { HELPERS } from './src/helpers/index.js';`,
      resolveDir: root,
    },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    write: false,
    logLevel: 'error',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
}

const GENERATED = 'Made from the tables of skep by scripts/make-headers.mjs.';

function enumeration(name, rows) {
  const lines = rows.map(([constant, value]) => `\t${constant} = ${value},`);
  return `enum${name ? ` ${name}` : ''} {\n${lines.join('\n')}\n};\n`;
}

/** A struct as C: fields in order, pointers as 64 bits whatever the compiler thinks. */
function struct(row) {
  // What the kernel has of the machine (registers) is in a header of its own.
  const body = row.fields.map(field => declareField(field, '\t')).join('');
  return `struct ${row.name} {\n${body}}${attributes(row)};\n`;
}

/** Opaque structs of 64-bit words are aligned to 8 bytes in the kernel's header, on every machine. */
const attributes = row =>
  row.fields.some(({ name, type }) => name === '__opaque' && type === '__u64') ? ' __attribute__((aligned(8)))' : '';

function declareField(field, indent) {
  if (field.members) {
    const inner = field.members.map(one => declareField(one, `${indent}\t`)).join('');
    return `${indent}${field.kind} {\n${inner}${indent}}${field.name ? ` ${field.name}` : ''};\n`;
  }
  const array = field.count > 1 ? `[${field.count}]` : '';
  if (field.type.endsWith('*') && field.name !== 'ptr') return `${indent}__bpf_md_ptr(${field.type}, ${field.name});\n`;
  const space = field.type.endsWith('*') ? '' : ' ';
  return `${indent}${field.type}${space}${field.name}${array};\n`;
}

function constantGroups() {
  const text = readFileSync(`${root}scripts/headers/constants.txt`, 'utf8');
  return text
    .split('\n\n')
    .map(group => group.split('\n').filter(line => line !== '' && !line.startsWith('#')))
    .filter(lines => lines.length > 1)
    .map(([head, ...rows]) => ({
      name: head.slice('enum'.length).trim(),
      rows: rows.map(row => row.trim().split(' ')),
    }));
}

/** Structs of other headers: not written here. */
const ELSEWHERE = new Set(['pt_regs', 'bpf_perf_event_data', 'bpf_nf_ctx', 'bpf_raw_tracepoint_args']);

function bpfHeader({
  PROGRAM_TYPES,
  ATTACH_TYPES,
  LINK_TYPES,
  CONTEXT_STRUCTS,
  HELPER_STRUCTS,
  MAP_TYPE_NAMES,
  HELPERS,
}) {
  const upper = name => name.toUpperCase();
  const structs = [...HELPER_STRUCTS, ...CONTEXT_STRUCTS].filter(({ name }) => !ELSEWHERE.has(name));
  // A struct that is a member comes before the one that has it; none of those written here is.
  return `// What user space and eBPF programs share with the kernel: include/uapi/linux/bpf.h, as far as programs use it.
// ${GENERATED}

#ifndef __SKEP_LINUX_BPF_H__
#define __SKEP_LINUX_BPF_H__

#include <linux/types.h>

/* One instruction. */
struct bpf_insn {
\t__u8 code;
\t__u8 dst_reg : 4;
\t__u8 src_reg : 4;
\t__s16 off;
\t__s32 imm;
};

/* A pointer in a context: 64 bits, whatever the machine. */
#define __bpf_md_ptr(type, name) \\
\tunion { \\
\t\ttype name; \\
\t\t__u64 : 64; \\
\t} __attribute__((aligned(8)))

${enumeration(
  'bpf_map_type',
  MAP_TYPE_NAMES.map((name, number) => [`BPF_MAP_TYPE_${upper(name)}`, number]),
)}
#define BPF_MAP_TYPE_CGROUP_STORAGE_DEPRECATED BPF_MAP_TYPE_CGROUP_STORAGE

${enumeration('bpf_prog_type', [['BPF_PROG_TYPE_UNSPEC', 0], ...PROGRAM_TYPES.map(({ name, number }) => [`BPF_PROG_TYPE_${upper(name)}`, number])])}
${enumeration(
  'bpf_attach_type',
  ATTACH_TYPES.map(({ constant, number }) => [constant, number]),
)}
${enumeration('bpf_link_type', [['BPF_LINK_TYPE_UNSPEC', 0], ...LINK_TYPES.map(({ name, number }) => [`BPF_LINK_TYPE_${upper(name)}`, number])])}
${enumeration('bpf_func_id', [['BPF_FUNC_unspec', 0], ...HELPERS.map(({ name, id }) => [name.replace(/^bpf_/, 'BPF_FUNC_'), id])])}
${constantGroups()
  .map(({ name, rows }) => enumeration(name, rows))
  .join('\n')}
#define XDP_PACKET_HEADROOM 256
#define BPF_TAG_SIZE 8
#define BPF_OBJ_NAME_LEN 16U
#define BPF_BUILD_ID_SIZE 20
#define MAX_BPF_STACK 512

struct bpf_stack_build_id {
\t__s32 status;
\tunsigned char build_id[BPF_BUILD_ID_SIZE];
\tunion {
\t\t__u64 offset;
\t\t__u64 ip;
\t};
};

struct bpf_lpm_trie_key {
\t__u32 prefixlen;
\t__u8 data[0];
};

struct bpf_cgroup_storage_key {
\t__u64 cgroup_inode_id;
\t__u32 attach_type;
};

struct bpf_raw_tracepoint_args {
\t__u64 args[0];
};

${structs.map(struct).join('\n')}
#endif
`;
}

/** Kernel types behind contexts -> what programs call them. */
const PROGRAM_VIEWS = {
  'struct sk_buff *skb': 'struct __sk_buff *skb',
  'struct xdp_buff *': 'struct xdp_md *',
  'struct sk_msg_buff *': 'struct sk_msg_md *',
  'struct bpf_map *': 'void *',
};

function helperHeader({ HELPERS }) {
  const declarations = HELPERS.map(({ name, id, declaration, meaning, since }) => {
    let text = declaration;
    for (const [from, to] of Object.entries(PROGRAM_VIEWS)) text = text.replaceAll(from, to);
    text = text.replace(/\b([us])(8|16|32|64)\b/g, '__$1$2').replace(/\bsize_t\b/g, 'unsigned long');
    const match = /^(.+?[ *])(\w+)\((.*)\)$/.exec(text);
    if (!match) throw new Error(`no declaration: ${declaration}`);
    const [, result, , parameters] = match;
    const space = result.endsWith('*') ? '' : ' ';
    return `// ${meaning} (Linux ${since})\nstatic ${result.trimEnd()}${space}(* const ${name})(${parameters}) = (void *)${id};\n`;
  });
  const mentioned = new Set(declarations.join('').match(/struct \w+/g));
  return `// Every helper that the kernel offers to programs, as a function pointer whose value is the helper's number.
// ${GENERATED}

#ifndef __SKEP_BPF_HELPER_DEFS_H__
#define __SKEP_BPF_HELPER_DEFS_H__

${[...mentioned]
  .sort()
  .map(name => `${name};`)
  .join('\n')}

${declarations.join('\n')}
#endif
`;
}

/** path -> text. */
export async function makeHeaders() {
  const all = await tables();
  return new Map([
    ['src/lang/include/linux/bpf.h', bpfHeader(all)],
    ['src/lang/include/bpf/bpf_helper_defs.h', helperHeader(all)],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of await makeHeaders()) writeFileSync(`${root}${path}`, text);
}
