/* Types of every kind, laid out in awkward ways, for the writers of C and TypeScript and for the codecs. */
#include "declare.h"

enum color { RED, GREEN = 5, BLUE = -1 };
enum wide { SMALL = 1, LARGE = 0x123456789abcULL };

struct bits {
  __u32 a : 3, b : 5;
  __s32 c : 7;
  __u64 d : 33;
  __u8 e : 1;
  __u8 : 0;
  __u8 f : 2;
  _Bool g : 1;
};

struct __attribute__((packed)) tight {
  __u8 a;
  __u64 b;
  __u16 c;
};

struct aligned {
  __u8 a;
  __u64 b __attribute__((aligned(32)));
  __u8 c;
};

union number {
  __u32 whole;
  __u8 parts[4];
  float fraction;
};

struct forward;
typedef int (*callback)(struct forward *, const char *, ...);

struct node {
  struct node *next;
  struct forward *opaque;
  callback call;
  struct {
    int x;
    union {
      __u16 y;
      __s8 z[2];
    };
  };
  char name[16];
  enum color color;
  enum wide wide;
  union number number;
  struct bits bits;
  double ratio;
  _Bool on;
  __s64 matrix[2][3];
  const volatile void *address;
  struct tight tights[2];
  int tail[];
};

typedef struct {
  struct node *nodes[4];
} table_t;

struct node node SEC(".data");
table_t table;
struct aligned aligned;
struct bits bits;
enum color color;

static __noinline int used(struct node *n, table_t *t, callback c) {
  return n != 0 && t != 0;
}

SEC("socket")
int types(void *ctx) {
  return used(&node, &table, 0);
}
