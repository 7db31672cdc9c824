/* Blocks whose lines of code are all in the cache: they cost nothing, and nothing has to be looked up.
 *
 * What they would do to the cache is to make their lines the ones used last. Only the last pass of a block counts for
 * that, so it is kept with the block, and put into the cache when a line has to go.
 */
#include "_memories.h"

Resident *resident_of(Memories *all, uint32_t *number, uint32_t lines) {
    if (*number) return &all->residents[*number];
    if (all->resident_count + 1 >= all->resident_room) {
        uint32_t room = all->resident_room ? 2 * all->resident_room : 256;
        Resident *residents = PyMem_RawRealloc(all->residents, room * sizeof(Resident));
        if (!residents) return NULL;
        all->residents = residents;
        all->resident_room = room;
    }
    Spot *spots = PyMem_RawCalloc(lines + 1, sizeof(Spot));
    if (!spots) return NULL;
    *number = ++all->resident_count;
    all->residents[*number] = (Resident){.generation = UINT64_MAX, .spots = spots};
    return &all->residents[*number];
}

int resident_search(const Cache *c, uint32_t address, Spot *spot) {
    uint32_t line = address >> c->line_shift;
    uint32_t sector = 1u << ((address & ((1u << c->line_shift) - 1)) >> c->sector_shift);
    uint32_t base = (line & (c->sets - 1)) * c->ways;
    for (uint32_t way = base; way < base + c->ways; way++) {
        if (c->tags[way] != line || !(c->valid[way] & sector)) continue;
        spot->way = way;
        return 1;
    }
    spot->absent = c->fills + 1;
    return 0;
}

static int look_up(const Memories *all, const Memory *m, Resident *r, uint32_t first, uint32_t count) {
    const Cache *c = &all->caches[m->fetch_cache];
    for (uint32_t n = 0; n < count; n++)
        if (!resident_find(c, (first + n) << m->read_shift, &r->spots[n])) return 0;
    r->generation = c->generation;
    r->cache = m->fetch_cache;
    r->count = count;
    return 1;
}

/* Put a block on the list of those whose ages are to be noted. */
static int list(Cache *c, uint32_t number) {
    if (c->touched_count == c->touched_room) {
        uint32_t room = c->touched_room ? 2 * c->touched_room : 256;
        uint32_t *touched = PyMem_RawRealloc(c->touched, room * sizeof(uint32_t));
        if (!touched) return 0;
        c->touched = touched;
        c->touched_room = room;
    }
    c->touched[c->touched_count++] = number;
    return 1;
}

int resident_pass(Memories *all, Memory *m, uint32_t number, uint32_t first, uint32_t lines) {
    if (m->fetch_cache < 0 || m->fetch_cache == m->data_cache || m->buffers > 1 || m->stream_shift) return 0;
    if (m->ahead - first <= lines) return 0;
    Cache *c = &all->caches[m->fetch_cache];
    Resident *r = &all->residents[number];
    uint32_t count = lines + (m->prefetch == AT_FIRST_WORD || m->prefetch == AT_LAST_WORD);
    if (r->generation != c->generation || r->cache != m->fetch_cache || r->count != count)
        if (!look_up(all, m, r, first, count)) return 0;
    if (c->lru) {
        if (!r->touched && !list(c, number)) return 0;
        r->touched = 1;
        r->last = c->tick + 1;
        if (!m->buffers || m->held[0] != first) r->last_first = r->last;
        c->tick += count;
    }
    if (m->buffers) m->held[0] = first + lines - 1;
    return 1;
}

void resident_settle(Memories *all, Cache *c) {
    for (uint32_t n = 0; n < c->touched_count; n++) {
        Resident *r = &all->residents[c->touched[n]];
        for (uint32_t k = 0; k < r->count; k++) {
            uint64_t age = k ? r->last + k : r->last_first;
            if (c->ages[r->spots[k].way] < age) c->ages[r->spots[k].way] = age;
        }
        r->touched = 0;
        r->last_first = 0;
    }
    c->touched_count = 0;
}

void residents_free(Memories *all) {
    for (uint32_t n = 1; n <= all->resident_count; n++) PyMem_RawFree(all->residents[n].spots);
    PyMem_RawFree(all->residents);
}
