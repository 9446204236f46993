// From an expression's text to a filter: parsing, code generation, optimizing, running, explaining, in one object.
//
// Compiling does what every user needs, the program; what only some need (the tree's words, the running engine, the graph's
// text) is made when it is asked for.

import { type Ancillary, type CompiledProgram, compileProgram } from '../classic/index.js';
import { closestName, type Diagnostic, SkepError } from '../diagnostics/index.js';
import type { ClassicProgram } from '../isa/index.js';
import type { Expression } from './ast.js';
import { generate, type Target } from './codegen/index.js';
import type { Condition } from './condition.js';
import {
  type ExplanationRenderOptions,
  type ExpressionExplanation,
  explainExpression,
  explainPacket,
  type PacketExplanation,
  renderExpressionExplanation,
  renderPacketExplanation,
} from './explain/index.js';
import { LINK_TYPES, type LinkType, linkTypeByDlt, linkTypeByName } from './link-types.js';
import { builtInResolver, type NameResolver } from './names.js';
import { compileCondition, DEFAULT_SNAP_LENGTH, type FlowGraph } from './optimize/index.js';
import { parseFilter } from './parser.js';
import { offsetShiftNotes } from './shifts.js';

export interface FilterOptions {
  /** A link type's name (`EN10MB`, `LINUX_SLL`; any case, with or without `DLT_`) or DLT number. Default EN10MB. */
  readonly linkType?: string | number;
  /** What the program returns for a packet that matches: how many bytes of it to keep. Default 262144. */
  readonly snapLength?: number;
  /** The IPv4 netmask of the network that was captured on, which `ip broadcast` needs: a number or dotted text. Default unknown. */
  readonly netmask?: number | string;
  /** Default true. */
  readonly optimize?: boolean;
  /** Answers for names; default the built-in tables. In Node: `systemResolver()` of skep/filter/node. */
  readonly resolver?: NameResolver;
  /** Where the filter will run. Default `savefile`. */
  readonly target?: Target;
  /** Find transport headers behind IPv6 extension headers. Default false, as libpcap. */
  readonly ip6Extensions?: boolean;
  /** `tcp[...]`, `udp[...]`, `sctp[...]` also match over IPv6. Default false, as libpcap. */
  readonly transportOverIp6?: boolean;
  /** `protochain` follows at most so many headers, without a loop: what kernels take. Default: any number, in a loop. */
  readonly maxHeaders?: number;
}

/** A compiled expression. */
export interface Filter {
  /** The expression's text. */
  readonly expression: string;
  readonly linkType: LinkType;
  /** The classic BPF program: returns the snapshot length for a packet that matches, 0 for one that does not. */
  readonly program: ClassicProgram;
  /** Findings that are no errors: code that is likely a mistake (`warning`), surprises of the language (`note`). */
  readonly warnings: readonly Diagnostic[];
  /** The syntax tree; undefined for an empty expression, which every packet matches. */
  readonly ast: Expression | undefined;
  /** What code generation made of it: the meaning, unoptimized. */
  readonly condition: Condition;
  /** The control-flow graph of the program, its blocks in words; `flowGraphToDot` and `flowGraphToJson` print it. */
  readonly cfg: FlowGraph;
  /**
   * Whether a packet matches. `bytes` are the captured ones, `wireLength` its length on the wire (default: all was captured).
   * A load outside of the captured bytes means no match, as in a kernel.
   */
  matches(bytes: Uint8Array, wireLength?: number, ancillary?: Ancillary): boolean;
  /** What the expression means, in words. */
  explain(): FilterExplanation;
  /** Why a packet matches or does not. */
  explain(bytes: Uint8Array, wireLength?: number, ancillary?: Ancillary): PacketVerdict;
}

/** The meaning of an expression; `toString()` is an outline for people, the rest is data. */
export interface FilterExplanation extends ExpressionExplanation {
  toString(): string;
}

/** A packet's verdict and the reasons; `toString()` is text for people, the rest is data. */
export interface PacketVerdict extends PacketExplanation {
  toString(options?: ExplanationRenderOptions): string;
}

/**
 * Compiles a pcap-filter expression.
 * @throws SkepError for an expression that is refused; spans of its diagnostics are offsets into `text`
 */
export function compileFilter(text: string, options: FilterOptions = {}): Filter {
  const linkType = resolveLinkType(options.linkType ?? 'EN10MB');
  const snapLength = options.snapLength ?? DEFAULT_SNAP_LENGTH;
  requireUint32('snapLength', snapLength);
  const resolver = options.resolver ?? builtInResolver();
  const target = options.target ?? 'savefile';
  const ast = parseFilter(text);
  const generated = generate(ast, {
    linkType: linkType.dlt,
    resolver,
    target,
    ...(options.netmask === undefined ? {} : { netmask: netmaskNumber(options.netmask) }),
    ip6Extensions: options.ip6Extensions ?? false,
    transportOverIp6: options.transportOverIp6 ?? false,
  });
  const compiled = compileCondition(generated.condition, {
    optimize: options.optimize ?? true,
    snapLength,
    target,
    ...(options.maxHeaders === undefined ? {} : { unroll: options.maxHeaders }),
  });

  let warnings: readonly Diagnostic[] | undefined;
  let engine: CompiledProgram | undefined;
  const context = {
    resolver,
    ip6Extensions: options.ip6Extensions ?? false,
    transportOverIp6: options.transportOverIp6 ?? false,
  };
  const dialect = target === 'linux' ? 'linux' : 'libpcap';

  function explain(): FilterExplanation;
  function explain(bytes: Uint8Array, wireLength?: number, ancillary?: Ancillary): PacketVerdict;
  function explain(bytes?: Uint8Array, wireLength?: number, ancillary?: Ancillary): FilterExplanation | PacketVerdict {
    if (!bytes) return withText(explainExpression(ast, text, context), renderExpressionExplanation);
    const verdict = explainPacket(text, generated.condition, {
      bytes,
      wireLength: wireLength ?? bytes.length,
      dialect,
      ...(ancillary ? { ancillary } : {}),
    });
    return withText(verdict, (explanation, renderOptions?: ExplanationRenderOptions) =>
      renderPacketExplanation(explanation, text, renderOptions),
    );
  }

  return {
    expression: text,
    linkType,
    program: compiled.program,
    ast,
    condition: generated.condition,
    get cfg() {
      return compiled.flowGraph;
    },
    get warnings() {
      return (warnings ??= allWarnings(ast, text, generated.warnings, compiled.diagnostics));
    },
    matches(bytes, wireLength = bytes.length, ancillary) {
      engine ??= compileProgram(compiled.program, { dialect });
      return engine.matches(bytes, wireLength, ancillary);
    },
    explain,
  };
}

/** Data with a toString that is not data: it does not show in JSON or when the object is spread. */
function withText<T extends object, A extends unknown[]>(
  data: T,
  render: (data: T, ...rest: A) => string,
): T & { toString(...rest: A): string } {
  return Object.defineProperty(data, 'toString', {
    value: (...rest: A) => render(data, ...rest),
    enumerable: false,
  }) as T & { toString(...rest: A): string };
}

/** What is wrong with the meaning, what the language surprises with, and what becomes of a long program. */
function allWarnings(
  ast: Expression | undefined,
  text: string,
  generated: readonly Diagnostic[],
  compiled: readonly Diagnostic[],
): readonly Diagnostic[] {
  // A warning that something looks inside an encapsulation by mistake says all that the note would.
  const notes = ast && !generated.some(warning => warning.code === 'SKEP1150') ? offsetShiftNotes(ast, text) : [];
  const placed = [...generated, ...notes].sort((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0));
  return [...placed, ...compiled];
}

function resolveLinkType(wanted: string | number): LinkType {
  if (typeof wanted === 'number') {
    // Numbers without a row have no layout: only `link[n]` and lengths can be filtered there; code generation decides.
    return (
      linkTypeByDlt(wanted) ?? {
        dlt: wanted,
        linktype: wanted,
        name: String(wanted),
        description: 'a number without a name',
      }
    );
  }
  const found = linkTypeByName(wanted);
  if (found) return found;
  const near = closestName(
    wanted.toUpperCase(),
    LINK_TYPES.map(type => type.name),
  );
  throw new SkepError({
    code: 'SKEP1100',
    severity: 'error',
    message: `there is no link type "${wanted}"${near === undefined ? '' : `; did you mean ${near}?`}`,
    notes: ['`skep filter --list-dlts` lists them'],
  });
}

function netmaskNumber(netmask: number | string): number {
  if (typeof netmask === 'string') {
    const octets = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(netmask) ? netmask.split('.').map(Number) : [];
    if (octets.length !== 4 || octets.some(octet => octet > 255)) {
      throw new TypeError(`netmask must be dotted like 255.255.255.0, not ${netmask}`);
    }
    return octets.reduce((value, octet) => value * 256 + octet, 0);
  }
  requireUint32('netmask', netmask);
  return netmask;
}

function requireUint32(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new TypeError(`${name} must be an integer from 0 to 4294967295, not ${value}`);
  }
}
