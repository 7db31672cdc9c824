/* Stalls of slow memories: see emulator/memories/model.py, which does the same in Python. */
#ifndef EMULATOR_MEMORIES_H
#define EMULATOR_MEMORIES_H
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

enum { NO_LINE = UINT32_MAX, MAX_BUFFERS = 4, MAX_CACHES = 8, MAX_MEMORIES = 8, MAX_RANGES = 24, QUEUE = 4096, HINTS = 256 };
/* When the next line is read ahead. */
enum { AT_FIRST_WORD = 1, AT_LAST_WORD };
/* Numbers that a plan has for each read. */
enum { SLOT = 3 };

typedef struct {
    uint32_t line_shift, sector_shift, sets, ways, lru;
    uint32_t *tags, *valid, *ages, *victims;
    uint32_t tick;
    uint32_t hints[HINTS];   /* where a line was found last, by its low bits */
} Cache;

typedef struct {
    uint32_t wait, busy, read_shift;
    int fetch_cache, data_cache, caches[2], prefetch, buffers, gives_way;
    uint32_t held[MAX_BUFFERS], hold_at, ahead;
    uint64_t ahead_ready, ahead_start, free, free_before;
} Memory;

typedef struct {
    uint32_t first, last;
    int memory;
} Range;

typedef struct {
    PyObject_HEAD
    Cache caches[MAX_CACHES];
    Memory memories[MAX_MEMORIES];
    Range ranges[MAX_RANGES];
    int cache_count, memory_count, range_count;
    uint32_t queue[QUEUE], queued;
    uint8_t shapes[QUEUE];   /* how each is unaligned: see emulator/memories/plan.py */
    uint32_t expected;
    uint64_t entered;
    uint64_t fetch_stalls, data_stalls;
} Memories;

/* What a block costs on top of its cycles, split by cause. */
typedef struct {
    uint32_t fetch, data;
} Stalls;

/* Note a data access of the open block. The signature is that of a consumer of accesses (_accesses.h). */
void memories_access(void *memories, uint32_t address, uint32_t size, int write);

/* The open block ended: `plan` says when it wants which line (emulator/memories/plan.py), `now` is when it began. */
Stalls memories_pass(Memories *m, const int16_t *plan, uint32_t address, uint32_t size, uint64_t now);

/* Forget accesses of a block that is not going to be passed. */
void memories_begin(Memories *m);

#endif
