/* The tracer as a Python type, and the module that it shares with the types of other files. */
#include "_tracer.h"
#include <structmember.h>

extern PyTypeObject MemoriesType, AccessesType, SplitReadsType, RegistersType, MemoryType;

static PyObject *take_error(Tracer *t, PyObject *unused) {
    (void)unused;
    PyObject **kept = t->error ? &t->error : &t->looks.error, *error = *kept ? *kept : Py_NewRef(Py_None);
    *kept = NULL;
    t->failed = 0;
    return error;
}

static PyObject *get_callback(Tracer *t, void *unused) {
    (void)t, (void)unused;
    return PyLong_FromVoidPtr((void *)(uintptr_t)tracer_enter_block);
}

static PyObject *get_user_data(Tracer *t, void *unused) {
    (void)unused;
    return PyLong_FromVoidPtr(t);
}

static PyObject *get_consumer(Tracer *t, void *unused) {
    (void)unused;
    return Py_BuildValue("NN", PyLong_FromVoidPtr((void *)(uintptr_t)recording_access), PyLong_FromVoidPtr(t));
}

static PyObject *get_pending(Tracer *t, void *unused) {
    (void)unused;
    return PyLong_FromVoidPtr(&t->pending);
}

static PyObject *get_look(Tracer *t, void *unused) {
    (void)unused;
    return Py_BuildValue("NN", PyLong_FromVoidPtr((void *)(uintptr_t)looks_look), PyLong_FromVoidPtr(&t->looks));
}

static PyObject *start_reads(Tracer *t, PyObject *args) {
    if (reads_start(&t->looks.reads, args) < 0) return NULL;
    Py_RETURN_NONE;
}

static PyObject *listen(Tracer *t, PyObject *args) {
    if (reads_listen(&t->looks.reads, args) < 0) return NULL;
    Py_RETURN_NONE;
}

static PyObject *change_looks(Tracer *t, PyObject *args, int (*change)(Looks *, uint32_t, PyObject *)) {
    unsigned long place;
    PyObject *what;
    if (!PyArg_ParseTuple(args, "kO", &place, &what)) return NULL;
    if (change(&t->looks, (uint32_t)place, what) < 0) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

static PyObject *look_at(Tracer *t, PyObject *args) {
    return change_looks(t, args, looks_add);
}

static PyObject *look_away(Tracer *t, PyObject *args) {
    return change_looks(t, args, looks_remove);
}

static PyObject *get_memories(Tracer *t, void *unused) {
    (void)unused;
    return Py_NewRef(t->memories ? t->memories : Py_None);
}

static int set_memories(Tracer *t, PyObject *value, void *unused) {
    (void)unused;
    if (value && value != Py_None && !PyObject_TypeCheck(value, &MemoriesType)) {
        PyErr_SetString(PyExc_TypeError, "want emulator.tracing._tracer.Memories");
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
    t->looks.stop = t->stop;
    reads_close(&t->looks.reads);
    t->limit = INT64_MAX;
    t->used = 1;
    if (edges_make_room(t, 1024) < 0) {
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
    Py_VISIT(t->looks.reads.plan);
    return 0;
}

static int clear(Tracer *t) {
    Py_CLEAR(t->cost);
    Py_CLEAR(t->error);
    Py_CLEAR(t->memories);
    Py_CLEAR(t->looks.reads.plan);
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
    looks_free(&t->looks);
    Py_TYPE(t)->tp_free((PyObject *)t);
}

static PyMemberDef members[] = {
    {"cycles", T_ULONGLONG, offsetof(Tracer, cycles), 0, NULL},
    {"instructions", T_ULONGLONG, offsetof(Tracer, instructions), 0, NULL},
    {"limit", T_ULONGLONG, offsetof(Tracer, limit), 0, NULL},
    {"pending", T_LONGLONG, offsetof(Tracer, pending), 0, NULL},
    {"attention", T_BOOL, offsetof(Tracer, attention), 0, NULL},
    {"stopped", T_BOOL, offsetof(Tracer, stopped), 0, NULL},
    {NULL},
};

static PyGetSetDef properties[] = {
    {"callback", (getter)get_callback, NULL, NULL, NULL},
    {"user_data", (getter)get_user_data, NULL, NULL, NULL},
    {"block", (getter)get_block, NULL, NULL, NULL},
    {"consumer", (getter)get_consumer, NULL, NULL, NULL},
    {"look", (getter)get_look, NULL, NULL, NULL},
    {"pending_address", (getter)get_pending, NULL, NULL, NULL},
    {"memories", (getter)get_memories, (setter)set_memories, NULL, NULL},
    {NULL},
};

static PyMethodDef methods[] = {
    {"begin", (PyCFunction)tracer_begin, METH_NOARGS, NULL},
    {"close", (PyCFunction)tracer_close, METH_O, NULL},
    {"close_partly", (PyCFunction)tracer_close_partly, METH_O, NULL},
    {"skip", (PyCFunction)tracer_skip, METH_O, NULL},
    {"start_calls", (PyCFunction)calls_start, METH_NOARGS, NULL},
    {"save_calls", (PyCFunction)calls_save, METH_NOARGS, NULL},
    {"restore_calls", (PyCFunction)calls_restore, METH_O, NULL},
    {"begin_calls", (PyCFunction)calls_begin, METH_O, NULL},
    {"calls", (PyCFunction)calls_list, METH_NOARGS, NULL},
    {"edges", (PyCFunction)edges_list, METH_NOARGS, NULL},
    {"stalls", (PyCFunction)edges_stalls, METH_NOARGS, NULL},
    {"start_recording", (PyCFunction)recording_start, METH_O, NULL},
    {"take_recording", (PyCFunction)recording_take, METH_NOARGS, NULL},
    {"clear_counts", (PyCFunction)edges_clear, METH_NOARGS, NULL},
    {"forget", (PyCFunction)edges_forget, METH_NOARGS, NULL},
    {"start_reads", (PyCFunction)start_reads, METH_VARARGS, NULL},
    {"look_at", (PyCFunction)look_at, METH_VARARGS, NULL},
    {"look_away", (PyCFunction)look_away, METH_VARARGS, NULL},
    {"listen", (PyCFunction)listen, METH_VARARGS, NULL},
    {"take_error", (PyCFunction)take_error, METH_NOARGS, NULL},
    {NULL},
};

static PyTypeObject TracerType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "emulator.tracing._tracer.Tracer",
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
                 PyModule_AddType(made, &AccessesType) < 0 || PyModule_AddType(made, &SiteType) < 0 ||
                 PyModule_AddType(made, &SplitReadsType) < 0 ||
                 PyModule_AddType(made, &RegistersType) < 0 || PyModule_AddType(made, &MemoryType) < 0))
        Py_CLEAR(made);
    return made;
}
