// The link types: enum bpf_link_type (include/uapi/linux/bpf.h): what holds a program attached, and lets it go when the last reference does.

export interface LinkTypeRow {
  /** `xdp`. */
  readonly name: string;
  /** BPF_LINK_TYPE_*. */
  readonly number: number;
  readonly since: string;
  readonly meaning: string;
}

/** [name, since, meaning]. The number is the place in the list, from 1. */
const ROWS: readonly (readonly [name: string, since: string, meaning: string])[] = [
  ['raw_tracepoint', '5.8', 'a program at a tracepoint, with its arguments'],
  ['tracing', '5.8', 'a program at the beginning or end of a kernel function'],
  ['cgroup', '5.7', 'a program of a control group'],
  ['iter', '5.8', 'a program that goes over kernel objects when its file is read'],
  ['netns', '5.8', 'a program of a network namespace: flow_dissector, sk_lookup'],
  ['xdp', '5.9', 'a program of a network interface, before the stack'],
  ['perf_event', '5.15', 'a program at a performance event: kprobe, uprobe, tracepoint, sampling'],
  ['kprobe_multi', '5.18', 'one program at many kernel functions'],
  ['struct_ops', '6.4', 'a table of functions in use by a kernel subsystem'],
  ['netfilter', '6.4', 'a program at a netfilter hook'],
  ['tcx', '6.6', 'a program at the ingress or egress of an interface, in the stack'],
  ['uprobe_multi', '6.6', 'one program at many places of a user program'],
  ['netkit', '6.7', 'a program of a netkit pair'],
  ['sockmap', '6.10', 'a program of a sockmap or sockhash'],
];

export const LINK_TYPES: readonly LinkTypeRow[] = ROWS.map(([name, since, meaning], index) => ({
  name,
  number: index + 1,
  since,
  meaning,
}));

const byName = new Map(LINK_TYPES.map(row => [row.name, row]));

export const linkType = (name: string): LinkTypeRow | undefined => byName.get(name);
