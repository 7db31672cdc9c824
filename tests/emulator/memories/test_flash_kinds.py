"""What the files of the STM32's flash memories say, by programs whose stalls tell it from what they might say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emulator.memories.kind import load_kind
from tests.emulator.memories.test_stalls import CODE, TABLE, stalls

U5_MISS, U5_AHEAD, U5_READ = 4 + 2, 2, 4 + 1
"""Cycles of a miss at 4 wait states, of one that was read ahead in time, and from a read to the next."""


@pytest.mark.parametrize("count", [16, 32, 64])
def test_nothing_is_read_ahead_into_the_next_32_bytes_of_an_stm32f1(count: int, tracer: str) -> None:
    kind = load_kind("stm32f1_flash")
    body = f".balign 32\n.rept {count}\nadd.w r1, r1, r1\n.endr\nbx lr"
    free, bound = (
        stalls(body, each, 2, tracer, core="cortex-m3")[0] for each in (replace(kind, stream_bytes=4096), kind)
    )
    assert bound - free == count * 4 // 32


@pytest.mark.parametrize(
    ("stride", "between", "cycles"),
    [
        (16, 12, U5_MISS + 3 * U5_AHEAD),  # line after line, with time to read the next
        (32, 12, 4 * U5_MISS),
        (16, 0, U5_MISS + 3 * (U5_READ - 1)),  # line after line, a cycle of which is the load's own
    ],
)
def test_prefetch_of_an_stm32u5_serves_data(stride: int, between: int, cycles: int, tracer: str) -> None:
    loads = [f"ldr r1, [r0, #{stride * n}]\n.rept {between}\nmov.w r2, r3\n.endr" for n in range(4)]
    body = "\n".join([*loads, "bx lr"])
    assert stalls(body, load_kind("stm32u5_flash"), U5_MISS, tracer, (TABLE,), core="cortex-m33") == (0, cycles)


@pytest.mark.parametrize("name", ["stm32l4_flash", "stm32l4_flash_single_bank"])
def test_data_of_an_stm32l4_does_not_wait_for_a_read_ahead(name: str, tracer: str) -> None:
    """One of the loads comes while a line of code is being read ahead."""
    body = "".join(f"ldr r1, [r0, #{32 * n}]\n.rept 12\nnop\n.endr\n" for n in range(3)) + "bx lr"
    kind = load_kind(name)
    first, second = (
        stalls(body, each, 5, tracer, (CODE, TABLE))[1] for each in (kind, replace(kind, data_first=False))
    )
    assert 3 * 5 <= first < second
