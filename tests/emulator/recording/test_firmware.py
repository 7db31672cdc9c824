"""Firmware recorded on a board: costed again there it takes what it took, with the flash as it set it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from emulator.boards.board import Board
from emulator.boards.file import load_board
from emulator.errors import EmulatorError, RecordingError
from emulator.memories.layout import WhatIf
from emulator.program.elf import read_elf
from emulator.recording.places import keeps_settings, recording_layout
from emulator.recording.recording import Recording, load_recording
from emulator.recording.recost import recost
from tests.support.assembler import assemble
from tests.support.firmware import MACHINES, build

FLASH = 0x08000000
BODY = """ldr r1, acr
ldr r0, slow
str r0, [r1]
movs r0, #50
1: ldr r3, slow
subs r0, #1
bne 1b
ldr r0, quick
str r0, [r1]
{sleeps}
b .
bx lr
.balign 4
systick: .word 0xe000e010
acr: .word {acr}
slow: .word {slow}
quick: .word {quick}"""
SLEEPS = """ldr r2, systick
movs r0, #200
lsls r0, #2
str r0, [r2, #4]
movs r0, #7
str r0, [r2]
movs r4, #3
2: wfi
ldr r3, slow
subs r4, #1
bne 2b
movs r0, #0
str r0, [r2]"""
FLASHES = [
    ("stm32f407-discovery", (0x40023C00, 0x5, 0x605)),
    ("nucleo-g0b1re", (0x40022000, 0x702, 0x700)),
    ("nucleo-l4r5zi", (0x40022000, 0x5, 0x705)),
    ("nucleo-u575zi-q", (0x40022000, 0x4, 0x2)),
]


def record(
    board: str,
    registers: tuple[int, int, int],
    tracer: str | None = None,
    what_if: WhatIf | None = None,
    sleeps: str = SLEEPS,
) -> tuple[Board, int]:
    """Loops with two settings of the flash, sleeps and is woken three times by SysTick."""
    acr, slow, quick = registers
    body = BODY.format(acr=acr, slow=slow, quick=quick, sleeps=sleeps)
    code = read_elf(assemble(body, "cortex-m0")).segments[0].data
    handler = FLASH + 64 + code.index(struct.pack("<2H", 0xE7FE, 0x4770)) + 2
    image = struct.pack("<16I", 0x20001000, FLASH + 65, *(FLASH + 65,) * 13, handler + 1) + code
    emulated = Board(board, tracer=tracer, what_if=what_if, record=True)
    emulated.load(image, FLASH)
    result = emulated.run(max_cycles=100_000)
    assert result.end == "idle"
    return emulated, result.cycles


def costed(recording: Recording, board: str, what_if: WhatIf | None = None) -> int:
    file = load_board(board)
    layout = recording_layout(recording, file, what_if)
    return recost(recording, file.core, layout, settings=keeps_settings(recording, file, what_if)).cycles


@pytest.mark.parametrize(("board", "registers"), FLASHES)
def test_on_its_own_board_it_takes_what_it_took(board: str, registers: tuple[int, int, int], tracer: str) -> None:
    emulated, cycles = record(board, registers, tracer)
    recording = emulated.recording()
    assert costed(recording, board) == cycles
    assert [value for _, _, value in recording.settings] == list(registers[1:])
    assert recording.elsewhere.asleep > 0 < recording.elsewhere.exceptions


@pytest.mark.parametrize("asked", [WhatIf(wait_states=3, caches=False), WhatIf(code_in="RAM")])
@pytest.mark.parametrize(("board", "registers"), FLASHES)
def test_what_if_costs_what_a_run_with_it_takes(board: str, registers: tuple[int, int, int], asked: WhatIf) -> None:
    recording = record(board, registers, sleeps="")[0].recording()
    layout = recording_layout(recording, load_board(board), asked, asked.code_in)
    live = record(board, registers, None, asked, sleeps="")[1]
    assert recost(recording, recording.core, layout).cycles == live


def test_what_is_asked_for_holds_against_what_the_firmware_set() -> None:
    board, registers = FLASHES[0]
    recording = record(board, registers)[0].recording()
    own, cached, fast = (costed(recording, board, asked) for asked in (None, WhatIf(wait_states=7), WhatIf(0)))
    assert own > cached > fast
    assert not keeps_settings(recording, load_board("nucleo-l4r5zi"))


RUNS = [(program, core) for program in ("nesting", "exceptions", "sleep") for core in sorted(MACHINES)]


@pytest.mark.parametrize(("program", "core"), [*RUNS, ("mpu", "cortex-m4"), ("mpu", "cortex-m33")])
def test_exceptions_sleep_and_code_that_was_in_ram_are_kept(program: str, core: str, tracer: str) -> None:
    board = Board(MACHINES[core], tracer=tracer, record=True)
    board.load(build(program, core))
    cycles = board.run(max_cycles=500_000).cycles
    cost = recost(board.recording(), core)
    assert (cost.cycles, cost.elsewhere) == (cycles, board.recording().elsewhere.cycles)


def test_files_are_the_same_for_both_tracers(tmp_path: Path) -> None:
    for name in ("python", "auto"):
        record(*FLASHES[0], name)[0].recording().save(tmp_path / name)
    assert (tmp_path / "python").read_bytes() == (tmp_path / "auto").read_bytes()
    loaded = load_recording(tmp_path / "auto")
    assert (loaded.board, len(loaded.settings)) == ("stm32f407-discovery", 2)
    assert loaded.elsewhere.asleep > 0


def test_another_board_has_the_code_in_its_flash() -> None:
    recording = record(*FLASHES[1])[0].recording()
    assert costed(recording, "stm32f407-discovery") != costed(recording, "stm32f407-discovery", WhatIf(wait_states=0))


def test_without_asking_nothing_is_recorded() -> None:
    board = Board("mps2-an386")
    board.load(build("nesting"))
    with pytest.raises(EmulatorError, match="record=True"):
        board.recording()


CHANGES = """movs r4, #4
movs r1, #0x20
lsls r1, #8
adr r5, 1f
.balign 4
1: movs r0, #1
orrs r1, r4
strh r1, [r5]
subs r4, #1
bne 1b
b ."""


def test_code_that_changes_is_not_recorded() -> None:
    code = read_elf(assemble(CHANGES, "cortex-m0")).segments[0].data
    board = Board("mps2-an386", record=True)
    board.load(struct.pack("<2I", 0x20001000, 9) + code, 0)
    board.run(max_cycles=1000)
    with pytest.raises(RecordingError, match="the firmware changed code that had run, after"):
        board.recording()
