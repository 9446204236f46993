// What to tell a person whose expression does not parse: where, what stands there, what was expected, what was perhaps meant.

import { closestName, type Diagnostic, type Span } from '../diagnostics/index.js';
import type { Qualifiers } from './ast.js';
import { KEYWORDS, NAMED_CONSTANTS, type TokenKind } from './keywords.js';
import type { Token } from './lexer.js';
import { builtInServices } from './services.js';

type Finding = Omit<Diagnostic, 'severity'>;

/** Where the parser is: the token at `position` is the one it cannot use. */
export interface Context {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly position: number;
}

const ID_KINDS: ReadonlySet<TokenKind> = new Set<TokenKind>(['name', 'number', 'ipv4', 'ipv6', 'mac', 'arcnet']);
const TRANSPORTS: ReadonlySet<string> = new Set(['tcp', 'udp', 'sctp']);
const COMPARISONS: ReadonlySet<TokenKind> = new Set<TokenKind>(['>', '>=', '=', '<=', '<', '!=']);

/** Field names of Wireshark's display filters, and what they are here. */
const DISPLAY_FILTER_FIELDS: Readonly<Record<string, string>> = {
  'ip.addr': 'host',
  'ip.src': 'src host',
  'ip.dst': 'dst host',
  'ip.host': 'host',
  'ipv6.addr': 'ip6 host',
  'ipv6.src': 'ip6 src host',
  'ipv6.dst': 'ip6 dst host',
  'eth.addr': 'ether host',
  'eth.src': 'ether src',
  'eth.dst': 'ether dst',
  'eth.type': 'ether proto',
  'tcp.port': 'tcp port',
  'tcp.srcport': 'tcp src port',
  'tcp.dstport': 'tcp dst port',
  'udp.port': 'udp port',
  'udp.srcport': 'udp src port',
  'udp.dstport': 'udp dst port',
  'ip.proto': 'ip proto',
  'vlan.id': 'vlan',
  'frame.len': 'len >=',
  'tcp.flags.syn': 'tcp[tcpflags] & tcp-syn != 0',
  'icmp.type': 'icmp[icmptype] = icmp-echo',
};

/** Words that people try, and what does it here. */
const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  http: 'there is no `http` protocol here: `tcp port 80`',
  https: 'there is no `https` protocol here: `tcp port 443`',
  tls: 'there is no `tls` protocol here: `tcp port 443`',
  ssl: 'there is no `ssl` protocol here: `tcp port 443`',
  dns: 'there is no `dns` protocol here: `port 53`',
  dhcp: 'there is no `dhcp` protocol here: `udp port 67 or udp port 68`',
  bootp: 'there is no `bootp` protocol here: `udp port 67 or udp port 68`',
  ssh: 'there is no `ssh` protocol here: `tcp port 22`',
  ntp: 'there is no `ntp` protocol here: `udp port 123`',
  quic: 'there is no `quic` protocol here: `udp port 443`',
  ospf: 'there is no keyword `ospf`: `ip proto 89`',
  gre: 'there is no keyword `gre`: `ip proto 47`',
  lldp: 'there is no keyword `lldp`: `ether proto lldp`',
  ipv4: 'IPv4 is `ip`',
  ip4: 'IPv4 is `ip`',
  ipv6: 'IPv6 is `ip6`',
  icmpv6: 'ICMPv6 is `icmp6`',
  icmp4: 'ICMP is `icmp`',
  eth: 'Ethernet is `ether`',
  ethernet: 'Ethernet is `ether`',
  mac: 'MAC addresses are written `ether host 00:11:22:aa:bb:cc`',
  source: 'the qualifier is `src`',
  destination: 'the qualifier is `dst`',
  dest: 'the qualifier is `dst`',
  from: 'the qualifier is `src`',
  to: 'the qualifier is `dst`',
  network: 'the qualifier is `net`',
  subnet: 'the qualifier is `net`',
  addr: 'the qualifier is `host`',
  address: 'the qualifier is `host`',
  ports: 'the qualifier is `port`, or `portrange` for a range',
  any: 'an empty expression accepts every packet',
  all: 'an empty expression accepts every packet',
  eq: 'equality is written `=`',
  ne: 'inequality is written `!=`',
  syn: 'the SYN flag is tested with `tcp[tcpflags] & tcp-syn != 0`',
  ack: 'the ACK flag is tested with `tcp[tcpflags] & tcp-ack != 0`',
  rst: 'the RST flag is tested with `tcp[tcpflags] & tcp-rst != 0`',
  fin: 'the FIN flag is tested with `tcp[tcpflags] & tcp-fin != 0`',
};

function tokenAt(context: Context, ahead = 0): Token {
  const index = Math.min(Math.max(context.position + ahead, 0), context.tokens.length - 1);
  return context.tokens[index]!;
}

function textOf(context: Context, span: Span): string {
  const text = context.text.slice(span.start, span.end);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

/** "`foo`" or "the end". */
function found(context: Context, token: Token): string {
  return token.kind === 'end' ? 'the end of the expression' : `\`${textOf(context, token)}\``;
}

function spanOf(span: Span): Span {
  return { start: span.start, end: span.end };
}

function replace(description: string, span: Span, replacement: string): { fix: Diagnostic['fix'] } {
  return { fix: { description, span: spanOf(span), replacement } };
}

/** A note or a fix for a word that is no keyword but resembles one. */
function forWord(context: Context, token: Token): Pick<Finding, 'notes' | 'fix'> | undefined {
  if (token.kind !== 'name' || token.escaped) return undefined;
  const word = token.word;
  const lower = word.toLowerCase();
  if (lower !== word && KEYWORDS.has(lower)) {
    return {
      notes: ['keywords are lower case'],
      ...replace(`did you mean \`${lower}\`?`, token, lower),
    };
  }
  const field = DISPLAY_FILTER_FIELDS[lower];
  if (field !== undefined) {
    return {
      notes: [
        `\`${word}\` is a field of Wireshark's display filters; a capture filter says \`${field.includes('[') ? field : `${field} ...`}\``,
      ],
    };
  }
  if (/^(?:ip|ipv6|tcp|udp|eth|icmp|icmpv6|frame|http|dns|tls|arp)\.[a-z_.]+$/.test(lower)) {
    return { notes: [`\`${word}\` looks like a field of Wireshark's display filters, which are another language`] };
  }
  const hyphen = /^(len|[0-9]+|0x[0-9a-f]+)-(.+)$/.exec(lower);
  if (hyphen) {
    return replace(
      'a hyphen belongs to the word it touches: put spaces around a minus',
      token,
      word.replaceAll('-', ' - '),
    );
  }
  const foreign = FOREIGN_WORDS[lower];
  const next = context.tokens[context.position + 1]?.kind;
  const near = closestName(lower, KEYWORDS.keys());
  // `dns` alone is a protocol that does not exist; but `hots 10.0.0.1` is a slip.
  if (foreign !== undefined) return { notes: [foreign] };
  if (near !== undefined && (word.length > 2 || (next !== undefined && ID_KINDS.has(next)))) {
    return replace(`did you mean \`${near}\`?`, token, near);
  }
  return undefined;
}

/** An id where a term must stand: at the beginning of the text or of a parenthesis. */
export function bareId(context: Context, span: Span): Finding {
  const token = context.tokens.find(t => t.start >= span.start && ID_KINDS.has(t.kind)) ?? tokenAt(context);
  const shown = textOf(context, span);
  const next = context.tokens[context.tokens.indexOf(token) + 1]!;
  switch (token.kind) {
    case 'ipv4':
    case 'ipv6': {
      const isNetwork = next.kind === '/' || next.kind === 'mask';
      const qualifier = isNetwork ? 'net' : 'host';
      const last = isNetwork ? tokenAt({ ...context, position: context.tokens.indexOf(next) }, 1) : token;
      const shown = textOf(context, { start: token.start, end: Math.max(last.end, token.end) });
      return {
        code: 'SKEP1015',
        message: `an address needs a qualifier: \`${qualifier} ${shown}\``,
        span: spanOf(token),
        notes: ['with a direction: `src host`, `dst host`; for a network: `net`'],
        ...replace(`write \`${qualifier} ${shown}\``, { start: token.start, end: token.start }, `${qualifier} `),
      };
    }
    case 'mac':
      return {
        code: 'SKEP1015',
        message: `a MAC address needs a qualifier: \`ether host ${shown}\``,
        span: spanOf(token),
        ...replace(`write \`ether host ${shown}\``, { start: token.start, end: token.start }, 'ether host '),
      };
    case 'arcnet':
      return {
        code: 'SKEP1015',
        message: `an ARCnet address needs a qualifier: \`link host ${shown}\``,
        span: spanOf(token),
        ...replace(`write \`link host ${shown}\``, { start: token.start, end: token.start }, 'link host '),
      };
    case 'number': {
      const constant = NAMED_CONSTANTS.get(token.word);
      if (constant) {
        return {
          code: 'SKEP1015',
          message: `\`${token.word}\` is a number (${constant.value}), not a test`,
          span: spanOf(token),
          notes: [constantExample(constant.of, token.word, constant.is)],
        };
      }
      if (next.kind === 'error') return next.diagnostic!;
      return {
        code: 'SKEP1015',
        message: `the number ${shown} needs a qualifier: a port, a host, a protocol?`,
        span: spanOf(span),
        notes: ['`port 80`, `portrange 80-90`, `ip proto 6`, or a comparison such as `len > 80`'],
      };
    }
    default: {
      const meant = forWord(context, token);
      return {
        code: 'SKEP1015',
        message: `\`${shown}\` is no keyword, and no qualifier says what it names`,
        span: spanOf(token),
        notes: ['a name needs a qualifier: `host NAME`, `net NAME`, `port NAME`, `ip proto NAME`'],
        ...meant,
      };
    }
  }
}

function constantExample(protocol: string, name: string, is: string): string {
  if (is === 'flag') return `test it: \`tcp[tcpflags] & ${name} != 0\``;
  if (is === 'offset') return `it is an offset: \`${protocol}[${name}] = 0\``;
  return `test it: \`${protocol}[${protocol}type] = ${name}\``;
}

/** An id after `and` or `or` where the primitive before leaves no qualifiers. */
export function nothingToInherit(context: Context, span: Span): Finding {
  const index = context.tokens.findIndex(t => t.start >= span.start);
  const token = context.tokens[index]!;
  const at = { ...context, position: index };
  const shown = textOf(context, span);
  const notes = ['an id alone takes the qualifiers of the primitive before it, and there are none here'];
  const meant = forWord(at, token);
  if (meant) notes.splice(0, 1, ...(meant.notes ?? []));
  // What stands before the operator?
  let before = index - 1;
  while (before > 0 && ['and', 'or', 'not', '('].includes(context.tokens[before]!.kind)) before--;
  const last = context.tokens[before]!;
  if (!meant && last.kind === ')') {
    notes.push('qualifiers end with the parenthesis that they stand in');
  } else if (!meant && last.kind === 'number' && context.tokens[before - 1]?.kind === 'encapsulation') {
    notes.push(
      `repeat the keyword: \`${context.tokens[before - 1]!.word} ${last.word} or ${context.tokens[before - 1]!.word} ${shown}\``,
    );
  } else if (!meant && last.kind === 'protocol' && token.kind === 'number') {
    notes.push(`write \`port ${shown}\` for a port`);
  } else if (!meant && (token.kind === 'ipv4' || token.kind === 'ipv6')) {
    notes.push(`write \`host ${shown}\``);
  } else if (!meant && token.kind === 'mac') {
    notes.push(`write \`ether host ${shown}\``);
  }
  const { fix } = meant ?? {};
  return {
    code: 'SKEP1016',
    message: `nothing says what \`${shown}\` is`,
    span: spanOf(span),
    notes,
    ...(fix ? { fix } : {}),
  };
}

/** A token after a whole expression. */
export function leftover(context: Context): Finding {
  const token = tokenAt(context);
  const last = tokenAt(context, -1);
  const span = spanOf(token);
  const shown = textOf(context, token);
  const between = { start: last.end, end: token.start };
  switch (token.kind) {
    case ')':
      return { code: 'SKEP1014', message: 'this `)` closes nothing', span, ...replace('take it away', token, '') };
    case ']':
      return { code: 'SKEP1014', message: 'this `]` closes nothing', span, ...replace('take it away', token, '') };
    case '&':
    case '|': {
      const word = token.kind === '&' ? 'and' : 'or';
      return {
        code: 'SKEP1019',
        message: `\`${token.kind}\` works on numbers; tests are joined with \`${word}\``,
        span,
        ...replace(`write \`${word}\``, token, ` ${word} `),
      };
    }
    case '/':
      return slashAfter(context, token, last);
    case ':':
      return colonAfter(context, token, last);
    case '[':
      return {
        code: 'SKEP1012',
        message: `\`${textOf(context, last)}\` cannot be indexed`,
        span,
        notes: ['a protocol can: `tcp[13]`, `ip[2:2]`, `ether[0:4]`'],
      };
    case '-':
      if (last.kind === 'number') return brokenRange(context, token);
      break;
    case 'mask':
      return {
        code: 'SKEP1012',
        message: '`mask` must follow an IPv4 network with two octets or more',
        span,
        notes: ['`net 10.0.0.0 mask 255.0.0.0`, or `net 10.0.0.0/8`'],
      };
    default:
  }
  if (COMPARISONS.has(token.kind) || '+-*/%^'.includes(token.kind) || token.kind === '<<' || token.kind === '>>') {
    return {
      code: 'SKEP1012',
      message: `\`${shown}\` needs a number on its left`,
      span,
      notes: ['numbers are constants, `len`, and header fields such as `tcp[13]` or `ip[2:2]`'],
    };
  }
  const name = token.kind === 'name' ? forWord(context, token) : undefined;
  if (token.kind === 'ipv6' && token.start === last.end) {
    return {
      code: 'SKEP1012',
      message: `\`${textOf(context, last)}${shown}\` is not an IPv6 address`,
      span: { start: last.start, end: token.end },
      notes: ['a group of an IPv6 address has up to four hexadecimal digits'],
    };
  }
  if (ID_KINDS.has(token.kind)) {
    const isPort =
      token.kind === 'number' ||
      (token.kind === 'name' && (!name || builtInServices().has(token.word)) && TRANSPORTS.has(last.word));
    if (last.kind === 'protocol' && (!name || isPort)) {
      const protocol = textOf(context, last);
      const qualifier = isPort ? 'port' : 'host';
      return {
        code: 'SKEP1012',
        message: `a qualifier is missing between \`${protocol}\` and \`${shown}\``,
        span,
        ...replace(`did you mean \`${protocol} ${qualifier} ${shown}\`?`, between, ` ${qualifier} `),
      };
    }
    if (token.kind === 'name' && token.word === 'to' && last.kind === 'number') return brokenRange(context, token);
    if (last.kind === 'encapsulation' && token.kind === 'name') {
      return {
        code: 'SKEP1012',
        message: `\`${last.word}\` takes a number, not \`${shown}\``,
        span,
        notes: [`\`${last.word} 100\`, or \`${last.word}\` alone for any`],
      };
    }
    if (name) return { code: 'SKEP1012', message: `\`${shown}\` is no keyword`, span, ...name };
    return {
      code: 'SKEP1012',
      message: `\`and\` or \`or\` is missing before \`${shown}\``,
      span,
      notes: ['tests are joined: `host a and port 80`; ids too: `host a or b`'],
    };
  }
  if (token.kind === 'end') return { code: 'SKEP1012', message: 'the expression ends too early', span };
  return {
    code: 'SKEP1012',
    message: `\`and\` or \`or\` is missing before \`${shown}\``,
    span,
    ...replace('join the two tests', between, ' and '),
  };
}

/** `80:90`, `10.0.0.1:80`. */
function colonAfter(context: Context, token: Token, last: Token): Finding {
  const next = tokenAt(context, 1);
  if (last.kind === 'number' && next.kind === 'number') return brokenRange(context, token);
  const span = spanOf(token);
  const address = last.kind === 'ipv4' || last.kind === 'name';
  return {
    code: 'SKEP1012',
    message: 'a `:` cannot stand here',
    span,
    notes: ['host and port are two tests: `host 10.0.0.1 and port 80`'],
    ...(address && next.kind === 'number' ? replace('write ` and port ` for it', token, ' and port ') : {}),
  };
}

/** `port 80 - 90`, `port 80:90`, `port 80 to 90`: all three were meant to be a range. */
function brokenRange(context: Context, token: Token): Finding {
  const first = tokenAt(context, -1);
  const end = tokenAt(context, 1);
  const qualifier = tokenAt(context, -2);
  const finding: Finding = {
    code: 'SKEP1012',
    message: 'a range of ports is written `portrange first-last`, without spaces',
    span: spanOf(token),
  };
  if (end.kind !== 'number' || qualifier.kind !== 'type' || !qualifier.word.startsWith('port')) return finding;
  const range = `portrange ${first.word}-${end.word}`;
  return { ...finding, ...replace(`write \`${range}\``, { start: qualifier.start, end: end.end }, range) };
}

function slashAfter(context: Context, token: Token, last: Token): Finding {
  const length = tokenAt(context, 1);
  if (last.kind === 'number' && length.kind === 'number') {
    return {
      code: 'SKEP1012',
      message: 'a prefix length must follow an address with two octets or more',
      span: spanOf(token),
      ...replace(`write \`${last.word}.0.0.0/${length.word}\``, last, `${last.word}.0.0.0`),
    };
  }
  return {
    code: 'SKEP1012',
    message: `a prefix length cannot follow \`${textOf(context, last)}\``,
    span: spanOf(token),
    notes: ['it follows a numeric address: `net 10.0.0.0/8`, `net 2001:db8::/32`'],
  };
}

/** The end, a `)` or another operator where an operand must stand. */
export function missingOperand(context: Context, mark: Token): Finding {
  const token = tokenAt(context);
  const shown = textOf(context, mark);
  if (token.kind === 'end' || token.kind === ')') {
    return {
      code: 'SKEP1010',
      message: `something must follow \`${shown}\``,
      span: token.kind === 'end' ? spanOf(mark) : { start: mark.start, end: token.end },
    };
  }
  return {
    code: 'SKEP1010',
    message: `\`${textOf(context, token)}\` cannot follow \`${shown}\``,
    span: spanOf(token),
    notes: [`a test must stand between them`],
  };
}

export function emptyParentheses(open: Token, close: Token): Finding {
  return {
    code: 'SKEP1010',
    message: 'there is nothing between the parentheses',
    span: { start: open.start, end: close.end },
  };
}

/** A token that begins no primitive, where one must stand. */
export function noPrimitive(context: Context): Finding {
  const token = tokenAt(context);
  const span = spanOf(token);
  const shown = textOf(context, token);
  switch (token.kind) {
    case 'end':
      return { code: 'SKEP1010', message: 'a test is missing at the end of the expression', span };
    case 'and':
    case 'or':
      return {
        code: 'SKEP1011',
        message: `\`${shown}\` needs a test on its left`,
        span,
      };
    case ')':
      return { code: 'SKEP1014', message: 'this `)` closes nothing', span, ...replace('take it away', token, '') };
    case 'mask':
      return {
        code: 'SKEP1011',
        message: '`mask` must follow an IPv4 network',
        span,
        notes: ['`net 10.0.0.0 mask 255.0.0.0`'],
      };
    case '[':
      return {
        code: 'SKEP1011',
        message: 'a protocol must stand before `[`',
        span,
        notes: ['`tcp[13]`, `ip[2:2]`, `ether[0:4]`'],
      };
    default:
      if (COMPARISONS.has(token.kind)) {
        return {
          code: 'SKEP1011',
          message: `\`${shown}\` needs a number on its left`,
          span,
          notes: ['numbers are constants, `len`, and header fields such as `tcp[13]` or `ip[2:2]`'],
        };
      }
      return {
        code: 'SKEP1011',
        message: `a test cannot begin with \`${shown}\``,
        span,
        notes: [
          'a test begins with a qualifier (`host`, `src`, `port`), a protocol (`tcp`), a number or a keyword such as `vlan`',
        ],
      };
  }
}

/** After qualifiers: no id. */
export function missingId(context: Context, qualifiers: Qualifiers | undefined): Finding {
  const token = tokenAt(context);
  const last = tokenAt(context, -1);
  const span = spanOf(token);
  const shown = textOf(context, token);
  const wants = wanted(qualifiers);
  if (token.kind === 'end') {
    return { code: 'SKEP1017', message: `${wants} must follow \`${textOf(context, last)}\``, span: spanOf(last) };
  }
  if (token.kind === '!=') {
    return {
      code: 'SKEP1017',
      message: '`!=` compares numbers; a test is reversed with `not`',
      span,
      notes: [`write \`not ${textOf(context, last)} ...\``],
    };
  }
  if (token.kind === '=') {
    return {
      code: 'SKEP1017',
      message: `there is no \`=\` between \`${textOf(context, last)}\` and ${wants}`,
      span,
      ...replace('take it away', { start: last.end, end: token.end }, ' '),
    };
  }
  if (COMPARISONS.has(token.kind)) {
    return {
      code: 'SKEP1017',
      message: `\`${shown}\` compares numbers, and \`${textOf(context, last)}\` is none`,
      span,
      notes:
        qualifiers?.type === 'port'
          ? ['ports above 1023 are `portrange 1024-65535`']
          : ['numbers are constants, `len`, and header fields such as `tcp[13]` or `ip[2:2]`'],
    };
  }
  if (token.kind === '-') {
    return {
      code: 'SKEP1017',
      message: `${wants} must follow \`${textOf(context, last)}\`, not \`-\``,
      span,
      notes: [
        'names and numbers begin with a letter or a digit; a name with another first character takes a backslash',
      ],
    };
  }
  if (KEYWORDS.has(shown) && token.kind !== 'and' && token.kind !== 'or') {
    if (qualifiers?.type === 'proto' || qualifiers?.type === 'protochain' || isName(qualifiers)) {
      return {
        code: 'SKEP1017',
        message: `\`${shown}\` is a keyword: as ${wants} it is written \`\\${shown}\``,
        span,
        ...replace(`write \`\\${shown}\` (in a shell, inside single quotes)`, token, `\\${shown}`),
      };
    }
  }
  return { code: 'SKEP1017', message: `${wants} must follow \`${textOf(context, last)}\`, not \`${shown}\``, span };
}

function isName(qualifiers: Qualifiers | undefined): boolean {
  return (
    qualifiers?.type === 'port' ||
    qualifiers?.type === 'host' ||
    qualifiers?.type === 'net' ||
    qualifiers?.type === 'gateway'
  );
}

function wanted(qualifiers: Qualifiers | undefined): string {
  switch (qualifiers?.type) {
    case 'port':
      return 'a port';
    case 'portrange':
      return 'a range of ports';
    case 'net':
      return 'a network';
    case 'proto':
    case 'protochain':
      return 'a protocol';
    case 'gateway':
      return 'a host name';
    default:
      return qualifiers?.protocol === 'link' ? 'a MAC address' : 'an address or a host name';
  }
}

/** `src or port`: `src or` and `dst or` go on with the other direction. */
export function halfDirection(context: Context, word: string, join: string): Finding {
  const token = tokenAt(context, 1);
  return {
    code: 'SKEP1018',
    message: `after \`${word} ${join}\` only \`${word === 'src' ? 'dst' : 'src'}\` can stand`,
    span: token.kind === 'end' ? spanOf(tokenAt(context)) : spanOf(token),
    notes: ['`src or dst` is one qualifier; two tests need an id each: `src 10.0.0.1 or port 80`'],
  };
}

/** `src proto 6`. */
export function directionNotAllowed(context: Context, direction: string | undefined): Finding {
  const token = tokenAt(context);
  return {
    code: 'SKEP1018',
    message: `\`${token.word}\` has no direction: \`${direction}\` cannot stand before it`,
    span: spanOf(token),
  };
}

/** `port src 80`, `host tcp a`. */
export function qualifierOutOfOrder(context: Context, first: Token): Finding {
  const token = tokenAt(context);
  const before = tokenAt(context, -1);
  const shown = textOf(context, token);
  if (token.kind === 'protocol' && (before.kind === 'proto' || before.kind === 'type' || before.kind === 'gateway')) {
    const next = tokenAt(context, 1);
    if (!ID_KINDS.has(next.kind)) {
      return {
        code: 'SKEP1017',
        message: `\`${shown}\` is a keyword: as a name it is written \`\\${shown}\``,
        span: spanOf(token),
        ...replace(`write \`\\${shown}\` (in a shell, inside single quotes)`, token, `\\${shown}`),
      };
    }
  }
  return {
    code: 'SKEP1018',
    message: `\`${shown}\` cannot stand after \`${textOf(context, { start: first.start, end: before.end })}\``,
    span: spanOf(token),
    notes: ['the order is protocol, direction, type, id: `tcp dst port 80`'],
  };
}

/** Arithmetic, and then no comparison. */
export function missingComparison(context: Context, span: Span): Finding {
  const token = tokenAt(context);
  const shown = textOf(context, span);
  if (token.kind === 'name' && ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'is'].includes(token.word)) {
    const mark = { eq: '=', is: '=', ne: '!=', gt: '>', lt: '<', ge: '>=', le: '<=' }[token.word]!;
    return {
      code: 'SKEP1019',
      message: `\`${token.word}\` is written \`${mark}\``,
      span: spanOf(token),
      ...replace(`write \`${mark}\``, token, mark),
    };
  }
  if (token.kind === 'not' && token.word === '!') {
    return {
      code: 'SKEP1019',
      message: 'a comparison cannot begin with `!`',
      span: spanOf(token),
      notes: ['inequality is `!=`'],
    };
  }
  const rest: readonly TokenKind[] = ['end', ')', 'and', 'or'];
  if (!rest.includes(token.kind)) {
    return {
      code: 'SKEP1020',
      message: `${found(context, token)} cannot follow the number \`${shown}\``,
      span: spanOf(token),
      notes: [
        'what follows is a comparison (`=`, `!=`, `<`, `<=`, `>`, `>=`) or an operator (`+ - * / % & | ^ << >>`)',
      ],
    };
  }
  const next = tokenAt(context, 1);
  const masked = (token.word === '&&' || token.word === '||') && next.kind === 'number';
  return {
    code: 'SKEP1020',
    message: `\`${shown}\` is a number; a test compares it`,
    span: spanOf(span),
    ...(masked ? { notes: [`\`${token.word}\` joins tests; on the bits of numbers it is \`${token.word[0]}\``] } : {}),
    ...replace(`for "not zero" write \`${shown} != 0\``, { start: span.end, end: span.end }, ' != 0'),
  };
}

/** `= <`, `=>`: two marks that are one, or one that does not exist. The operator before `position` has been read. */
export function misspeltOperator(context: Context): Finding | undefined {
  const token = tokenAt(context);
  const operator = tokenAt(context, -1);
  const pair = textOf(context, operator) + textOf(context, token);
  const right = { '=<': '<=', '=>': '>=', '<>': '!=', '=!': '!=', '><': '!=', '===': '=', '!==': '!=' }[pair];
  if (right === undefined) return undefined;
  const span = { start: operator.start, end: token.end };
  return {
    code: 'SKEP1019',
    message: `\`${pair}\` is written \`${right}\``,
    span,
    ...replace(`write \`${right}\``, span, right),
  };
}

export function chainedComparison(context: Context): Finding {
  return {
    code: 'SKEP1023',
    message: 'a comparison cannot be compared again',
    span: spanOf(tokenAt(context)),
    notes: ['join two comparisons: `len > 100 and len < 200`'],
  };
}

/** Where a number must stand in arithmetic. */
export function noArithmetic(context: Context): Finding {
  const token = tokenAt(context);
  const last = tokenAt(context, -1);
  const span = spanOf(token);
  const shown = textOf(context, token);
  const notes = ['numbers are constants, `len`, and header fields such as `tcp[13]` or `ip[2:2]`'];
  if (token.kind === 'end' || token.kind === ')' || token.kind === ']') {
    return {
      code: 'SKEP1021',
      message: `a number must follow \`${textOf(context, last)}\``,
      span: token.kind === 'end' ? spanOf(last) : span,
      notes,
    };
  }
  if (token.kind === 'protocol') {
    return {
      code: 'SKEP1021',
      message: `\`${shown}\` is a protocol, not a number`,
      span,
      notes: [`a field of its header is a number: \`${shown}[0]\`, \`${shown}[2:2]\``],
    };
  }
  if (token.kind === 'name') {
    const near = closestName(token.word.toLowerCase(), NAMED_CONSTANTS.keys()) ?? constantEndingIn(token.word, last);
    return {
      code: 'SKEP1021',
      message: `\`${shown}\` is no number`,
      span,
      notes: ['named numbers are `icmptype`, `icmp-echo`, `tcpflags`, `tcp-syn` and the like'],
      ...(near === undefined ? forHyphen(token) : replace(`did you mean \`${near}\`?`, token, near)),
    };
  }
  if (token.kind === 'ipv4' || token.kind === 'ipv6' || token.kind === 'mac') {
    const example =
      token.kind === 'ipv4' && token.bytes?.length === 4
        ? [
            `as a number: \`0x${(token.bytes as number[]).map(octet => (octet & 255).toString(16).padStart(2, '0')).join('')}\``,
          ]
        : [];
    return {
      code: 'SKEP1021',
      message: `the address \`${shown}\` is no number`,
      span,
      notes: ['to test an address use `host` or `net`', ...example],
    };
  }
  return {
    code: 'SKEP1021',
    message: `a number must follow \`${textOf(context, last)}\`, not \`${shown}\``,
    span,
    notes,
  };
}

function constantEndingIn(word: string, last: Token): string | undefined {
  const ends = [...NAMED_CONSTANTS.keys()].filter(name => name.endsWith(`-${word.toLowerCase()}`));
  return ends.length === 1 || last.kind === '=' ? ends[0] : ends.find(name => name.startsWith('tcp-'));
}

function forHyphen(token: Token): Pick<Finding, 'fix'> {
  if (!/^(?:[0-9]+|len)-/.test(token.word)) return {};
  return replace(
    'a hyphen belongs to the word it touches: put spaces around a minus',
    token,
    token.word.replaceAll('-', ' - '),
  );
}

export function unclosedParenthesis(context: Context, open: Token): Finding {
  const token = tokenAt(context);
  if (token.kind === 'end') {
    return {
      code: 'SKEP1013',
      message: 'this `(` is never closed',
      span: spanOf(open),
      ...replace('close it at the end', { start: token.start, end: token.start }, ')'),
    };
  }
  const inside = leftover(context);
  return {
    ...inside,
    notes: [...(inside.notes ?? []), `or the \`(\` at column ${open.start + 1} must be closed before it`],
  };
}

export function unclosedBracket(context: Context, open: Token): Finding {
  const token = tokenAt(context);
  if (token.kind === 'end') {
    return {
      code: 'SKEP1013',
      message: 'this `[` is never closed',
      span: spanOf(open),
      notes: ['`proto[offset]` or `proto[offset:size]`'],
    };
  }
  return {
    code: 'SKEP1022',
    message: `${found(context, token)} cannot stand inside the brackets`,
    span: spanOf(token),
    notes: ['`proto[offset]` or `proto[offset:size]`, the size being 1, 2 or 4'],
  };
}

export function listBeginsWithList(span: Span): Finding {
  return {
    code: 'SKEP1024',
    message: 'a list of ids cannot begin with an id or a list in parentheses of its own',
    span: spanOf(span),
    notes: ['pcap-filter has no such form: take the inner parentheses away, or put that list last'],
  };
}

export function expected(context: Context, what: string): Finding {
  const token = tokenAt(context);
  const last = tokenAt(context, -1);
  return {
    code: 'SKEP1011',
    message:
      token.kind === 'end'
        ? `${what} must follow \`${textOf(context, last)}\``
        : `${what} must follow \`${textOf(context, last)}\`, not ${found(context, token)}`,
    span: token.kind === 'end' ? spanOf(last) : spanOf(token),
  };
}

export function expectedNumber(context: Context, what: string): Finding {
  const token = tokenAt(context);
  const article = /^[aeio]/.test(what) ? 'an' : 'a';
  const finding = expected(context, what === 'number' ? 'a number' : `${article} ${what}`);
  if (token.kind === '(') return { ...finding, notes: ['a plain number, without parentheses'] };
  if (COMPARISONS.has(token.kind)) return { ...finding, notes: ['no operator between them'] };
  return finding;
}

export function expectedName(context: Context, what: string): Finding {
  const token = tokenAt(context);
  const finding = expected(context, what);
  if (KEYWORDS.has(textOf(context, token))) {
    return {
      ...finding,
      notes: [`\`${textOf(context, token)}\` is a keyword: as a name it is written \`\\${textOf(context, token)}\``],
    };
  }
  return finding;
}

/** A word that a small table does not have. */
export function unknownWord(code: Diagnostic['code'], what: string, token: Token, known: readonly string[]): Finding {
  const near = closestName(token.word, known);
  return {
    code,
    message: `"${token.word}" is no ${what}`,
    span: spanOf(token),
    ...(known.length > 0 && known.length <= 24 ? { notes: [`known: ${known.join(', ')}`] } : {}),
    ...(near === undefined ? {} : replace(`did you mean \`${near}\`?`, token, near)),
  };
}
