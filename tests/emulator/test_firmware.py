"""The same firmware prints the same here, on both tracers, and on QEMU."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator import Board, RunResult
from tests.support.firmware import COMPILERS, MACHINES, build, run_qemu

PROGRAMS = ("exceptions", "nesting", "scheduler", "floats", "faults", "semihosting")
CASES = [
    (program, core)
    for program in PROGRAMS
    for core in ("cortex-m4", "cortex-m3")
    if (program, core) != ("floats", "cortex-m3")
]


def run_here(elf: bytes, core: str, tracer: str | None, folder: Path) -> RunResult:
    board = Board(MACHINES[core], tracer=tracer, shared=folder)
    board.load(elf)
    return board.run(max_cycles=20_000_000)


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize(("program", "core"), CASES)
def test_prints_what_qemu_prints(program: str, core: str, compiler: str, tmp_path: Path) -> None:
    elf = build(program, core, compiler)
    result = run_here(elf, core, None, tmp_path)
    assert result.end == "exit"
    assert (result.output, result.exit_code) == run_qemu(elf, core)
    assert result.warnings == ()


@pytest.mark.parametrize(("program", "core"), CASES)
def test_both_tracers_give_the_same(program: str, core: str, tracer: str, tmp_path: Path) -> None:
    elf = build(program, core)
    assert run_here(elf, core, tracer, tmp_path) == run_here(elf, core, "python", tmp_path)


def test_the_console_keeps_channels_apart(tmp_path: Path) -> None:
    result = run_here(build("semihosting"), "cortex-m4", None, tmp_path)
    assert result.channels["semihosting"] == b"hello\n!\n"
    assert result.channels["uart0"].startswith(b"write leaves 0\n")
    assert result.exit_code == 42
    assert (tmp_path / "notes.txt").read_bytes() == b"0123456789"


def test_without_a_directory_there_are_no_files() -> None:
    board = Board("mps2-an386")
    board.load(build("semihosting"))
    assert b"absent file -1" in board.run(max_cycles=1_000_000).output


def test_a_run_in_pieces_is_the_same_run(tracer: str, tmp_path: Path) -> None:
    elf = build("scheduler")
    whole = run_here(elf, "cortex-m4", tracer, tmp_path)
    board = Board("mps2-an386", tracer=tracer)
    board.load(elf)
    pieces = 0
    while (part := board.run(max_cycles=10_007)).end == "max cycles":
        pieces += 1
    assert pieces > 20
    assert part == whole
