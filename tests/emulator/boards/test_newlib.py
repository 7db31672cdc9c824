"""Programs linked with newlib boot on every board: over semihosting (rdimon), or with their own `_write` (nosys)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from emulator import Board
from emulator.boards.file import BoardFile, board_names
from emulator.program.toolchain import compiler_flags
from tests.support.firmware import FOLDER

OTHERS = [name for name in board_names() if name != "mps2-an385"]
_LOW = 0x40000000
_PRINTED = b"data copied, 3.125, 1234567890123\n"
_WRITE = """
int _write(int file, const char *data, int size) {
    *(volatile unsigned *)0x40004008u = 1;
    for (int n = 0; n < size; n++) *(volatile unsigned *)0x40004000u = (unsigned char)data[n];
    return size;
}
"""


def link(board: BoardFile, folder: Path, specs: str, *extra: Path) -> Path:
    """The program for a board's memory; skips without newlib for Arm."""
    gcc = shutil.which("arm-none-eabi-gcc")
    if gcc is None:
        pytest.skip("needs arm-none-eabi-gcc")
    start = board.vectors or board.memories[0].region.start
    regions = [memory.region for memory in board.memories]
    rams = [r for r in regions if "w" in r.permissions and r.start < _LOW and not r.holds(start)]
    ram = max(rams, key=lambda region: region.size)
    symbols = {"CODE": start, "DATA": ram.start, "STACK": min(ram.end, ram.start + 0x100000)}
    flags = [*(compiler_flags(board.core, "gcc") or ()), "-mthumb", "-O2", f"--specs={specs}.specs", "-Wl,-S"]
    flags += [f"-Wl,--defsym={name}={value:#x}" for name, value in symbols.items()]
    target = folder / "newlib.elf"
    sources = [str(FOLDER / "newlib.c"), *map(str, extra)]
    command = [gcc, *flags, "-T", str(FOLDER / "newlib.ld"), *sources, "-o", str(target)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if "cannot read spec file" in result.stderr or "cannot find" in result.stderr:
        pytest.skip("needs newlib for Arm")
    assert result.returncode == 0, result.stderr
    return target


@pytest.mark.parametrize("name", ["mps2-an385", *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)])
def test_over_semihosting(name: str, tmp_path: Path) -> None:
    board = Board(name, arguments="program one")
    board.load(link(board.description, tmp_path, "rdimon"))
    result = board.run(max_cycles=20_000_000)
    assert result.output == _PRINTED + b"2 arguments, first program\n", (result.end, result.faults)
    assert (result.end, result.exit_code, result.warnings) == ("exit", 7, ())


def test_with_a_write_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "write.c").write_text(_WRITE)
    board = Board("mps2-an386")
    board.load(link(board.description, tmp_path, "nosys", tmp_path / "write.c"))
    result = board.run(max_cycles=20_000_000)
    assert result.output == _PRINTED + b"0 arguments, first none\n"
    assert result.end == "idle"
