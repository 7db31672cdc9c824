"""One inference of firmware that speaks the benchmarks' protocol."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.accuracy.firmware import measure_firmware
from emulator.accuracy.publication import FirmwareImage, Measurement
from emulator.errors import AccuracyError
from tests.support.firmware import build

IMAGE = FirmwareImage("benchmark.elf", "mps2-an386", None, 64, "int8")
ROW = Measurement("k", "net", "cortex-m4", "AN386", "", 0, 1000, 0, IMAGE)


def elf(name: str, folder: Path) -> Path:
    path = folder / "firmware.elf"
    path.write_bytes(build(name))
    return path


def test_an_inference_is_counted_between_its_time_stamps(tmp_path: Path) -> None:
    found = measure_firmware(ROW, IMAGE, elf("benchmark", tmp_path))
    assert 0 < found.instructions < found.cycles < 1_000_000
    assert sum(share for _, share in found.classes) == pytest.approx(1, abs=0.01)


def test_firmware_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with pytest.raises(AccuracyError, match="did not print m-ready"):
        measure_firmware(ROW, IMAGE, elf("exceptions", tmp_path), seconds=5)
