// Reading kernel structs whose layout differs from kernel to kernel: every access that goes through __builtin_preserve_access_index leaves a
// relocation, which the loader fits to the kernel's types. The names are libbpf's.

#ifndef __BPF_CORE_READ_H__
#define __BPF_CORE_READ_H__

#include <bpf/bpf_helpers.h>

/* What may be asked of a field, a type, an enumerator: enum bpf_core_relo_kind, by the numbers that the compiler's built-ins take. */
enum bpf_field_info_kind {
	BPF_FIELD_BYTE_OFFSET = 0,
	BPF_FIELD_BYTE_SIZE = 1,
	BPF_FIELD_EXISTS = 2,
	BPF_FIELD_SIGNED = 3,
	BPF_FIELD_LSHIFT_U64 = 4,
	BPF_FIELD_RSHIFT_U64 = 5,
};

enum bpf_type_id_kind {
	BPF_TYPE_ID_LOCAL = 0,
	BPF_TYPE_ID_TARGET = 1,
};

enum bpf_type_info_kind {
	BPF_TYPE_EXISTS = 0,
	BPF_TYPE_SIZE = 1,
	BPF_TYPE_MATCHES = 2,
};

enum bpf_enum_value_kind {
	BPF_ENUMVAL_EXISTS = 0,
	BPF_ENUMVAL_VALUE = 1,
};

/* A field is named by an expression (task->pid) or by a type and a member (struct task_struct, pid). */
#define __skep_field1(field) (field)
#define __skep_field2(type, member) (((typeof(type) *)0)->member)
#define __skep_field(args...) __skep_join(__skep_field, __skep_count(args))(args)

#define bpf_core_field_exists(field...) __builtin_preserve_field_info(__skep_field(field), BPF_FIELD_EXISTS)
#define bpf_core_field_size(field...) __builtin_preserve_field_info(__skep_field(field), BPF_FIELD_BYTE_SIZE)
#define bpf_core_field_offset(field...) __builtin_preserve_field_info(__skep_field(field), BPF_FIELD_BYTE_OFFSET)

#define bpf_core_type_id_local(type) __builtin_btf_type_id(*(typeof(type) *)0, BPF_TYPE_ID_LOCAL)
#define bpf_core_type_id_kernel(type) __builtin_btf_type_id(*(typeof(type) *)0, BPF_TYPE_ID_TARGET)
#define bpf_core_type_exists(type) __builtin_preserve_type_info(*(typeof(type) *)0, BPF_TYPE_EXISTS)
#define bpf_core_type_size(type) __builtin_preserve_type_info(*(typeof(type) *)0, BPF_TYPE_SIZE)
#define bpf_core_type_matches(type) __builtin_preserve_type_info(*(typeof(type) *)0, BPF_TYPE_MATCHES)
#define bpf_core_enum_value_exists(type, value) \
	__builtin_preserve_enum_value(*(typeof(type) *)value, BPF_ENUMVAL_EXISTS)
#define bpf_core_enum_value(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, BPF_ENUMVAL_VALUE)
#define bpf_core_cast(pointer, type) ((typeof(type) *)bpf_rdonly_cast((pointer), bpf_core_type_id_kernel(type)))

extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

/* Bytes of a field into dst. */
#define bpf_core_read(dst, size, source) \
	bpf_probe_read_kernel(dst, size, (const void *)__builtin_preserve_access_index(source))
#define bpf_core_read_user(dst, size, source) \
	bpf_probe_read_user(dst, size, (const void *)__builtin_preserve_access_index(source))
#define bpf_core_read_str(dst, size, source) \
	bpf_probe_read_kernel_str(dst, size, (const void *)__builtin_preserve_access_index(source))
#define bpf_core_read_user_str(dst, size, source) \
	bpf_probe_read_user_str(dst, size, (const void *)__builtin_preserve_access_index(source))

/* A bit field: as many bytes as hold it are read, and shifted twice, by what the relocations say. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define __skep_bits_target(value, size) (void *)&(value)
#else
#define __skep_bits_target(value, size) ((void *)&(value) + (8 - (size)))
#endif

#define __skep_field_info(source, field, info) \
	__builtin_preserve_field_info((source)->field, BPF_FIELD_##info)

#define BPF_CORE_READ_BITFIELD_PROBED(source, field) \
	({ \
		unsigned long long __bits = 0; \
		unsigned int __bytes = __skep_field_info(source, field, BYTE_SIZE); \
		bpf_probe_read_kernel(__skep_bits_target(__bits, __bytes), __bytes, \
				      (const void *)(source) + __skep_field_info(source, field, BYTE_OFFSET)); \
		__bits <<= __skep_field_info(source, field, LSHIFT_U64); \
		if (__skep_field_info(source, field, SIGNED)) \
			__bits = ((long long)__bits) >> __skep_field_info(source, field, RSHIFT_U64); \
		else \
			__bits = __bits >> __skep_field_info(source, field, RSHIFT_U64); \
		__bits; \
	})

/* The same where the program may touch the memory itself. */
#define BPF_CORE_READ_BITFIELD(source, field) \
	({ \
		const void *__from = (const void *)(source) + __skep_field_info(source, field, BYTE_OFFSET); \
		unsigned long long __bits; \
		asm volatile("" : "=r"(__from) : "0"(__from)); \
		switch (__skep_field_info(source, field, BYTE_SIZE)) { \
		case 1: \
			__bits = *(const unsigned char *)__from; \
			break; \
		case 2: \
			__bits = *(const unsigned short *)__from; \
			break; \
		case 4: \
			__bits = *(const unsigned int *)__from; \
			break; \
		default: \
			__bits = *(const unsigned long long *)__from; \
			break; \
		} \
		__bits <<= __skep_field_info(source, field, LSHIFT_U64); \
		if (__skep_field_info(source, field, SIGNED)) \
			__bits = ((long long)__bits) >> __skep_field_info(source, field, RSHIFT_U64); \
		else \
			__bits = __bits >> __skep_field_info(source, field, RSHIFT_U64); \
		__bits; \
	})

/* BPF_CORE_READ(task, mm, exe_file, f_inode, i_ino) is task->mm->exe_file->f_inode->i_ino, one read for each arrow. */

/* a->b->c of 2 to 10 words. */
#define __skep_arrow1(a) a
#define __skep_arrow2(a, b) a->b
#define __skep_arrow3(a, b, c) a->b->c
#define __skep_arrow4(a, b, c, d) a->b->c->d
#define __skep_arrow5(a, b, c, d, e) a->b->c->d->e
#define __skep_arrow6(a, b, c, d, e, f) a->b->c->d->e->f
#define __skep_arrow7(a, b, c, d, e, f, g) a->b->c->d->e->f->g
#define __skep_arrow8(a, b, c, d, e, f, g, h) a->b->c->d->e->f->g->h
#define __skep_arrow9(a, b, c, d, e, f, g, h, i) a->b->c->d->e->f->g->h->i
#define __skep_arrow10(a, b, c, d, e, f, g, h, i, j) a->b->c->d->e->f->g->h->i->j
#define __skep_arrow(args...) __skep_join(__skep_arrow, __skep_count(args))(args)

/* The pointers on the way: reads of the first two words, the first three... into p, each one with the pointer read before it. */
#define __skep_type(args...) typeof(__skep_arrow(args))
#define __skep_walk1(read, source, f1)
#define __skep_walk2(read, source, f1, f2) \
	const void *__p; \
	read((void *)(&__p), sizeof(__p), &(source)->f1);
#define __skep_walk3(read, source, f1, f2, f3) \
	const void *__p; \
	read((void *)(&__p), sizeof(__p), &(source)->f1); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1))__p))->f2);
#define __skep_walk4(read, source, f1, f2, f3, f4) \
	const void *__p; \
	read((void *)(&__p), sizeof(__p), &(source)->f1); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1))__p))->f2); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2))__p))->f3);
#define __skep_walk5(read, source, f1, f2, f3, f4, f5) \
	const void *__p; \
	read((void *)(&__p), sizeof(__p), &(source)->f1); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1))__p))->f2); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2))__p))->f3); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3))__p))->f4);
#define __skep_walk6(read, source, f1, f2, f3, f4, f5, f6) \
	const void *__p; \
	read((void *)(&__p), sizeof(__p), &(source)->f1); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1))__p))->f2); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2))__p))->f3); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3))__p))->f4); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3, f4))__p))->f5);
#define __skep_walk7(read, source, f1, f2, f3, f4, f5, f6, f7) \
	const void *__p; \
	read((void *)(&__p), sizeof(__p), &(source)->f1); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1))__p))->f2); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2))__p))->f3); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3))__p))->f4); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3, f4))__p))->f5); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3, f4, f5))__p))->f6);
#define __skep_walk8(read, source, f1, f2, f3, f4, f5, f6, f7, f8) \
	const void *__p; \
	read((void *)(&__p), sizeof(__p), &(source)->f1); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1))__p))->f2); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2))__p))->f3); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3))__p))->f4); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3, f4))__p))->f5); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3, f4, f5))__p))->f6); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3, f4, f5, f6))__p))->f7);
#define __skep_walk9(read, source, f1, f2, f3, f4, f5, f6, f7, f8, f9) \
	const void *__p; \
	read((void *)(&__p), sizeof(__p), &(source)->f1); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1))__p))->f2); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2))__p))->f3); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3))__p))->f4); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3, f4))__p))->f5); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3, f4, f5))__p))->f6); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3, f4, f5, f6))__p))->f7); \
	read((void *)(&__p), sizeof(__p), &(((__skep_type(source, f1, f2, f3, f4, f5, f6, f7))__p))->f8);

#define __skep_last1(read, dst, source, f1) read(dst, sizeof(*(dst)), &(source)->f1);
#define __skep_last2(read, dst, source, f1, f2) read(dst, sizeof(*(dst)), &((__skep_type(source, f1))__p)->f2);
#define __skep_last3(read, dst, source, f1, f2, f3) read(dst, sizeof(*(dst)), &((__skep_type(source, f1, f2))__p)->f3);
#define __skep_last4(read, dst, source, f1, f2, f3, f4) read(dst, sizeof(*(dst)), &((__skep_type(source, f1, f2, f3))__p)->f4);
#define __skep_last5(read, dst, source, f1, f2, f3, f4, f5) read(dst, sizeof(*(dst)), &((__skep_type(source, f1, f2, f3, f4))__p)->f5);
#define __skep_last6(read, dst, source, f1, f2, f3, f4, f5, f6) read(dst, sizeof(*(dst)), &((__skep_type(source, f1, f2, f3, f4, f5))__p)->f6);
#define __skep_last7(read, dst, source, f1, f2, f3, f4, f5, f6, f7) read(dst, sizeof(*(dst)), &((__skep_type(source, f1, f2, f3, f4, f5, f6))__p)->f7);
#define __skep_last8(read, dst, source, f1, f2, f3, f4, f5, f6, f7, f8) read(dst, sizeof(*(dst)), &((__skep_type(source, f1, f2, f3, f4, f5, f6, f7))__p)->f8);
#define __skep_last9(read, dst, source, f1, f2, f3, f4, f5, f6, f7, f8, f9) read(dst, sizeof(*(dst)), &((__skep_type(source, f1, f2, f3, f4, f5, f6, f7, f8))__p)->f9);

#define __skep_read(each, last, dst, source, args...) \
	({ \
		__skep_join(__skep_walk, __skep_count(args))(each, source, args) \
		__skep_join(__skep_last, __skep_count(args))(last, dst, source, args) \
	})

#define BPF_CORE_READ_INTO(dst, source, args...) __skep_read(bpf_core_read, bpf_core_read, dst, source, args)
#define BPF_CORE_READ_USER_INTO(dst, source, args...) __skep_read(bpf_core_read_user, bpf_core_read_user, dst, source, args)
#define BPF_PROBE_READ_INTO(dst, source, args...) __skep_read(bpf_probe_read_kernel, bpf_probe_read_kernel, dst, source, args)
#define BPF_PROBE_READ_USER_INTO(dst, source, args...) __skep_read(bpf_probe_read_user, bpf_probe_read_user, dst, source, args)
#define BPF_CORE_READ_STR_INTO(dst, source, args...) __skep_read(bpf_core_read, bpf_core_read_str, dst, source, args)
#define BPF_CORE_READ_USER_STR_INTO(dst, source, args...) __skep_read(bpf_core_read_user, bpf_core_read_user_str, dst, source, args)
#define BPF_PROBE_READ_STR_INTO(dst, source, args...) __skep_read(bpf_probe_read_kernel, bpf_probe_read_kernel_str, dst, source, args)
#define BPF_PROBE_READ_USER_STR_INTO(dst, source, args...) __skep_read(bpf_probe_read_user, bpf_probe_read_user_str, dst, source, args)

#define __skep_read_value(into, source, args...) \
	({ \
		__skep_type((source), args) __value; \
		into(&__value, source, args); \
		__value; \
	})

#define BPF_CORE_READ(source, args...) __skep_read_value(BPF_CORE_READ_INTO, source, args)
#define BPF_CORE_READ_USER(source, args...) __skep_read_value(BPF_CORE_READ_USER_INTO, source, args)
#define BPF_PROBE_READ(source, args...) __skep_read_value(BPF_PROBE_READ_INTO, source, args)
#define BPF_PROBE_READ_USER(source, args...) __skep_read_value(BPF_PROBE_READ_USER_INTO, source, args)

#endif
