// A plain chained hash table, preallocated, for comparison with the hash map: what one writes in C for keys of 4 and 8 bytes.
// The hash function is hashKey's of src/maps/hash-layout.ts, so that the tables do the same work.
//
//     hash-table KEY_BYTES ELEMENTS LOOKUPS    prints nanoseconds a lookup

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct node {
  struct node *next;
  uint32_t hash;
  unsigned char key[8];
  uint64_t value;
};

static struct node **buckets;
static struct node *nodes;
static uint32_t mask, used;
static unsigned key_bytes;

static uint32_t hash_of(const unsigned char *key) {
  uint32_t hash = 12345;
  for (unsigned at = 0; at < key_bytes; at += 4) {
    uint32_t word;
    memcpy(&word, key + at, 4);
    hash = (hash ^ word) * 0x85ebca6bu;
    hash ^= hash >> 13;
  }
  hash *= 0xc2b2ae35u;
  return hash ^ (hash >> 16);
}

__attribute__((noinline)) static uint64_t *lookup(const unsigned char *key) {
  uint32_t hash = hash_of(key);
  for (struct node *node = buckets[hash & mask]; node; node = node->next)
    if (node->hash == hash && memcmp(node->key, key, key_bytes) == 0) return &node->value;
  return NULL;
}

static void insert(const unsigned char *key, uint64_t value) {
  struct node *node = &nodes[used++];
  node->hash = hash_of(key);
  memcpy(node->key, key, key_bytes);
  node->value = value;
  node->next = buckets[node->hash & mask];
  buckets[node->hash & mask] = node;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  key_bytes = (unsigned)atoi(argv[1]);
  uint32_t elements = (uint32_t)atoi(argv[2]);
  long lookups = atol(argv[3]);
  uint32_t size = 1;
  while (size < elements) size *= 2;
  mask = size - 1;
  buckets = calloc(size, sizeof *buckets);
  nodes = calloc(elements, sizeof *nodes);
  for (uint32_t n = 0; n < elements; n++) {
    unsigned char key[8] = {0};
    memcpy(key, &n, 4);
    insert(key, n);
  }
  uint64_t sum = 0;
  for (int round = 0; round < 2; round++) {
    struct timespec begin, end;
    uint32_t state = 1;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    for (long n = 0; n < lookups; n++) {
      state = state * 1664525u + 1013904223u;
      uint32_t number = (uint32_t)(((uint64_t)state * elements) >> 32);
      unsigned char key[8] = {0};
      memcpy(key, &number, 4);
      uint64_t *value = lookup(key);
      if (value) sum += *value;
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    if (round == 1)
      printf("%.2f\n", ((end.tv_sec - begin.tv_sec) * 1e9 + (end.tv_nsec - begin.tv_nsec)) / lookups);
  }
  fprintf(stderr, "%llu\n", (unsigned long long)sum);
  return 0;
}
