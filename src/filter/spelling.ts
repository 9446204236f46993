// "Did you mean" is the same everywhere: see the diagnostics room.

export { closestName, editDistance } from '../diagnostics/index.js';
