/* The tracer's state, shared by the files that count edges, keep calls and record; see emulator/tracing/tracer.py. */
#ifndef EMULATOR_TRACER_H
#define EMULATOR_TRACER_H
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include "_memories.h"
#include "_looks.h"

/* 72 bytes, so that an edge lies in few cache lines. */
typedef struct {
    uint64_t from;     /* address of the block that ran | size << 32 */
    uint32_t target;
    uint32_t next;     /* the edge that followed this one last */
    uint64_t count, cycles;
    uint32_t instructions;
    uint32_t function; /* the function that holds the target, for a flow; 0 if unknown */
    uint32_t plan;     /* where its plan begins in `plans`, 0: none */
    uint32_t resident; /* see memories_pass */
    uint8_t mark;      /* 1: a run that pays attention stops behind it, 2: any run */
    uint8_t flow;      /* CALL, RETURN, JUMP to another function, or 0 */
    uint32_t entered;  /* the block of looks.reads that was entered behind it last */
    uint64_t fetch_stalls, data_stalls;
} Edge;

enum { CALL = 1, RETURN, JUMP };
enum { MAX_NODES = 1 << 20, MAX_DEPTH = 1 << 16 };

/* A function as called along one path. Node 0 is the root, which nothing runs in. */
typedef struct {
    uint32_t parent, function, child, sibling;
    uint64_t calls, cycles, instructions;
} Node;

typedef struct {
    uint32_t node, link;   /* where the call came from, and where it returns to */
} Frame;

typedef struct {
    PyObject_HEAD
    uint64_t cycles, instructions, limit;
    int64_t pending;   /* what sites (_operands.c) add to the open block */
    int64_t added;     /* all that they added: memories do not see this time, so that recordings need not keep it */
    Edge *edges;
    uint32_t used, room;
    uint32_t *slots;   /* open addressing: index of the edge + 1, 0 for a free slot */
    uint32_t mask;
    uint32_t last;     /* the edge counted last; edge 0 is a dummy that matches nothing */
    uint64_t open;     /* the block entered last | size << 32; size 0: none */
    char stopped, failed, attention;
    Node *nodes;       /* NULL: no call tree is wanted */
    Frame *frames;
    uint32_t node, node_count, node_room, depth;
    void (*stop)(void *);
    PyObject *memories;    /* NULL: every memory is fast */
    int16_t *plans;
    uint32_t plans_used, plans_room;
    uint32_t *stream;      /* NULL: nothing is recorded */
    size_t stream_used, stream_room, stream_limit;
    Looks looks;
    PyObject *cost;
    PyObject *error;
} Tracer;

/* Edges: _edges.c. */
int edges_make_room(Tracer *t, uint32_t room);
uint32_t edges_find(Tracer *t, uint64_t from, uint32_t target);   /* asks for the cost of a new one; 0: that failed */
PyObject *edges_list(Tracer *t, PyObject *unused);
PyObject *edges_stalls(Tracer *t, PyObject *unused);
PyObject *edges_clear(Tracer *t, PyObject *unused);
PyObject *edges_forget(Tracer *t, PyObject *unused);

/* The tree of calls: _calls.c. */
void calls_follow(Tracer *t, const Edge *edge);
PyObject *calls_start(Tracer *t, PyObject *unused);
PyObject *calls_save(Tracer *t, PyObject *unused);
PyObject *calls_restore(Tracer *t, PyObject *saved);
PyObject *calls_begin(Tracer *t, PyObject *argument);
PyObject *calls_list(Tracer *t, PyObject *unused);

/* The order of edges and accesses: _recording.c. */
void recording_add(Tracer *t, uint32_t word);
void recording_access(void *tracer, uint32_t address, uint32_t size, int write);
PyObject *recording_start(Tracer *t, PyObject *limit);
PyObject *recording_take(Tracer *t, PyObject *unused);

/* Running: _tracer.c. */
void tracer_enter_block(void *uc, uint64_t address, uint32_t size, void *user_data);
PyObject *tracer_begin(Tracer *t, PyObject *unused);
PyObject *tracer_close(Tracer *t, PyObject *target);
PyObject *tracer_close_partly(Tracer *t, PyObject *pc);
PyObject *tracer_skip(Tracer *t, PyObject *time);

#endif
