// The compiled test objects, and what the machine offers to compare with.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ORDERS = ['le', 'be'] as const;
export type Order = (typeof ORDERS)[number];

/** Bytes of test/object/c/NAME.ORDER.o. */
export function objectBytes(name: string, order: Order = 'le'): Uint8Array {
  return new Uint8Array(readFileSync(objectPath(name, order)));
}

export function objectPath(name: string, order: Order = 'le'): string {
  return fileURLToPath(new URL(`../c/${name}.${order}.o`, import.meta.url));
}

export const VMLINUX = '/sys/kernel/btf/vmlinux';

/** The running kernel's types, or undefined (said loudly). */
export function vmlinuxBytes(what: string): Uint8Array | undefined {
  if (existsSync(VMLINUX)) return new Uint8Array(readFileSync(VMLINUX));
  console.warn(`SKIPPED: ${what}: there is no ${VMLINUX}`);
  return undefined;
}

/** Whether a tool is there; said loudly when it is not. */
export function hasTool(name: string, what: string): boolean {
  if (spawnSync(name, ['--version']).error === undefined) return true;
  console.warn(`SKIPPED: ${what}: there is no ${name}`);
  return false;
}
