/* The tracer in C: a Unicorn block callback that counts edges and keeps the time.
 *
 * The callback runs without the GIL, inside uc_emu_start; it takes the GIL only to ask the cost of an edge it has not
 * seen before. No Unicorn header is needed: the callback's address and its user_data leave as integers, and uc_emu_stop
 * comes in as one.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <structmember.h>
#include "_memories.h"

extern PyTypeObject MemoriesType, AccessesType, SiteType;

typedef struct {
    uint64_t from;     /* address of the block that ran | size << 32 */
    uint32_t target;
    uint32_t next;     /* the edge that followed this one last */
    uint64_t count, cycles, instructions;
    int mark;          /* 1: a run that pays attention stops behind it, 2: any run */
    int flow;          /* CALL, RETURN, JUMP to another function, or 0 */
    uint32_t function; /* the function that holds the target, for a flow; 0 if unknown */
    uint32_t plan;     /* where its plan begins in `plans`, 0: none */
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
    PyObject *cost;
    PyObject *error;
} Tracer;

static uint32_t slot_of(uint64_t from, uint32_t target) {
    uint64_t mixed = (from ^ ((uint64_t)target << 21)) * 0x9E3779B97F4A7C15ull;
    return (uint32_t)(mixed >> 32);
}

static int set_room(Tracer *t, uint32_t room) {
    Edge *edges = PyMem_RawRealloc(t->edges, room * sizeof(Edge));
    if (!edges) return -1;
    t->edges = edges;
    uint32_t *slots = PyMem_RawCalloc(2 * (size_t)room, sizeof(uint32_t));
    if (!slots) return -1;
    PyMem_RawFree(t->slots);
    t->slots = slots;
    t->room = room;
    t->mask = 2 * room - 1;
    for (uint32_t i = 1; i < t->used; i++) {
        uint32_t s = slot_of(edges[i].from, edges[i].target) & t->mask;
        while (slots[s]) s = (s + 1) & t->mask;
        slots[s] = i + 1;
    }
    return 0;
}

static void keep_error(Tracer *t) {
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    if (value && trace) PyException_SetTraceback(value, trace);
    if (t->error) Py_XDECREF(value);
    else t->error = value;
    Py_XDECREF(type);
    Py_XDECREF(trace);
    t->failed = 1;
}

/* Keep the plan of a block; gives where it begins, 0 for none. */
static uint32_t add_plan(Tracer *t, PyObject *plan) {
    Py_ssize_t size = plan && PyBytes_Check(plan) ? PyBytes_GET_SIZE(plan) / 2 : 0;
    if (!size) return 0;
    if (!t->plans_used) t->plans_used = 1;
    while (t->plans_used + size > t->plans_room) {
        uint32_t room = t->plans_room ? 2 * t->plans_room : 4096;
        int16_t *plans = PyMem_RawRealloc(t->plans, room * sizeof(int16_t));
        if (!plans) return 0;
        t->plans = plans;
        t->plans_room = room;
    }
    memcpy(t->plans + t->plans_used, PyBytes_AS_STRING(plan), 2 * (size_t)size);
    t->plans_used += (uint32_t)size;
    return t->plans_used - (uint32_t)size;
}

/* Index of a new edge with its cost, 0 when the cost function raised. */
static uint32_t add_edge(Tracer *t, uint64_t from, uint32_t target) {
    PyGILState_STATE gil = PyGILState_Ensure();
    uint32_t index = 0;
    unsigned long long cycles, instructions;
    int mark = 0, flow = 0;
    unsigned int function = 0;
    PyObject *plan = NULL;
    PyObject *cost = PyObject_CallFunction(t->cost, "kkk", (unsigned long)(uint32_t)from,
                                           (unsigned long)(from >> 32), (unsigned long)target);
    if (cost && PyArg_ParseTuple(cost, "KK|iiIO;cost must return (cycles, instructions)", &cycles, &instructions, &mark,
                                 &flow, &function, &plan)) {
        if (t->used == t->room && set_room(t, 2 * t->room) < 0) {
            PyErr_NoMemory();
        } else {
            index = t->used++;
            t->edges[index] = (Edge){from, target, 0, 0, cycles, instructions, mark, flow, function, add_plan(t, plan), 0, 0};
            uint32_t s = slot_of(from, target) & t->mask;
            while (t->slots[s]) s = (s + 1) & t->mask;
            t->slots[s] = index + 1;
        }
    }
    if (!index) keep_error(t);
    Py_XDECREF(cost);
    PyGILState_Release(gil);
    return index;
}

static uint32_t find_edge(Tracer *t, uint64_t from, uint32_t target) {
    uint32_t s = slot_of(from, target) & t->mask;
    while (t->slots[s]) {
        uint32_t index = t->slots[s] - 1;
        if (t->edges[index].from == from && t->edges[index].target == target) return index;
        s = (s + 1) & t->mask;
    }
    return add_edge(t, from, target);
}

/* The child of `parent` for `function`; `parent` itself when the tree is full. */
static uint32_t child_of(Tracer *t, uint32_t parent, uint32_t function) {
    uint32_t index = t->nodes[parent].child;
    while (index && t->nodes[index].function != function) index = t->nodes[index].sibling;
    if (index) return index;
    if (t->node_count == t->node_room) {
        Node *nodes = t->node_room < MAX_NODES ? PyMem_RawRealloc(t->nodes, 2 * t->node_room * sizeof(Node)) : NULL;
        if (!nodes) return parent;
        t->nodes = nodes;
        t->node_room *= 2;
    }
    index = t->node_count++;
    t->nodes[index] = (Node){.parent = parent, .function = function, .sibling = t->nodes[parent].child};
    t->nodes[parent].child = index;
    return index;
}

static void enter_function(Tracer *t, uint32_t parent, uint32_t function) {
    t->node = child_of(t, parent, function);
    t->nodes[t->node].calls++;
}

/* Unwind to the call that returns to `target`; after longjmp, to the function that holds it. */
static void leave_function(Tracer *t, uint32_t target, uint32_t function) {
    for (uint32_t d = t->depth; d > 0; d--) {
        if (t->frames[d - 1].link == target) {
            t->node = t->frames[d - 1].node;
            t->depth = d - 1;
            return;
        }
    }
    if (!function || t->nodes[t->node].function == function) return;
    for (uint32_t d = t->depth; d > 0; d--) {
        if (t->nodes[t->frames[d - 1].node].function == function) {
            t->node = t->frames[d - 1].node;
            t->depth = d - 1;
            return;
        }
    }
    enter_function(t, t->nodes[t->node].parent, function);
}

static void follow(Tracer *t, const Edge *edge) {
    if (edge->flow == CALL) {
        if (t->depth < MAX_DEPTH) {
            t->frames[t->depth++] = (Frame){t->node, (uint32_t)edge->from + (uint32_t)(edge->from >> 32)};
            enter_function(t, t->node, edge->function);
        }
    } else if (edge->flow == RETURN) {
        leave_function(t, edge->target, edge->function);
    } else {
        enter_function(t, t->nodes[t->node].parent, edge->function);
    }
}

static void record(Tracer *t, uint32_t word) {
    if (t->stream_used == t->stream_limit) return;
    if (t->stream_used == t->stream_room) {
        uint32_t *stream = PyMem_RawRealloc(t->stream, 2 * t->stream_room * sizeof(uint32_t));
        if (!stream) {
            t->stream_limit = t->stream_used;
            return;
        }
        t->stream = stream;
        t->stream_room *= 2;
    }
    t->stream[t->stream_used++] = word;
}

static void record_access(void *tracer, uint32_t address, uint32_t size, int write) {
    Tracer *t = tracer;
    if (!t->stream || t->stream_used + 2 > t->stream_limit) return;
    record(t, 0x80000000u | (write ? 0x100 : 0) | size);
    record(t, address);
}

/* Cycles that memories add to the edge. */
static uint64_t stalled(Tracer *t, Edge *edge) {
    if (!edge->plan) return 0;
    Stalls stalls = memories_pass((Memories *)t->memories, t->plans + edge->plan, (uint32_t)edge->from,
                                  (uint32_t)(edge->from >> 32), t->cycles);
    edge->fetch_stalls += stalls.fetch;
    edge->data_stalls += stalls.data;
    return (uint64_t)stalls.fetch + stalls.data;
}

static void count(Tracer *t, uint64_t from, uint32_t target) {
    uint32_t index = t->edges[t->last].next;
    if (t->edges[index].from != from || t->edges[index].target != target) {
        index = find_edge(t, from, target);
        if (!index) return;
        t->edges[t->last].next = index;
    }
    Edge *edge = &t->edges[index];
    uint64_t cycles = edge->cycles + (uint64_t)t->pending;
    t->pending = 0;
    if (t->memories) cycles += stalled(t, edge);
    if (t->stream) record(t, index);
    edge->count++;
    t->cycles += cycles;
    t->instructions += edge->instructions;
    t->last = index;
    if (t->nodes) {
        t->nodes[t->node].cycles += cycles;
        t->nodes[t->node].instructions += edge->instructions;
        if (edge->flow) follow(t, edge);
    }
}

static void enter_block(void *uc, uint64_t address, uint32_t size, void *user_data) {
    Tracer *t = user_data;
    uint64_t block = (uint32_t)address | (uint64_t)size << 32;
    if (t->stopped && (uint32_t)address == (uint32_t)t->open) {
        t->stopped = 0;
        t->open = block;
        return;
    }
    int marked = 0;
    if (t->open >> 32) {
        count(t, t->open, (uint32_t)address);
        int mark = t->edges[t->last].mark;
        marked = mark == 2 || (mark == 1 && t->attention);
    }
    t->open = block;
    t->stopped = t->failed || t->cycles >= t->limit || marked;
    if (t->stopped) t->stop(uc);
}

static PyObject *begin(Tracer *t, PyObject *unused) {
    (void)unused;
    t->open = 0;
    t->stopped = 0;
    t->pending = 0;
    if (t->memories) memories_begin((Memories *)t->memories);
    Py_RETURN_NONE;
}

static PyObject *close_block(Tracer *t, PyObject *argument) {
    unsigned long target = PyLong_AsUnsignedLong(argument);
    if (PyErr_Occurred()) return NULL;
    if (t->open >> 32 && !t->stopped) count(t, t->open, (uint32_t)target);
    return begin(t, NULL);
}

static PyObject *close_partly(Tracer *t, PyObject *argument) {
    unsigned long pc = PyLong_AsUnsignedLong(argument);
    if (PyErr_Occurred()) return NULL;
    uint64_t address = (uint32_t)t->open, size = t->open >> 32;
    if (address < pc && pc < address + size && !t->stopped) count(t, address | (pc - address) << 32, (uint32_t)pc);
    return begin(t, NULL);
}

static PyObject *skip(Tracer *t, PyObject *argument) {
    unsigned long long time = PyLong_AsUnsignedLongLong(argument);
    if (PyErr_Occurred()) return NULL;
    Edge *edge = &t->edges[t->last];
    if ((uint32_t)edge->from == edge->target && edge->cycles && time > t->cycles) {
        uint64_t passes = (time - t->cycles + edge->cycles - 1) / edge->cycles;
        edge->count += passes;
        t->cycles += passes * edge->cycles;
        t->instructions += passes * edge->instructions;
        if (t->nodes) {
            t->nodes[t->node].cycles += passes * edge->cycles;
            t->nodes[t->node].instructions += passes * edge->instructions;
        }
    }
    Py_RETURN_NONE;
}

static PyObject *start_calls(Tracer *t, PyObject *unused) {
    (void)unused;
    PyMem_RawFree(t->nodes);
    PyMem_RawFree(t->frames);
    t->node_room = 1024;
    t->nodes = PyMem_RawCalloc(t->node_room, sizeof(Node));
    t->frames = PyMem_RawCalloc(MAX_DEPTH, sizeof(Frame));
    t->node_count = 1;
    t->node = t->depth = 0;
    if (!t->nodes || !t->frames) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

/* The call stack as bytes: the current node, then the frames. */
static PyObject *save_calls(Tracer *t, PyObject *unused) {
    (void)unused;
    PyObject *saved = PyBytes_FromStringAndSize(NULL, sizeof(uint32_t) + t->depth * sizeof(Frame));
    if (!saved) return NULL;
    memcpy(PyBytes_AS_STRING(saved), &t->node, sizeof(uint32_t));
    memcpy(PyBytes_AS_STRING(saved) + sizeof(uint32_t), t->frames, t->depth * sizeof(Frame));
    return saved;
}

static PyObject *restore_calls(Tracer *t, PyObject *saved) {
    Py_ssize_t size = PyBytes_Check(saved) ? PyBytes_GET_SIZE(saved) - (Py_ssize_t)sizeof(uint32_t) : -1;
    if (!t->nodes || size < 0 || size % sizeof(Frame) || size / sizeof(Frame) > MAX_DEPTH) {
        PyErr_SetString(PyExc_ValueError, "not a saved call stack");
        return NULL;
    }
    memcpy(&t->node, PyBytes_AS_STRING(saved), sizeof(uint32_t));
    memcpy(t->frames, PyBytes_AS_STRING(saved) + sizeof(uint32_t), size);
    t->depth = (uint32_t)(size / sizeof(Frame));
    Py_RETURN_NONE;
}

static PyObject *begin_calls(Tracer *t, PyObject *argument) {
    unsigned long function = PyLong_AsUnsignedLong(argument);
    if (PyErr_Occurred()) return NULL;
    t->depth = 0;
    if (t->nodes) enter_function(t, 0, (uint32_t)function);
    Py_RETURN_NONE;
}

static PyObject *list_calls(Tracer *t, PyObject *unused) {
    (void)unused;
    PyObject *list = PyList_New(0);
    for (uint32_t i = 1; list && t->nodes && i < t->node_count; i++) {
        Node *n = &t->nodes[i];
        PyObject *row = Py_BuildValue("kkKKK", (unsigned long)n->parent, (unsigned long)n->function,
                                      (unsigned long long)n->calls, (unsigned long long)n->cycles,
                                      (unsigned long long)n->instructions);
        if (!row || PyList_Append(list, row) < 0) Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

static PyObject *list_edges(Tracer *t, PyObject *unused) {
    (void)unused;
    PyObject *list = PyList_New(0);
    for (uint32_t i = 1; list && i < t->used; i++) {
        Edge *e = &t->edges[i];
        if (!e->count) continue;
        PyObject *row = Py_BuildValue("kkkKKK", (unsigned long)(uint32_t)e->from, (unsigned long)(e->from >> 32),
                                      (unsigned long)e->target, (unsigned long long)e->count,
                                      (unsigned long long)e->cycles, (unsigned long long)e->instructions);
        if (!row || PyList_Append(list, row) < 0) Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

static PyObject *list_stalls(Tracer *t, PyObject *unused) {
    (void)unused;
    PyObject *list = PyList_New(0);
    for (uint32_t i = 1; list && i < t->used; i++) {
        Edge *e = &t->edges[i];
        if (!e->fetch_stalls && !e->data_stalls) continue;
        PyObject *row = Py_BuildValue("kkkKK", (unsigned long)(uint32_t)e->from, (unsigned long)(e->from >> 32),
                                      (unsigned long)e->target, (unsigned long long)e->fetch_stalls,
                                      (unsigned long long)e->data_stalls);
        if (!row || PyList_Append(list, row) < 0) Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}

static PyObject *start_recording(Tracer *t, PyObject *limit) {
    size_t words = PyLong_AsSize_t(limit);
    if (PyErr_Occurred()) return NULL;
    PyMem_RawFree(t->stream);
    t->stream_used = 0;
    t->stream_room = 1 << 16;
    t->stream_limit = words;
    t->stream = PyMem_RawMalloc(t->stream_room * sizeof(uint32_t));
    if (!t->stream) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

/* (stream, all edges in the order of their numbers, whether the stream is whole) */
static PyObject *take_recording(Tracer *t, PyObject *unused) {
    (void)unused;
    PyObject *edges = PyList_New(0);
    for (uint32_t i = 1; edges && i < t->used; i++) {
        Edge *e = &t->edges[i];
        PyObject *row = Py_BuildValue("kkkK", (unsigned long)(uint32_t)e->from, (unsigned long)(e->from >> 32),
                                      (unsigned long)e->target, (unsigned long long)e->count);
        if (!row || PyList_Append(edges, row) < 0) Py_CLEAR(edges);
        Py_XDECREF(row);
    }
    int whole = t->stream && t->stream_used + 2 <= t->stream_limit;
    return Py_BuildValue("y#NO", t->stream ? (char *)t->stream : "", (Py_ssize_t)(t->stream_used * sizeof(uint32_t)),
                         edges, whole ? Py_True : Py_False);
}

static PyObject *clear_counts(Tracer *t, PyObject *unused) {
    (void)unused;
    for (uint32_t i = 1; i < t->used; i++) t->edges[i].count = t->edges[i].fetch_stalls = t->edges[i].data_stalls = 0;
    Py_RETURN_NONE;
}

static PyObject *forget(Tracer *t, PyObject *unused) {
    t->used = 1;
    t->last = 0;
    t->plans_used = 1;
    t->edges[0].next = 0;
    memset(t->slots, 0, (t->mask + 1) * sizeof(uint32_t));
    return begin(t, unused);
}

static PyObject *take_error(Tracer *t, PyObject *unused) {
    (void)unused;
    PyObject *error = t->error ? t->error : Py_NewRef(Py_None);
    t->error = NULL;
    t->failed = 0;
    return error;
}

static PyObject *get_callback(Tracer *t, void *unused) {
    (void)t, (void)unused;
    return PyLong_FromVoidPtr((void *)(uintptr_t)enter_block);
}

static PyObject *get_user_data(Tracer *t, void *unused) {
    (void)unused;
    return PyLong_FromVoidPtr(t);
}

static PyObject *get_consumer(Tracer *t, void *unused) {
    (void)unused;
    return Py_BuildValue("NN", PyLong_FromVoidPtr((void *)(uintptr_t)record_access), PyLong_FromVoidPtr(t));
}

static PyObject *get_pending(Tracer *t, void *unused) {
    (void)unused;
    return PyLong_FromVoidPtr(&t->pending);
}

static PyObject *get_memories(Tracer *t, void *unused) {
    (void)unused;
    return Py_NewRef(t->memories ? t->memories : Py_None);
}

static int set_memories(Tracer *t, PyObject *value, void *unused) {
    (void)unused;
    if (value && value != Py_None && !PyObject_TypeCheck(value, &MemoriesType)) {
        PyErr_SetString(PyExc_TypeError, "want emulator._tracer.Memories");
        return -1;
    }
    Py_XSETREF(t->memories, value && value != Py_None ? Py_NewRef(value) : NULL);
    return 0;
}

static PyObject *get_block(Tracer *t, void *unused) {
    (void)unused;
    return Py_BuildValue("kk", (unsigned long)(uint32_t)t->open, (unsigned long)(t->open >> 32));
}

static int init(Tracer *t, PyObject *args, PyObject *kwargs) {
    unsigned long long stop;
    PyObject *cost;
    static char *names[] = {"cost", "stop_function", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OK", names, &cost, &stop)) return -1;
    Py_XSETREF(t->cost, Py_NewRef(cost));
    t->stop = (void (*)(void *))(uintptr_t)stop;
    t->limit = INT64_MAX;
    t->used = 1;
    if (set_room(t, 1024) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    t->edges[0] = (Edge){.from = UINT64_MAX};
    return 0;
}

static int traverse(Tracer *t, visitproc visit, void *arg) {
    Py_VISIT(t->memories);
    Py_VISIT(t->cost);
    Py_VISIT(t->error);
    return 0;
}

static int clear(Tracer *t) {
    Py_CLEAR(t->cost);
    Py_CLEAR(t->error);
    Py_CLEAR(t->memories);
    return 0;
}

static void dealloc(Tracer *t) {
    PyObject_GC_UnTrack(t);
    clear(t);
    PyMem_RawFree(t->edges);
    PyMem_RawFree(t->slots);
    PyMem_RawFree(t->nodes);
    PyMem_RawFree(t->frames);
    PyMem_RawFree(t->plans);
    PyMem_RawFree(t->stream);
    Py_TYPE(t)->tp_free((PyObject *)t);
}

static PyMemberDef members[] = {
    {"cycles", T_ULONGLONG, offsetof(Tracer, cycles), 0, NULL},
    {"instructions", T_ULONGLONG, offsetof(Tracer, instructions), 0, NULL},
    {"limit", T_ULONGLONG, offsetof(Tracer, limit), 0, NULL},
    {"attention", T_BOOL, offsetof(Tracer, attention), 0, NULL},
    {"stopped", T_BOOL, offsetof(Tracer, stopped), 0, NULL},
    {NULL},
};

static PyGetSetDef properties[] = {
    {"callback", (getter)get_callback, NULL, NULL, NULL},
    {"user_data", (getter)get_user_data, NULL, NULL, NULL},
    {"block", (getter)get_block, NULL, NULL, NULL},
    {"consumer", (getter)get_consumer, NULL, NULL, NULL},
    {"pending_address", (getter)get_pending, NULL, NULL, NULL},
    {"memories", (getter)get_memories, (setter)set_memories, NULL, NULL},
    {NULL},
};

static PyMethodDef methods[] = {
    {"begin", (PyCFunction)begin, METH_NOARGS, NULL},
    {"close", (PyCFunction)close_block, METH_O, NULL},
    {"close_partly", (PyCFunction)close_partly, METH_O, NULL},
    {"skip", (PyCFunction)skip, METH_O, NULL},
    {"start_calls", (PyCFunction)start_calls, METH_NOARGS, NULL},
    {"save_calls", (PyCFunction)save_calls, METH_NOARGS, NULL},
    {"restore_calls", (PyCFunction)restore_calls, METH_O, NULL},
    {"begin_calls", (PyCFunction)begin_calls, METH_O, NULL},
    {"calls", (PyCFunction)list_calls, METH_NOARGS, NULL},
    {"edges", (PyCFunction)list_edges, METH_NOARGS, NULL},
    {"stalls", (PyCFunction)list_stalls, METH_NOARGS, NULL},
    {"start_recording", (PyCFunction)start_recording, METH_O, NULL},
    {"take_recording", (PyCFunction)take_recording, METH_NOARGS, NULL},
    {"clear_counts", (PyCFunction)clear_counts, METH_NOARGS, NULL},
    {"forget", (PyCFunction)forget, METH_NOARGS, NULL},
    {"take_error", (PyCFunction)take_error, METH_NOARGS, NULL},
    {NULL},
};

static PyTypeObject TracerType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "emulator._tracer.Tracer",
    .tp_doc = "See emulator.tracer.Tracer.",
    .tp_basicsize = sizeof(Tracer),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)init,
    .tp_dealloc = (destructor)dealloc,
    .tp_traverse = (traverseproc)traverse,
    .tp_clear = (inquiry)clear,
    .tp_members = members,
    .tp_getset = properties,
    .tp_methods = methods,
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_tracer", .m_size = -1};

PyMODINIT_FUNC PyInit__tracer(void) {
    PyObject *made = PyModule_Create(&module);
    if (made && (PyModule_AddType(made, &TracerType) < 0 || PyModule_AddType(made, &MemoriesType) < 0 ||
                 PyModule_AddType(made, &AccessesType) < 0 || PyModule_AddType(made, &SiteType) < 0))
        Py_CLEAR(made);
    return made;
}
