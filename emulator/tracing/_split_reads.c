/* Unaligned reads, which a core splits into two or three: emulator/tracing/split_reads.py in C. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <structmember.h>

/* Reads that the core splits: a consumer of accesses (_accesses.h), which counts those of 2 and of 3 parts. */
typedef struct {
    PyObject_HEAD
    int64_t *pending;
    int twice, thrice;
    uint64_t split_in_two, split_in_three;
} SplitReads;

static void take_read(void *self, uint32_t address, uint32_t size, int write) {
    SplitReads *s = self;
    if (write || size > 4 || !(address & (size - 1))) return;
    int three = size == 4 && address & 1;
    *(three ? &s->split_in_three : &s->split_in_two) += 1;
    *s->pending += three ? s->thrice : s->twice;
}

static PyObject *get_consumer(SplitReads *s, void *unused) {
    (void)unused;
    return Py_BuildValue("NN", PyLong_FromVoidPtr((void *)(uintptr_t)take_read), PyLong_FromVoidPtr(s));
}

static int init_split_reads(SplitReads *s, PyObject *args, PyObject *kwargs) {
    unsigned long long pending;
    static char *names[] = {"pending", "twice", "thrice", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "Kii", names, &pending, &s->twice, &s->thrice)) return -1;
    s->pending = (int64_t *)(uintptr_t)pending;
    return 0;
}

static PyMemberDef split_members[] = {
    {"split_in_two", T_ULONGLONG, offsetof(SplitReads, split_in_two), 0, NULL},
    {"split_in_three", T_ULONGLONG, offsetof(SplitReads, split_in_three), 0, NULL},
    {NULL},
};

static PyGetSetDef split_properties[] = {
    {"consumer", (getter)get_consumer, NULL, NULL, NULL},
    {NULL},
};

PyTypeObject SplitReadsType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "emulator.tracing._tracer.SplitReads",
    .tp_doc = "See emulator.split_reads.",
    .tp_basicsize = sizeof(SplitReads),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)init_split_reads,
    .tp_members = split_members,
    .tp_getset = split_properties,
};
