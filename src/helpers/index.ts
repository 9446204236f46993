// The door of the helpers' room.

export * from './host.js';
export * from './prototype.js';
