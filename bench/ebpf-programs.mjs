// The programs of the eBPF measurements, as XDP programs over a packet: text that both our engines and the kernel take.
// `map[fd:N]` stands for the N-th of the program's maps.

const HEAD = `
r7 = *(u32 *)(r1 +0)
r8 = *(u32 *)(r1 +4)
`;

/** Leaves r7 = the packet, when it has that many bytes; else 0 is returned. */
const packetOf = bytes => `${HEAD}
r2 = r7
r2 += ${bytes}
if r2 > r8 goto short
`;
const SHORT = `
short: r0 = 0
exit
`;

/** Sum of the integer binary logarithms of 16 words: shifts and comparisons without branches. */
const LOG2 = `${packetOf(64)}
r0 = 0
r6 = 0
next: r3 = *(u32 *)(r7 +0)
r4 = r3
r4 >>= 16
r5 = 0
if r4 == 0 goto byte
r3 = r4
r5 = 16
byte: r4 = r3
r4 >>= 8
if r4 == 0 goto nibble
r3 = r4
r5 += 8
nibble: r4 = r3
r4 >>= 4
if r4 == 0 goto pair
r3 = r4
r5 += 4
pair: r4 = r3
r4 >>= 2
if r4 == 0 goto bit
r3 = r4
r5 += 2
bit: r3 >>= 1
r5 += r3
r0 += r5
r7 += 4
r6 += 1
if r6 < 16 goto next
exit
${SHORT}`;

/** Trial division: 1 when the packet's first two bytes are a prime number. */
const PRIME = `${packetOf(64)}
r3 = *(u16 *)(r7 +0)
r0 = 0
if r3 < 2 goto done
r4 = 2
again: r5 = r4
r5 *= r4
if r5 > r3 goto prime
r5 = r3
w5 %= w4
if w5 == 0 goto done
r4 += 1
if r4 < 257 goto again
prime: r0 = 1
done: exit
${SHORT}`;

/** strcmp of the strings at 0 and 64. */
const STRCMP = `${packetOf(128)}
r6 = 0
again: w3 = *(u8 *)(r7 +0)
w4 = *(u8 *)(r7 +64)
if w3 != w4 goto differ
if w3 == 0 goto same
r7 += 1
r6 += 1
if r6 < 64 goto again
same: r0 = 0
exit
differ: w0 = w3
w0 -= w4
exit
${SHORT}`
  .replaceAll('w3 = *(u8', 'r3 = *(u8')
  .replaceAll('w4 = *(u8', 'r4 = *(u8');

/** Sixteen lookups in a hash of 1,024 elements, by keys of 8 bytes made from the packet; what is found is counted. */
const HASH = `${packetOf(64)}
r6 = *(u32 *)(r7 +0)
r9 = 0
r8 = 0
again: r3 = r6
r3 &= 2047
*(u64 *)(r10 -8) = r3
r2 = r10
r2 += -8
r1 = map[fd:0]
call bpf_map_lookup_elem#1
if r0 == 0 goto absent
r1 = *(u64 *)(r0 +0)
r1 += 1
*(u64 *)(r0 +0) = r1
r9 += 1
absent: w6 *= 1664525
w6 += 1013904223
r8 += 1
if r8 < 16 goto again
r0 = r9
exit
${SHORT}`;

/** Ethernet and IPv4 parsed, the protocol counted in a per-CPU array, ICMP dropped. */
const XDP = `${HEAD}
r0 = 2
r2 = r7
r2 += 34
if r2 > r8 goto out
r3 = *(u16 *)(r7 +12)
if r3 != 8 goto out
r3 = *(u8 *)(r7 +14)
r3 &= 15
if r3 < 5 goto out
r6 = *(u8 *)(r7 +23)
*(u32 *)(r10 -4) = r6
r2 = r10
r2 += -4
r1 = map[fd:0]
call bpf_map_lookup_elem#1
if r0 == 0 goto pass
r1 = *(u64 *)(r0 +0)
r1 += 1
*(u64 *)(r0 +0) = r1
if r6 != 1 goto pass
r0 = 1
exit
pass: r0 = 2
out: exit
`;

function pseudoRandomBytes(length, seed) {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> (at % 24);
  }
  return bytes;
}

function strings() {
  const bytes = new Uint8Array(128).fill(0x61);
  bytes[60] = 0;
  bytes[124] = 0;
  return bytes;
}

function icmpPacket() {
  const bytes = new Uint8Array(98);
  bytes[12] = 0x08;
  bytes[14] = 0x45;
  bytes[23] = 1;
  return bytes;
}

/** {name, text, data, maps, expected}: `expected` is what the program returns for the data. `maps` in struct bpf_attr's terms. */
export const PROGRAMS = [
  { name: 'log2', text: LOG2, data: pseudoRandomBytes(64, 7), maps: [] },
  { name: 'prime', text: PRIME, data: Uint8Array.of(0xf1, 0xff, ...new Uint8Array(62)), maps: [], expected: 1 },
  { name: 'strcmp', text: STRCMP, data: strings(), maps: [], expected: 0 },
  {
    name: 'hash lookup x16',
    text: HASH,
    data: pseudoRandomBytes(64, 3),
    maps: [{ type: 'hash', keySizeBytes: 8, valueSizeBytes: 8, maxEntries: 1024, filled: 1024 }],
  },
  {
    name: 'xdp parse, count, drop',
    text: XDP,
    data: icmpPacket(),
    maps: [{ type: 'percpu_array', keySizeBytes: 4, valueSizeBytes: 8, maxEntries: 256, filled: 0 }],
    expected: 1,
  },
];

/** What the harness costs alone: subtracted from all. */
export const EMPTY = 'r0 = 2\nexit';
