/* Stalls of slow memories: see emulator/memories/model.py, which does the same in Python. */
#ifndef EMULATOR_MEMORIES_H
#define EMULATOR_MEMORIES_H
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

enum { NO_LINE = UINT32_MAX, MAX_BUFFERS = 4, MAX_CACHES = 8, MAX_MEMORIES = 8, MAX_RANGES = 24, QUEUE = 4096, HINTS = 256 };
/* When the next line is read ahead. */
enum { AT_FIRST_WORD = 1, AT_LAST_WORD, BEHIND_CACHE };
/* Numbers that a plan begins with, and those that it has for each read. */
enum { HEAD = 4, SLOT = 3 };

typedef struct {
    uint32_t line_shift, sector_shift, sets, ways, lru;
    uint32_t *tags, *valid, *victims;
    uint64_t *ages, tick;
    uint32_t hints[HINTS];   /* where a line was found last, by its low bits */
    uint64_t generation, fills;   /* count lines that had to go, and all that came */
    uint32_t *touched, touched_count, touched_room;   /* residents whose ages are not noted yet */
    uint32_t recent;         /* sector read last, by data alone; NO_LINE where instructions share the cache */
} Cache;

/* Where a line of code was found in the cache last; absent: `fills` when it was not there. */
typedef struct {
    uint64_t absent;
    uint32_t way;
} Spot;

/* A block of code, with spots of its lines and the one behind: _resident.c. `generation` of the cache in which all were. */
typedef struct {
    uint64_t generation, last, last_first;
    uint32_t count;
    int cache;
    char touched;
    Spot *spots;
} Resident;

typedef struct {
    uint32_t wait, busy, read_shift, stream_shift;   /* stream_shift 0: no bounds, nothing ends a read ahead */
    int fetch_cache, data_cache, caches[2], prefetch, buffers, gives_way, bursts;
    uint32_t held[MAX_BUFFERS], hold_at, ahead;
    uint64_t ahead_ready, ahead_start, free, free_before, read_at;
    uint64_t bus;             /* when the next word of code can pass, of a stream */
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
    int cache_count, memory_count, range_count, range;   /* `range`: of the last read */
    uint32_t queue[QUEUE], queued;
    uint8_t sizes[QUEUE];
    uint32_t expected, lead;  /* lead: cycles by which what follows was asked for before it could begin */
    uint64_t entered;
    uint64_t fetch_stalls, data_stalls;
    Resident *residents;
    uint32_t resident_count, resident_room;
    uint8_t near[256];       /* whether a range lies in these 16 MB */
} Memories;

/* What a block costs on top of its cycles, split by cause. */
typedef struct {
    uint32_t fetch, data;
} Stalls;

/* Note a data access of the open block. The signature is that of a consumer of accesses (_accesses.h). */
void memories_access(void *memories, uint32_t address, uint32_t size, int write);

static inline void memories_note(Memories *m, uint32_t address, uint32_t size) {
    if (m->queued == QUEUE) return;
    m->sizes[m->queued] = (uint8_t)size;
    m->queue[m->queued++] = address;
}

/* The open block ended: `plan` says when it wants which line (emulator/memories/plan.py), `now` is when it began.
 * `resident` belongs to the plan, 0 to begin with. */
Stalls memories_pass(Memories *m, const int16_t *plan, uint32_t *resident, uint32_t address, uint32_t size, uint64_t now);

/* What is known of the block that `number` stands for, which is 0 to begin with; NULL without memory. */
Resident *resident_of(Memories *all, uint32_t *number, uint32_t lines);

/* Whether the `lines` lines of code from `first` are all in the cache, and those that would be read ahead, so that they
 * cost nothing; notes that they were used. */
int resident_pass(Memories *all, Memory *m, uint32_t number, uint32_t first, uint32_t lines);

/* Whether the sector of an address is in the cache, with the way in the spot; `resident_search` where it has moved. */
int resident_search(const Cache *c, uint32_t address, Spot *spot);

static inline int resident_find(const Cache *c, uint32_t address, Spot *spot) {
    uint32_t line = address >> c->line_shift;
    uint32_t sector = 1u << ((address & ((1u << c->line_shift) - 1)) >> c->sector_shift);
    if (c->tags[spot->way] == line && c->valid[spot->way] & sector) return 1;
    return spot->absent == c->fills + 1 ? 0 : resident_search(c, address, spot);
}

/* Note the ages of all that was used, in front of a choice of what has to go. */
void resident_settle(Memories *all, Cache *cache);
void residents_free(Memories *all);

/* Forget accesses of a block that is not going to be passed. */
void memories_begin(Memories *m);

#endif
