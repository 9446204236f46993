// The door of the languages' room: what compiles to programs. Pure: the compiler itself is run by lang/node.

export * from './c.js';
