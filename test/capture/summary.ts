// What reading a capture gives, in lines that people can read.

import { type CaptureItem, type CaptureOption, readCaptureSync } from '../../src/capture/index.js';
import { SkepError } from '../../src/diagnostics/index.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex') || '-';

function optionText({ name, value }: CaptureOption): string {
  if (value instanceof Uint8Array) return `${name}=${hex(value)}`;
  if (typeof value !== 'object') return `${name}=${typeof value === 'string' ? JSON.stringify(value) : value}`;
  const parts = Object.entries(value).map(([key, part]) => `${key}:${part instanceof Uint8Array ? hex(part) : part}`);
  return `${name}={${parts.join(' ')}}`;
}

const options = (all: readonly CaptureOption[]): string => all.map(option => ` ${optionText(option)}`).join('');

const time = (item: { timeSeconds: number; timeNanoseconds: number }): string =>
  `${item.timeSeconds}.${String(item.timeNanoseconds).padStart(9, '0')}`;

export function summarize(item: CaptureItem): string {
  const at = `@${item.offsetBytes}`;
  switch (item.kind) {
    case 'packet': {
      const stamp = item.hasTime ? time(item) : 'no-time';
      const exact = item.exactTime ? ` units=${item.exactTime.high}:${item.exactTime.low}` : '';
      const extra = item.extraHeader ? ` extra=${hex(item.extraHeader)}` : '';
      const drops = item.dropCount === undefined ? '' : ` drops=${item.dropCount}`;
      const length = `${item.data.length}/${item.originalLength}`;
      return `packet ${at} ${item.block} if=${item.interface.index} ${stamp} ${length} ${hex(item.data)}${exact}${extra}${drops}${options(item.options)}`;
    }
    case 'interface': {
      const { index, section, indexInSection, linkType, snapLength, timestampResolution, fcsLengthBytes } =
        item.interface;
      const unit = `${timestampResolution.base}^-${timestampResolution.exponent}`;
      const fcs = fcsLengthBytes === undefined ? '' : ` fcs=${fcsLengthBytes}`;
      return `interface ${at} ${index} (${section}.${indexInSection}) link=${linkType} snap=${snapLength} unit=${unit}${fcs}${options(item.interface.options)}`;
    }
    case 'section': {
      const length = item.sectionLengthBytes === undefined ? '' : ` length=${item.sectionLengthBytes}`;
      return `section ${at} ${item.index} ${item.byteOrder} ${item.majorVersion}.${item.minorVersion}${length}${options(item.options)}`;
    }
    case 'names': {
      const records = item.records.map(record =>
        record.type === 'unknown'
          ? ` ${record.recordType}?${hex(record.value)}`
          : ` ${record.type}:${hex(record.address)}=${record.names.join(',')}`,
      );
      return `names ${at}${records.join('')}${options(item.options)}`;
    }
    case 'statistics':
      return `statistics ${at} if=${item.interface.index} ${time(item)}${options(item.options)}`;
    case 'secrets':
      return `secrets ${at} 0x${item.secretsType.toString(16)} ${hex(item.data)}${options(item.options)}`;
    case 'custom':
      return `custom ${at} ${item.copyable ? 'copy' : 'no-copy'} ${item.enterprise} ${hex(item.data)}`;
    case 'unknown':
      return `unknown ${at} 0x${item.blockType.toString(16)} ${hex(item.body)}`;
  }
}

/** Everything in the file, a line each; where it ends with an error, that is the last line. */
export function summarizeFile(bytes: Uint8Array | Iterable<Uint8Array>): string[] {
  const lines: string[] = [];
  try {
    for (const item of readCaptureSync(bytes).items()) lines.push(summarize(item));
  } catch (error) {
    lines.push(summarizeError(error));
  }
  return lines;
}

export function summarizeError(error: unknown): string {
  if (!(error instanceof SkepError)) throw error;
  return `error ${error.code} ${error.message}`;
}
