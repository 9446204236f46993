// The door of the capture room's file ends: captures in the file system, on Node.

export {
  type FilterFileOptions,
  type FilterFileResult,
  type FilterOutput,
  filterFile,
  type MatchingPacketsOptions,
  matchingPackets,
  type ScanOptions,
  type ScanProgress,
} from './bulk.js';
export { BulkScan, type ScanEvent } from './bulk-scan.js';
export { byteSource } from './bulk-source.js';
export { type CaptureFileOptions, CaptureFileWriter } from './capture-file.js';
export { InputFile, type ReadFileOptions, readCaptureFile, readCaptureFileSync } from './input.js';
export { isGzipName, OutputFile } from './output.js';
export { type RotationOptions, rotatedName } from './rotation.js';
export { strftime } from './strftime.js';
