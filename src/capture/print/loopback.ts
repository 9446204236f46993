// The Ethernet loopback test protocol (Ethernet version 2.0 specification, chapter 8): little-endian, unlike everything around it.

import type { PrintContext } from './context.js';

const REPLY = 1;
const FORWARD = 2;

export function printLoopback(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'loopback';
  ctx.print('Loopback');
  let at = offset;
  let rest = length;
  const invalid = (): void => {
    ctx.invalid();
    ctx.need(at, rest);
  };
  const skip = (size: number): void => {
    at += size;
    rest -= size;
  };
  if (rest < 2) {
    invalid();
    return;
  }
  const skipCount = ctx.u16le(at);
  skip(2);
  ctx.print(`, skipCount ${skipCount}`);
  if (skipCount % 8 !== 0) ctx.print(' (bogus)');
  if (skipCount > rest) {
    invalid();
    return;
  }
  ctx.need(at, skipCount);
  skip(skipCount);
  if (rest < 2) {
    invalid();
    return;
  }
  const message = ctx.u16le(at);
  skip(2);
  if (ctx.wantsLayers) ctx.layer('loopback', { skipCount, function: message });
  ctx.print(`, ${message === REPLY ? 'Reply' : message === FORWARD ? 'Forward Data' : ` invalid (${message})`}`);
  if (message === REPLY) {
    if (rest < 2) {
      invalid();
      return;
    }
    ctx.print(`, receipt number ${ctx.u16le(at)}`);
    skip(2);
  } else if (message === FORWARD) {
    if (rest < 6) {
      invalid();
      return;
    }
    ctx.print(`, forwarding address ${ctx.ether(at)}`);
    skip(6);
  }
  if (message === REPLY || message === FORWARD) ctx.print(`, data (${rest} octets)`);
  ctx.need(at, rest);
}
