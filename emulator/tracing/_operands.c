/* A site whose cycles depend on operands or on a condition, looked at in front of one instruction (_looks.c).
 *
 * The look works out the class of the execution, counts it and adds what the class takes on top to the tracer's pending
 * cycles, which go to the block that is open. emulator/timing/operands.py says what the classes are. No Unicorn header
 * is needed: uc_reg_read comes in as an address.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include "_looks.h"

enum { SKIPPED = 39, CLASSES, ALWAYS = 14 };
enum { CONDITION, QUOTIENT, HALVES };

typedef struct {
    PyObject_HEAD
    int (*read_register)(void *, int, void *);
    int64_t *pending;
    int kind, is_signed, flags, registers[2], guard;
    int32_t extra[CLASSES];
    uint64_t counts[CLASSES];
} Site;

static int holds(int condition, uint32_t flags) {
    int n = flags >> 31, z = flags >> 30 & 1, c = flags >> 29 & 1, v = flags >> 28 & 1, met = 1;
    switch (condition >> 1) {
    case 0: met = z; break;
    case 1: met = c; break;
    case 2: met = n; break;
    case 3: met = v; break;
    case 4: met = c && !z; break;
    case 5: met = n == v; break;
    case 6: met = n == v && !z; break;
    }
    return condition >= ALWAYS || met != (condition & 1);
}

static int bits(uint32_t word) {
    int length = 0;
    for (int step = 16; step; step >>= 1)
        if (word >> step) word >>= step, length += step;
    return length + (word != 0);
}

static int quotient(int is_signed, uint32_t dividend, uint32_t divisor) {
    const uint32_t top = 1u << 31;
    int shift = 0;
    if (!dividend || !divisor) return 0;
    if (is_signed) {
        int negative = divisor >= top, power;
        if (dividend > top) dividend = 0u - dividend;
        if (negative) divisor = 0u - divisor;
        power = !(divisor & (divisor - 1));
        if (negative) shift = (power && dividend != top) - (!power && dividend == top);
    }
    int found = 2 + bits(dividend) - bits(divisor) + shift;
    return found < 1 ? 1 : found;
}

static int shape(uint32_t word) {
    return ((word & 0xFFFF) != 0) + 2 * (word >> 16 != 0) + 2 * (word >> 31);
}

static uint32_t read_word(Site *s, void *uc, int which) {
    uint32_t value = 0;
    s->read_register(uc, which, &value);
    return value;
}

void site_look(PyObject *site, void *uc) {
    Site *s = (Site *)site;
    int found = 0;
    if (s->guard < ALWAYS && !holds(s->guard, read_word(s, uc, s->flags))) {
        found = SKIPPED;
    } else if (s->kind != CONDITION) {
        uint32_t first = read_word(s, uc, s->registers[0]), second = read_word(s, uc, s->registers[1]);
        found = s->kind == QUOTIENT ? quotient(s->is_signed, first, second) : 6 * shape(first) + shape(second);
    }
    s->counts[found]++;
    *s->pending += s->extra[found];
}

static PyObject *get_counts(Site *s, void *unused) {
    (void)unused;
    PyObject *list = PyList_New(CLASSES);
    for (int i = 0; list && i < CLASSES; i++) {
        PyObject *count = PyLong_FromUnsignedLongLong(s->counts[i]);
        if (!count) Py_CLEAR(list);
        else PyList_SET_ITEM(list, i, count);
    }
    return list;
}

static PyObject *clear_counts(Site *s, PyObject *unused) {
    (void)unused;
    for (int i = 0; i < CLASSES; i++) s->counts[i] = 0;
    Py_RETURN_NONE;
}

static int init(Site *s, PyObject *args, PyObject *kwargs) {
    unsigned long long read, pending;
    PyObject *extra;
    static char *names[] = {"read_function", "pending", "kind", "signed", "flags", "registers", "guard", "extra", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "KKipi(ii)iO!", names, &read, &pending, &s->kind, &s->is_signed,
                                     &s->flags, &s->registers[0], &s->registers[1], &s->guard, &PyTuple_Type, &extra))
        return -1;
    if (PyTuple_GET_SIZE(extra) != CLASSES) {
        PyErr_Format(PyExc_ValueError, "want the extra cycles of %d classes", CLASSES);
        return -1;
    }
    for (int i = 0; i < CLASSES; i++) {
        s->extra[i] = (int32_t)PyLong_AsLong(PyTuple_GET_ITEM(extra, i));
        if (PyErr_Occurred()) return -1;
    }
    s->read_register = (int (*)(void *, int, void *))(uintptr_t)read;
    s->pending = (int64_t *)(uintptr_t)pending;
    return 0;
}

static PyGetSetDef properties[] = {
    {"counts", (getter)get_counts, NULL, NULL, NULL},
    {NULL},
};

static PyMethodDef methods[] = {
    {"clear", (PyCFunction)clear_counts, METH_NOARGS, NULL},
    {NULL},
};

PyTypeObject SiteType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "emulator.tracing._tracer.Site",
    .tp_doc = "See emulator.operand_watch.",
    .tp_basicsize = sizeof(Site),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)init,
    .tp_getset = properties,
    .tp_methods = methods,
};
