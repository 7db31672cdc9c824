"""The data: every kind loads, every row says where it is from, every board names kinds that exist."""

from __future__ import annotations

import pytest

from emulator.boards.file import board_names, load_board
from emulator.errors import TimingError
from emulator.memories.fetch import fetch_ahead
from emulator.memories.kind import kind_names, load_kind
from emulator.memories.layout import WhatIf, board_layout
from emulator.memories.model import make_memories
from emulator.timing.core import core_names


@pytest.mark.parametrize("name", kind_names())
def test_every_row_has_a_source(name: str) -> None:
    kind = load_kind(name)
    assert all(row.source for row in (kind, *kind.wait_states, *kind.caches))
    clocks = [row.up_to_hz for row in kind.wait_states]
    assert clocks == sorted(clocks)


@pytest.mark.parametrize("name", board_names())
def test_boards(name: str) -> None:
    board = load_board(name)
    layout = board_layout(board)
    make_memories(layout, native=False)
    assert {m.name for m in layout.memories} <= {m.region.name for m in board.memories}


@pytest.mark.parametrize("core", core_names())
def test_every_core_has_a_fetch_queue(core: str) -> None:
    assert fetch_ahead(core).bytes >= 4


@pytest.mark.parametrize(
    ("what_if", "wait"),
    [
        (WhatIf(), 5),
        (WhatIf(clock_hz=30_000_000), None),
        (WhatIf(clock_hz=30_000_001), 1),
        (WhatIf(wait_states=7, clock_hz=16_000_000), 7),
        (WhatIf(wait_states=0), None),
    ],
)
def test_wait_states_follow_the_clock(what_if: WhatIf, wait: int | None) -> None:
    layout = board_layout(load_board("stm32f407-discovery"), what_if)
    assert [m.wait for m in layout.memories if m.kind.wait_states] == ([] if wait is None else [wait])


def test_a_clock_beyond_the_part() -> None:
    with pytest.raises(TimingError, match=r"no wait states are known for 300 MHz, the highest clock is 168 MHz"):
        board_layout(load_board("stm32f407-discovery"), WhatIf(clock_hz=300_000_000))


def test_unknown_names() -> None:
    with pytest.raises(TimingError, match=r"no memory timing stm32f4_flas; did you mean stm32f4_flash"):
        load_kind("stm32f4_flas")
    with pytest.raises(TimingError, match="board mps2-an386 has no memory with wait states"):
        board_layout(load_board("mps2-an386"), WhatIf(wait_states=1))
