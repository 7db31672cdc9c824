/* The tracer in C: a Unicorn block callback that counts edges and keeps the time.
 *
 * The callback runs without the GIL, inside uc_emu_start; it takes the GIL only to ask the cost of an edge it has not
 * seen before. No Unicorn header is needed: the callback's address and its user_data leave as integers, and uc_emu_stop
 * comes in as one.
 */
#include "_tracer.h"

/* Cycles that memories add to the edge. */
static uint64_t stalled(Tracer *t, Edge *edge) {
    if (!edge->plan) return 0;
    Stalls stalls = memories_pass((Memories *)t->memories, t->plans + edge->plan, &edge->resident, (uint32_t)edge->from,
                                  (uint32_t)(edge->from >> 32), t->cycles - (uint64_t)t->added);
    edge->fetch_stalls += stalls.fetch;
    edge->data_stalls += stalls.data;
    return (uint64_t)stalls.fetch + stalls.data;
}

static inline const Edge *count(Tracer *t, uint64_t from, uint32_t target) {
    if (t->looks.reads.open) reads_deliver(&t->looks.reads, (uint32_t)(from >> 32));
    uint32_t index = t->edges[t->last].next;
    Edge *edge = &t->edges[index];
    if (edge->from != from || edge->target != target) {
        index = edges_find(t, from, target);
        if (!index) return t->edges;
        t->edges[t->last].next = index;
        edge = &t->edges[index];
    }
    uint64_t cycles = edge->cycles + (uint64_t)t->pending;
    if (t->memories) cycles += stalled(t, edge);
    t->added += t->pending;
    t->pending = 0;
    if (t->stream) recording_add(t, index);
    edge->count++;
    t->cycles += cycles;
    t->instructions += edge->instructions;
    t->last = index;
    if (t->nodes) {
        t->nodes[t->node].cycles += cycles;
        t->nodes[t->node].instructions += edge->instructions;
        if (edge->flow) calls_follow(t, edge);
    }
    return edge;
}

static void open_reads(Tracer *t, void *uc, uint64_t key) {
    Edge *edge = &t->edges[t->last];
    if (t->looks.reads.blocks[edge->entered].key != key) edge->entered = reads_find(&t->looks.reads, key);
    reads_open(&t->looks.reads, uc, edge->entered);
}

void tracer_enter_block(void *uc, uint64_t address, uint32_t size, void *user_data) {
    Tracer *t = user_data;
    uint64_t open = t->open;
    t->open = (uint32_t)address | (uint64_t)size << 32;
    if (t->stopped && (uint32_t)address == (uint32_t)open) {
        t->stopped = 0;
        if (t->looks.reads.plan) open_reads(t, uc, t->open);
        return;
    }
    int mark = open >> 32 ? count(t, open, (uint32_t)address)->mark : 0;
    t->stopped = t->failed || t->cycles >= t->limit || mark > 1 || (mark && t->attention);
    if (t->stopped) t->stop(uc);
    else if (t->looks.reads.plan) open_reads(t, uc, t->open);
}

PyObject *tracer_begin(Tracer *t, PyObject *unused) {
    (void)unused;
    t->open = 0;
    t->stopped = 0;
    t->pending = 0;
    reads_close(&t->looks.reads);
    if (t->memories) memories_begin((Memories *)t->memories);
    Py_RETURN_NONE;
}

PyObject *tracer_close(Tracer *t, PyObject *argument) {
    unsigned long target = PyLong_AsUnsignedLong(argument);
    if (PyErr_Occurred()) return NULL;
    if (t->open >> 32 && !t->stopped) count(t, t->open, (uint32_t)target);
    return tracer_begin(t, NULL);
}

PyObject *tracer_close_partly(Tracer *t, PyObject *argument) {
    unsigned long pc = PyLong_AsUnsignedLong(argument);
    if (PyErr_Occurred()) return NULL;
    uint64_t address = (uint32_t)t->open, size = t->open >> 32;
    if (address < pc && pc < address + size && !t->stopped) count(t, address | (pc - address) << 32, (uint32_t)pc);
    return tracer_begin(t, NULL);
}

PyObject *tracer_skip(Tracer *t, PyObject *argument) {
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
