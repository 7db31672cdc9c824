"""Whether things fit a board: which memories count, and how much is left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emulator.boards.file import board_names, load_board
from microinfer.device.fit import fit
from microinfer.device.result import Memory
from microinfer.report.interval import fit_line, fit_row

NEEDS = Memory(arena=10_000, data=500, weights=20_000, code=4_000)


@pytest.mark.parametrize(
    ("board", "flash", "ram", "flash_size", "ram_size"),
    [
        ("nucleo-l4r5zi", "flash", "sram1 and sram2 and sram3", 2 << 20, 640 << 10),
        ("stm32f407-discovery", "flash", "sram and sram2", 1 << 20, 128 << 10),
        ("nucleo-h743zi", "flash", "axi sram", 2 << 20, 512 << 10),
    ],
)
def test_flash_and_the_largest_ram(board: str, flash: str, ram: str, flash_size: int, ram_size: int) -> None:
    found = fit(NEEDS, 300, load_board(board))
    assert (found.flash.memory, found.ram.memory) == (flash, ram)
    assert (found.flash.size, found.ram.size) == (flash_size, ram_size)
    assert (found.flash.used, found.ram.used) == (24_000, 10_800)
    assert found.fits and found.ram.free == ram_size - 10_800


def test_a_byte_too_many_does_not_fit() -> None:
    board = load_board("stm32f407-discovery")
    just = replace(NEEDS, arena=(128 << 10) - 500)
    assert fit(just, 0, board).fits
    found = fit(just, 1, board)
    assert not found.fits and found.ram.free == -1
    assert not fit(replace(NEEDS, weights=1 << 20), 0, board).fits


def test_code_in_ram_takes_both() -> None:
    found = fit(NEEDS, 300, load_board("nucleo-l4r5zi"), "RAM")
    assert (found.flash.used, found.ram.used) == (24_000, 14_800)


@pytest.mark.parametrize("name", board_names())
def test_every_board_says_by_how_much(name: str) -> None:
    board = load_board(name)
    found = fit(NEEDS, 300, board)
    assert found.flash.memory != found.ram.memory
    assert found.fits and found.ram.free == found.ram.size - 10_800 > 0 < found.flash.free == found.flash.size - 24_000
    assert fit(replace(NEEDS, weights=found.flash.size), 300, board).flash.free == -4_000
    tight = fit(replace(NEEDS, arena=found.ram.size), 300, board)
    assert not tight.fits and fit_row(tight)["ram"]["free"] == -800
    assert fit_line(tight, name).startswith(f"does NOT fit {name}: ") and "800 too many" in fit_line(tight, name)
