// CO-RE relocations.

export { type Access, describeAccess, localAccess } from './access.js';
export { CORE_KINDS, type CoreKind } from './kinds.js';
export { isPoisoned, POISON_IMM } from './patch.js';
export { relocate, relocateProgram } from './relocate.js';
