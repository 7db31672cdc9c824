"""The Raspberry Pi Pico: boot ROM, start-up registers, timer, divider and watchdog, from firmware's point of view."""

from __future__ import annotations

import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pytest

from emulator import Board
from emulator.program.images import read_image
from tests.support.firmware import FOLDER
from tests.support.peripheral import Bench

FLAGS = ["-mcpu=cortex-m0plus", "-mthumb", "-nostdlib"]
SYMBOLS = {"CODE": 0x10000100, "DATA": 0x20000000, "STACK": 0x20042000}
FIRST = """core 00000000
ones 00000009
turned c8000000
leading 0000000f
trailing 00000010
set 00ababab
copied 000000ab
absent 00000000
remainder fffffffe
quotient fffffff2
pins 02000000
waited 0000001e
"""


def gcc(*arguments: str) -> None:
    compiler = shutil.which("arm-none-eabi-gcc")
    if compiler is None:
        pytest.skip("needs arm-none-eabi-gcc")
    subprocess.run([compiler, *FLAGS, *arguments], check=True, capture_output=True)


def test_firmware_from_reset_to_watchdog(tmp_path: Path, tracer: str) -> None:
    symbols = [f"-Wl,--defsym={name}={value:#x}" for name, value in SYMBOLS.items()]
    sources = ["-T", str(FOLDER / "newlib.ld"), str(FOLDER / "pico.c"), "-lgcc", "-o", str(tmp_path / "pico.elf")]
    gcc("-O1", *symbols, *sources)
    board = Board("raspberry-pi-pico", tracer=tracer, strict=True)
    board.load(tmp_path / "pico.elf")
    result = board.run(max_cycles=10_000_000)
    assert result.output.decode() == f"{FIRST}scratch 00000000\n{FIRST}scratch 00001234\n"
    assert result.end == "fault"


def test_the_rom_is_what_its_source_assembles_to(tmp_path: Path) -> None:
    roms = resources.files("emulator").joinpath("roms")
    target = tmp_path / "rom.elf"
    (tmp_path / "rom.s").write_text(roms.joinpath("rp2040.s").read_text())
    gcc("-Wl,-Ttext=0,-e,0", str(tmp_path / "rom.s"), "-o", str(target))
    hexed = read_image(roms.joinpath("rp2040.hex").read_bytes()).segments
    assembled = [s.data for s in read_image(target).segments if s.data]
    assert b"".join(s.data for s in hexed) == b"".join(assembled)


def test_pl011() -> None:
    uart = Bench("pl011_uart", "global", source=b"hi")
    assert uart[0x18] == 0x90
    uart[0x00] = ord("?")
    assert uart.console.output == b""
    uart[0x30] = 0x301
    uart[0x00] = ord("x")
    assert (uart.console.output, uart[0x3C] & 0x20, uart[0x18] & 0x10) == (b"x", 0x20, 0)
    uart[0x44] = 0x20
    uart[0x38] = 0x10
    assert uart.pending()
    assert [chr(uart[0x00]), chr(uart[0x00]), uart[0x18], uart[0x40]] == ["h", "i", 0x90, 0]


@pytest.mark.parametrize(
    ("base", "dividend", "divisor", "quotient", "remainder"),
    [
        (0x60, 100, 7, 14, 2),
        (0x68, -100, 7, -14, -2),
        (0x68, 100, -7, -14, 2),
        (0x60, 5, 0, -1, 5),
        (0x68, -5, 0, 1, -5),
        (0x68, -(1 << 31), -1, -(1 << 31), 0),
    ],
)
def test_divider(base: int, dividend: int, divisor: int, quotient: int, remainder: int) -> None:
    """Datasheet 2.3.1.5; a division by zero leaves the dividend as remainder."""
    sio = Bench("rp2040_sio")
    sio[base], sio[base + 4] = dividend & 0xFFFFFFFF, divisor & 0xFFFFFFFF
    assert (sio[0x74], sio[0x70]) == (remainder & 0xFFFFFFFF, quotient & 0xFFFFFFFF)


def test_spinlocks_are_taken_once() -> None:
    sio = Bench("rp2040_sio")
    assert [sio[0x10C], sio[0x10C], sio[0x5C]] == [8, 0, 8]
    sio[0x10C] = 1
    assert sio[0x10C] == 8


def test_timer_alarm() -> None:
    timer = Bench("rp2040_timer", "alarm0", "alarm1")
    timer[0x38] = 2
    timer[0x14] = 50
    assert timer[0x20] == 2
    timer.wait(49)
    assert not timer.pending(1)
    timer.wait(1)
    assert (timer.pending(1), timer[0x40], timer[0x20], timer[0x28]) == (True, 2, 0, 50)
    timer[0x34] = 2
    assert timer[0x34] == 0
