/* The table of edges, with what each costs. The GIL is taken only to ask the cost of one not seen before. */
#include "_tracer.h"

static uint32_t slot_of(uint64_t from, uint32_t target) {
    uint64_t mixed = (from ^ ((uint64_t)target << 21)) * 0x9E3779B97F4A7C15ull;
    return (uint32_t)(mixed >> 32);
}

int edges_make_room(Tracer *t, uint32_t room) {
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
        if (t->used == t->room && edges_make_room(t, 2 * t->room) < 0) {
            PyErr_NoMemory();
        } else {
            index = t->used++;
            t->edges[index] = (Edge){
                .from = from,
                .target = target,
                .cycles = cycles,
                .instructions = (uint32_t)instructions,
                .mark = (uint8_t)mark,
                .flow = (uint8_t)flow,
                .function = function,
                .plan = add_plan(t, plan),
            };
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

uint32_t edges_find(Tracer *t, uint64_t from, uint32_t target) {
    uint32_t s = slot_of(from, target) & t->mask;
    while (t->slots[s]) {
        uint32_t index = t->slots[s] - 1;
        if (t->edges[index].from == from && t->edges[index].target == target) return index;
        s = (s + 1) & t->mask;
    }
    return add_edge(t, from, target);
}

PyObject *edges_list(Tracer *t, PyObject *unused) {
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

PyObject *edges_stalls(Tracer *t, PyObject *unused) {
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

PyObject *edges_clear(Tracer *t, PyObject *unused) {
    (void)unused;
    for (uint32_t i = 1; i < t->used; i++) t->edges[i].count = t->edges[i].fetch_stalls = t->edges[i].data_stalls = 0;
    Py_RETURN_NONE;
}

PyObject *edges_forget(Tracer *t, PyObject *unused) {
    t->used = 1;
    t->last = 0;
    t->plans_used = 1;
    t->edges[0].next = t->edges[0].entered = 0;
    reads_forget(&t->looks.reads);
    memset(t->slots, 0, (t->mask + 1) * sizeof(uint32_t));
    return tracer_begin(t, unused);
}
