/* CO-RE relocations of every kind, against types that a kernel has, in a shape of our own. */
#include "declare.h"

struct list_head {
  struct list_head *next;
} __core;

struct mm_struct___mine {
  __u64 start_code;
} __core;

struct task_struct {
  int pid;
  int tgid;
  char comm[16];
  struct task_struct *group_leader;
  struct mm_struct___mine *mm;
  struct list_head tasks;
  unsigned in_execve : 1;
  int missing_field;
} __core;

/* The same type, as another kernel would have it. */
struct task_struct___other {
  long no_such_member;
  int pid;
} __core;

struct sk_buff {
  __u32 len;
  __u8 pkt_type : 3;
  __u16 protocol;
} __core;

struct no_such_struct {
  int x;
} __core;

enum bpf_map_type___mine {
  BPF_MAP_TYPE_HASH___mine = 99,
  BPF_MAP_TYPE_NOT_THERE___mine = 5,
};

enum pid_type { PIDTYPE_PID, PIDTYPE_TGID };

typedef int pid_t;
typedef struct {
  int counter;
} atomic_t;

enum { FIELD_OFFSET, FIELD_SIZE, FIELD_EXISTS, FIELD_SIGNED, FIELD_LSHIFT, FIELD_RSHIFT };

__u64 result[48];

SEC("raw_tp/sys_enter")
int core(void *ctx) {
  struct task_struct *task = (void *)bpf_get_current_task();
  struct task_struct___other *other = (void *)task;
  struct sk_buff *skb = (void *)task;
  int i = 0;

  bpf_probe_read_kernel(&result[0], 4, &task->pid);
  bpf_probe_read_kernel(&result[1], 16, &task->comm);
  bpf_probe_read_kernel(&result[3], 1, &task->comm[5]);
  bpf_probe_read_kernel(&result[4], 8, &task->mm);
  bpf_probe_read_kernel(&result[5], 8, &task->tasks.next);
  bpf_probe_read_kernel(&result[6], 4, &task[2].tgid);

  result[7] = __builtin_preserve_field_info(task->pid, FIELD_OFFSET);
  result[8] = __builtin_preserve_field_info(task->comm, FIELD_SIZE);
  result[9] = __builtin_preserve_field_info(task->missing_field, FIELD_EXISTS);
  result[10] = __builtin_preserve_field_info(task->tgid, FIELD_EXISTS);
  result[11] = __builtin_preserve_field_info(task->tgid, FIELD_SIGNED);
  result[12] = __builtin_preserve_field_info(skb->len, FIELD_SIGNED);
  result[13] = __builtin_preserve_field_info(task->in_execve, FIELD_OFFSET);
  result[14] = __builtin_preserve_field_info(task->in_execve, FIELD_SIZE);
  result[15] = __builtin_preserve_field_info(task->in_execve, FIELD_LSHIFT);
  result[16] = __builtin_preserve_field_info(task->in_execve, FIELD_RSHIFT);
  result[17] = __builtin_preserve_field_info(skb->pkt_type, FIELD_OFFSET);
  result[18] = __builtin_preserve_field_info(skb->pkt_type, FIELD_LSHIFT);
  result[19] = __builtin_preserve_field_info(skb->pkt_type, FIELD_RSHIFT);
  result[20] = __builtin_preserve_field_info(other->no_such_member, FIELD_EXISTS);

  result[21] = __builtin_preserve_type_info(*(struct task_struct *)0, 0);
  result[22] = __builtin_preserve_type_info(*(struct no_such_struct *)0, 0);
  result[23] = __builtin_preserve_type_info(*(struct task_struct *)0, 1);
  result[24] = __builtin_preserve_type_info(*(struct no_such_struct *)0, 1);
  result[25] = __builtin_preserve_type_info(*(atomic_t *)0, 1);
  result[26] = __builtin_preserve_type_info(*(pid_t *)0, 0);

  result[27] = __builtin_btf_type_id(*(struct task_struct *)0, 0);
  result[28] = __builtin_btf_type_id(*(struct task_struct *)0, 1);
  result[29] = __builtin_btf_type_id(*(struct no_such_struct *)0, 1);

  result[30] = __builtin_preserve_enum_value(*(enum bpf_map_type___mine *)BPF_MAP_TYPE_HASH___mine, 0);
  result[31] = __builtin_preserve_enum_value(*(enum bpf_map_type___mine *)BPF_MAP_TYPE_HASH___mine, 1);
  result[32] = __builtin_preserve_enum_value(*(enum bpf_map_type___mine *)BPF_MAP_TYPE_NOT_THERE___mine, 0);
  result[33] = __builtin_preserve_enum_value(*(enum pid_type *)PIDTYPE_TGID, 1);

  result[36] = __builtin_preserve_type_info(*(struct list_head *)0, 2);
  result[37] = __builtin_preserve_type_info(*(struct sk_buff *)0, 2);
  result[38] = __builtin_preserve_type_info(*(enum pid_type *)0, 2);
  result[39] = __builtin_preserve_type_info(*(struct task_struct *)0, 2);

  /* Never run: what is missing may be poisoned here. */
  if (__builtin_preserve_field_info(task->missing_field, FIELD_EXISTS)) {
    bpf_probe_read_kernel(&result[34], 4, &task->missing_field);
    result[35] = __builtin_preserve_enum_value(*(enum bpf_map_type___mine *)BPF_MAP_TYPE_NOT_THERE___mine, 1);
  }
  return 0;
}

char _license[] SEC("license") = "GPL";
