/* Slow memories in C: caches, line buffers and prefetch in front of flash, and one port that all share.
 *
 * The mechanism, and the meaning of each number, is described in emulator/memories/model.py; both give the same stalls.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "_memories.h"
#include <structmember.h>

enum { NO_LINE = UINT32_MAX, MAX_BUFFERS = 4, MAX_CACHES = 4, MAX_MEMORIES = 8, MAX_RANGES = 24, QUEUE = 4096 };
enum { AT_FIRST_WORD = 1, AT_LAST_WORD };

typedef struct {
    uint32_t line_shift, sector_shift, sets, ways, lru;
    uint32_t *tags, *valid, *ages, *victims;
    uint32_t tick;
} Cache;

typedef struct {
    uint32_t wait, read_shift;
    int fetch_cache, data_cache, prefetch, buffers;
    uint32_t overlap;
    uint32_t held[MAX_BUFFERS], hold_at, ahead;
    uint64_t ahead_ready, free;
} Memory;

typedef struct {
    uint32_t first, last;
    int memory;
} Range;

struct Memories {
    PyObject_HEAD
    Cache caches[MAX_CACHES];
    Memory memories[MAX_MEMORIES];
    Range ranges[MAX_RANGES];
    int cache_count, memory_count, range_count;
    uint32_t queue[QUEUE], queued;
    uint32_t expected;
    uint64_t entered;
    uint64_t fetch_stalls, data_stalls;
};

static int cache_find(Cache *c, uint32_t address) {
    uint32_t line = address >> c->line_shift, base = line % c->sets * c->ways;
    uint32_t sector = 1u << ((address & ((1u << c->line_shift) - 1)) >> c->sector_shift);
    for (uint32_t way = base; way < base + c->ways; way++) {
        if (c->tags[way] == line && c->valid[way] & sector) {
            c->ages[way] = ++c->tick;
            return 1;
        }
    }
    return 0;
}

static void cache_fill(Cache *c, uint32_t address) {
    uint32_t line = address >> c->line_shift, set = line % c->sets, base = set * c->ways, chosen = NO_LINE;
    uint32_t sector = 1u << ((address & ((1u << c->line_shift) - 1)) >> c->sector_shift);
    for (uint32_t way = base; way < base + c->ways; way++) {
        if (c->tags[way] == line) {
            c->valid[way] |= sector;
            c->ages[way] = ++c->tick;
            return;
        }
        if (chosen == NO_LINE && c->tags[way] == NO_LINE) chosen = way;
    }
    if (chosen == NO_LINE && c->lru) {
        chosen = base;
        for (uint32_t way = base + 1; way < base + c->ways; way++)
            if (c->ages[way] < c->ages[chosen]) chosen = way;
    } else if (chosen == NO_LINE) {
        chosen = base + c->victims[set];
        c->victims[set] = (c->victims[set] + 1) % c->ways;
    }
    c->tags[chosen] = line;
    c->valid[chosen] = sector;
    c->ages[chosen] = ++c->tick;
}

static int holds(const Memory *m, uint32_t line) {
    for (int i = 0; i < m->buffers; i++)
        if (m->held[i] == line) return 1;
    return 0;
}

static void hold(Memory *m, uint32_t line) {
    if (!m->buffers) return;
    m->held[m->hold_at] = line;
    m->hold_at = (m->hold_at + 1) % (uint32_t)m->buffers;
}

/* Start of a read that may begin at `when`: the port is busy until it ends. */
static uint64_t occupy(Memory *m, uint64_t when) {
    uint64_t start = when > m->free ? when : m->free;
    m->free = start + m->wait + 1;
    return start;
}

static uint64_t fetch_line(Memories *all, Memory *m, uint32_t line, uint64_t request, uint64_t done) {
    Cache *cache = m->fetch_cache < 0 ? NULL : &all->caches[m->fetch_cache];
    uint32_t address = line << m->read_shift;
    uint64_t ready = request;
    if (m->ahead == line) {
        ready = m->ahead_ready > request ? m->ahead_ready : request;
        if (cache && m->ahead_ready > request) cache_fill(cache, address);
        m->ahead = NO_LINE;
        hold(m, line);
    } else if (!holds(m, line)) {
        if (!cache || !cache_find(cache, address)) {
            ready = occupy(m, request) + m->wait;
            if (cache) cache_fill(cache, address);
        }
        hold(m, line);
    }
    uint32_t next = line + 1;
    if (m->prefetch && m->ahead != next && !holds(m, next) && !(cache && cache_find(cache, next << m->read_shift))) {
        m->ahead = next;
        m->ahead_ready = occupy(m, m->prefetch == AT_LAST_WORD && done > ready ? done : ready) + m->wait;
    }
    return ready;
}

static uint64_t read_data(Memories *all, uint32_t address, uint64_t now) {
    for (int i = 0; i < all->range_count; i++) {
        if (address < all->ranges[i].first || address > all->ranges[i].last) continue;
        Memory *m = &all->memories[all->ranges[i].memory];
        Cache *cache = m->data_cache < 0 ? NULL : &all->caches[m->data_cache];
        if (cache && cache_find(cache, address)) return now;
        if (cache) cache_fill(cache, address);
        uint64_t ready = occupy(m, now) + m->wait;
        return ready > now + m->overlap ? ready - m->overlap : now;
    }
    return now;
}

void memories_access(void *memories, uint32_t address, uint32_t size, int write) {
    Memories *m = memories;
    (void)size;
    if (!write && m->queued < QUEUE) m->queue[m->queued++] = address;
}

void memories_begin(Memories *m) {
    m->queued = 0;
}

Stalls memories_pass(Memories *m, const int16_t *plan, uint32_t address, uint32_t size, uint64_t now) {
    Stalls stalls = {0, 0};
    uint32_t lines = (uint16_t)plan[0], slots = (uint16_t)plan[1], given = m->queued;
    const int16_t *line = plan + 3, *slot = line + 3 * lines;
    Memory *code = plan[2] < 0 ? NULL : &m->memories[plan[2]];
    uint32_t first = code ? address >> code->read_shift : 0;
    uint64_t shift = 0;
    if (address != m->expected) m->entered = now;
    m->expected = address + size;
    for (uint32_t l = 0, a = 0; l < lines || a < given;) {
        uint32_t at = slots ? (uint32_t)((uint64_t)a * slots / (given > slots ? given : slots)) : 0;
        int offset = a < given && slots ? slot[at] : 0;
        if (l < lines && (a == given || line[3 * l + 1] <= offset)) {
            uint64_t need = now + shift + (uint64_t)line[3 * l + 1];
            int64_t asked = (int64_t)(now + shift) + line[3 * l];
            uint64_t request = asked < (int64_t)m->entered ? m->entered : (uint64_t)asked;
            if (request > need) request = need;
            int64_t done = (int64_t)(now + shift) + line[3 * l + 2];
            uint64_t ready = fetch_line(m, code, first + l++, request, done > 0 ? (uint64_t)done : 0);
            if (ready > need) stalls.fetch += (uint32_t)(ready - need), shift += ready - need;
        } else {
            uint64_t need = now + shift + (uint64_t)offset;
            uint64_t ready = read_data(m, m->queue[a++], need);
            stalls.data += (uint32_t)(ready - need), shift += ready - need;
        }
    }
    m->queued = 0;
    m->fetch_stalls += stalls.fetch;
    m->data_stalls += stalls.data;
    return stalls;
}

/* Rows of ints: `count` numbers each, handed one after the other to `take`, which returns -1 for nonsense. */
static int each_row(PyObject *rows, int count, int limit, int (*take)(Memories *, int, const long long *), Memories *m) {
    PyObject *sequence = PySequence_Fast(rows, "rows must be a sequence");
    if (!sequence) return -1;
    Py_ssize_t n = PySequence_Fast_GET_SIZE(sequence);
    int status = n > limit ? -1 : (int)n;
    for (Py_ssize_t i = 0; status >= 0 && i < n; i++) {
        long long values[8];
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
    if (v[1] > v[0] || v[0] - v[1] > 5 || v[2] < 1 || v[3] < 1 || v[2] * v[3] > 1 << 20) return -1;
    *c = (Cache){.line_shift = v[0], .sector_shift = v[1], .sets = v[2], .ways = v[3], .lru = v[4] != 0};
    size_t places = c->sets * c->ways;
    c->tags = PyMem_RawMalloc(places * sizeof(uint32_t));
    c->valid = PyMem_RawCalloc(places, sizeof(uint32_t));
    c->ages = PyMem_RawCalloc(places, sizeof(uint32_t));
    c->victims = PyMem_RawCalloc(c->sets, sizeof(uint32_t));
    m->cache_count = i + 1;
    if (!c->tags || !c->valid || !c->ages || !c->victims) return -1;
    for (size_t k = 0; k < places; k++) c->tags[k] = NO_LINE;
    return 0;
}

static int take_memory(Memories *m, int i, const long long *v) {
    if (v[1] < 2 || v[1] > 8 || v[2] >= m->cache_count || v[3] >= m->cache_count || v[5] > MAX_BUFFERS) return -1;
    m->memories[i] = (Memory){.wait = v[0], .read_shift = v[1], .fetch_cache = v[2], .data_cache = v[3],
                              .prefetch = v[4], .buffers = v[5], .overlap = v[6], .ahead = NO_LINE};
    for (int k = 0; k < MAX_BUFFERS; k++) m->memories[i].held[k] = NO_LINE;
    m->memory_count = i + 1;
    return 0;
}

static int take_range(Memories *m, int i, const long long *v) {
    if (v[2] < 0 || v[2] >= m->memory_count) return -1;
    m->ranges[i] = (Range){v[0], v[1], v[2]};
    m->range_count = i + 1;
    return 0;
}

static int init(Memories *m, PyObject *args, PyObject *kwargs) {
    PyObject *caches, *memories, *ranges;
    static char *names[] = {"caches", "memories", "ranges", NULL};
    if (m->cache_count || !PyArg_ParseTupleAndKeywords(args, kwargs, "OOO", names, &caches, &memories, &ranges)) return -1;
    if (each_row(caches, 5, MAX_CACHES, take_cache, m) < 0) return -1;
    if (each_row(memories, 7, MAX_MEMORIES, take_memory, m) < 0) return -1;
    return each_row(ranges, 3, MAX_RANGES, take_range, m) < 0 ? -1 : 0;
}

static void dealloc(Memories *m) {
    for (int i = 0; i < m->cache_count; i++) {
        PyMem_RawFree(m->caches[i].tags);
        PyMem_RawFree(m->caches[i].valid);
        PyMem_RawFree(m->caches[i].ages);
        PyMem_RawFree(m->caches[i].victims);
    }
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
    int wrong = stalls.len < rows * 16;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < count && !wrong; i++) {
        uint32_t word = words[i];
        if (word >> 31) {
            if (++i < count) memories_access(m, words[i], word & 0xFF, word >> 8 & 1);
        } else if (word < rows && edge[4 * word + 3] + 3 <= plans.len / 2) {
            const uint32_t *row = edge + 4 * word;
            Stalls found = memories_pass(m, plan + row[3], row[0], row[1], now);
            totals[2 * word] += found.fetch;
            totals[2 * word + 1] += found.data;
            now += (uint64_t)row[2] + found.fetch + found.data;
        } else {
            wrong = 1;
        }
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&stream), PyBuffer_Release(&edges), PyBuffer_Release(&plans), PyBuffer_Release(&stalls);
    if (wrong) {
        PyErr_SetString(PyExc_ValueError, "a recorded stream names an edge that there is not");
        return NULL;
    }
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
static PyMethodDef methods[] = {{"replay", (PyCFunction)replay, METH_VARARGS, NULL}, {NULL}};

PyTypeObject MemoriesType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "emulator._tracer.Memories",
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
