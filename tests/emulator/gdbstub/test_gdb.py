"""Sessions of a real GDB, in batch mode."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from emulator import Board, RunResult
from tests.emulator.gdbstub.program import FAULTING, FLOATS, SPINNING, TEXT
from tests.support.firmware import build_text
from tests.support.gcc import needs_gcc
from tests.support.gdb_client import Served, run_gdb


def gdb(folder: Path, text: str, *commands: str) -> tuple[str, RunResult]:
    elf = folder / "firmware.elf"
    elf.write_bytes(build_text(text))
    board = Board("mps2-an386")
    board.load(elf)
    return run_gdb(board, elf, commands)


def test_continue_alone_is_the_run_without_gdb(tmp_path: Path) -> None:
    output, result = gdb(tmp_path, TEXT, "continue")
    board = Board("mps2-an386")
    board.load(build_text(TEXT))
    assert "exited normally" in output
    assert result == board.run(max_cycles=50_000_000)


def test_break_step_finish_and_watch(tmp_path: Path) -> None:
    output, result = gdb(
        tmp_path, TEXT, "break square", "continue", "backtrace", "finish", "delete", "watch total", "continue",
        "print total", "set variable goal = 3", "delete", "continue",
    )  # fmt: skip
    assert "Breakpoint 1, square (x=" in output
    assert "#1 " in output and "in main ()" in output
    assert "Value returned is $1 = 0" in output
    assert "Hardware watchpoint 2: total\n\nOld value = 0\nNew value = 1" in output
    assert "$2 = 1" in output
    assert result.output == b"sum 5 ticks 3 total 3\n"


@needs_gcc
def test_a_handler_and_the_code_it_interrupted(tmp_path: Path) -> None:
    output, _ = gdb(
        tmp_path, TEXT, "break SysTick_Handler", "continue", "backtrace", "finish", "monitor cycles", "kill"
    )
    assert "Breakpoint 1, SysTick_Handler ()" in output
    assert "<signal handler called>" in output
    assert "in main ()" in output.partition("signal handler called")[2]
    assert " cycles, " in output


def test_next_passes_over_interrupts(tmp_path: Path) -> None:
    output, result = gdb(tmp_path, TEXT, "tbreak main", "continue", *["next"] * 25, "continue")
    assert "SysTick_Handler ()" not in output
    assert result.output == b"sum 30 ticks 3 total 10\n"


def test_registers_of_all_kinds(tmp_path: Path) -> None:
    names = "pc sp xpsr msp psp primask basepri faultmask control d0 s0 s1 fpscr"
    output, _ = gdb(
        tmp_path, FLOATS, "break add", "continue", f"info registers {names}", "set var $s0 = 4.5", "continue"
    )
    for name in names.split():
        assert f"\n{name} " in output
    assert "s0             1.5" in output
    assert "s1             2.25" in output
    assert "exited normally" in output


def test_a_register_that_is_set_takes_effect(tmp_path: Path) -> None:
    _, result = gdb(tmp_path, FLOATS, "break add", "continue", "set var $s0 = 4.5", "continue")
    assert result.output == b"27\n"


def test_memory_and_peripherals_can_be_examined(tmp_path: Path) -> None:
    output, _ = gdb(
        tmp_path, TEXT, "break square", "continue", "x/2xw 0", "x/1xw 0xe000e014", "x/1xw 0x30000000", "kill"
    )
    assert "0x20010000\t0x0" in output
    assert "0x000003e7" in output
    assert "Cannot access memory at address 0x30000000" in output


def test_a_function_can_be_called(tmp_path: Path) -> None:
    output, result = gdb(tmp_path, TEXT, "tbreak square", "continue", "print square(9)", "continue")
    assert "$1 = 81" in output
    assert result.output == b"sum 30 ticks 3 total 19\n"


def test_reset_runs_the_program_again(tmp_path: Path) -> None:
    output, result = gdb(
        tmp_path, TEXT, "tbreak square", "continue", "monitor reset", "flushregs", "info symbol $pc", "continue"
    )
    assert "Reset_Handler in section .text" in output
    assert result.output == b"sum 30 ticks 3 total 10\n"


def test_a_fault_is_a_segmentation_fault(tmp_path: Path) -> None:
    output, result = gdb(tmp_path, FAULTING, "continue", "bt 1", "continue")
    assert "received signal SIGSEGV" in output
    assert "read of 0x30000000" in output
    assert "exited with code 03" in output
    assert result.output == b"handled\n"


def test_the_firmware_can_be_loaded_again(tmp_path: Path) -> None:
    output, result = gdb(tmp_path, TEXT, "load", "monitor reset", "flushregs", "continue")
    assert "Transfer rate" in output
    assert result.output == b"sum 30 ticks 3 total 10\n"


def test_an_interrupt_stops_a_spinning_program(tmp_path: Path) -> None:
    program = shutil.which("gdb-multiarch")
    if program is None:
        pytest.skip("needs gdb-multiarch")
    elf = tmp_path / "firmware.elf"
    elf.write_bytes(build_text(SPINNING))
    board = Board("mps2-an386")
    board.load(elf)
    served = Served(board, None)
    script = [
        "set confirm off",
        f"target remote localhost:{served.port}",
        "continue",
        "info symbol $pc",
        "print turns > 0",
        "kill",
    ]
    call = [program, "-nx", "-batch", *(part for line in script for part in ("-ex", line)), str(elf)]
    with subprocess.Popen(
        call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        while board.read(board.symbols.find("turns").address, 4) == bytes(4):
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGINT)
        output = process.communicate(timeout=120)[0]
    assert "received signal SIGINT" in output
    assert "main" in output
    assert "$1 = 1" in output
    assert served.result().end == "stopped"
