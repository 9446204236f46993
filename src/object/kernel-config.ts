// `.kconfig` externs: variables that hold options of the kernel a program is loaded into. Types and values as libbpf has them:
// y, m and n for bool, char and enum libbpf_tristate, numbers for integers, strings for arrays of char.

import { SkepError } from '../diagnostics/index.js';
import type { Btf, BtfType } from './btf/index.js';
import { KCONFIG_SECTION } from './fix-up.js';
import type { CollectionSpec, KernelOptionSpec } from './spec.js';

const MAX_KCONFIG_BYTES = 1 << 20;

/** Options by name, as /boot/config-* says them: `y`, `m`, `n`, `250`, `"text"`. */
export type KernelConfig = ReadonlyMap<string, string>;

/** What is known of the kernel, apart from its configuration file. */
export interface KernelFacts {
  readonly config: KernelConfig;
  /** LINUX_KERNEL_VERSION: KERNEL_VERSION(6, 18, 0) is 0x061200. */
  readonly version?: number;
  /** LINUX_HAS_BPF_COOKIE, LINUX_HAS_SYSCALL_WRAPPER. */
  readonly features?: Readonly<Record<string, boolean>>;
}

/** Reads the text of a kernel configuration (/boot/config-*, /proc/config.gz unpacked). Lines that are no option are left out. */
export function parseKernelConfig(text: string): Map<string, string> {
  const config = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^(CONFIG_\w+)=(.*)$/.exec(line.trim());
    if (match) config.set(match[1]!, match[2]!);
  }
  return config;
}

/**
 * The same spec with the values of `.kconfig` in their map. Throws SkepError: SKEP4205 for each option that is not known and not
 * weak, SKEP4206 for one whose value does not fit its variable.
 */
export function fillKernelOptions(spec: CollectionSpec, facts: KernelFacts): CollectionSpec {
  const map = spec.maps.get(KCONFIG_SECTION);
  if (!map || !spec.btf) return spec;
  const little = spec.byteOrder === 'little';
  if (map.valueSizeBytes > MAX_KCONFIG_BYTES) {
    throw new SkepError({
      code: 'SKEP4206',
      severity: 'error',
      message: 'the variables of .kconfig take more than 1 MiB',
    });
  }
  const bytes = new Uint8Array(map.valueSizeBytes);
  const errors: SkepError[] = [];
  for (const option of spec.kernelOptions) {
    try {
      fillOption(bytes, little, option, spec.btf, facts);
    } catch (error) {
      if (!(error instanceof SkepError)) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new SkepError(errors.flatMap(({ diagnostics }) => diagnostics));
  const filled = { ...map, contents: [{ key: new Uint8Array(4), value: bytes }] };
  return { ...spec, maps: new Map([...spec.maps, [KCONFIG_SECTION, filled]]), kernelOptions: [] };
}

function fillOption(bytes: Uint8Array, little: boolean, option: KernelOptionSpec, btf: Btf, facts: KernelFacts): void {
  const { name, offsetBytes, sizeBytes } = option;
  const text = optionText(name, facts);
  if (text === undefined) {
    if (option.weak) return;
    throw new SkepError({
      code: 'SKEP4205',
      severity: 'error',
      message: `the program needs the kernel option ${name}, and it is not known`,
      notes: ['give the kernel configuration it is meant for, or declare the variable __weak: it is 0 then'],
    });
  }
  const type = btf.resolve(option.btfTypeId);
  const place = bytes.subarray(offsetBytes, offsetBytes + sizeBytes);
  if (type.kind === 'array') {
    if (!text.startsWith('"')) throw misfit(name, text, 'a string');
    // The last byte stays the end of the string.
    place.set(new TextEncoder().encode(unquoted(text)).subarray(0, sizeBytes - 1));
    return;
  }
  const value = scalarValue(type, text);
  if (value === undefined) throw misfit(name, text, wordsFor(type));
  writeInteger(place, value, little);
}

function optionText(name: string, { config, version, features }: KernelFacts): string | undefined {
  if (name === 'LINUX_KERNEL_VERSION') return version === undefined ? undefined : String(version);
  const feature = features?.[name];
  if (name.startsWith('LINUX_')) return feature === undefined ? undefined : feature ? '1' : '0';
  return config.get(name);
}

/** enum libbpf_tristate. */
const TRISTATE: Readonly<Record<string, bigint>> = { n: 0n, y: 1n, m: 2n };

function scalarValue(type: BtfType, text: string): bigint | undefined {
  const isTristate = /^[ymn]$/.test(text);
  const number = /^-?(0x[0-9a-f]+|\d+)$/i.test(text) ? parseInteger(text) : undefined;
  switch (type.kind) {
    case 'int': {
      if (type.bool) {
        if (isTristate) return text === 'm' ? undefined : TRISTATE[text];
        return number === 0n || number === 1n ? number : undefined;
      }
      // A letter fits a char only: CONFIG_X=y in an int would be 121.
      if (isTristate) return type.sizeBytes === 1 ? BigInt(text.charCodeAt(0)) : undefined;
      if (number === undefined) return undefined;
      const bits = type.sizeBytes * 8;
      const cut = type.signed ? BigInt.asIntN(bits, number) : BigInt.asUintN(bits, number);
      return cut === number ? number : undefined;
    }
    case 'enum':
      return isTristate ? TRISTATE[text] : undefined;
    default:
      return undefined;
  }
}

function parseInteger(text: string): bigint {
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}

function unquoted(text: string): string {
  return text.slice(1, text.endsWith('"') && text.length > 1 ? -1 : undefined).replaceAll(/\\(.)/g, '$1');
}

function writeInteger(place: Uint8Array, value: bigint, little: boolean): void {
  for (let index = 0; index < place.length; index++) {
    const shift = BigInt(8 * (little ? index : place.length - 1 - index));
    place[index] = Number((value >> shift) & 0xffn);
  }
}

function wordsFor(type: BtfType): string {
  if (type.kind !== 'int') return 'y, m or n';
  return type.bool ? 'y or n' : `a number of ${type.sizeBytes * 8} bits`;
}

function misfit(name: string, text: string, wanted: string): SkepError {
  return new SkepError({
    code: 'SKEP4206',
    severity: 'error',
    message: `the kernel option ${name} is ${text}, and its variable holds ${wanted}`,
  });
}
