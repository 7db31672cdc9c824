"""How fast firmware runs on an emulated board, with counting and SysTick on, against qemu-system-arm. Ends with JSON.

The firmware does an int8 dot product with SMLAD over and over while SysTick interrupts it 1000 times a second of the
board's 25 MHz. QEMU runs the same ELF without counting, started twice with different amounts of work, so that the time
it takes to start falls out.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emulator.boards.board import Board
from emulator.program.toolchain import compiler_flags

FIRMWARE = Path(__file__).resolve().parent.parent / "tests" / "firmware"
FEW, MANY, REPEATS = 100_000, 1_100_000, 5


def build(folder: Path, rows: int) -> Path:
    """Compile the benchmark firmware for a number of rows."""
    target = folder / f"speed{rows}.elf"
    gcc = shutil.which("arm-none-eabi-gcc")
    compiler = [gcc] if gcc else [sys.executable, "-m", "ziglang", "cc"]
    flags = compiler_flags("cortex-m4", "gcc" if gcc else "zig") or ()
    options = ["-O2", "-mthumb", "-ffreestanding", "-nostdlib", f"-DROWS={rows}", f"-I{FIRMWARE}", "-w"]
    sources = [str(FIRMWARE / "speed.c"), str(FIRMWARE / "startup.c"), "-T", str(FIRMWARE / "mps2.ld")]
    subprocess.run([*compiler, *flags, *options, *sources, "-o", str(target)], check=True)
    return target


def on_board(elf: Path, profile: bool = False) -> tuple[float, int, int]:
    """Seconds, instructions, cycles of a run here."""
    board = Board("mps2-an386", profile=profile)
    board.load(elf)
    begin = time.process_time()
    result = board.run()
    seconds = time.process_time() - begin
    assert result.end == "exit" and result.exit_code == 0, result
    return seconds, result.instructions, result.cycles


def on_qemu(qemu: str, elf: Path) -> float:
    """Processor seconds of a run on QEMU."""
    semihosting = ["-semihosting-config", "enable=on,target=native", "-display", "none", "-serial", "null"]
    begin = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([qemu, "-M", "mps2-an386", *semihosting, "-monitor", "none", "-kernel", str(elf)], check=True)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    return end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime


def start_time(elf: Path) -> float:
    """Seconds from nothing to the first instruction."""
    begin = time.perf_counter()
    board = Board("mps2-an386")
    board.load(elf)
    board.run(max_cycles=1)
    return time.perf_counter() - begin


def main() -> None:
    """Measure and report MIPS (millions of instructions per second) and ratios to QEMU."""
    with tempfile.TemporaryDirectory() as name:
        few, many = (build(Path(name), rows) for rows in (FEW, MANY))
        figures = {"start_seconds": start_time(few)}
        qemu = shutil.which("qemu-system-arm")
        runs, profiled, seconds = [], [], []
        for _ in range(REPEATS):
            runs.append([on_board(elf) for elf in (few, many)])
            profiled.append([on_board(elf, profile=True) for elf in (few, many)])
            if qemu is not None:
                seconds.append([on_qemu(qemu, elf) for elf in (few, many)])
        instructions = runs[0][1][1] - runs[0][0][1]
        for name, kind in (("board", runs), ("profile", profiled)):
            assert {run[1][1:] for run in kind} == {runs[0][1][1:]}
            spent = min(run[1][0] for run in kind) - min(run[0][0] for run in kind)
            figures[f"{name}_mips"] = instructions / spent / 1e6
        if qemu is not None:
            spent = min(pair[1] for pair in seconds) - min(pair[0] for pair in seconds)
            figures["qemu_mips"] = instructions / spent / 1e6
            figures["board_ratio"] = figures["board_mips"] / figures["qemu_mips"]
            figures["profile_ratio"] = figures["profile_mips"] / figures["qemu_mips"]
    for figure, value in figures.items():
        print(f"{figure:14} {value:10.3f}")
    print(json.dumps({figure: round(value, 4) for figure, value in figures.items()}))


if __name__ == "__main__":
    main()
