// cgroup_array: cgroups that bpf_skb_under_cgroup and bpf_current_task_under_cgroup compare with (kernel/bpf/arraymap.c).

import type { MapDefinition, MapHost } from '../map.js';
import { ObjectArray } from './object-array.js';

export class CgroupArray extends ObjectArray<'cgroup'> {
  constructor(host: MapHost, definition: MapDefinition) {
    super(host, definition, 'cgroup', false);
  }
}
