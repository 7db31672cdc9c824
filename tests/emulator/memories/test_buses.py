"""What loads cost for where they read: a bus other than the one before, a flash that reads ahead behind a cache."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emulator.memories.kind import CacheKind
from tests.emulator.memories.test_stalls import CODE, PLAIN, TABLE, stalls

ELSEWHERE = ((0xF000, 0xFFFF),)
READS = {"ram": "ldr {}, [r0]", "code": "ldr {}, [r3]"}
AHEAD = replace(
    PLAIN, read_bytes=16, latency=2, prefetch="behind cache", caches=(CacheKind("both", 16, 16, 8, 2, "lru", ""),)
)
WAIT = 4 + AHEAD.latency


def pause(cycles: int) -> str:
    """Instructions that read nothing."""
    return "mov.w r4, r4\n" * cycles


@pytest.mark.parametrize(
    ("reads", "cycles"),
    [
        ("ram ram", 0),
        ("code code", 0),
        ("code ram", 1),
        ("ram code", 2),
        ("ram code ram", 2 + 1),
        ("code - ram", 0),
        ("ram - code", 0),
    ],
)
def test_a_load_behind_one_on_the_other_bus(reads: str, cycles: int, tracer: str) -> None:
    """The Cortex-M33 has one bus for code, C-AHB, and one for SRAM, S-AHB."""
    registers = iter(("r1", "r2", "r5"))
    lines = [READS[r].format(next(registers)) if r in READS else "mov.w r4, r4" for r in reads.split()]
    body = "\n".join(["push {r4, r5}", "adr r3, 1f", *lines, "pop {r4, r5}", "bx lr", ".balign 4", "1: .word 0"])
    own = stalls(body.replace("adr r3, 1f", "mov.w r3, r0"), PLAIN, 1, tracer, ELSEWHERE, core="cortex-m33")
    assert own == (0, 0)
    found = stalls(body.replace("pop", f"{pause(2)}pop"), PLAIN, 1, tracer, ELSEWHERE, core="cortex-m33")
    assert found == (0, cycles)


@pytest.mark.parametrize(
    ("between", "second", "cycles"),
    [
        (20, 4, 0),
        (20, 16, AHEAD.latency),
        (20, 64, WAIT),
        (0, 16, 4),
        (2, 16, AHEAD.latency),
        (0, 64, WAIT + 3),
    ],
)
def test_a_line_that_was_read_ahead_costs_the_latency(between: int, second: int, cycles: int, tracer: str) -> None:
    """A line elsewhere is read when it is asked for, but not before the read ahead has ended that has begun."""
    body = (
        f"push {{r4, r5}}\nldr.w r1, [r0]\n{pause(between)}ldr.w r2, [r0, #{second}]\n{pause(9)}pop {{r4, r5}}\nbx lr"
    )
    assert stalls(body, AHEAD, WAIT, tracer, (TABLE,), core="cortex-m33") == (0, WAIT + cycles)


def test_lines_of_code_one_after_the_other(tracer: str) -> None:
    """Each of them but the first was read while the one before it ran."""
    body = f"b 1f\n.balign 16\n1: {pause(16)}.balign 16\nbx lr"
    first = f"b 1f\n.balign 16\n1: {pause(3)}.balign 16\nbx lr"
    one, four = (stalls(text, AHEAD, WAIT, tracer, (CODE,), core="cortex-m33")[0] for text in (first, body))
    assert four > one
    assert four - one < 3 * WAIT
    assert stalls(body, AHEAD, WAIT, tracer, (CODE,), calls=2, core="cortex-m33") == (0, 0)


@pytest.mark.parametrize(("line_reads", "beats"), [(1, 3), (2, 0)])
def test_behind_a_cache_a_line_is_one_read(line_reads: int, beats: int) -> None:
    with pytest.raises(ValueError, match="without beats"):
        replace(AHEAD, line_reads=line_reads, beats=beats)
