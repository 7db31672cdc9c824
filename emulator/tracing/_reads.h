/* Which addresses blocks of code read: worked out from registers as a block is entered, or in front of an instruction.
 *
 * emulator/tracing/read_addresses.py says which registers make which address. Nothing is hooked but blocks, and
 * instructions whose addresses cannot be told at the start of their block; a hook of every access takes ten times longer.
 */
#ifndef EMULATOR_READS_H
#define EMULATOR_READS_H
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include "_accesses.h"

enum { MAX_LISTENERS = 24, MAX_TERMS = 3, CORE_REGISTERS = 15, NOT_LATE = 0xFFFF };

/* A read of a block. `late`: its address is known in front of its instruction only, if that runs. */
typedef struct {
    uint16_t offset;
    uint8_t size, late, terms, registers[MAX_TERMS];
    uint32_t constant, factors[MAX_TERMS];
} Read;

/* A block and its reads, which lie behind it. `first_late`: offset of the first late one, NOT_LATE without. */
typedef struct {
    uint64_t key;      /* address | size << 32 */
    Read *reads;
    uint32_t count;
    uint16_t first_late;
    uint8_t wanted;    /* registers to look at when it is entered */
    uint8_t registers[CORE_REGISTERS];
} ReadBlock;

typedef struct {
    AccessConsumer take;
    void *self;
    uint32_t first, last;
} Listener;

typedef struct {
    int (*read_registers)(void *, int const *, void **, int);
    int ids[CORE_REGISTERS];
    PyObject *plan;             /* asked for the reads of a block; NULL: nobody listens */
    Listener listeners[MAX_LISTENERS];
    int listener_count;
    void *memories;             /* the Memories that all listeners are, NULL if there are others */
    ReadBlock *blocks;          /* block 0 has no reads */
    uint32_t used, room, *slots, mask;
    const ReadBlock *open;
    uint32_t *addresses, values[CORE_REGISTERS];
    uint8_t *taken;
    uint32_t capacity, late_at;
    uint16_t late_offset;       /* of the next late read of the open block */
} Reads;

/* Number of a block, for reads_open; asks for the plan of a new one. */
uint32_t reads_find(Reads *r, uint64_t key);

/* A block is entered, with registers as they are. */
void reads_open(Reads *r, void *uc, uint32_t number);

/* The instruction at `address` is about to run, and the open block has late reads yet to come. */
void reads_look(Reads *r, void *uc, uint32_t address);

/* Tell the listeners what the first `size` bytes of the open block have read; the block is open no more. */
void reads_deliver(Reads *r, uint32_t size);

/* Nothing is open any more. */
static inline void reads_close(Reads *r) {
    r->open = NULL;
    r->late_offset = NOT_LATE;
}

void reads_forget(Reads *r);
void reads_free(Reads *r);

/* For Python: (plan function, address of uc_reg_read_batch, ids of r0..r12, sp, lr). */
int reads_start(Reads *r, PyObject *args);
int reads_listen(Reads *r, PyObject *args);

#endif
