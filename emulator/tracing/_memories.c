/* Slow memories in C: caches, line buffers and prefetch in front of flash, and one port that all share.
 *
 * The mechanism, and the meaning of each number, is described in emulator/memories/model.py; both give the same stalls.
 */
#include "_memories.h"

static int cache_find(Cache *c, uint32_t address) {
    uint32_t line = address >> c->line_shift, base = (line & (c->sets - 1)) * c->ways;
    uint32_t sector = 1u << ((address & ((1u << c->line_shift) - 1)) >> c->sector_shift);
    uint32_t hint = c->hints[line % HINTS];
    if (c->tags[hint] == line && c->valid[hint] & sector) {
        c->ages[hint] = ++c->tick;
        return 1;
    }
    for (uint32_t way = base; way < base + c->ways; way++) {
        if (c->tags[way] == line && c->valid[way] & sector) {
            c->ages[way] = ++c->tick;
            c->hints[line % HINTS] = way;
            return 1;
        }
    }
    return 0;
}

/* The same for a line of code, which has a spot. */
static int code_find(Cache *c, uint32_t address, Spot *spot) {
    if (!resident_find(c, address, spot)) return 0;
    c->ages[spot->way] = ++c->tick;
    return 1;
}

static void cache_fill(Memories *all, Cache *c, uint32_t address) {
    uint32_t line = address >> c->line_shift, set = line & (c->sets - 1), base = set * c->ways, chosen = NO_LINE;
    uint32_t sector = 1u << ((address & ((1u << c->line_shift) - 1)) >> c->sector_shift);
    c->fills++;
    for (uint32_t way = base; way < base + c->ways; way++) {
        if (c->tags[way] == line) {
            c->valid[way] |= sector;
            c->ages[way] = ++c->tick;
            return;
        }
        if (chosen == NO_LINE && c->tags[way] == NO_LINE) chosen = way;
    }
    if (chosen == NO_LINE) c->generation++;
    if (chosen == NO_LINE && c->lru) {
        resident_settle(all, c);
        chosen = base;
        for (uint32_t way = base + 1; way < base + c->ways; way++)
            if (c->ages[way] < c->ages[chosen]) chosen = way;
    } else if (chosen == NO_LINE) {
        chosen = base + c->victims[set];
        c->victims[set] = (c->victims[set] + 1) % c->ways;
    }
    c->tags[chosen] = line;
    c->valid[chosen] = sector;
    c->ages[chosen] = ++c->tick;
}

static int holds(const Memory *m, uint32_t line) {
    for (int i = 0; i < m->buffers; i++)
        if (m->held[i] == line) return 1;
    return 0;
}

static void hold(Memory *m, uint32_t line) {
    if (!m->buffers) return;
    m->held[m->hold_at] = line;
    m->hold_at = m->hold_at + 1 == (uint32_t)m->buffers ? 0 : m->hold_at + 1;
}

/* Start of a read that may begin at `when`: the port is busy until it ends. */
static uint64_t occupy(Memory *m, uint64_t when) {
    uint64_t start = when > m->free ? when : m->free;
    m->free = start + m->busy;
    return start;
}

/* A read ahead that has not begun by `when`, or `abandoned` has not ended, gives the port to who wants it now. Returns
 * whether there was one. */
static int yield_port(Memory *m, uint64_t when, int abandoned) {
    if (m->ahead == NO_LINE || (abandoned ? m->ahead_ready : m->ahead_start) <= when) return 0;
    m->free = m->free_before < when ? when : m->free_before;
    return 1;
}

static void read_ahead(Memory *m, uint32_t line, uint64_t when) {
    m->ahead = line;
    m->free_before = m->free;
    m->ahead_start = occupy(m, when);
    m->ahead_ready = m->ahead_start + m->wait;
}

/* Code or data that the cache does not have: of the line read ahead, or by a read; then the line behind is read. */
static uint64_t refill(Memories *all, Memory *m, Cache *cache, uint32_t address, uint64_t when) {
    uint32_t line = address >> m->read_shift;
    uint64_t ready;
    if (cache) cache_fill(all, cache, address);
    if (m->ahead == line) {
        uint64_t there = m->ahead_start + m->busy - 1;
        ready = (there > when ? there : when) + m->wait - m->busy + 1;
    } else {
        yield_port(m, when, 0);
        ready = occupy(m, when) + m->wait;
    }
    read_ahead(m, line + 1, when);
    return ready;
}

static uint64_t fetch_line(Memories *all, Memory *m, uint32_t line, uint64_t request, uint64_t done, Spot *spot) {
    Cache *cache = m->fetch_cache < 0 ? NULL : &all->caches[m->fetch_cache];
    uint32_t address = line << m->read_shift;
    uint64_t ready = request;
    if (m->prefetch == BEHIND_CACHE)
        return cache && code_find(cache, address, spot) ? request : refill(all, m, cache, address, request);
    if (m->ahead == line) {
        ready = m->ahead_ready > request ? m->ahead_ready : request;
        if (cache && m->ahead_ready > request) cache_fill(all, cache, address);
        m->ahead = NO_LINE;
        hold(m, line);
    } else if (!holds(m, line)) {
        if (!cache || !code_find(cache, address, spot)) {
            if (yield_port(m, request, m->stream_shift != 0)) m->ahead = NO_LINE;
            ready = occupy(m, request) + m->wait;
            if (cache) cache_fill(all, cache, address);
        }
        hold(m, line);
    }
    uint32_t next = line + 1;
    if (m->stream_shift && !(next & ((1u << (m->stream_shift - m->read_shift)) - 1))) return ready;
    if (m->prefetch && m->ahead != next && !holds(m, next) && !(cache && code_find(cache, next << m->read_shift, spot + 1)))
        read_ahead(m, next, m->prefetch == AT_LAST_WORD && done > ready ? done : ready);
    return ready;
}

/* Number of the range that holds an address, -1 for none. */
static int range_of(Memories *all, uint32_t address) {
    const Range *last = &all->ranges[all->range];
    if (address - last->first <= last->last - last->first) return all->range;
    for (int i = 0; i < all->range_count; i++)
        if (address - all->ranges[i].first <= all->ranges[i].last - all->ranges[i].first) return all->range = i;
    return -1;
}

static uint64_t read_data(Memories *all, uint32_t address, uint64_t now) {
    int range = all->near[address >> 24] ? range_of(all, address) : -1;
    if (range < 0) return now;
    Memory *m = &all->memories[all->ranges[range].memory];
    Cache *cache = m->data_cache < 0 ? NULL : &all->caches[m->data_cache];
    if (cache && address >> cache->sector_shift == cache->recent) return now;
    if (cache && m->fetch_cache != m->data_cache) cache->recent = address >> cache->sector_shift;
    if (cache && cache_find(cache, address)) return now;
    if (m->prefetch == BEHIND_CACHE) return refill(all, m, cache, address, now);
    if (cache) cache_fill(all, cache, address);
    int again = yield_port(m, now, m->gives_way);
    uint64_t ready = occupy(m, now) + (m->bursts && now == m->read_at + 1 ? 0 : m->wait);
    m->read_at = ready;
    if (again) read_ahead(m, m->ahead, m->ahead_start);
    return ready;
}

void memories_access(void *memories, uint32_t address, uint32_t size, int write) {
    if (!write) memories_note(memories, address, size);
}

void memories_begin(Memories *m) {
    m->queued = 0;
}

/* How a read is unaligned: see emulator/memories/plan.py. */
static int shape_of(uint32_t address, int size) {
    if (size == 4 && address & 3) return 1 + (address & 1);
    return size == 2 && address & 1 ? 3 + (address >> 1 & 1) : 0;
}

/* Cycles that access `a` takes because it is unaligned, or for the bank or the bus of the one before it. */
static inline uint32_t beside(const Memories *m, uint32_t a, const int16_t *slot) {
    int shape = slot[1] ? shape_of(m->queue[a], m->sizes[a]) : 0;
    uint32_t found = shape ? (uint16_t)slot[1] >> 4 * (shape - 1) & 15 : 0;
    if (!a || !slot[2]) return found;
    uint32_t differs = m->queue[a] ^ m->queue[a - 1];
    if (slot[2] > 0) return found + !(differs & (uint32_t)slot[2]);
    int bus = -slot[2] & 31, to_code = -slot[2] >> 5;
    if (!(differs >> bus)) return found;
    return found + (m->queue[a] >> bus ? 1u : (uint32_t)to_code);
}

/* Stalls of the reads of a block whose code costs nothing. */
static uint32_t read_all(Memories *m, const int16_t *slot, uint32_t slots, uint64_t now) {
    uint32_t given = m->queued;
    uint64_t at = now;
    for (uint32_t a = 0; a < given; a++) {
        const int16_t *own = slot + SLOT * (given == slots ? a : slots ? a * slots / given : 0);
        uint64_t need = at + (uint64_t)(slots ? own[0] : 0), ready = read_data(m, m->queue[a], need);
        if (slots) ready += beside(m, a, own);
        at += ready - need;
    }
    return (uint32_t)(at - now);
}

/* When code behind a jump can be asked for: as early as the jump allows, once the words before it have passed. */
static uint64_t entry(const Memories *m, const Memory *code, uint64_t now) {
    uint64_t early = now > m->lead ? now - m->lead : 0;
    return early < code->bus ? code->bus : early;
}

/* Words of a line from an address on. */
static uint32_t words_of(const Memory *m, uint32_t address) {
    uint32_t size = 1u << m->read_shift;
    return (size - (address & (size - 1) & ~3u)) / 4;
}

/* Stalls of a block, its lines of code and its reads in the order in which it wants them. */
static Stalls pass_all(Memories *m, Memory *code, const int16_t *plan, Spot *spots, uint32_t address, uint64_t now) {
    Stalls stalls = {0, 0};
    uint32_t lines = (uint16_t)plan[0], slots = (uint16_t)plan[1], given = m->queued;
    uint32_t first = code ? address >> code->read_shift : 0;
    const int16_t *line = plan + HEAD, *slot = line + 3 * lines;
    uint64_t shift = 0;
    for (uint32_t l = 0, a = 0; l < lines || a < given;) {
        uint32_t at = given == slots || !given ? a : a * slots / given;
        int offset = a < given && slots ? slot[SLOT * at] : 0;
        if (l < lines && (a == given || line[3 * l + 1] <= offset)) {
            uint64_t need = now + shift + (uint64_t)line[3 * l + 1];
            int64_t asked = (int64_t)(now + shift) + line[3 * l];
            uint64_t request = asked < (int64_t)m->entered ? m->entered : (uint64_t)asked;
            if (code->stream_shift) request = request < code->bus ? code->bus : request;
            else if (request > need) request = need;
            int64_t done = (int64_t)(now + shift) + line[3 * l + 2];
            uint64_t ready = fetch_line(m, code, first + l, request, done > 0 ? (uint64_t)done : 0, spots + l);
            code->bus = ready + words_of(code, l ? 0 : address);
            l++;
            if (ready > need) stalls.fetch += (uint32_t)(ready - need), shift += ready - need;
        } else {
            uint64_t need = now + shift + (uint64_t)offset;
            uint64_t ready = read_data(m, m->queue[a], need);
            if (slots) ready += beside(m, a, slot + SLOT * at);
            a++;
            stalls.data += (uint32_t)(ready - need), shift += ready - need;
        }
    }
    return stalls;
}

Stalls memories_pass(Memories *m, const int16_t *plan, uint32_t *resident, uint32_t address, uint32_t size, uint64_t now) {
    Stalls stalls = {0, 0};
    uint32_t lines = (uint16_t)plan[0];
    Memory *code = plan[2] < 0 ? NULL : &m->memories[plan[2]];
    uint32_t first = code ? address >> code->read_shift : 0;
    if (address != m->expected) m->entered = code && code->stream_shift ? entry(m, code, now) : now;
    m->expected = address + size;
    m->lead = (uint16_t)plan[3];
    Resident *known = lines ? resident_of(m, resident, lines) : NULL;
    if (known && !resident_pass(m, code, *resident, first, lines)) stalls = pass_all(m, code, plan, known->spots, address, now);
    else if (m->queued) stalls.data = read_all(m, plan + HEAD + 3 * lines, (uint16_t)plan[1], now);
    m->queued = 0;
    m->fetch_stalls += stalls.fetch;
    m->data_stalls += stalls.data;
    return stalls;
}
