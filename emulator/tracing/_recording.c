/* The order in which edges were passed and data was accessed, as a stream of words; see Tracer.take_recording. */
#include "_tracer.h"

void recording_add(Tracer *t, uint32_t word) {
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

void recording_access(void *tracer, uint32_t address, uint32_t size, int write) {
    Tracer *t = tracer;
    if (!t->stream || t->stream_used + 2 > t->stream_limit) return;
    recording_add(t, 0x80000000u | (write ? 0x100 : 0) | size);
    recording_add(t, address);
}

PyObject *recording_start(Tracer *t, PyObject *limit) {
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
PyObject *recording_take(Tracer *t, PyObject *unused) {
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
