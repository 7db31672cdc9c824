"""The small multiplier that a Cortex-M0 or M0+ may have."""

from __future__ import annotations

import struct
from importlib import resources
from pathlib import Path

import pytest

from emulator.boards.board import Board
from emulator.errors import TimingError
from emulator.memories.layout import WhatIf
from emulator.timing.core import load_core

FLASH, PASSES = 0x08000000, 100
CODE = (
    0x2064,  # movs r0, #100
    0x4349,  # loop: muls r1, r1
    0x3801,  # subs r0, #1
    0xD1FC,  # bne loop
    0xE7FE,  # b .
)


def cycles(board: str, folder: Path, tracer: str) -> int:
    emulated = Board(board, tracer=tracer, folders=[folder], what_if=WhatIf(wait_states=0))
    emulated.load(struct.pack("<2I5H", 0x20001000, FLASH + 9, *CODE), FLASH)
    return emulated.run(max_cycles=100_000).cycles


def test_a_board_says_which_multiplier_its_core_has(tmp_path: Path, tracer: str) -> None:
    text = resources.files("emulator").joinpath("boards", "nucleo-g0b1re.toml").read_text()
    (tmp_path / "small.toml").write_text(f"muls_cycles = 32\n{text}")
    assert cycles("small", tmp_path, tracer) == cycles("nucleo-g0b1re", tmp_path, tracer) + PASSES * 31


@pytest.mark.parametrize(("core", "count"), [("cortex-m4", 32), ("cortex-m0", 7)])
def test_others_are_refused(core: str, count: int) -> None:
    with pytest.raises(TimingError, match="only Armv6-M cores choose, 1 or 32"):
        load_core(core).with_multiplier(count)
