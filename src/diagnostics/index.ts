export { DIAGNOSTIC_CODES, type DiagnosticCode } from './codes.js';
export { type Diagnostic, joinSpans, type Severity, SkepError, type Span } from './diagnostic.js';
export { type Colors, positionAt, type RenderOptions, renderDiagnostic, renderDiagnostics } from './render.js';
export { closestName, editDistance } from './spelling.js';
