/* Loads of fields through pointers that the verifier knows: CO-RE changes offsets and sizes of LDX. */
#include "declare.h"

struct list_head {
  struct list_head *next, *prev;
} __core;

struct task_struct {
  unsigned short flags; /* unsigned int in kernels: the load grows */
  int pid, tgid;
  struct task_struct *group_leader;
  struct list_head tasks;
} __core;

__u64 out[8];

SEC("tp_btf/sched_switch")
int direct(__u64 *ctx) {
  struct task_struct *task = (void *)ctx[1];
  out[0] = task->flags;
  out[1] = task->pid;
  out[2] = task->group_leader->tgid;
  out[3] = (__u64)task->tasks.next;
  return 0;
}

char _license[] SEC("license") = "GPL";
