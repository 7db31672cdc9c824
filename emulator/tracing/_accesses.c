/* The hook on data accesses, and the map of touched bytes, which is one of its consumers.
 *
 * Unicorn restores ITSTATE when a hook fires and does not clear it again, so that instructions behind an access inside
 * an IT block are skipped; the hook clears it (see emulator/engine/engine.py). No Unicorn header is needed.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "_accesses.h"

enum { IT_BITS = 0x0600FC00, MAX_CONSUMERS = 8, WRITE = 17 };
enum { READ_BYTE = 1, WRITTEN = 2, READ_FIRST = 4 };

typedef struct {
    AccessConsumer take;
    void *self;
    uint32_t first, last;
} Consumer;

typedef struct {
    uint8_t *bytes;
    uint32_t start;
    Py_buffer view;
} TouchMap;

typedef struct {
    PyObject_HEAD
    int (*read_register)(void *, int, void *);
    int (*write_register)(void *, int, const void *);
    int flags;
    Consumer consumers[MAX_CONSUMERS];
    int count;
    TouchMap maps[MAX_CONSUMERS];
    int map_count;
} Accesses;

static void on_access(void *uc, int type, uint64_t address, int size, int64_t value, void *user_data) {
    Accesses *a = user_data;
    uint32_t state = 0, at = (uint32_t)address;
    (void)value;
    a->read_register(uc, a->flags, &state);
    if (state & IT_BITS) {
        state &= ~(uint32_t)IT_BITS;
        a->write_register(uc, a->flags, &state);
    }
    for (int i = 0; i < a->count; i++) {
        Consumer *c = &a->consumers[i];
        if (at >= c->first && at <= c->last) c->take(c->self, at, (uint32_t)size, type == WRITE);
    }
}

static void touch(void *map, uint32_t address, uint32_t size, int write) {
    TouchMap *m = map;
    for (uint32_t i = address - m->start; i < address - m->start + size && i < m->view.len; i++) {
        uint8_t was = m->bytes[i];
        m->bytes[i] = was | (write ? WRITTEN : was & WRITTEN ? READ_BYTE : READ_BYTE | READ_FIRST);
    }
}

static PyObject *add(Accesses *a, PyObject *args) {
    unsigned long long take, self;
    unsigned long first, last;
    if (!PyArg_ParseTuple(args, "KKkk", &take, &self, &first, &last)) return NULL;
    if (a->count == MAX_CONSUMERS) return PyErr_Format(PyExc_ValueError, "more than %d consumers", MAX_CONSUMERS);
    a->consumers[a->count++] = (Consumer){(AccessConsumer)(uintptr_t)take, (void *)(uintptr_t)self, first, last};
    Py_RETURN_NONE;
}

static PyObject *add_map(Accesses *a, PyObject *args) {
    unsigned long start;
    TouchMap *m = &a->maps[a->map_count];
    if (a->map_count == MAX_CONSUMERS || a->count == MAX_CONSUMERS)
        return PyErr_Format(PyExc_ValueError, "more than %d consumers", MAX_CONSUMERS);
    if (!PyArg_ParseTuple(args, "w*k", &m->view, &start)) return NULL;
    m->bytes = m->view.buf;
    m->start = start;
    a->map_count++;
    a->consumers[a->count++] = (Consumer){touch, m, start, start + (uint32_t)m->view.len - 1};
    Py_RETURN_NONE;
}

static PyObject *get_callback(Accesses *a, void *unused) {
    (void)a, (void)unused;
    return PyLong_FromVoidPtr((void *)(uintptr_t)on_access);
}

static PyObject *get_user_data(Accesses *a, void *unused) {
    (void)unused;
    return PyLong_FromVoidPtr(a);
}

static int init(Accesses *a, PyObject *args, PyObject *kwargs) {
    unsigned long long read, write;
    static char *names[] = {"read_function", "write_function", "flags", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "KKi", names, &read, &write, &a->flags)) return -1;
    a->read_register = (int (*)(void *, int, void *))(uintptr_t)read;
    a->write_register = (int (*)(void *, int, const void *))(uintptr_t)write;
    return 0;
}

static void dealloc(Accesses *a) {
    for (int i = 0; i < a->map_count; i++) PyBuffer_Release(&a->maps[i].view);
    Py_TYPE(a)->tp_free((PyObject *)a);
}

static PyGetSetDef properties[] = {
    {"callback", (getter)get_callback, NULL, NULL, NULL},
    {"user_data", (getter)get_user_data, NULL, NULL, NULL},
    {NULL},
};

static PyMethodDef methods[] = {
    {"add", (PyCFunction)add, METH_VARARGS, NULL},
    {"add_map", (PyCFunction)add_map, METH_VARARGS, NULL},
    {NULL},
};

PyTypeObject AccessesType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "emulator.tracing._tracer.Accesses",
    .tp_doc = "See emulator.accesses.",
    .tp_basicsize = sizeof(Accesses),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)init,
    .tp_dealloc = (destructor)dealloc,
    .tp_getset = properties,
    .tp_methods = methods,
};
