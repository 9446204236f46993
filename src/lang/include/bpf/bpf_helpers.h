// What programs are written with: sections, map definitions, printing. The names and their meaning are libbpf's, so that a program
// compiles with either.

#ifndef __BPF_HELPERS__
#define __BPF_HELPERS__

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif
#include <bpf/bpf_helper_defs.h>

/* Members of a map definition: __uint(max_entries, 16), __type(key, __u32), __array(values, int (void *)). A number is
 * the length of an array that no memory is spent on; BTF keeps it. */
#define __uint(name, value) int (*name)[value]
#define __type(name, value) typeof(value) *name
#define __array(name, value) typeof(value) *name[]
#define __ulong(name, value) enum { __skep_join(__unique_value, __COUNTER__) = value } name

/* The section that a function or variable goes to, whether anything refers to it or not. */
#define SEC(name) __attribute__((section(name), used))

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#ifndef __noinline
#define __noinline __attribute__((noinline))
#endif
#ifndef __weak
#define __weak __attribute__((weak))
#endif
#ifndef __hidden
#define __hidden __attribute__((visibility("hidden")))
#endif
#ifndef __noreturn
#define __noreturn __attribute__((noreturn))
#endif
#ifndef NULL
#define NULL ((void *)0)
#endif
#ifndef KERNEL_VERSION
#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#endif
#ifndef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif
#ifndef container_of
#define container_of(pointer, type, member) \
	({ \
		void *__member = (void *)(pointer); \
		((type *)(__member - offsetof(type, member))); \
	})
#endif
#ifndef barrier
#define barrier() asm volatile("" ::: "memory")
#endif
/* The compiler knows nothing of the variable's value from here on. */
#ifndef barrier_var
#define barrier_var(variable) asm volatile("" : "+r"(variable))
#endif
#ifndef __unused
#define __unused __attribute__((unused))
#endif

/* What the kernel fills in, and what it reads in types. */
#define __kconfig __attribute__((section(".kconfig")))
#define __ksym __attribute__((section(".ksyms")))
#define __kptr_untrusted __attribute__((btf_type_tag("kptr_untrusted")))
#define __kptr __attribute__((btf_type_tag("kptr")))
#define __percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))
#define __uptr __attribute__((btf_type_tag("uptr")))
#define __arena __attribute__((address_space(1)))
#define __arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
#define __arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))
#define __arg_nullable __attribute__((btf_decl_tag("arg:nullable")))
#define __arg_trusted __attribute__((btf_decl_tag("arg:trusted")))
#define __arg_arena __attribute__((btf_decl_tag("arg:arena")))

#define bpf_ksym_exists(symbol) \
	({ \
		_Static_assert(!__builtin_constant_p(!!(symbol)), #symbol " should be declared __weak"); \
		!!(symbol); \
	})

enum libbpf_pin_type {
	LIBBPF_PIN_NONE,
	LIBBPF_PIN_BY_NAME,
};

enum libbpf_tristate {
	TRI_NO = 0,
	TRI_YES = 1,
	TRI_MODULE = 2,
};

/* Two words as one, after macros in them are replaced. */
#define __skep_join_(a, b) a##b
#define __skep_join(a, b) __skep_join_(a, b)

/* How many arguments there are, 0 to 12. */
#define __skep_thirteenth(_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _n, ...) _n
#define __skep_count(...) __skep_thirteenth(_, ##__VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)

/* list[0] = first, list[1] = second...: the arguments of a format as 64-bit numbers. */
#define __skep_fill0(list, at)
#define __skep_fill1(list, at, x) list[at] = (unsigned long long)(x);
#define __skep_fill2(list, at, x, ...) list[at] = (unsigned long long)(x); __skep_fill1(list, at + 1, __VA_ARGS__)
#define __skep_fill3(list, at, x, ...) list[at] = (unsigned long long)(x); __skep_fill2(list, at + 1, __VA_ARGS__)
#define __skep_fill4(list, at, x, ...) list[at] = (unsigned long long)(x); __skep_fill3(list, at + 1, __VA_ARGS__)
#define __skep_fill5(list, at, x, ...) list[at] = (unsigned long long)(x); __skep_fill4(list, at + 1, __VA_ARGS__)
#define __skep_fill6(list, at, x, ...) list[at] = (unsigned long long)(x); __skep_fill5(list, at + 1, __VA_ARGS__)
#define __skep_fill7(list, at, x, ...) list[at] = (unsigned long long)(x); __skep_fill6(list, at + 1, __VA_ARGS__)
#define __skep_fill8(list, at, x, ...) list[at] = (unsigned long long)(x); __skep_fill7(list, at + 1, __VA_ARGS__)
#define __skep_fill9(list, at, x, ...) list[at] = (unsigned long long)(x); __skep_fill8(list, at + 1, __VA_ARGS__)
#define __skep_fill10(list, at, x, ...) list[at] = (unsigned long long)(x); __skep_fill9(list, at + 1, __VA_ARGS__)
#define __skep_fill11(list, at, x, ...) list[at] = (unsigned long long)(x); __skep_fill10(list, at + 1, __VA_ARGS__)
#define __skep_fill12(list, at, x, ...) list[at] = (unsigned long long)(x); __skep_fill11(list, at + 1, __VA_ARGS__)
#define __skep_fill(list, ...) __skep_join(__skep_fill, __skep_count(__VA_ARGS__))(list, 0, ##__VA_ARGS__)

/* A format is a constant of the program; before Linux 5.2 (no read-only data) it has to be on the stack. */
#ifdef BPF_NO_GLOBAL_DATA
#define BPF_PRINTK_FMT_MOD
#else
#define BPF_PRINTK_FMT_MOD static const
#endif

#define __skep_printk_few(format, ...) \
	({ \
		BPF_PRINTK_FMT_MOD char __format[] = format; \
		bpf_trace_printk(__format, sizeof(__format), ##__VA_ARGS__); \
	})

#define __skep_printk_many(format, ...) \
	({ \
		static const char __format[] = format; \
		unsigned long long __arguments[__skep_count(__VA_ARGS__)]; \
		_Pragma("GCC diagnostic push") \
		_Pragma("GCC diagnostic ignored \"-Wint-conversion\"") \
		__skep_fill(__arguments, __VA_ARGS__) \
		_Pragma("GCC diagnostic pop") \
		bpf_trace_vprintk(__format, sizeof(__format), __arguments, sizeof(__arguments)); \
	})

/* bpf_trace_printk takes three arguments; more go through bpf_trace_vprintk (Linux 5.16). */
#define __skep_printk0 __skep_printk_few
#define __skep_printk1 __skep_printk_few
#define __skep_printk2 __skep_printk_few
#define __skep_printk3 __skep_printk_few
#define __skep_printk4 __skep_printk_many
#define __skep_printk5 __skep_printk_many
#define __skep_printk6 __skep_printk_many
#define __skep_printk7 __skep_printk_many
#define __skep_printk8 __skep_printk_many
#define __skep_printk9 __skep_printk_many
#define __skep_printk10 __skep_printk_many
#define __skep_printk11 __skep_printk_many
#define __skep_printk12 __skep_printk_many
#define bpf_printk(format, ...) __skep_join(__skep_printk, __skep_count(__VA_ARGS__))(format, ##__VA_ARGS__)

#define BPF_SEQ_PRINTF(seq, format, ...) \
	({ \
		static const char __format[] = format; \
		unsigned long long __arguments[__skep_count(__VA_ARGS__)]; \
		_Pragma("GCC diagnostic push") \
		_Pragma("GCC diagnostic ignored \"-Wint-conversion\"") \
		__skep_fill(__arguments, ##__VA_ARGS__) \
		_Pragma("GCC diagnostic pop") \
		bpf_seq_printf(seq, __format, sizeof(__format), __arguments, sizeof(__arguments)); \
	})

#define BPF_SNPRINTF(out, out_size, format, ...) \
	({ \
		static const char __format[] = format; \
		unsigned long long __arguments[__skep_count(__VA_ARGS__)]; \
		_Pragma("GCC diagnostic push") \
		_Pragma("GCC diagnostic ignored \"-Wint-conversion\"") \
		__skep_fill(__arguments, ##__VA_ARGS__) \
		_Pragma("GCC diagnostic pop") \
		bpf_snprintf(out, out_size, __format, __arguments, sizeof(__arguments)); \
	})

/* A tail call whose index is known when the program is compiled: the map's pointer is made where the kernel's JIT can see both. */
#if __clang_major__ >= 8 && defined(__bpf__)
static __always_inline void bpf_tail_call_static(void *ctx, const void *map, const __u32 slot)
{
	if (!__builtin_constant_p(slot))
		__builtin_trap();
	asm volatile("r1 = %[ctx]\n\t"
		     "r2 = %[map]\n\t"
		     "r3 = %[slot]\n\t"
		     "call 12"
		     :
		     : [ctx] "r"(ctx), [map] "r"(map), [slot] "i"(slot)
		     : "r0", "r1", "r2", "r3", "r4", "r5");
}
#endif

/* Loops over the numbers from begin to end - 1, over memory that the kernel keeps count in (Linux 6.4). */
struct bpf_iter_num;

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __weak __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __weak __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __weak __ksym;

#define bpf_for(i, start, end) \
	for (struct bpf_iter_num __it __attribute__((aligned(8), cleanup(bpf_iter_num_destroy))), \
	     *___p __attribute__((unused)) = (bpf_iter_num_new(&__it, (start), (end)), \
					      (void)bpf_iter_num_destroy, (void *)0); \
	     ({ \
		     int *__next = bpf_iter_num_next(&__it); \
		     (__next && ((i) = *__next, (i) >= (start) && (i) < (end))); \
	     });)

#define bpf_repeat(n) \
	for (struct bpf_iter_num __it __attribute__((aligned(8), cleanup(bpf_iter_num_destroy))), \
	     *___p __attribute__((unused)) = (bpf_iter_num_new(&__it, 0, (n)), (void)bpf_iter_num_destroy, (void *)0); \
	     bpf_iter_num_next(&__it);)

#define bpf_for_each(type, current, arguments...) \
	for (struct bpf_iter_##type __it __attribute__((aligned(8), cleanup(bpf_iter_##type##_destroy))), \
	     *___p __attribute__((unused)) = (bpf_iter_##type##_new(&__it, ##arguments), \
					      (void)bpf_iter_##type##_destroy, (void *)0); \
	     (((current) = bpf_iter_##type##_next(&__it)));)

#endif
