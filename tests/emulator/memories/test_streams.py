"""Code that passes a word a cycle from a flash whose read ahead ends at branches and at bounds, as on the STM32F1."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.emulator.memories.test_stalls import PLAIN, stalls

STREAM = replace(PLAIN, buffers=2, prefetch="first word", stream_bytes=32)
UNBOUND = replace(STREAM, stream_bytes=4096)
WAIT = 2


def straight(count: int) -> str:
    return f".balign 32\n.rept {count}\nadd.w r1, r1, r1\n.endr\nbx lr"


def loop(body: str, at: int = 0) -> str:
    """100 times from `at` bytes behind a bound on."""
    return f"movs r1, #100\nb.w 1f\n.balign 32\n.rept {at // 2}\nnop\n.endr\n1: {body}\nbne 1b\nbx lr"


def each_time(body: str, tracer: str, at: int = 0) -> int:
    """Cycles that wait states add to one more pass."""
    code, data = stalls(loop(body, at), STREAM, WAIT, tracer, core="cortex-m3")
    assert data == 0
    return round(code / 100)


@pytest.mark.parametrize("count", [16, 32, 64])
def test_wide_instructions_run_at_the_speed_of_the_flash(count: int, tracer: str) -> None:
    """Two of them are a line: two cycles of execution, three of reading."""
    code, _ = stalls(straight(count), UNBOUND, WAIT, tracer, core="cortex-m3")
    assert code == WAIT + count // 2


@pytest.mark.parametrize("count", [16, 32, 64])
def test_a_read_ahead_ends_at_a_bound(count: int, tracer: str) -> None:
    """The line behind it is read when the core asks for it, a cycle late."""
    free, bound = (stalls(straight(count), kind, WAIT, tracer, core="cortex-m3")[0] for kind in (UNBOUND, STREAM))
    assert bound - free == count * 4 // 32


@pytest.mark.parametrize(
    ("body", "cycles"),
    [
        ("subs r1, #1", WAIT),
        ("subs r1, #1\nstr r1, [r0]", WAIT),
        ("subs r1, #1\nldm r0, {r2, r3}", 0),
        ("subs r1, #1\nldm r0, {r2-r5}", 0),
    ],
)
def test_a_target_is_asked_for_while_the_instruction_before_the_branch_runs(
    body: str, cycles: int, tracer: str
) -> None:
    """The loop ends in another line than it begins, so its first is read anew in each pass."""
    far = "adds r6, r6\n" * 8
    assert each_time(far + body, tracer) == cycles


@pytest.mark.parametrize(("at", "lines"), [(0, 4), (8, 4), (4, 5)])
def test_a_loop_pays_for_each_line_that_it_touches(at: int, lines: int, tracer: str) -> None:
    """Eight wide instructions; the rest is less than the lines take to read."""
    code = each_time("add.w r2, r2, r2\n" * 7 + "subs.w r1, r1, #1", tracer, at)
    assert code >= 3 * lines - 8 - 2


def test_what_was_read_for_nothing_does_not_delay_the_target(tracer: str) -> None:
    """With the bound out of reach a read ahead has always begun when the branch is taken."""
    near = loop("adds r6, r6\n" * 8 + "subs r1, #1")
    code, _ = stalls(near, replace(STREAM, stream_bytes=4096), WAIT, tracer, core="cortex-m3")
    assert code <= 101 * WAIT + 2 * WAIT
