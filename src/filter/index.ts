// The filter language: expressions of pcap-filter(7) to classic BPF programs, explained. See docs/filter.md.

export type * from './ast.js';
export type { Generated, GenerateOptions, Target } from './codegen/index.js';
export { generate } from './codegen/index.js';
export {
  compileFilter,
  type Filter,
  type FilterExplanation,
  type FilterOptions,
  type PacketVerdict,
} from './compile.js';
export type { Condition, Origin, Statement } from './condition.js';
export type {
  ExplanationRenderOptions,
  ExpressionExplanation,
  Failure,
  PacketExplanation,
  PartFinding,
  TestFinding,
} from './explain/index.js';
export { formatExpression } from './format.js';
export { hostNames } from './host-names.js';
export { KEYWORDS, type Keyword, NAMED_CONSTANTS, type NamedConstant } from './keywords.js';
export {
  dltToLinktype,
  LINK_TYPES,
  type LinkType,
  linkTypeByDlt,
  linkTypeByName,
  linktypeToDlt,
} from './link-types.js';
export {
  addressBytes,
  type NameFiles,
  parseEthers,
  parseHosts,
  parseNetworks,
  parseProtocols,
  parseServices,
} from './name-files.js';
export {
  builtInResolver,
  createResolver,
  ETHER_PROTOCOLS,
  IP_PROTOCOLS,
  ISO_PROTOCOLS,
  LLC_PROTOCOLS,
  type NameKind,
  type NameResolver,
  type ServicePorts,
} from './names.js';
export {
  buildFlowGraph,
  type CompileConditionOptions,
  type CompiledCondition,
  compileCondition,
  type FlowBlock,
  type FlowGraph,
  type FlowGraphJson,
  flowGraphToDot,
  flowGraphToJson,
  LINUX_MAX_INSTRUCTIONS,
  optimizeProgram,
} from './optimize/index.js';
export { parseFilter } from './parser.js';
