/* Slow memories as a Python type: rows of ints in, stalls of recorded streams out. */
#include "_memories.h"
#include <structmember.h>

/* Rows of ints: `count` numbers each, handed one after the other to `take`, which returns -1 for nonsense. */
static int each_row(PyObject *rows, int count, int limit, int (*take)(Memories *, int, const long long *), Memories *m) {
    PyObject *sequence = PySequence_Fast(rows, "rows must be a sequence");
    if (!sequence) return -1;
    Py_ssize_t n = PySequence_Fast_GET_SIZE(sequence);
    int status = n > limit ? -1 : (int)n;
    for (Py_ssize_t i = 0; status >= 0 && i < n; i++) {
        long long values[10];
        PyObject *row = PySequence_Fast(PySequence_Fast_GET_ITEM(sequence, i), "a row must be a sequence");
        if (!row || PySequence_Fast_GET_SIZE(row) != count) status = -1;
        for (int k = 0; status >= 0 && k < count; k++) {
            values[k] = PyLong_AsLongLong(PySequence_Fast_GET_ITEM(row, k));
            if (PyErr_Occurred()) status = -1;
        }
        if (status >= 0 && take(m, (int)i, values) < 0) status = -1;
        Py_XDECREF(row);
    }
    Py_DECREF(sequence);
    if (status < 0 && !PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "memories: a row is wrong, or too many rows");
    return status;
}

static int take_cache(Memories *m, int i, const long long *v) {
    Cache *c = &m->caches[i];
    if (v[1] > v[0] || v[0] - v[1] > 5 || v[2] < 1 || v[2] & (v[2] - 1) || v[3] < 1 || v[2] * v[3] > 1 << 20) return -1;
    *c = (Cache){.line_shift = v[0], .sector_shift = v[1], .sets = v[2], .ways = v[3], .lru = v[4] != 0,
                 .recent = NO_LINE};
    size_t places = c->sets * c->ways;
    c->tags = PyMem_RawMalloc(places * sizeof(uint32_t));
    c->valid = PyMem_RawCalloc(places, sizeof(uint32_t));
    c->ages = PyMem_RawCalloc(places, sizeof(uint64_t));
    c->victims = PyMem_RawCalloc(c->sets, sizeof(uint32_t));
    m->cache_count = i + 1;
    if (!c->tags || !c->valid || !c->ages || !c->victims) return -1;
    for (size_t k = 0; k < places; k++) c->tags[k] = NO_LINE;
    return 0;
}

static int take_memory(Memories *m, int i, const long long *v) {
    if (v[2] < 2 || v[2] > 8 || v[3] >= m->cache_count || v[4] >= m->cache_count || v[6] > MAX_BUFFERS || v[9] > 16) return -1;
    if (v[9] && v[9] < v[2]) return -1;
    m->memories[i] = (Memory){.wait = v[0], .busy = v[1], .read_shift = v[2], .fetch_cache = v[3], .data_cache = v[4],
                              .prefetch = v[5], .buffers = v[6], .gives_way = v[7] != 0, .bursts = v[8] != 0,
                              .stream_shift = v[9],
                              .ahead = NO_LINE};
    m->memories[i].caches[0] = (int)v[3], m->memories[i].caches[1] = (int)v[4];
    for (int k = 0; k < MAX_BUFFERS; k++) m->memories[i].held[k] = NO_LINE;
    m->memory_count = i + 1;
    return 0;
}

static int take_range(Memories *m, int i, const long long *v) {
    if (v[2] < 0 || v[2] >= m->memory_count) return -1;
    m->ranges[i] = (Range){v[0], v[1], v[2]};
    m->range_count = i + 1;
    for (uint32_t n = m->ranges[i].first >> 24; n <= m->ranges[i].last >> 24; n++) m->near[n] = 1;
    return 0;
}

static int init(Memories *m, PyObject *args, PyObject *kwargs) {
    PyObject *caches, *memories, *ranges;
    static char *names[] = {"caches", "memories", "ranges", NULL};
    if (m->cache_count || !PyArg_ParseTupleAndKeywords(args, kwargs, "OOO", names, &caches, &memories, &ranges)) return -1;
    if (each_row(caches, 5, MAX_CACHES, take_cache, m) < 0) return -1;
    if (each_row(memories, 10, MAX_MEMORIES, take_memory, m) < 0) return -1;
    return each_row(ranges, 3, MAX_RANGES, take_range, m) < 0 ? -1 : 0;
}

static void dealloc(Memories *m) {
    for (int i = 0; i < m->cache_count; i++) {
        PyMem_RawFree(m->caches[i].tags);
        PyMem_RawFree(m->caches[i].valid);
        PyMem_RawFree(m->caches[i].ages);
        PyMem_RawFree(m->caches[i].victims);
        PyMem_RawFree(m->caches[i].touched);
    }
    residents_free(m);
    Py_TYPE(m)->tp_free((PyObject *)m);
}

/* Pass a recorded stream: words below 2^31 are edges, others say that the address of an access follows. */
static PyObject *replay(Memories *m, PyObject *args) {
    Py_buffer stream, edges, plans, stalls;
    if (!PyArg_ParseTuple(args, "y*y*y*w*", &stream, &edges, &plans, &stalls)) return NULL;
    const uint32_t *words = stream.buf, *edge = edges.buf;
    const int16_t *plan = plans.buf;
    uint64_t *totals = stalls.buf, now = 0;
    Py_ssize_t count = stream.len / 4, rows = edges.len / 16;
    uint32_t *residents = PyMem_RawCalloc(rows + 1, sizeof(uint32_t));
    int wrong = stalls.len < rows * 16 || !residents;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < count && !wrong; i++) {
        uint32_t word = words[i];
        if (word >> 31) {
            if (++i < count) memories_access(m, words[i], word & 0xFF, word >> 8 & 1);
        } else if (word < rows && edge[4 * word + 3] + HEAD <= plans.len / 2) {
            const uint32_t *row = edge + 4 * word;
            Stalls found = memories_pass(m, plan + row[3], &residents[word], row[0], row[1], now);
            totals[2 * word] += found.fetch;
            totals[2 * word + 1] += found.data;
            now += (uint64_t)row[2] + found.fetch + found.data;
        } else {
            wrong = 1;
        }
    }
    Py_END_ALLOW_THREADS
    PyMem_RawFree(residents);
    PyBuffer_Release(&stream), PyBuffer_Release(&edges), PyBuffer_Release(&plans), PyBuffer_Release(&stalls);
    if (wrong) {
        PyErr_SetString(PyExc_ValueError, "a recorded stream names an edge that there is not");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *configure(Memories *m, PyObject *args) {
    int number, wait, busy, prefetch, fetch_cached, data_cached;
    if (!PyArg_ParseTuple(args, "iiiiii", &number, &wait, &busy, &prefetch, &fetch_cached, &data_cached)) return NULL;
    if (number < 0 || number >= m->memory_count) return PyErr_Format(PyExc_ValueError, "no memory %d", number);
    Memory *memory = &m->memories[number];
    for (int i = 0; i < m->cache_count; i++) m->caches[i].generation++, m->caches[i].recent = NO_LINE;
    memory->wait = (uint32_t)wait, memory->busy = (uint32_t)busy, memory->prefetch = prefetch;
    memory->fetch_cache = fetch_cached ? memory->caches[0] : -1;
    memory->data_cache = data_cached ? memory->caches[1] : -1;
    Py_RETURN_NONE;
}

static PyObject *get_consumer(Memories *m, void *unused) {
    (void)unused;
    return Py_BuildValue("NN", PyLong_FromVoidPtr((void *)(uintptr_t)memories_access), PyLong_FromVoidPtr(m));
}

static PyMemberDef members[] = {
    {"fetch_stalls", T_ULONGLONG, offsetof(Memories, fetch_stalls), READONLY, NULL},
    {"data_stalls", T_ULONGLONG, offsetof(Memories, data_stalls), READONLY, NULL},
    {NULL},
};

static PyGetSetDef properties[] = {{"consumer", (getter)get_consumer, NULL, NULL, NULL}, {NULL}};
static PyMethodDef methods[] = {{"replay", (PyCFunction)replay, METH_VARARGS, NULL},
                                {"configure", (PyCFunction)configure, METH_VARARGS, NULL}, {NULL}};

PyTypeObject MemoriesType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "emulator.tracing._tracer.Memories",
    .tp_doc = "See emulator.memories.model.Memories.",
    .tp_basicsize = sizeof(Memories),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)init,
    .tp_dealloc = (destructor)dealloc,
    .tp_members = members,
    .tp_getset = properties,
    .tp_methods = methods,
};
