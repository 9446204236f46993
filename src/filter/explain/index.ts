// Explains: what an expression means in words, and why a packet matches it or not.

export type { Failure, Packet } from './evaluate.js';
export { type ExpressionExplanation, explainExpression, renderExpressionExplanation } from './expression.js';
export { type ExplanationRenderOptions, renderPacketExplanation } from './render.js';
export { explainPacket, type PacketExplanation, type PartFinding, type TestFinding } from './verdict.js';
export type { WordsContext } from './words.js';
