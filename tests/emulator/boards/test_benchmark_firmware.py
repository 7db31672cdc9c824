"""Firmware that is driven over its UART and times itself: ours, and vendors' images where there are some.

MICROINFER_FIRMWARE names a folder with an index.toml:

    [[image]]
    file = "l4r5_kws.bin"        # ELF, HEX, or raw with `base`
    base = 0x08000000
    board = "nucleo-l4r5zi"
    input_bytes = 490
    input_type = "int8"          # or "float32"
    inferences_per_second = 16.623
    within = 0.2                 # the largest part by which the time may differ; not compared without it
"""

from __future__ import annotations

import os
import struct
import tomllib
from pathlib import Path
from typing import Any

import pytest

from emulator import Board
from tests.support.benchmark import Device
from tests.support.firmware import build

INPUT = bytes(range(64))
FOLDER = os.environ.get("MICROINFER_FIRMWARE")
INDEX = Path(FOLDER or ".") / "index.toml"
IMAGES: list[dict[str, Any]] = tomllib.loads(INDEX.read_text())["image"] if FOLDER and INDEX.is_file() else []


def tensor(size: int, kind: str) -> bytes:
    """An input of so many bytes, the same each time."""
    values = [n * 37 & 0x7F for n in range(size)]
    return struct.pack(f"<{size // 4}f", *values[: size // 4]) if kind == "float32" else bytes(values)


def device(core: str, tracer: str) -> Device:
    board = Board({"cortex-m4": "mps2-an386", "cortex-m3": "mps2-an385"}[core], tracer=tracer)
    board.load(build("benchmark", core))
    return Device(board)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m3"])
def test_answers_commands(core: str, tracer: str) -> None:
    dut = device(core, tracer)
    assert dut.greeting.splitlines()[0] == "m-timestamp-mode-performance"
    assert dut.ask("name") == "m-name-dut-[microinfer]\r\nm-ready\r\n"
    assert dut.ask("nonsense") == "e-[Unknown command: nonsense]\r\nm-ready\r\n"


def test_computes_what_it_is_given(tracer: str) -> None:
    dut = device("cortex-m4", tracer)
    dut.load(INPUT)
    expected = [o + sum(i * ((o * 37 + i * 11) & 0x7F) for i in range(64)) for o in range(10)]
    assert dut.infer().results == tuple(map(str, expected))


def test_its_clocks_agree_with_ours(tracer: str) -> None:
    """DWT and the timer see the same cycles, as many per inference as the emulator counts."""
    dut = device("cortex-m4", tracer)
    once, thrice = dut.infer(1), dut.infer(3, warm=2)
    cycles, timer = (int(part) for part in dut.ask("cycles").split("\r\n")[0].split("-")[2::2])
    assert abs(cycles - timer) < 10
    inference = (thrice.cycles - once.cycles) / 2
    assert cycles / 3 == pytest.approx(inference, rel=0.01)
    assert thrice.microseconds == pytest.approx(thrice.cycles / 25, abs=20)


@pytest.mark.skipif(not IMAGES, reason="MICROINFER_FIRMWARE names no folder with an index.toml of vendor images")
@pytest.mark.parametrize("image", IMAGES, ids=lambda image: str(image["file"]))
def test_vendor_images_boot_and_infer(image: dict[str, Any]) -> None:
    board = Board(image["board"])
    board.load(INDEX.parent / image["file"], image.get("base"))
    dut = Device(board, timeout=image.get("timeout", 300))
    assert "m-name-" in dut.ask("name")
    assert "m-model-" in dut.ask("profile")
    dut.load(tensor(image["input_bytes"], image.get("input_type", "int8")))
    measured = dut.infer(1)
    assert len(measured.results) > 1
    assert measured.microseconds == pytest.approx(measured.cycles / board.description.clock_hz * 1e6, rel=0.02, abs=100)
    if "within" in image:
        published = 1e6 / image["inferences_per_second"]
        assert measured.microseconds == pytest.approx(published, rel=image["within"])
