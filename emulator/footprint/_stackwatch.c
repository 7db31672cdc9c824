/* Watches the stack pointer in C: a Unicorn block callback that is silent while SP stays inside what is known.
 *
 * It runs behind the tracer's callback, without the GIL, and takes it only for a block it has not seen, or when SP
 * leaves [low, top], or when a block wants to be looked at. uc_reg_read comes in as an address.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <structmember.h>

enum { ALERTS = 1, WATCHED = 2 };

typedef struct {
    uint64_t block;    /* address | size << 32; 0 for a free slot */
    int32_t dip;       /* how far SP goes below its value at the start of the block, not above 0 */
    int32_t flags;
} Row;

typedef struct {
    PyObject_HEAD
    uint32_t low, top;
    char alert, failed;
    Row *rows;         /* open addressing */
    uint32_t used, mask;
    int (*read)(void *uc, int number, void *value);
    int sp;
    PyObject *describe, *seen, *error;
} StackWatch;

static uint32_t slot_of(uint64_t block) {
    return (uint32_t)((block * 0x9E3779B97F4A7C15ull) >> 32);
}

static Row *find(Row *rows, uint32_t mask, uint64_t block) {
    uint32_t s = slot_of(block) & mask;
    while (rows[s].block && rows[s].block != block) s = (s + 1) & mask;
    return &rows[s];
}

static int grow(StackWatch *w) {
    uint32_t mask = w->rows ? 2 * w->mask + 1 : 4095;
    Row *rows = PyMem_RawCalloc((size_t)mask + 1, sizeof(Row));
    if (!rows) return -1;
    for (uint32_t i = 0; w->rows && i <= w->mask; i++)
        if (w->rows[i].block) *find(rows, mask, w->rows[i].block) = w->rows[i];
    PyMem_RawFree(w->rows);
    w->rows = rows;
    w->mask = mask;
    return 0;
}

static void keep_error(StackWatch *w) {
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    if (w->error) Py_XDECREF(value);
    else w->error = value;
    Py_XDECREF(type);
    Py_XDECREF(trace);
    w->failed = 1;
}

static Row *add(StackWatch *w, uint64_t block) {
    PyGILState_STATE gil = PyGILState_Ensure();
    Row *row = NULL;
    int dip, flags;
    PyObject *answer = PyObject_CallFunction(w->describe, "kk", (unsigned long)(uint32_t)block,
                                             (unsigned long)(block >> 32));
    if (answer && PyArg_ParseTuple(answer, "ii;describe must return (dip, flags)", &dip, &flags)) {
        if (2 * w->used > w->mask && grow(w) < 0) {
            PyErr_NoMemory();
        } else {
            row = find(w->rows, w->mask, block);
            *row = (Row){block, dip, flags};
            w->used++;
        }
    }
    if (!row) keep_error(w);
    Py_XDECREF(answer);
    PyGILState_Release(gil);
    return row;
}

/* Tell Python; gives whether the block is going to run. */
static int report(StackWatch *w, uint32_t address, uint32_t sp, uint32_t lowest, int watched) {
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *answer = PyObject_CallFunction(w->seen, "kkkii", (unsigned long)address, (unsigned long)sp,
                                             (unsigned long)lowest, (int)w->alert, watched);
    int runs = answer ? PyObject_IsTrue(answer) : 1;
    if (!answer) keep_error(w);
    Py_XDECREF(answer);
    PyGILState_Release(gil);
    return runs;
}

static void enter_block(void *uc, uint64_t address, uint32_t size, void *user_data) {
    StackWatch *w = user_data;
    if (w->failed) return;
    uint64_t block = (uint32_t)address | (uint64_t)size << 32;
    Row *row = find(w->rows, w->mask, block);
    if (!row->block && !(row = add(w, block))) return;
    uint32_t sp = 0;
    w->read(uc, w->sp, &sp);
    uint32_t lowest = sp + (uint32_t)row->dip;
    int flags = row->flags;
    if (lowest < w->low || sp > w->top || w->alert || flags & WATCHED) {
        if (!report(w, (uint32_t)address, sp, lowest, !!(flags & WATCHED))) return;
    }
    w->alert = flags & ALERTS;
}

/* select(low, top): the stack that is in use now. */
static PyObject *select_stack(StackWatch *w, PyObject *args) {
    unsigned long low, top;
    if (!PyArg_ParseTuple(args, "kk", &low, &top)) return NULL;
    w->low = (uint32_t)low;
    w->top = (uint32_t)top;
    Py_RETURN_NONE;
}

/* flag(address): look at every block that begins there. */
static PyObject *flag(StackWatch *w, PyObject *argument) {
    unsigned long address = PyLong_AsUnsignedLong(argument);
    if (PyErr_Occurred()) return NULL;
    for (uint32_t i = 0; i <= w->mask; i++)
        if (w->rows[i].block && (uint32_t)w->rows[i].block == address) w->rows[i].flags |= WATCHED;
    Py_RETURN_NONE;
}

static PyObject *take_error(StackWatch *w, PyObject *unused) {
    (void)unused;
    PyObject *error = w->error ? w->error : Py_NewRef(Py_None);
    w->error = NULL;
    w->failed = 0;
    return error;
}

static PyObject *get_callback(StackWatch *w, void *unused) {
    (void)w, (void)unused;
    return PyLong_FromVoidPtr((void *)(uintptr_t)enter_block);
}

static PyObject *get_user_data(StackWatch *w, void *unused) {
    (void)unused;
    return PyLong_FromVoidPtr(w);
}

static int init(StackWatch *w, PyObject *args, PyObject *kwargs) {
    PyObject *describe, *seen;
    unsigned long long read;
    static char *names[] = {"describe", "seen", "read_function", "sp", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOKi", names, &describe, &seen, &read, &w->sp)) return -1;
    Py_XSETREF(w->describe, Py_NewRef(describe));
    Py_XSETREF(w->seen, Py_NewRef(seen));
    w->read = (int (*)(void *, int, void *))(uintptr_t)read;
    w->top = UINT32_MAX;
    if (!w->rows && grow(w) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

static int traverse(StackWatch *w, visitproc visit, void *arg) {
    Py_VISIT(w->describe);
    Py_VISIT(w->seen);
    Py_VISIT(w->error);
    return 0;
}

static int clear(StackWatch *w) {
    Py_CLEAR(w->describe);
    Py_CLEAR(w->seen);
    Py_CLEAR(w->error);
    return 0;
}

static void dealloc(StackWatch *w) {
    PyObject_GC_UnTrack(w);
    clear(w);
    PyMem_RawFree(w->rows);
    Py_TYPE(w)->tp_free((PyObject *)w);
}

static PyGetSetDef properties[] = {
    {"callback", (getter)get_callback, NULL, NULL, NULL},
    {"user_data", (getter)get_user_data, NULL, NULL, NULL},
    {NULL},
};

static PyMethodDef methods[] = {
    {"select", (PyCFunction)select_stack, METH_VARARGS, NULL},
    {"flag", (PyCFunction)flag, METH_O, NULL},
    {"take_error", (PyCFunction)take_error, METH_NOARGS, NULL},
    {NULL},
};

static PyTypeObject StackWatchType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "emulator.footprint._stackwatch.StackWatch",
    .tp_doc = "See emulator.footprint.stack_watch.StackWatch.",
    .tp_basicsize = sizeof(StackWatch),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)init,
    .tp_dealloc = (destructor)dealloc,
    .tp_traverse = (traverseproc)traverse,
    .tp_clear = (inquiry)clear,
    .tp_getset = properties,
    .tp_methods = methods,
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_stackwatch", .m_size = -1};

PyMODINIT_FUNC PyInit__stackwatch(void) {
    PyObject *made = PyModule_Create(&module);
    if (made && PyModule_AddType(made, &StackWatchType) < 0) Py_CLEAR(made);
    return made;
}
