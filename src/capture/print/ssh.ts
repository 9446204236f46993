// The identification line of SSH (RFC 4253, section 4.2). Everything after the key exchange is encrypted.

import type { PrintContext } from './context.js';

const LEAD = [0x53, 0x53, 0x48, 0x2d] as const;

export function printSsh(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'ssh';
  for (const [index, byte] of LEAD.entries()) {
    if (ctx.u8(offset + index) !== byte) return;
  }
  let line = 'SSH-';
  for (let i = LEAD.length; i < length; i++) {
    const byte = ctx.u8(offset + i);
    const isEnd = byte === 10 || (byte === 13 && i + 1 < length && ctx.u8(offset + i + 1) === 10);
    if (isEnd) {
      ctx.print(`: SSH: ${line}`);
      if (ctx.wantsLayers) ctx.layer('ssh', { line });
      return;
    }
    if (byte < 0x20 || byte > 0x7e) return;
    line += String.fromCharCode(byte);
  }
}
