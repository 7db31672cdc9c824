/* The tree of calls: which function was called along which path, and what it took. emulator/tracing/call_tree.py in C. */
#include "_tracer.h"

/* The child of `parent` for `function`; `parent` itself when the tree is full. */
static uint32_t child_of(Tracer *t, uint32_t parent, uint32_t function) {
    uint32_t index = t->nodes[parent].child;
    while (index && t->nodes[index].function != function) index = t->nodes[index].sibling;
    if (index) return index;
    if (t->node_count == t->node_room) {
        Node *nodes = t->node_room < MAX_NODES ? PyMem_RawRealloc(t->nodes, 2 * t->node_room * sizeof(Node)) : NULL;
        if (!nodes) return parent;
        t->nodes = nodes;
        t->node_room *= 2;
    }
    index = t->node_count++;
    t->nodes[index] = (Node){.parent = parent, .function = function, .sibling = t->nodes[parent].child};
    t->nodes[parent].child = index;
    return index;
}

static void enter_function(Tracer *t, uint32_t parent, uint32_t function) {
    t->node = child_of(t, parent, function);
    t->nodes[t->node].calls++;
}

/* Unwind to the call that returns to `target`; after longjmp, to the function that holds it. */
static void leave_function(Tracer *t, uint32_t target, uint32_t function) {
    for (uint32_t d = t->depth; d > 0; d--) {
        if (t->frames[d - 1].link == target) {
            t->node = t->frames[d - 1].node;
            t->depth = d - 1;
            return;
        }
    }
    if (!function || t->nodes[t->node].function == function) return;
    for (uint32_t d = t->depth; d > 0; d--) {
        if (t->nodes[t->frames[d - 1].node].function == function) {
            t->node = t->frames[d - 1].node;
            t->depth = d - 1;
            return;
        }
    }
    enter_function(t, t->nodes[t->node].parent, function);
}

void calls_follow(Tracer *t, const Edge *edge) {
    if (edge->flow == CALL) {
        if (t->depth < MAX_DEPTH) {
            t->frames[t->depth++] = (Frame){t->node, (uint32_t)edge->from + (uint32_t)(edge->from >> 32)};
            enter_function(t, t->node, edge->function);
        }
    } else if (edge->flow == RETURN) {
        leave_function(t, edge->target, edge->function);
    } else {
        enter_function(t, t->nodes[t->node].parent, edge->function);
    }
}

PyObject *calls_start(Tracer *t, PyObject *unused) {
    (void)unused;
    PyMem_RawFree(t->nodes);
    PyMem_RawFree(t->frames);
    t->node_room = 1024;
    t->nodes = PyMem_RawCalloc(t->node_room, sizeof(Node));
    t->frames = PyMem_RawCalloc(MAX_DEPTH, sizeof(Frame));
    t->node_count = 1;
    t->node = t->depth = 0;
    if (!t->nodes || !t->frames) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

/* The call stack as bytes: the current node, then the frames. */
PyObject *calls_save(Tracer *t, PyObject *unused) {
    (void)unused;
    PyObject *saved = PyBytes_FromStringAndSize(NULL, sizeof(uint32_t) + t->depth * sizeof(Frame));
    if (!saved) return NULL;
    memcpy(PyBytes_AS_STRING(saved), &t->node, sizeof(uint32_t));
    memcpy(PyBytes_AS_STRING(saved) + sizeof(uint32_t), t->frames, t->depth * sizeof(Frame));
    return saved;
}

PyObject *calls_restore(Tracer *t, PyObject *saved) {
    Py_ssize_t size = PyBytes_Check(saved) ? PyBytes_GET_SIZE(saved) - (Py_ssize_t)sizeof(uint32_t) : -1;
    if (!t->nodes || size < 0 || size % sizeof(Frame) || size / sizeof(Frame) > MAX_DEPTH) {
        PyErr_SetString(PyExc_ValueError, "not a saved call stack");
        return NULL;
    }
    memcpy(&t->node, PyBytes_AS_STRING(saved), sizeof(uint32_t));
    memcpy(t->frames, PyBytes_AS_STRING(saved) + sizeof(uint32_t), size);
    t->depth = (uint32_t)(size / sizeof(Frame));
    Py_RETURN_NONE;
}

PyObject *calls_begin(Tracer *t, PyObject *argument) {
    unsigned long function = PyLong_AsUnsignedLong(argument);
    if (PyErr_Occurred()) return NULL;
    t->depth = 0;
    if (t->nodes) enter_function(t, 0, (uint32_t)function);
    Py_RETURN_NONE;
}

PyObject *calls_list(Tracer *t, PyObject *unused) {
    (void)unused;
    PyObject *list = PyList_New(0);
    for (uint32_t i = 1; list && t->nodes && i < t->node_count; i++) {
        Node *n = &t->nodes[i];
        PyObject *row = Py_BuildValue("kkKKK", (unsigned long)n->parent, (unsigned long)n->function,
                                      (unsigned long long)n->calls, (unsigned long long)n->cycles,
                                      (unsigned long long)n->instructions);
        if (!row || PyList_Append(list, row) < 0) Py_CLEAR(list);
        Py_XDECREF(row);
    }
    return list;
}
