// Six link types begin with a pseudo header whose fields are in the byte order of the machine that captured: the order of
// the file or section. Packets are handed out with these fields little endian; this swaps them, either way.
// Source of the facts: libpcap pcap-util.c; the layouts: pcap/usb.h, linux/can.h, if_pflog.h, nflog.h.

/** Swaps a field of 2, 4 or 8 bytes where all of it is there. */
function swap(bytes: Uint8Array, at: number, size: 2 | 4 | 8): boolean {
  if (at + size > bytes.length) return false;
  bytes.subarray(at, at + size).reverse();
  return true;
}

const u16 = (bytes: Uint8Array, at: number, little: boolean): number =>
  little ? bytes[at]! | (bytes[at + 1]! << 8) : (bytes[at]! << 8) | bytes[at + 1]!;

const u32 = (bytes: Uint8Array, at: number, little: boolean): number =>
  little
    ? u16(bytes, at, true) + u16(bytes, at + 2, true) * 65536
    : u16(bytes, at, false) * 65536 + u16(bytes, at + 2, false);

/** OpenBSD's pflog: uid, pid, rule_uid, rule_pid, as far as the header's own length reaches. */
function swapPflog(bytes: Uint8Array, originalLength: number): void {
  for (let at = 44; at <= 56; at += 4) {
    if (bytes[0]! < at + 4 || originalLength < at + 4 || !swap(bytes, at, 4)) return;
  }
}

const CAN = 0x000c;
const CAN_FD = 0x000d;
const CAN_XL = 0x000e;

/** SocketCAN frames behind a Linux cooked header of `headerBytes`, its protocol at `protocolAt`. */
function swapCookedCan(bytes: Uint8Array, headerBytes: number, protocolAt: number): void {
  if (bytes.length < headerBytes) return;
  const protocol = u16(bytes, protocolAt, false);
  if (protocol === CAN || protocol === CAN_FD) swap(bytes, headerBytes, 4);
  else if (protocol === CAN_XL) {
    if (swap(bytes, headerBytes, 4) && swap(bytes, headerBytes + 6, 2)) swap(bytes, headerBytes + 8, 4);
  }
}

/** [offset, size] of the fields of Linux's usbmon header that every transfer has. */
const USB_FIELDS = [
  [0, 8],
  [12, 2],
  [16, 8],
  [24, 4],
  [28, 4],
  [32, 4],
  [36, 4],
] as const;
const USB_ISOCHRONOUS = 0;

function swapUsb(bytes: Uint8Array, memoryMapped: boolean, little: boolean): void {
  for (const [at, size] of USB_FIELDS) if (!swap(bytes, at, size)) return;
  const isochronous = bytes[9] === USB_ISOCHRONOUS;
  if (isochronous) for (const at of [40, 44]) if (!swap(bytes, at, 4)) return;
  if (!memoryMapped) return;
  if (bytes.length < 64) {
    for (const at of [48, 52, 56]) if (!swap(bytes, at, 4)) return;
    return;
  }
  const descriptors = u32(bytes, 60, little);
  for (const at of [48, 52, 56, 60]) swap(bytes, at, 4);
  if (!isochronous) return;
  for (let i = 0, at = 64; i < descriptors; i++, at += 16) {
    for (const field of [0, 4, 8]) if (!swap(bytes, at + field, 4)) return;
  }
}

/** Linux netfilter log: the length and type of each TLV. */
function swapNflog(bytes: Uint8Array, little: boolean): void {
  if (bytes.length < 4 || bytes[1] !== 0) return;
  for (let at = 4; at + 4 <= bytes.length; ) {
    const size = (u16(bytes, at, little) + 3) & ~3;
    swap(bytes, at, 2);
    swap(bytes, at + 2, 2);
    if (size < 4 || at + size > bytes.length) return;
    at += size;
  }
}

type Swap = (bytes: Uint8Array, little: boolean, originalLength: number) => void;

/** LINKTYPE_ value -> what swaps its pseudo header in place; `little` says how it is now. */
const PSEUDO_HEADERS: ReadonlyMap<number, Swap> = new Map<number, Swap>([
  [113, bytes => swapCookedCan(bytes, 16, 14)],
  [117, (bytes, _, originalLength) => swapPflog(bytes, originalLength)],
  [189, (bytes, little) => swapUsb(bytes, false, little)],
  [220, (bytes, little) => swapUsb(bytes, true, little)],
  [239, swapNflog],
  [276, bytes => swapCookedCan(bytes, 20, 0)],
]);

/** Whether packets of this link type have fields in the capturing machine's byte order that are swapped here. */
export function hasHostOrderFields(linkType: number): boolean {
  return PSEUDO_HEADERS.has(linkType);
}

/** A copy of the packet with those fields in the other byte order; `little` says how they are in `data`. */
export function swapHostOrderFields(
  linkType: number,
  data: Uint8Array,
  originalLength: number,
  little: boolean,
): Uint8Array {
  const swapPacket = PSEUDO_HEADERS.get(linkType);
  if (!swapPacket || data.length === 0) return data;
  const copy = data.slice();
  swapPacket(copy, little, originalLength);
  return copy;
}
