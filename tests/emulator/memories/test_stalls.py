"""Each mechanism by itself: assembly and a memory in, stalls out. Both tracers give the same."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from emulator import Machine
from emulator.memories.kind import CacheKind, MemoryKind
from emulator.memories.layout import Layout, SlowMemory
from emulator.memories.model import PythonMemories, make_memories, rows_of
from tests.support.assembler import assemble

CODE = (0x8000, 0x8FFF)
TABLE = (0x20000000, 0x20000FFF)
PLAIN = MemoryKind("plain", "", 8, 1, "none", 0, (), (), "")
NOPS = ".rept 16\nnop\n.endr\nbx lr"


def cache(serves: str, lines: int, ways: int, line: int = 8, replacement: str = "lru") -> CacheKind:
    return CacheKind(serves, line, 8, lines // ways, ways, replacement, "")  # type: ignore[arg-type]


def stalls(
    body: str,
    kind: MemoryKind,
    wait: int,
    tracer: str,
    places: tuple[tuple[int, int], ...] = (CODE,),
    calls: int = 1,
    core: str = "cortex-m4",
) -> tuple[int, int]:
    """Cycles lost to code and to data in the last of some calls, the arguments being 0x20000000."""
    machine = Machine.from_elf(assemble(f"{body}\n.data\n.space 256"), core=core, tracer=tracer)
    fast = machine.call("f", 0x20000000).cycles
    machine.slow_down(Layout((SlowMemory("m", kind, wait, places),)))
    for _ in range(calls):
        machine.clear_edges()
        slow = machine.call("f", 0x20000000).cycles
    code, data = sum(s.code for s in machine.stalls), sum(s.data for s in machine.stalls)
    assert slow - fast == code + data
    return code, data


@pytest.mark.parametrize("wait", [1, 2, 5])
def test_without_prefetch_each_line_costs_its_wait_states_less_the_lookahead(wait: int, tracer: str) -> None:
    """34 bytes are five lines; the core asks for one when the instruction four bytes in front begins."""
    assert stalls(NOPS, PLAIN, wait, tracer) == (wait + 4 * max(wait - 2, 0), 0)


@pytest.mark.parametrize(("wait", "code"), [(1, 1), (2, 2), (3, 3), (5, 5 + 4 * 2)])
def test_prefetch_hides_what_execution_takes(wait: int, code: int, tracer: str) -> None:
    """A line of four nops lasts four cycles, and reading one takes wait + 1."""
    assert stalls(NOPS, replace(PLAIN, prefetch="first word"), wait, tracer) == (code, 0)


def test_a_cache_keeps_what_was_read(tracer: str) -> None:
    kind = replace(PLAIN, caches=(cache("fetch", 8, 8),))
    assert stalls(NOPS, kind, 5, tracer, calls=1)[0] > 0
    assert stalls(NOPS, kind, 5, tracer, calls=2) == (0, 0)


def test_lru_gains_nothing_from_a_loop_one_line_too_long(tracer: str) -> None:
    small, enough = (replace(PLAIN, buffers=0, caches=(cache("fetch", n, n),)) for n in (4, 5))
    first = stalls(NOPS, small, 5, tracer)
    assert stalls(NOPS, small, 5, tracer, calls=3) == first
    assert stalls(NOPS, enough, 5, tracer, calls=3) == (0, 0)


def test_a_direct_mapped_cache_loses_lines_that_collide(tracer: str) -> None:
    kind = replace(PLAIN, buffers=0, caches=(cache("fetch", 4, 1),))
    assert stalls(NOPS, kind, 5, tracer, calls=2)[0] == 5 + 5 - 2


LOADS = "ldr r1, [r0]\nldr r2, [r0, #4]\nldr r3, [r0, #8]\nldr r1, [r0]\nbx lr"


def test_uncached_data_pays_for_each_read(tracer: str) -> None:
    assert stalls(LOADS, PLAIN, 3, tracer, (TABLE,)) == (0, 4 * 3)


def test_a_data_cache_pays_for_each_line(tracer: str) -> None:
    kind = replace(PLAIN, caches=(cache("data", 4, 4),))
    assert stalls(LOADS, kind, 3, tracer, (TABLE,)) == (0, 2 * 3)
    assert stalls(LOADS, kind, 3, tracer, (TABLE,), calls=2) == (0, 0)


@pytest.mark.parametrize(("shared", "again"), [(False, 0), (True, 2 * 3)])
def test_memories_that_share_a_cache_drive_out_each_others_lines(shared: bool, again: int, tracer: str) -> None:
    """One line of cache; two passes read a word of each of two memories."""
    kind = replace(PLAIN, caches=(replace(cache("data", 1, 1), shared=shared),))
    places = {"a": 0x1000, "b": 0x3000}
    layout = Layout(tuple(SlowMemory(name, kind, 3, ((at, at + 0xFFF),)) for name, at in places.items()))
    plan = np.array([0, 2, -1, 0, 0, 0, 0, 1, 0, 0], np.int16)
    reads = [word for at in places.values() for word in (1 << 31 | 4, at)]
    found = np.zeros((2, 2), np.uint64)
    edges = np.array([[0x8000, 8, 10, 0]] * 2, np.uint32)
    stream = np.array([*reads, 0, *reads, 1], np.uint32)
    make_memories(layout, tracer == "native").replay(stream.tobytes(), edges.tobytes(), plan.tobytes(), found)
    assert found.tolist() == [[0, 2 * 3], [0, again]]


def test_sectors_are_filled_one_by_one(tracer: str) -> None:
    kind = replace(PLAIN, caches=(cache("data", 2, 2, line=32),))
    assert stalls(LOADS, kind, 3, tracer, (TABLE,)) == (0, 2 * 3)


@pytest.mark.parametrize(("line_reads", "beats"), [(1, 0), (1, 3), (2, 0), (2, 1)])
def test_the_word_comes_first_and_the_rest_of_the_line_keeps_the_port(line_reads: int, beats: int, tracer: str) -> None:
    """The second miss begins behind the first line; of these three loads two miss, a cycle apart."""
    kind = replace(PLAIN, line_reads=line_reads, beats=beats, caches=(cache("data", 4, 4),))
    rest = (line_reads - 1) * (3 + 1) + beats
    assert stalls("ldr r1, [r0]\nldr r2, [r0, #8]\nldr r3, [r0]\nbx lr", kind, 3, tracer, (TABLE,)) == (0, 6 + rest)


def test_latency_delays_the_word_but_not_the_port(tracer: str) -> None:
    kind = replace(PLAIN, latency=2)
    assert stalls("ldr r1, [r0]\nbx lr", kind, 3 + 2, tracer, (TABLE,)) == (0, 5)
    assert stalls("ldr r1, [r0]\nldr r2, [r0]\nbx lr", kind, 3 + 2, tracer, (TABLE,)) == (0, 10)


@pytest.mark.parametrize(
    ("load", "address", "cycles"),
    [
        ("ldr", 0, 0), ("ldr", 1, 2), ("ldr", 2, 1), ("ldr", 3, 2),
        ("ldrh", 1, 1), ("ldrh", 2, 0), ("ldrh", 3, 1), ("ldrb", 3, 0), ("str", 1, 0),
    ],
)  # fmt: skip
def test_unaligned_reads_of_fast_memory(load: str, address: int, cycles: int, tracer: str) -> None:
    body = f"adds r0, #{address}\nnop\n{load} r1, [r0]\nbx lr"
    assert stalls(body, PLAIN, 1, tracer, ((0xF000, 0xFFFF),)) == (0, cycles)


@pytest.mark.parametrize(("second", "cycles"), [("[r2]", 1), ("[r2, #4]", 0), ("[r2, #8]", 1)])
def test_two_loads_of_one_bank_of_an_m7(second: str, cycles: int, tracer: str) -> None:
    """Seen at run time where the addresses have different bases."""
    body = f".balign 8\nmov r2, r0\nb 1f\n.balign 8\n1: ldr r1, [r0]\nldr r3, {second}\nnop\nnop\nbx lr"
    assert stalls(body, PLAIN, 1, tracer, ((0xF000, 0xFFFF),), core="cortex-m7") == (0, cycles)


def test_data_that_goes_before_a_prefetch(tracer: str) -> None:
    body = "ldr r1, [r0]\n.rept 12\nnop\n.endr\nldr r2, [r0]\n.rept 12\nnop\n.endr\nbx lr"
    kind = replace(PLAIN, prefetch="first word")
    behind, before = (stalls(body, replace(kind, data_first=f), 4, tracer, (CODE, TABLE)) for f in (False, True))
    assert 2 * 4 <= before[1] < behind[1]


def test_one_port_for_code_and_data(tracer: str) -> None:
    """Literals in the same flash wait for the prefetch that has begun, and the prefetch waits for them."""
    body = "ldr r1, 1f\nldr r2, 1f+4\n.rept 12\nnop\n.endr\nbx lr\n.balign 8\n1: .word 1, 2"
    apart = stalls(body, replace(PLAIN, prefetch="first word"), 2, tracer)
    assert apart[1] > 2 * 2


def test_an_it_block_that_skips_its_load(tracer: str) -> None:
    body = "cmp r0, #0\nit eq\nldreq r1, [r0]\nldr r2, [r0]\nbx lr"
    assert stalls(body, PLAIN, 3, tracer, (TABLE,)) == (0, 3)


def test_loops_cost_by_their_first_pass_when_the_cache_holds_them(tracer: str) -> None:
    loop = "movs r1, #100\n1: subs r1, #1\nbne 1b\nbx lr"
    kind = replace(PLAIN, buffers=0, caches=(cache("fetch", 8, 8),))
    assert stalls(loop, kind, 4, tracer)[0] == 4
    assert stalls(loop, replace(PLAIN, buffers=0), 4, tracer)[0] >= 99 * 4


@pytest.mark.skipif(find_spec("emulator.tracing._tracer") is None, reason="emulator.tracing._tracer is not built")
@pytest.mark.parametrize("seed", range(12))
def test_native_and_python_agree_on_any_stream(seed: int) -> None:
    rng = np.random.default_rng(seed)
    prefetch = ("none", "first word", "last word")[seed % 3]
    replacement = ("lru", "round robin")[seed % 2]
    caches = (cache("fetch", 8, 2, 16, replacement), cache("data", 4, 4, 32, replacement))[: seed % 3]
    kind = replace(PLAIN, buffers=seed % 4, prefetch=prefetch, caches=caches, data_first=seed % 2 == 1, beats=seed % 5)  # type: ignore[arg-type]
    kind = replace(kind, stream_bytes=(0, 32, 0, 0, 16, 8)[seed % 6])
    layout = Layout((SlowMemory("m", kind, int(rng.integers(1, 8)), (CODE, TABLE)),))
    edges, plans, stream = _random_run(rng)
    results = []
    for native in (False, True):
        found = np.zeros((len(edges), 2), np.uint64)
        make_memories(layout, native).replay(stream.tobytes(), edges.tobytes(), plans.tobytes(), found)
        results.append(found)
    np.testing.assert_array_equal(*results)
    assert results[0].sum() > 0
    assert isinstance(PythonMemories(*rows_of(layout)), PythonMemories)


@pytest.mark.skipif(find_spec("emulator.tracing._tracer") is None, reason="emulator.tracing._tracer is not built")
@pytest.mark.parametrize("seed", range(24))
def test_native_and_python_agree_on_loops_that_a_cache_holds_for_a_while(seed: int) -> None:
    rng = np.random.default_rng(seed)
    prefetch, replacement = ("none", "first word")[seed % 2], ("lru", "round robin")[seed // 2 % 2]
    caches = (cache("fetch", 16, (2, 4, 16)[seed % 3], 16, replacement), cache("data", 4, 4, 32, replacement))
    kind = replace(PLAIN, buffers=seed // 4 % 2, prefetch=prefetch, caches=caches)  # type: ignore[arg-type]
    layout = Layout((SlowMemory("m", kind, 3, (CODE, TABLE)),))
    edges, plans, _ = _random_run(rng)
    words: list[int] = []
    for _ in range(60):
        loop = rng.integers(0, 20, int(rng.integers(1, 5))).tolist()
        for passed in loop * int(rng.integers(1, 12)):
            if rng.integers(0, 3) == 0:
                words += [0x80000004, TABLE[0] + int(rng.integers(0, 256))]
            words.append(passed)
    results = []
    for native in (False, True):
        found = np.zeros((len(edges), 2), np.uint64)
        stream = np.array(words, np.uint32).tobytes()
        make_memories(layout, native).replay(stream, edges.tobytes(), plans.tobytes(), found)
        results.append(found)
    np.testing.assert_array_equal(*results)


def _reads(rng: np.random.Generator, slots: int) -> list[int]:
    """When, cycles if unaligned, bits of banks."""
    when = np.sort(rng.integers(0, 40, slots))
    return np.column_stack([when, rng.integers(0, 1 << 15, slots), 4 * rng.integers(0, 2, slots)]).ravel().tolist()


def _random_run(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Edges, plans and a stream with nothing in common with any program."""
    edges, plans = np.zeros((20, 4), np.uint32), []
    for n in range(20):
        lines, slots = int(rng.integers(0, 5)), int(rng.integers(0, 4))
        needed = np.sort(rng.integers(0, 40, lines))
        rows = np.column_stack([needed - rng.integers(0, 5, lines), needed, needed + rng.integers(0, 3, lines)])
        at = sum(map(len, plans))
        plans.append(np.array([lines, slots, 0, int(rng.integers(0, 6)), *rows.ravel(), *_reads(rng, slots)], np.int16))
        edges[n] = (0x8000 + 8 * int(rng.integers(0, 64)), 8 * lines, int(rng.integers(1, 40)), at)
    words: list[int] = []
    for _ in range(2000):
        for _ in range(int(rng.integers(0, 4))):
            words += [0x80000000 | 1 << int(rng.integers(0, 3)) | int(rng.integers(0, 2)) << 8]
            words += [TABLE[0] + int(rng.integers(0, 256))]
        words.append(int(rng.integers(0, 20)))
    return edges, np.concatenate(plans), np.array(words, np.uint32)
