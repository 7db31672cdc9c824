"""Registers and memory by the extension and by ctypes: the same values, and the same answer where nothing is mapped."""

from __future__ import annotations

import pytest

from emulator.engine.engine import Engine, register_ids
from emulator.engine.native_library import NativeLibrary, extension
from emulator.engine.native_memory import CtypesMemory, QuickMemory, quick_memory
from emulator.engine.native_registers import CtypesRegisters, QuickRegisters, quick_registers

NAMES = ["r0", "r7", "d3", "xpsr"]
VALUES = [0xFFFFFFFF, 7, 0x8000000000000001, 0x61000000]


@pytest.fixture
def engine() -> Engine:
    made = Engine("CORTEX_M4")
    made.map(0x20000000, 0x1000, "rw")
    return made


def native(engine: Engine) -> NativeLibrary:
    found = engine.native()
    if found is None or extension() is None:
        pytest.skip("emulator.tracing._tracer is not built, or the binding hides its library")
    return found


def test_registers_of_one_are_those_of_the_other(engine: Engine) -> None:
    made = quick_registers, CtypesRegisters
    ways: list[QuickRegisters] = [way(native(engine), register_ids(NAMES)) for way in made]
    for writer, reader in (ways, ways[::-1]):
        writer.write(0, 0, 0, 0x01000000)
        writer.write(*VALUES)
        assert list(reader.read()) == list(writer.read()) == VALUES


def test_memory_of_one_is_that_of_the_other(engine: Engine) -> None:
    ways: list[QuickMemory] = [way(native(engine)) for way in (quick_memory, CtypesMemory)]
    for writer, reader in (ways, ways[::-1]):
        assert writer.write(0x20000FF0, b"sixteen bytes it")
        assert reader.read(0x20000FF8, 8) == b"bytes it"
        assert not writer.write(0x30000000, b"x")
        assert reader.read(0x20000FF8, 16) is None


def test_a_wrong_count_is_told(engine: Engine) -> None:
    registers = quick_registers(native(engine), register_ids(["r0", "r1"]))
    with pytest.raises(ValueError, match="want 2 values, not 1"):
        registers.write(1)
