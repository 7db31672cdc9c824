/* Quick ways to registers and memory: what emulator/engine/native_registers.py and emulator/engine/memory.py do with ctypes.
 *
 * Functions and handle come in as integers, as in _tracer.c. The GIL is held: a read of mapped registers may call back.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

enum { MOST = 32, UC_ERR_OK = 0 };

typedef struct {
    PyObject_HEAD
    int (*get)(void *, int *, void **, int), (*set)(void *, int *, void *const *, int);
    void *handle;
    int count, ids[MOST];
    uint64_t values[MOST];
    void *places[MOST];
} Registers;

static int registers_init(Registers *r, PyObject *args, PyObject *kwargs) {
    unsigned long long get, set, handle;
    PyObject *ids;
    static char *names[] = {"read_function", "write_function", "handle", "ids", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "KKKO!", names, &get, &set, &handle, &PyTuple_Type, &ids)) return -1;
    if (PyTuple_GET_SIZE(ids) > MOST) {
        PyErr_Format(PyExc_ValueError, "want at most %d registers", MOST);
        return -1;
    }
    r->get = (int (*)(void *, int *, void **, int))(uintptr_t)get;
    r->set = (int (*)(void *, int *, void *const *, int))(uintptr_t)set;
    r->handle = (void *)(uintptr_t)handle;
    r->count = (int)PyTuple_GET_SIZE(ids);
    for (int i = 0; i < r->count; i++) {
        r->ids[i] = (int)PyLong_AsLong(PyTuple_GET_ITEM(ids, i));
        r->places[i] = &r->values[i];
    }
    return PyErr_Occurred() ? -1 : 0;
}

static PyObject *registers_read(Registers *r, PyObject *unused) {
    (void)unused;
    r->get(r->handle, r->ids, r->places, r->count);
    PyObject *list = PyList_New(r->count);
    for (int i = 0; list && i < r->count; i++) {
        PyObject *value = PyLong_FromUnsignedLongLong(r->values[i]);
        if (!value) Py_CLEAR(list);
        else PyList_SET_ITEM(list, i, value);
    }
    return list;
}

static PyObject *registers_write(Registers *r, PyObject *const *values, Py_ssize_t count) {
    if (count != r->count) return PyErr_Format(PyExc_ValueError, "want %d values, not %zd", r->count, count);
    for (int i = 0; i < r->count; i++) {
        r->values[i] = PyLong_AsUnsignedLongLongMask(values[i]);
        if (r->values[i] == UINT64_MAX && PyErr_Occurred()) return NULL;
    }
    r->set(r->handle, r->ids, r->places, r->count);
    Py_RETURN_NONE;
}

static PyMethodDef registers_methods[] = {
    {"read", (PyCFunction)registers_read, METH_NOARGS, NULL},
    {"write", (PyCFunction)(void (*)(void))registers_write, METH_FASTCALL, NULL},
    {NULL},
};

PyTypeObject RegistersType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "emulator.tracing._tracer.Registers",
    .tp_doc = "See emulator.native_registers.",
    .tp_basicsize = sizeof(Registers),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)registers_init,
    .tp_methods = registers_methods,
};

typedef struct {
    PyObject_HEAD
    int (*get)(void *, uint64_t, void *, size_t), (*set)(void *, uint64_t, const void *, size_t);
    void *handle;
} Memory;

static int memory_init(Memory *m, PyObject *args, PyObject *kwargs) {
    unsigned long long get, set, handle;
    static char *names[] = {"read_function", "write_function", "handle", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "KKK", names, &get, &set, &handle)) return -1;
    m->get = (int (*)(void *, uint64_t, void *, size_t))(uintptr_t)get;
    m->set = (int (*)(void *, uint64_t, const void *, size_t))(uintptr_t)set;
    m->handle = (void *)(uintptr_t)handle;
    return 0;
}

/* Bytes, or None where some are not mapped. */
static PyObject *memory_read(Memory *m, PyObject *const *args, Py_ssize_t count) {
    if (count != 2) return PyErr_Format(PyExc_TypeError, "want address and size");
    uint64_t address = PyLong_AsUnsignedLongLongMask(args[0]);
    Py_ssize_t size = PyLong_AsSsize_t(args[1]);
    if (PyErr_Occurred()) return NULL;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);
    if (!bytes || m->get(m->handle, address, PyBytes_AS_STRING(bytes), (size_t)size) == UC_ERR_OK) return bytes;
    Py_DECREF(bytes);
    Py_RETURN_NONE;
}

/* Whether all of it is mapped and was written. */
static PyObject *memory_write(Memory *m, PyObject *const *args, Py_ssize_t count) {
    if (count != 2) return PyErr_Format(PyExc_TypeError, "want address and bytes");
    uint64_t address = PyLong_AsUnsignedLongLongMask(args[0]);
    Py_buffer data;
    if (PyErr_Occurred() || PyObject_GetBuffer(args[1], &data, PyBUF_SIMPLE) < 0) return NULL;
    int status = m->set(m->handle, address, data.buf, (size_t)data.len);
    PyBuffer_Release(&data);
    return PyBool_FromLong(status == UC_ERR_OK);
}

static PyMethodDef memory_methods[] = {
    {"read", (PyCFunction)(void (*)(void))memory_read, METH_FASTCALL, NULL},
    {"write", (PyCFunction)(void (*)(void))memory_write, METH_FASTCALL, NULL},
    {NULL},
};

PyTypeObject MemoryType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "emulator.tracing._tracer.Memory",
    .tp_doc = "See emulator.engine_memory.",
    .tp_basicsize = sizeof(Memory),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)memory_init,
    .tp_methods = memory_methods,
};
