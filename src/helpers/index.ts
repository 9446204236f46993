// The door of the helpers' room.

export { callTargetOf, notSimulated } from './call-target.js';
export * from './host.js';
export { KFUNCS, type KfuncFlag, type KfuncRow, kfuncNamed, nearestKfunc } from './kfuncs/index.js';
export { HELPER_NAMES, helperById, helperNamed, nearestHelper } from './lookup.js';
export * from './program-types.js';
export * from './prototype.js';
export { HELPERS } from './table.js';
export { releaseTimer } from './timer.js';
