"""Bit-band aliases where the core has them, unless the board's file says that the chip lacks them."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator import Board, RunResult
from tests.support.cores import board_for
from tests.support.firmware import build_text

BODY = """#include "firmware.h"
int main(void) { REG(0x20008000u) = 0; REG(0x22000000u + 0x8000u * 32 + 4 * 5) = 1; return REG(0x20008000u); }
"""


def run(board: Board) -> RunResult:
    board.load(build_text(BODY, "cortex-m4"))
    return board.run(max_cycles=100_000)


def test_a_word_of_the_alias_is_a_bit(tmp_path: Path) -> None:
    assert run(board_for("cortex-m4", tmp_path)).exit_code == 32


def test_a_chip_without_aliases_faults(tmp_path: Path) -> None:
    board_for("cortex-m4", tmp_path)
    (made,) = tmp_path.glob("*.toml")
    (tmp_path / "plain.toml").write_text("bit_band = false\n" + made.read_text())
    result = run(Board("plain", folders=[tmp_path]))
    assert result.end == "fault"
    assert "write of 4 bytes at 0x22100014" in result.faults[0].text


@pytest.mark.parametrize(("board", "there"), [("nrf52840-dk", False), ("stm32f407-discovery", True)])
def test_which_chips_have_them(board: str, there: bool) -> None:
    assert Board(board).description.bit_band is there
