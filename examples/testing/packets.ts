// Packets for tests: Ethernet and IPv4 with everything else zero.

/** An Ethernet frame with an IPv4 header of the given protocol, source and time to live, and a right header checksum. */
export function ipv4({ protocol = 17, source = [10, 0, 0, 1], ttl = 64 } = {}): Uint8Array {
  const frame = new Uint8Array(14 + 20 + 8);
  frame.set([0x08, 0x00, 0x45, 0, 0, 28, 0, 0, 0, 0, ttl, protocol, 0, 0, ...source, 10, 0, 0, 2], 12);
  const view = new DataView(frame.buffer);
  view.setUint16(24, checksum(frame.subarray(14, 34)));
  return frame;
}

/** The Internet checksum (RFC 1071) over bytes; 0 over a header whose checksum is right. */
export function checksum(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += view.getUint16(at);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
}
