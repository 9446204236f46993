// RFC 9669's mnemonics in the notation that assemblers of user-space machines share: `add %r1, 1`, `ldxw %r0, [%r1+4]`.

import { type Dialect, signed, target, wideHex } from './dialect.js';

/** One instruction by mnemonic. Jumps name a label where there is one, else the distance in slots. */
export const rfcDialect: Dialect = (at, names) => {
  const { instruction, row, next } = at;
  const { dst, src, offset, imm } = instruction;
  const place = (register: number): string => `[%r${register}${signed(offset)}]`;
  const to = target(at);
  const jump = (distance: number): string => (to === undefined ? undefined : names.label?.(to)) ?? signed(distance);
  switch (row.kind) {
    case 'alu':
    case 'mov':
      return `${row.mnemonic} %r${dst}, ${row.source === 'k' ? imm : `%r${src}`}`;
    case 'movsx':
      return `${row.mnemonic} %r${dst}, %r${src}`;
    case 'neg':
    case 'end':
    case 'callx':
      return `${row.mnemonic} %r${dst}`;
    case 'addr-space':
      return `${row.mnemonic} %r${dst}, %r${src}, ${imm >>> 16}, ${imm & 0xffff}`;
    case 'lddw':
      if (row.mnemonic === 'lddw') return `lddw %r${dst}, ${wideHex(imm, next)}`;
      if (row.mnemonic === 'lddw_func') return `lddw_func %r${dst}, ${jump(imm)}`;
      return `${row.mnemonic} %r${dst}, ${imm}${row.mnemonic.endsWith('value') ? `, ${next >>> 0}` : ''}`;
    case 'load':
    case 'load-acquire':
      return `${row.mnemonic} %r${dst}, ${place(src)}`;
    case 'store':
    case 'atomic':
    case 'store-release':
      return `${row.mnemonic} ${place(dst)}, %r${src}`;
    case 'store-imm':
      return `${row.mnemonic} ${place(dst)}, ${imm}`;
    case 'packet':
      return row.source === 'x' ? `${row.mnemonic} %r${src}, ${imm}` : `${row.mnemonic} ${imm}`;
    case 'goto':
      return `${row.mnemonic} ${jump(row.uses.includes('imm') ? imm : offset)}`;
    case 'may-goto':
      return `${row.mnemonic} ${jump(offset)}`;
    case 'jump':
      return `${row.mnemonic} %r${dst}, ${row.source === 'k' ? imm : `%r${src}`}, ${jump(offset)}`;
    case 'call':
      if (row.mnemonic === 'call_local') return `call_local ${jump(imm)}`;
      if (row.mnemonic === 'call_kfunc') return `call_kfunc ${imm}${offset === 0 ? '' : `, ${offset}`}`;
      return `call ${imm}`;
    case 'exit':
      return 'exit';
  }
};
