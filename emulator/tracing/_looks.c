/* See _looks.h. */
#include "_looks.h"

enum { NOWHERE = 1, FIRST_ROOM = 64 };

static uint32_t slot_of(uint32_t place) {
    return (place >> 1) * 0x9E3779B1u >> 8;
}

static void call(Looks *l, void *uc, PyObject *function, uint32_t place) {
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *kept = Py_NewRef(function), *result = PyObject_CallFunction(kept, "k", (unsigned long)place);
    if (!result && !l->error) {
        PyObject *type, *trace;
        PyErr_Fetch(&type, &l->error, &trace);
        PyErr_NormalizeException(&type, &l->error, &trace);
        Py_XDECREF(type);
        Py_XDECREF(trace);
    }
    PyErr_Clear();
    if (!result) l->stop(uc);
    Py_XDECREF(result);
    Py_DECREF(kept);
    PyGILState_Release(gil);
}

void looks_look(void *uc, uint64_t address, uint32_t size, void *looks) {
    Looks *l = looks;
    uint32_t place = (uint32_t)address;
    (void)size;
    if (l->reads.late_offset != NOT_LATE && place - (uint32_t)l->reads.open->key >= l->reads.late_offset)
        reads_look(&l->reads, uc, place);
    uint32_t mark = place >> 1 & (MARKS - 1);
    if (!(l->marks[mark >> 6] >> (mark & 63) & 1)) return;
    for (uint32_t s = slot_of(place) & l->mask; l->table[s].place != NOWHERE; s = (s + 1) & l->mask) {
        if (l->table[s].place != place) continue;
        if (Py_IS_TYPE(l->table[s].what, &SiteType)) site_look(l->table[s].what, uc);
        else call(l, uc, l->table[s].what, place);
    }
}

static void put(Looks *l, uint32_t place, PyObject *what) {
    uint32_t s = slot_of(place) & l->mask;
    while (l->table[s].place != NOWHERE) s = (s + 1) & l->mask;
    l->table[s] = (Look){place, what};
    l->count++;
    uint32_t mark = place >> 1 & (MARKS - 1);
    l->marks[mark >> 6] |= 1ull << (mark & 63);
}

/* A table of `room` with what is in the present one, but for `what` at `place` if that is not NULL. */
static int rebuild(Looks *l, uint32_t room, uint32_t place, PyObject *what) {
    Look *old = l->table, *table = PyMem_RawMalloc(room * sizeof(Look));
    uint32_t before = old ? l->mask + 1 : 0;
    if (!table) return -1;
    for (uint32_t s = 0; s < room; s++) table[s] = (Look){NOWHERE, NULL};
    l->table = table;
    l->mask = room - 1;
    l->count = 0;
    memset(l->marks, 0, sizeof l->marks);
    for (uint32_t s = 0; s < before; s++) {
        if (what && old[s].place == place && old[s].what == what) Py_DECREF(what);
        else if (old[s].place != NOWHERE) put(l, old[s].place, old[s].what);
    }
    PyMem_RawFree(old);
    return 0;
}

int looks_add(Looks *l, uint32_t place, PyObject *what) {
    if (!l->table || 4 * l->count > l->mask)
        if (rebuild(l, l->table ? 2 * (l->mask + 1) : FIRST_ROOM, NOWHERE, NULL) < 0) return -1;
    put(l, place, Py_NewRef(what));
    return 0;
}

int looks_remove(Looks *l, uint32_t place, PyObject *what) {
    return l->table ? rebuild(l, l->mask + 1, place, what) : 0;
}

void looks_free(Looks *l) {
    for (uint32_t s = 0; l->table && s <= l->mask; s++) Py_CLEAR(l->table[s].what);
    PyMem_RawFree(l->table);
    Py_CLEAR(l->error);
    reads_free(&l->reads);
}
