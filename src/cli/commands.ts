// The commands of `skep`, one row each. A command's file is loaded only when it is asked for, so that start-up stays short.

import type { Command } from 'commander';

export interface CommandRow {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ register(program: Command): void }>;
}

export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'dump',
    summary: 'print, count or copy the packets of a capture that match a filter',
    load: () => import('./dump.js'),
  },
  {
    name: 'filter',
    summary: 'compile a filter expression: bytecode, graph, explanation',
    load: () => import('./filter.js'),
  },
  { name: 'asm', summary: 'assemble BPF text into a program', load: () => import('./asm.js') },
  { name: 'disasm', summary: 'print a BPF program as text', load: () => import('./disasm.js') },
  {
    name: 'inspect',
    summary: 'show what an eBPF object file holds: programs, maps, types',
    load: () => import('./inspect.js'),
  },
  {
    name: 'btf',
    summary: "print a kernel's or an object's types: vmlinux.h, vmlinux.d.ts",
    load: () => import('./btf.js'),
  },
  { name: 'link', summary: 'link eBPF object files into one', load: () => import('./link.js') },
  {
    name: 'build',
    summary: 'compile C to an eBPF object',
    load: () => import('./build.js'),
  },
  {
    name: 'run',
    summary: 'run an eBPF program over packets, without a kernel',
    load: () => import('./run.js'),
  },
];
