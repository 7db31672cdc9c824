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

typedef struct {
    uint64_t from;     /* address of the block that ran | size << 32 */
    uint32_t target;
    uint32_t next;     /* the edge that followed this one last */
    uint64_t count, cycles, instructions;
    int mark;          /* 1: a run that pays attention stops behind it, 2: any run */
} Edge;

typedef struct {
    PyObject_HEAD
    uint64_t cycles, instructions, limit;
    Edge *edges;
    uint32_t used, room;
    uint32_t *slots;   /* open addressing: index of the edge + 1, 0 for a free slot */
    uint32_t mask;
    uint32_t last;     /* the edge counted last; edge 0 is a dummy that matches nothing */
    uint64_t open;     /* the block entered last | size << 32; size 0: none */
    char stopped, failed, attention;
    void (*stop)(void *);
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

/* Index of a new edge with its cost, 0 when the cost function raised. */
static uint32_t add_edge(Tracer *t, uint64_t from, uint32_t target) {
    PyGILState_STATE gil = PyGILState_Ensure();
    uint32_t index = 0;
    unsigned long long cycles, instructions;
    int mark = 0;
    PyObject *cost = PyObject_CallFunction(t->cost, "kkk", (unsigned long)(uint32_t)from,
                                           (unsigned long)(from >> 32), (unsigned long)target);
    if (cost && PyArg_ParseTuple(cost, "KK|i;cost must return (cycles, instructions)", &cycles, &instructions, &mark)) {
        if (t->used == t->room && set_room(t, 2 * t->room) < 0) {
            PyErr_NoMemory();
        } else {
            index = t->used++;
            t->edges[index] = (Edge){from, target, 0, 0, cycles, instructions, mark};
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

static void count(Tracer *t, uint64_t from, uint32_t target) {
    uint32_t index = t->edges[t->last].next;
    if (t->edges[index].from != from || t->edges[index].target != target) {
        index = find_edge(t, from, target);
        if (!index) return;
        t->edges[t->last].next = index;
    }
    Edge *edge = &t->edges[index];
    edge->count++;
    t->cycles += edge->cycles;
    t->instructions += edge->instructions;
    t->last = index;
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
    }
    Py_RETURN_NONE;
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

static PyObject *clear_counts(Tracer *t, PyObject *unused) {
    (void)unused;
    for (uint32_t i = 1; i < t->used; i++) t->edges[i].count = 0;
    Py_RETURN_NONE;
}

static PyObject *forget(Tracer *t, PyObject *unused) {
    t->used = 1;
    t->last = 0;
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
    Py_VISIT(t->cost);
    Py_VISIT(t->error);
    return 0;
}

static int clear(Tracer *t) {
    Py_CLEAR(t->cost);
    Py_CLEAR(t->error);
    return 0;
}

static void dealloc(Tracer *t) {
    PyObject_GC_UnTrack(t);
    clear(t);
    PyMem_RawFree(t->edges);
    PyMem_RawFree(t->slots);
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
    {NULL},
};

static PyMethodDef methods[] = {
    {"begin", (PyCFunction)begin, METH_NOARGS, NULL},
    {"close", (PyCFunction)close_block, METH_O, NULL},
    {"close_partly", (PyCFunction)close_partly, METH_O, NULL},
    {"skip", (PyCFunction)skip, METH_O, NULL},
    {"edges", (PyCFunction)list_edges, METH_NOARGS, NULL},
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
    if (made && PyModule_AddType(made, &TracerType) < 0) Py_CLEAR(made);
    return made;
}
