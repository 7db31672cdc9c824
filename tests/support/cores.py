"""A small board for each core: 64 KiB of code at 0, 64 KiB of data at 0x20000000, a UART and nothing else."""

from __future__ import annotations

from pathlib import Path

from emulator import Board
from emulator.timing.core import core_names

CORES = tuple(name for name in core_names() if name.startswith("cortex-m"))
CODE, DATA, SIZE = 0x0, 0x20000000, 0x10000

_BOARD = """
title = "{core}"
core = "{core}"
clock_hz = 25_000_000
interrupts = 32
priority_bits = 8
secure = true
source = "made up for tests"

[[memory]]
name = "flash"
start = 0x00000000
size = 0x10000
permissions = "{flash}"
source = "made up for tests"

[[memory]]
name = "ram"
start = 0x20000000
size = 0x10000
source = "made up for tests"

[[peripheral]]
name = "uart0"
kind = "cmsdk_uart"
base = 0x40004000
source = "made up for tests"
"""


def board_for(core: str, folder: Path, tracer: str | None = None, flash: str = "rx") -> Board:
    """The board; its file goes into `folder`."""
    name = f"{core}-{flash}"
    (folder / f"{name}.toml").write_text(_BOARD.format(core=core, flash=flash))
    return Board(name, folders=[folder], tracer=tracer)
