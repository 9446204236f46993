// The kernel verifier's notation, as its log and `bpftool prog dump xlated` write it (kernel/bpf/disasm.c): `r1 += 1`.

import { ALU_SYMBOLS, JUMP_SYMBOLS } from '../table.js';
import { type Dialect, signed, wideHex } from './dialect.js';

/** One instruction in the kernel's notation. */
export const kernelDialect: Dialect = ({ instruction: { dst, src, offset, imm }, row, slot, next }, names) => {
  const letter = row.bits === 32 ? 'w' : 'r';
  const unsigned = `u${row.bits}`;
  const place = (register: number): string => `(r${register} ${signed(offset)})`;
  const wide = row.bits === 64 ? '64' : '';
  switch (row.kind) {
    case 'alu':
    case 'mov': {
      const symbol = row.kind === 'mov' ? '=' : ALU_SYMBOLS[row.operation!];
      return `${letter}${dst} ${symbol} ${row.source === 'k' ? imm : `${letter}${src}`}`;
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
      return `r${dst} = addr_space_cast(r${src}, ${imm >>> 16}, ${imm & 0xffff})`;
    case 'lddw': {
      const map = names.map?.(slot);
      switch (row.mnemonic) {
        case 'lddw_map_fd':
          return `r${dst} = map[${map ?? `fd:${imm}`}]`;
        case 'lddw_map_idx':
          return `r${dst} = map[${map ?? `idx:${imm}`}]`;
        case 'lddw_map_value':
          return `r${dst} = map[${map ?? `fd:${imm}`}][0]+${next >>> 0}`;
        case 'lddw_map_idx_value':
          return `r${dst} = map[${map ?? `idx:${imm}`}][0]+${next >>> 0}`;
        case 'lddw_func':
          return `r${dst} = subprog[${signed(imm)}]`;
        case 'lddw_btf_id':
          return `r${dst} = btf[id:${imm}]`;
        default:
          return `r${dst} = ${wideHex(imm, next)}`;
      }
    }
    case 'load':
      return `r${dst} = *(${row.signed ? 's' : 'u'}${row.bits} *)${place(src)}`;
    case 'store':
      return `*(${unsigned} *)${place(dst)} = r${src}`;
    case 'store-imm':
      return `*(${unsigned} *)${place(dst)} = ${imm}`;
    case 'atomic':
      if (!row.fetch) return `lock *(${unsigned} *)${place(dst)} ${ALU_SYMBOLS[row.operation!]} r${src}`;
      if (row.operation === 'cmpxchg') return `r0 = atomic${wide}_cmpxchg((${unsigned} *)${place(dst)}, r0, r${src})`;
      return `r${src} = atomic${wide}_${row.operation === 'xchg' ? 'xchg' : `fetch_${row.operation}`}((${unsigned} *)${place(dst)}, r${src})`;
    case 'load-acquire':
      return `r${dst} = load_acquire((${unsigned} *)${place(src)})`;
    case 'store-release':
      return `store_release((${unsigned} *)${place(dst)}, r${src})`;
    case 'packet':
      return `r0 = *(${unsigned} *)skb[${row.source === 'x' ? `r${src} + ${imm}` : imm}]`;
    case 'goto':
      return row.uses.includes('imm') ? `gotol pc${signed(imm)}` : `goto pc${signed(offset)}`;
    case 'may-goto':
      return `may_goto pc${signed(offset)}`;
    case 'jump': {
      const right = row.source === 'k' ? `0x${(imm >>> 0).toString(16)}` : `${letter}${src}`;
      return `if ${letter}${dst} ${JUMP_SYMBOLS[row.operation!]} ${right} goto pc${signed(offset)}`;
    }
    case 'call':
      if (row.mnemonic === 'call_local') return `call pc${signed(imm)}`;
      if (row.mnemonic === 'call_kfunc') return `call ${names.kfunc?.(imm, offset) ?? 'kernel-function'}#${imm}`;
      return `call ${names.helper?.(imm) ?? 'unknown'}#${imm}`;
    case 'callx':
      return `callx r${dst}`;
    case 'exit':
      return 'exit';
  }
};
