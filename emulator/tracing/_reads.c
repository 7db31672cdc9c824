/* See _reads.h. */
#include "_reads.h"
#include "_memories.h"

static uint32_t slot_of(uint64_t key) {
    return (uint32_t)((key * 0x9E3779B97F4A7C15ull) >> 32);
}

static int make_room(Reads *r, uint32_t room) {
    ReadBlock *blocks = PyMem_RawRealloc(r->blocks, room * sizeof(ReadBlock));
    if (!blocks) return -1;
    r->blocks = blocks;
    uint32_t *slots = PyMem_RawCalloc(2 * (size_t)room, sizeof(uint32_t));
    if (!slots) return -1;
    PyMem_RawFree(r->slots);
    r->slots = slots;
    r->room = room;
    r->mask = 2 * room - 1;
    for (uint32_t i = 1; i < r->used; i++) {
        uint32_t s = slot_of(blocks[i].key) & r->mask;
        while (slots[s]) s = (s + 1) & r->mask;
        slots[s] = i;
    }
    return 0;
}

static int make_capacity(Reads *r, uint32_t count) {
    if (count <= r->capacity) return 0;
    uint32_t *addresses = PyMem_RawRealloc(r->addresses, count * sizeof(uint32_t));
    if (addresses) r->addresses = addresses;
    uint8_t *taken = PyMem_RawRealloc(r->taken, count);
    if (taken) r->taken = taken;
    if (!addresses || !taken) return -1;
    r->capacity = count;
    return 0;
}

/* Words of a read in a plan: offset | size << 16 | late << 24, constant, terms, then register and factor of each. */
enum { WORDS = 3 + 2 * MAX_TERMS };

static Read unpack(const uint32_t *w) {
    Read read = {.offset = (uint16_t)w[0], .size = (uint8_t)(w[0] >> 16), .late = (uint8_t)(w[0] >> 24),
                 .constant = w[1], .terms = (uint8_t)w[2]};
    for (int k = 0; k < read.terms; k++) read.registers[k] = (uint8_t)w[3 + 2 * k], read.factors[k] = w[4 + 2 * k];
    return read;
}

/* Fill a block from its plan; without one it reads nothing. */
static void fill(Reads *r, ReadBlock *block, const uint32_t *words, size_t count) {
    uint32_t n = (uint32_t)(count / WORDS), seen = 0;
    if (!n || make_capacity(r, n) < 0 || !(block->reads = PyMem_RawMalloc(n * sizeof(Read)))) return;
    for (; block->count < n; block->count++, words += WORDS) {
        Read read = block->reads[block->count] = unpack(words);
        if (read.late && block->first_late == NOT_LATE) block->first_late = read.offset;
        for (int k = 0; k < read.terms && !read.late; k++) {
            if (!(seen >> read.registers[k] & 1)) block->registers[block->wanted++] = read.registers[k];
            seen |= 1u << read.registers[k];
        }
    }
}

static uint32_t add_block(Reads *r, uint64_t key) {
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *plan = PyObject_CallFunction(r->plan, "kk", (unsigned long)(uint32_t)key, (unsigned long)(key >> 32));
    uint32_t number = 0;
    if (r->used < r->room || make_room(r, 2 * r->room) == 0) {
        number = r->used++;
        r->blocks[number] = (ReadBlock){.key = key, .first_late = NOT_LATE};
        if (plan && PyBytes_Check(plan))
            fill(r, &r->blocks[number], (const uint32_t *)PyBytes_AS_STRING(plan), PyBytes_GET_SIZE(plan) / 4);
        uint32_t s = slot_of(key) & r->mask;
        while (r->slots[s]) s = (s + 1) & r->mask;
        r->slots[s] = number;
    }
    if (!plan) PyErr_WriteUnraisable(r->plan);
    Py_XDECREF(plan);
    PyGILState_Release(gil);
    return number;
}

uint32_t reads_find(Reads *r, uint64_t key) {
    for (uint32_t s = slot_of(key) & r->mask; r->slots[s]; s = (s + 1) & r->mask)
        if (r->blocks[r->slots[s]].key == key) return r->slots[s];
    return add_block(r, key);
}

static void look_at(Reads *r, void *uc, const uint8_t *registers, int count) {
    int ids[CORE_REGISTERS];
    void *places[CORE_REGISTERS];
    for (int k = 0; k < count; k++) ids[k] = r->ids[registers[k]], places[k] = &r->values[registers[k]];
    r->read_registers(uc, ids, places, count);
}

static inline uint32_t sum(const Reads *r, const Read *read) {
    uint32_t address = read->constant;
    if (read->terms == 1) return address + r->values[read->registers[0]] * read->factors[0];
    for (int k = 0; k < read->terms; k++) address += r->values[read->registers[k]] * read->factors[k];
    return address;
}

void reads_open(Reads *r, void *uc, uint32_t number) {
    const ReadBlock *block = &r->blocks[number];
    reads_close(r);
    if (!block->count) return;
    r->open = block;
    r->late_at = 0;
    r->late_offset = block->first_late;
    if (block->wanted) look_at(r, uc, block->registers, block->wanted);
    for (uint32_t i = 0; i < block->count; i++) r->addresses[i] = sum(r, &block->reads[i]);
    if (block->first_late == NOT_LATE) return;
    for (uint32_t i = 0; i < block->count; i++) r->taken[i] = !block->reads[i].late;
}

void reads_look(Reads *r, void *uc, uint32_t address) {
    uint32_t offset = address - (uint32_t)r->open->key;
    if (offset < r->late_offset || offset >= r->open->key >> 32) return;
    uint32_t i = r->late_at;
    for (; i < r->open->count; i++) {
        const Read *read = &r->open->reads[i];
        if (!read->late || read->offset < offset) continue;
        if (read->offset > offset) break;
        look_at(r, uc, read->registers, read->terms);
        r->addresses[i] = sum(r, read);
        r->taken[i] = 1;
    }
    r->late_at = i;
    r->late_offset = i < r->open->count ? r->open->reads[i].offset : NOT_LATE;
}

void reads_deliver(Reads *r, uint32_t size) {
    const ReadBlock *block = r->open;
    int all = block->first_late == NOT_LATE;
    reads_close(r);
    for (uint32_t i = 0; i < block->count && block->reads[i].offset < size; i++) {
        if (!all && !r->taken[i]) continue;
        uint32_t address = r->addresses[i];
        for (Listener *l = r->listeners; l < r->listeners + r->listener_count; l++) {
            if (address - l->first > l->last - l->first) continue;
            if (r->memories) memories_note(r->memories, address, block->reads[i].size);
            else l->take(l->self, address, block->reads[i].size, 0);
        }
    }
}

void reads_forget(Reads *r) {
    for (uint32_t i = 1; i < r->used; i++) PyMem_RawFree(r->blocks[i].reads);
    r->used = r->used ? 1 : 0;
    reads_close(r);
    if (r->slots) memset(r->slots, 0, (r->mask + 1) * sizeof(uint32_t));
}

void reads_free(Reads *r) {
    reads_forget(r);
    PyMem_RawFree(r->blocks);
    PyMem_RawFree(r->slots);
    PyMem_RawFree(r->addresses);
    PyMem_RawFree(r->taken);
}

int reads_start(Reads *r, PyObject *args) {
    PyObject *plan, *ids;
    unsigned long long function;
    if (!PyArg_ParseTuple(args, "OKO!", &plan, &function, &PyTuple_Type, &ids)) return -1;
    if (PyTuple_GET_SIZE(ids) != CORE_REGISTERS) {
        PyErr_Format(PyExc_ValueError, "want the ids of %d registers", CORE_REGISTERS);
        return -1;
    }
    for (int k = 0; k < CORE_REGISTERS; k++) r->ids[k] = (int)PyLong_AsLong(PyTuple_GET_ITEM(ids, k));
    if (PyErr_Occurred()) return -1;
    r->read_registers = (int (*)(void *, int const *, void **, int))(uintptr_t)function;
    if (!r->used) {
        r->used = 1;
        r->late_offset = NOT_LATE;
        if (make_room(r, 1024) < 0 || make_capacity(r, 64) < 0) {
            PyErr_NoMemory();
            return -1;
        }
        r->blocks[0] = (ReadBlock){.key = UINT64_MAX, .first_late = NOT_LATE};
    }
    Py_XSETREF(r->plan, Py_NewRef(plan));
    return 0;
}

int reads_listen(Reads *r, PyObject *args) {
    unsigned long long take, self;
    unsigned long first, last;
    if (!PyArg_ParseTuple(args, "KKkk", &take, &self, &first, &last)) return -1;
    if (r->listener_count == MAX_LISTENERS) {
        PyErr_Format(PyExc_ValueError, "more than %d listeners", MAX_LISTENERS);
        return -1;
    }
    int is_memories = (AccessConsumer)(uintptr_t)take == memories_access;
    if (!r->listener_count) r->memories = is_memories ? (void *)(uintptr_t)self : NULL;
    if (!is_memories || (void *)(uintptr_t)self != r->memories) r->memories = NULL;
    r->listeners[r->listener_count++] =
        (Listener){(AccessConsumer)(uintptr_t)take, (void *)(uintptr_t)self, (uint32_t)first, (uint32_t)last};
    return 0;
}
