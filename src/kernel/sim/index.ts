// The door of the simulated kernel.

export type { SimCollection } from './collection.js';
export { contextValues, type FieldValues } from './context-view.js';
export { SimKernel } from './kernel.js';
export type { SimMap } from './map-object.js';
export {
  type InterfaceOptions,
  type RouteOptions,
  type SentPacket,
  type SimInterface,
  SimNetwork,
  SimSocket,
  type SocketOptions,
} from './network.js';
export type { SimKernelOptions } from './options.js';
export type { CompileInput, PacketRunner, SimProgram } from './program.js';
export type { SimTask, TaskOptions } from './tasks.js';
export type { SimVariable } from './variables.js';
