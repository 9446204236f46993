// CO-RE relocations.

export { type Access, describeAccess, localAccess } from './access.js';
export { CORE_KINDS, type CoreKind } from './kinds.js';
export { POISON_IMM, poisonedRelocation } from './patch.js';
export { relocate, relocateProgram } from './relocate.js';
