// Reads the case files of this folder. A case is a name, a file written in words, and what reading it gives:
//
//     === name
//     le32:0xa1b2c3d4 le16:2 ...      ; numbers by byte order and size, bytes in hexadecimal, "text", 00*12 for repeats
//     --- gives
//     packet @24 ...
//
// Blocks of pcapng: `block-le 6 { ... }` writes type, length, the content padded to 32 bits, and the length again.

import { readFileSync } from 'node:fs';

export interface FileCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly gives: string;
}

export function readCases(file: string): FileCase[] {
  const text = readFileSync(new URL(`./cases/${file}`, import.meta.url), 'utf8');
  return text
    .split(/^=== /m)
    .slice(1)
    .map(part => {
      const newline = part.indexOf('\n');
      const [source = '', gives = ''] = part.slice(newline + 1).split(/^--- gives\n/m);
      return { name: part.slice(0, newline).trim(), bytes: bytesOfWords(source), gives: gives.trim() };
    });
}

/** The bytes that the words describe. */
export function bytesOfWords(source: string): Uint8Array {
  const words = [...source.replaceAll(/;.*$/gm, '').matchAll(/"(?:[^"\\]|\\.)*"|[^\s"]+/g)].map(match => match[0]);
  let at = 0;
  const parse = (): number[] => {
    const bytes: number[] = [];
    while (at < words.length && words[at] !== '}') {
      const word = words[at++]!;
      const block = /^block-(le|be)$/.exec(word);
      if (block) {
        const type = Number(words[at++]);
        if (words[at++] !== '{') throw new Error(`{ expected after block type ${type}`);
        const body = parse();
        at++;
        while (body.length % 4 !== 0) body.push(0);
        const length = integer(block[1]!, 32, BigInt(body.length + 12));
        bytes.push(...integer(block[1]!, 32, BigInt(type)), ...length, ...body, ...length);
      } else bytes.push(...simple(word));
    }
    return bytes;
  };
  return Uint8Array.from(parse());
}

function simple(word: string): number[] {
  if (word.startsWith('"')) return [...Buffer.from(JSON.parse(word) as string, 'utf8')];
  const number = /^(le|be)(16|32|64):(-?\w+)$/.exec(word);
  if (number) return integer(number[1]!, Number(number[2]), BigInt(number[3]!));
  const repeat = /^([0-9a-f]{2})\*(\d+)$/.exec(word);
  if (repeat) return Array<number>(Number(repeat[2])).fill(Number.parseInt(repeat[1]!, 16));
  if (!/^([0-9a-f]{2})+$/.test(word)) throw new Error(`not a word of a case file: ${word}`);
  return [...Buffer.from(word, 'hex')];
}

function integer(order: string, bits: number, value: bigint): number[] {
  const bytes = Array.from({ length: bits / 8 }, (_, i) => Number((BigInt.asUintN(64, value) >> BigInt(8 * i)) & 255n));
  return order === 'le' ? bytes : bytes.reverse();
}
