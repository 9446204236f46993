// The packet printer's door: text lines as `tcpdump -r` prints them, and packets as JSON objects.

export type { Layer, LayerValue } from './context.js';
export { addressText } from './format.js';
export type { NameSource } from './names.js';
export type { DumpOptions, PacketJson, PrintablePacket, Printer, PrinterOptions } from './printer.js';
export { createPrinter } from './printer.js';
export type { TimeStyle, UtcOffset } from './time.js';
export { TIME_STYLES } from './time.js';
