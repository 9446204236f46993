/* Global variables of every section, initial values, statics, options of the kernel, externs. */
#include "declare.h"

struct point {
  __s32 x, y;
};

__u64 packets;
__u32 array[3];
__u32 seen = 42;
struct point origin = { -3, 4 };
const volatile __u16 port = 8080;
const volatile char device[16] = "eth0";
static __u64 hidden_count;
static volatile const __u8 flag = 1;
__u32 mine SEC(".data.mine") = 5;
__u64 address;
__u32 own_bss SEC(".bss.own");

extern int LINUX_KERNEL_VERSION __kconfig;
extern bool CONFIG_BPF_SYSCALL __kconfig;
extern __u32 CONFIG_HZ __kconfig __weak;
extern char CONFIG_DEFAULT_HOSTNAME[12] __kconfig __weak;

extern const void bpf_prog_active __ksym;
extern const int bpf_unknown_variable __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

SEC("tp_btf/sys_enter")
int globals(void *ctx) {
  packets++;
  hidden_count += flag;
  array[1] = seen;
  origin.x++;
  mine += own_bss++;
  bpf_rcu_read_lock();
  bpf_rcu_read_unlock();
  if (CONFIG_BPF_SYSCALL && LINUX_KERNEL_VERSION > 0x050000) seen += CONFIG_HZ + CONFIG_DEFAULT_HOSTNAME[0];
  if (&bpf_unknown_variable) seen++;
  address = (__u64)&bpf_prog_active;
  return port + device[0];
}

char _license[] SEC("license") = "GPL";
