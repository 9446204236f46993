// The door of the capture room: capture files as values. Pure: bytes in, packets out, and the other way round.

export type { CaptureWriter, WritableItem, WritablePacket, WriteOptions } from './format-writer.js';
export { createInterface, type InterfaceInit } from './interface.js';
export { effectiveSnapLength, MAXIMUM_PACKET_BYTES, maximumPacketBytes } from './limits.js';
export { decodePacketFlags, type LinkError, type PacketFlags } from './packet.js';
export { CaptureParser } from './parser.js';
export { SECRETS_TYPES } from './pcapng/blocks.js';
export { OPTIONS as PCAPNG_OPTIONS, type OptionBlock, type OptionRow, type OptionType } from './pcapng/option-table.js';
export { type CaptureReader, readCapture, readCaptureSync, type SyncCaptureReader } from './reader.js';
export type { CaptureSource } from './source.js';
export { timeOf } from './timestamps.js';
export type * from './types.js';
export { captureChunks, captureStream, encodeCapture, type StreamOptions, writeCapture } from './writer.js';
