/* Who wants to look in front of which instruction: one Unicorn code hook for all of them.
 *
 * Unicorn searches the list of its hooks in front of each hooked instruction, which takes a nanosecond a hook; and it
 * calls the only hook there is without a search. So one hook covers many instructions, and finds here what to do.
 */
#ifndef EMULATOR_LOOKS_H
#define EMULATOR_LOOKS_H
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include "_reads.h"

typedef struct {
    uint32_t place;    /* 1: none, an instruction is never there */
    PyObject *what;    /* a Site, or a Python function of the address */
} Look;

enum { MARKS = 1 << 15 };

typedef struct {
    Reads reads;
    Look *table;       /* open addressing, a place may be there several times */
    uint32_t count, mask;
    uint64_t marks[MARKS / 64];   /* a bit for each place in the table, shared by those MARKS half-words apart */
    void (*stop)(void *);
    PyObject *error;   /* what a Python function raised */
} Looks;

/* A Unicorn code hook: an instruction is about to run. */
void looks_look(void *uc, uint64_t address, uint32_t size, void *looks);

/* Look in front of the instruction at `place`, or no more; -1 without memory. */
int looks_add(Looks *l, uint32_t place, PyObject *what);
int looks_remove(Looks *l, uint32_t place, PyObject *what);
void looks_free(Looks *l);

/* One pass of a site: _operands.c. */
extern PyTypeObject SiteType;
void site_look(PyObject *site, void *uc);

#endif
