/* Stalls of slow memories: see emulator/memories/model.py, which does the same in Python. */
#ifndef EMULATOR_MEMORIES_H
#define EMULATOR_MEMORIES_H
#include <stdint.h>

typedef struct Memories Memories;

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
