// LLVM's notation, as `llvm-objdump -d` writes it and its assembler reads it: `r1 += 0x1`, `*(u32 *)(r10 - 0x4) = r1`.

import { ALU_SYMBOLS, JUMP_SYMBOLS } from '../table.js';
import { type Dialect, wideHex } from './dialect.js';

/** Constants are hexadecimal with their sign in front. */
const hex = (value: number): string => (value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`);

/** One instruction in LLVM's notation. */
export const llvmDialect: Dialect = ({ instruction: { dst, src, offset, imm }, row, slot, next }, names) => {
  const letter = row.bits === 32 ? 'w' : 'r';
  // Loads, stores and atomics of 32 bits and less name the half register in the 32-bit set; the 64-bit name is always understood.
  const type = `${row.signed && row.kind === 'load' ? 's' : 'u'}${row.bits}`;
  const place = (register: number): string => `(r${register} ${offset < 0 ? '-' : '+'} ${hex(Math.abs(offset))})`;
  const jump = (distance: number): string => {
    const label = names.label?.(slot + 1 + distance);
    return `${distance < 0 ? '-' : '+'}${hex(Math.abs(distance))}${label === undefined ? '' : ` <${label}>`}`;
  };
  switch (row.kind) {
    case 'alu':
    case 'mov': {
      const symbol = row.kind === 'mov' ? '=' : ALU_SYMBOLS[row.operation!];
      return `${letter}${dst} ${symbol} ${row.source === 'k' ? hex(imm) : `${letter}${src}`}`;
    }
    case 'movsx': {
      const into = row.intoBits === 32 ? 'w' : 'r';
      return `${into}${dst} = (s${row.bits})${into}${src}`;
    }
    case 'neg':
      return `${letter}${dst} = -${letter}${dst}`;
    case 'end':
      return `r${dst} = ${row.operation}${row.bits} r${dst}`;
    case 'addr-space':
      return `r${dst} = addr_space_cast(r${src}, ${hex(imm >>> 16)}, ${hex(imm & 0xffff)})`;
    case 'lddw':
      return `r${dst} = ${names.map?.(slot) ?? wideHex(imm, next)} ll`;
    case 'load':
      return `r${dst} = *(${type} *)${place(src)}`;
    case 'store':
      return `*(${type} *)${place(dst)} = r${src}`;
    case 'store-imm':
      return `*(${type} *)${place(dst)} = ${hex(imm)}`;
    case 'atomic': {
      const register = `${letter}${src}`;
      if (!row.fetch) return `lock *(${type} *)${place(dst)} ${ALU_SYMBOLS[row.operation!]} ${register}`;
      const inner = place(dst).slice(1, -1);
      if (row.operation === 'cmpxchg')
        return `${letter}0 = cmpxchg${row.bits === 64 ? '_64' : '32_32'}(${inner}, ${letter}0, ${register})`;
      if (row.operation === 'xchg')
        return `${register} = xchg${row.bits === 64 ? '_64' : '32_32'}(${inner}, ${register})`;
      return `${register} = atomic_fetch_${row.operation}((${type} *)${place(dst)}, ${register})`;
    }
    case 'load-acquire':
      return `${row.bits === 64 ? 'r' : 'w'}${dst} = load_acquire((${type} *)${place(src)})`;
    case 'store-release':
      return `store_release((${type} *)${place(dst)}, ${row.bits === 64 ? 'r' : 'w'}${src})`;
    case 'packet':
      return `r0 = *(${type} *)skb[${row.source === 'x' ? `r${src}${imm === 0 ? '' : ` + ${hex(imm)}`}` : hex(imm)}]`;
    case 'goto':
      return row.uses.includes('imm') ? `gotol ${jump(imm)}` : `goto ${jump(offset)}`;
    case 'may-goto':
      return `may_goto ${jump(offset)}`;
    case 'jump': {
      const right = row.source === 'k' ? hex(imm) : `${letter}${src}`;
      return `if ${letter}${dst} ${JUMP_SYMBOLS[row.operation!]} ${right} goto ${jump(offset)}`;
    }
    case 'call':
      return `call ${row.mnemonic === 'call_local' ? (names.label?.(slot + 1 + imm) ?? hex(imm)) : hex(imm)}`;
    case 'callx':
      return `callx r${dst}`;
    case 'exit':
      return 'exit';
  }
};
