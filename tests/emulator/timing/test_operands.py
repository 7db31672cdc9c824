"""Cycles that depend on operands, against published measurements, with both tracers."""

from __future__ import annotations

import pytest

from emulator import Machine
from emulator.errors import TimingError
from emulator.timing.operands import OperandCycles, halves_class, quotient_class
from tests.support.assembler import assemble


def cycles(body: str, first: int, second: int, core: str, tracer: str) -> int:
    """Cycles of `body` with r0 and r1 as given, without the return."""
    taken = [
        Machine.from_elf(assemble(f"{text}bx lr", core), core, tracer=tracer)
        .call("f", first, second, returns="void")
        .cycles
        for text in (f"{body}\n", "")
    ]
    return taken[0] - taken[1]


@pytest.mark.parametrize("core", ["cortex-m3", "cortex-m4"])
@pytest.mark.parametrize(
    ("divide", "dividend", "divisor", "expected"),
    [
        ("udiv", 0, 5, 2),
        ("udiv", 5, 0, 2),
        ("udiv", 3, 4, 3),
        ("udiv", 4, 4, 5),
        ("udiv", 7, 1, 5),
        ("udiv", 15, 1, 5),
        ("udiv", 16, 1, 6),
        ("udiv", 1000, 10, 6),
        ("udiv", 0xFFFFFFFF, 1, 12),
        ("udiv", 0xFFFFFFFF, 0x80000000, 5),
        ("sdiv", -3 & 0xFFFFFFFF, 4, 3),
        ("sdiv", -1000 & 0xFFFFFFFF, 10, 6),
        ("sdiv", 8, -1 & 0xFFFFFFFF, 6),
        ("sdiv", 8, 1, 5),
        ("sdiv", 0x80000000, -3 & 0xFFFFFFFF, 12),
        ("sdiv", 0x80000000, -9 & 0xFFFFFFFF, 11),
        ("sdiv", 0x80000000, 9, 12),
    ],
)
def test_divides(divide: str, dividend: int, divisor: int, expected: int, core: str, tracer: str) -> None:
    assert cycles(f"{divide} r2, r0, r1", dividend, divisor, core, tracer) == expected


@pytest.mark.parametrize(
    ("multiply", "first", "second", "expected"),
    [
        ("smull", 0x2DA0, 0x480, 3),
        ("smull", 0x402DF0A0, 0x480, 4),
        ("smull", 0x98395B39, 0x824704EA, 5),
        ("umull", 0x42, 0xA870, 3),
        ("umull", 0x80EFC9F4, 0x1A00, 4),
        ("umull", 0xA942F28C, 0x977E0B46, 5),
        ("umull", 0x10000, 0x10000, 3),
        ("smlal", 0x2DA0, 0x480, 3),
        ("smlal", 0x402DF0A0, 0x480, 5),
        ("smlal", 0x402DF0A0, 0x04800000, 6),
        ("smlal", 0x98395B39, 0x824704EA, 7),
        ("umlal", 0x2DA0, 0x480, 3),
        ("umlal", 0x402DF0A0, 0x480, 5),
        ("umlal", 0x402DF0A0, 0x04800000, 6),
        ("umlal", 0x98395B39, 0x824704EA, 7),
    ],
)
def test_long_multiplies_end_early(multiply: str, first: int, second: int, expected: int, tracer: str) -> None:
    text = f"{multiply} r2, r3, r0, r1"
    assert cycles(text, first, second, "cortex-m3", tracer) == expected
    assert cycles(text, first, second, "cortex-m4", tracer) == 1


def test_each_pass_through_a_loop_counts_by_its_operands(tracer: str) -> None:
    body = "movs r2, #1\nnop\n1: udiv r3, r0, r2\nlsls r2, r2, #4\nsubs r1, #1\nbne 1b\nbx lr"
    machine = Machine.from_elf(assemble(body, "cortex-m4"), "cortex-m4", tracer=tracer)
    once = machine.call("f", 0xFFFFFFFF, 1, returns="void").cycles
    for passes in range(2, 9):
        divides = sum(12 - n for n in range(1, passes))
        assert machine.call("f", 0xFFFFFFFF, passes, returns="void").cycles == once + divides + 4 * (passes - 1)


def test_a_table_with_too_few_numbers_is_refused() -> None:
    with pytest.raises(TimingError, match="quotient wants 34 numbers of cycles, not 2"):
        OperandCycles("x", ("udiv",), "quotient", (2, 3), "none")
    with pytest.raises(TimingError, match="unknown kind magic; there are: quotient, halves"):
        OperandCycles("x", ("udiv",), "magic", (), "none")


def test_classes() -> None:
    assert [quotient_class(False, n, 8) for n in (0, 7, 8, 16, 0x80000000)] == [0, 1, 2, 3, 30]
    shapes = (0, 5, 0x50000, 0x50005, 0x80000000, 0x80000001)
    assert [halves_class(a, b) for a in shapes for b in shapes] == list(range(36))
