// Files that people take for captures, by their first bytes, and what to do with them.

interface OtherFormat {
  readonly begins: readonly number[];
  readonly note: string;
}

const ascii = (text: string): number[] => Array.from(text, letter => letter.charCodeAt(0));

const OTHER_FORMATS: readonly OtherFormat[] = [
  { begins: [0x1f, 0x8b], note: 'it is compressed with gzip' },
  { begins: [0x28, 0xb5, 0x2f, 0xfd], note: 'it is compressed: `zstd -dc FILE` writes what is in it' },
  { begins: [0xfd, 0x37, 0x7a, 0x58], note: 'it is compressed: `xz -dc FILE` writes what is in it' },
  { begins: ascii('BZh'), note: 'it is compressed: `bzip2 -dc FILE` writes what is in it' },
  { begins: [0x04, 0x22, 0x4d, 0x18], note: 'it is compressed: `lz4 -dc FILE` writes what is in it' },
  { begins: ascii('PK\x03\x04'), note: 'it is a zip archive: unpack it first' },
  { begins: ascii('snoo'), note: 'it is a snoop file: `editcap FILE OUT.pcapng` converts it' },
  { begins: ascii('RTSS'), note: 'it is a Network Monitor file: `editcap FILE OUT.pcapng` converts it' },
  { begins: ascii('GMBU'), note: 'it is a Network Monitor file: `editcap FILE OUT.pcapng` converts it' },
  { begins: ascii('TRSN'), note: 'it is a Sniffer file: `editcap FILE OUT.pcapng` converts it' },
  { begins: [0xa1, 0xb2, 0xc3, 0xcb], note: 'it holds a BPF program, not packets' },
  { begins: [0xcb, 0xc3, 0xb2, 0xa1], note: 'it holds a BPF program, not packets' },
  { begins: [0x0a, 0x0a, 0x0a], note: 'it may be a pcapng file whose line ends were converted as if it were text' },
  { begins: [0x0a, 0x0d, 0x0a], note: 'it may be a pcapng file whose line ends were converted as if it were text' },
  { begins: [0x0d, 0x0a, 0x0d], note: 'it may be a pcapng file whose line ends were converted as if it were text' },
];

/** What else the file is, judged by its first four bytes; undefined when nothing is known. */
export function otherFormatNote(first: Uint8Array): string | undefined {
  return OTHER_FORMATS.find(({ begins }) => begins.every((byte, i) => first[i] === byte))?.note;
}
