// MPLS label stacks (RFC 3032). What a stack carries is told from the label or, as routers do, from the payload's first byte.

import type { LayerValue, PrintContext } from './context.js';
import { printIpv4 } from './ipv4.js';
import { printIpv6 } from './ipv6.js';

const ENTRY = 4;
/** Names of the reserved labels. */
const RESERVED_LABELS = ['IPv4 explicit NULL', 'router alert', 'IPv6 explicit NULL', 'implicit NULL'] as const;

/** "label 16, tc 0, [S], ttl 64" for a label stack entry. */
export function mplsLabelText(entry: number): string {
  const label = entry >>> 12;
  const bottom = (entry & 0x100) !== 0 ? ', [S]' : '';
  return `label ${label}, tc ${(entry >>> 9) & 7}${bottom}, ttl ${entry & 0xff}`;
}

export function printMpls(ctx: PrintContext, offset: number, length: number): void {
  ctx.protocol = 'mpls';
  const verbose = ctx.flags.verbosity > 0;
  ctx.print('MPLS');
  let at = offset;
  let rest = length;
  let entry = 0;
  const labels: LayerValue[] = [];
  do {
    if (rest < ENTRY) {
      ctx.invalid();
      ctx.need(at, rest);
      return;
    }
    entry = ctx.u32(at);
    const label = entry >>> 12;
    ctx.print(at !== offset && verbose ? '\n\t' : ' ');
    const name = verbose && label < 16 ? ` (${RESERVED_LABELS[label] ?? 'rsvd'})` : '';
    ctx.print(`(${mplsLabelText(entry).replace(',', `${name},`)})`);
    if (ctx.wantsLayers) {
      const bottomOfStack = (entry & 0x100) !== 0;
      labels.push({ label, trafficClass: (entry >>> 9) & 7, bottomOfStack, ttl: entry & 0xff });
    }
    at += ENTRY;
    rest -= ENTRY;
  } while ((entry & 0x100) === 0);
  if (ctx.wantsLayers) ctx.layer('mpls', { labels });

  const label = entry >>> 12;
  let version = label === 0 || label === 3 ? 4 : label === 2 ? 6 : 0;
  if (version === 0) {
    if (rest < 1) return;
    const first = ctx.u8(at);
    if (first >= 0x45 && first <= 0x4f) version = 4;
    else if (first >> 4 === 6) version = 6;
  }
  if (version === 0) {
    ctx.defaultDump(at, rest);
    return;
  }
  ctx.print(verbose ? '\n\t' : ' ');
  if (!ctx.descend()) return;
  if (version === 4) printIpv4(ctx, at, rest);
  else printIpv6(ctx, at, rest);
  ctx.ascend();
}
