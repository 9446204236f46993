// The door of the kernel room: the Kernel interface, its tables, and the kernel that is simulated here.

export { ATTACH_TYPES, type AttachTypeRow, attachType } from './attach-types.js';
export * from './kernel.js';
export { LINK_TYPES, type LinkTypeRow, linkType } from './link-types.js';
export * from './program-types.js';
export * from './sim/index.js';
export { functionAt, lineAt, ProgramError } from './source-line.js';
export * from './structs/struct.js';
export { CONTEXT_STRUCTS, HELPER_STRUCTS, STRUCTS, structByName } from './structs/table.js';
