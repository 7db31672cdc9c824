"""Energy of cycles, mean power, and what boards say of both."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.accuracy.interval import Interval
from emulator.boards.file import board_names, load_board
from emulator.energy import EnergyRow, SleepRow, energy_uses, mean_power
from emulator.errors import BoardError

ROWS = (EnergyRow("3 V", 100, 200, 80_000_000, "S"), EnergyRow("1.8 V", 50, 60, 80_000_000, "S"))
BOARD = """
title = "T"
core = "cortex-m4"
clock_hz = 80_000_000
interrupts = 1
priority_bits = 4
source = "S"
energy = [{ supply = "3 V", pj_per_cycle = [10, 20], clock_hz = 80_000_000, source = "S" }]
memory = [{ name = "ram", start = 0, size = 4096, source = "S" }]
[sleep]
mode = "stop 2"
microwatts = 3.5
source = "datasheet"
"""


def test_both_intervals_count() -> None:
    first, second = energy_uses(ROWS, 1_000_000, Interval(-0.1, 0.2, ""))
    assert (first.low_uj, first.high_uj) == (pytest.approx(90), pytest.approx(240))
    assert (second.supply, second.low_uj) == ("1.8 V", pytest.approx(45))


def test_mean_power_of_work_and_sleep() -> None:
    (use,) = energy_uses(ROWS[:1], 1_000_000, Interval(0, 0, ""))
    awake = mean_power(use, 0.01, 0.1, None)
    assert (awake.low_mw, awake.high_mw) == (pytest.approx(1.0), pytest.approx(2.0))
    asleep = mean_power(use, 0.01, 0.1, SleepRow("stop", 1000, 2000, ""))
    assert (asleep.low_mw, asleep.high_mw) == (pytest.approx(1.9), pytest.approx(3.8))


def test_work_longer_than_the_period_is_refused() -> None:
    (use,) = energy_uses(ROWS[:1], 1_000_000, Interval(0, 0, ""))
    with pytest.raises(BoardError, match=r"200\.000 ms, longer than the 100 ms"):
        mean_power(use, 0.2, 0.1, None)


def test_a_board_of_one_s_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(BOARD)
    board = load_board("mine", [tmp_path])
    assert board.energy == (EnergyRow("3 V", 10, 20, 80_000_000, "S"),)
    assert board.sleep == SleepRow("stop 2", 3.5, 3.5, "datasheet")
    (tmp_path / "mine.toml").write_text(BOARD.replace("supply", "suply"))
    with pytest.raises(BoardError, match=r"mine\.toml: 'supply' is missing"):
        load_board("mine", [tmp_path])


def test_rows_of_our_boards_have_sources() -> None:
    boards = [load_board(name) for name in board_names()]
    rows = [row for board in boards for row in board.energy]
    assert len(rows) >= 14
    assert all(row.source and 0 < row.low_pj <= row.high_pj < 5000 for row in rows)
    sleeps = [board.sleep for board in boards if board.sleep is not None]
    assert all(row.source and row.mode and 0 < row.low_uw <= row.high_uw for row in sleeps)
    assert {b.name for b in boards if not b.energy} == {b.name for b in boards if "mps2" in b.name}
    assert all((board.sleep is not None) == bool(board.energy) for board in boards)
