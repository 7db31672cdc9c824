"""Arguments land where a C compiler expects them, and results come back as C means them."""

from __future__ import annotations

from typing import Any

import pytest

from emulator import ByValue, Float32, Float64, Int16, Int32, Int64, Machine, Pointer, Struct, Uint8, Uint64
from emulator.errors import ArgumentError
from tests.support.assembler import assemble

C = """
#include <stdint.h>
typedef struct { int32_t a, b, c; } three;
typedef struct { int16_t a; uint8_t b; } small;
typedef struct { int64_t a; int32_t b; } wide;
int32_t six(int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f)
    { return a + (b << 4) + (c << 8) + (d << 12) + (e << 16) + (f << 20); }
int64_t mixed(int32_t a, int64_t b, int32_t c, int64_t d, int32_t e)
    { return a + (b << 4) + (c << 8) + (d << 12) + (e << 16); }
uint64_t twice(uint64_t x) { return x + x; }
int32_t split(int32_t k, int32_t l, three s, int32_t m)
    { return k + (l << 4) + (s.a << 8) + (s.b << 12) + (s.c << 16) + (m << 20); }
int32_t late(int32_t k, int32_t l, int32_t m, int32_t n, int32_t o, three s) { return o + (s.a << 8) + (s.c << 16); }
int64_t by_value_wide(int32_t k, wide s) { return k + (s.a << 4) + (s.b << 8); }
three make_three(int32_t a) { three s = {a, a + 1, a + 2}; return s; }
small make_small(int32_t a) { small s = {a, a + 1}; return s; }
float first(float a, double b) { return a; }
double second(float a, double b, float c) { return b; }
float third(float a, double b, float c) { return c; }
float hole(double a, double b, double c, double d, double e, double f, double g, float h, double i, float j)
    { return j; }
int32_t is_zero(int32_t x) { return x == 0; }
int32_t after_floats(float a, int32_t i, double b, int32_t j) { return i + (j << 4); }
"""
CORES = ("cortex-m0", "cortex-m3", "cortex-m4")


class Three(Struct):
    a: Int32
    b: Int32
    c: Int32


class Small(Struct):
    a: Int16
    b: Uint8


class Wide(Struct):
    a: Int64
    b: Int32


class Floats(Struct):
    x: Float32
    y: Float32


@pytest.fixture(params=CORES)
def machine(request: pytest.FixtureRequest) -> Machine:
    """The functions for a core; soft-float but for the M4."""
    return Machine.from_elf(assemble(C, request.param, source="c"), request.param)


def test_words_in_registers_and_on_the_stack(machine: Machine) -> None:
    assert machine.call("six", 1, 2, 3, 4, 5, 6).value == 0x654321


def test_pairs_start_at_even_registers_and_aligned_stack(machine: Machine) -> None:
    assert machine.call("mixed", 1, Int64(2), 3, Int64(4), 5, returns="int64_t").value == 0x54321
    assert machine.call("mixed", 0, Int64(-1), 0, Int64(0), 0, returns="int64_t").value == -16


def test_unsigned_pairs(machine: Machine) -> None:
    assert machine.call("twice", Uint64(1 << 63 | 5), returns="uint64_t").value == 10
    assert machine.call("twice", Uint64(1 << 62), returns="int64_t").value == -(1 << 63)


def test_structs_by_value(machine: Machine) -> None:
    assert machine.call("split", 1, 2, ByValue(Three(3, 4, 5)), 6).value == 0x654321
    assert machine.call("late", 0, 0, 0, 0, 1, ByValue(Three(3, 4, 5))).value == 0x50301
    assert machine.call("by_value_wide", 1, ByValue(Wide(Int64(2), 3)), returns="int64_t").value == 0x321


def test_structs_returned(machine: Machine) -> None:
    three = machine.call("make_three", 7, returns=Three).value
    assert (three.a, three.b, three.c) == (7, 8, 9)
    small = machine.call("make_small", -3, returns=Small).value
    assert (small.a, small.b) == (-3, 254)


def test_floats_in_either_abi(machine: Machine) -> None:
    assert machine.call("first", Float32(1.5), Float64(2), returns="float").value == 1.5
    assert machine.call("second", Float32(1.5), Float64(-2.25), Float32(3), returns="double").value == -2.25
    assert machine.call("third", Float32(1.5), Float64(-2.25), Float32(3), returns="float").value == 3.0
    assert machine.call("after_floats", Float32(1), 2, Float64(1), 3).value == 0x32


def test_no_register_is_filled_once_a_float_went_to_the_stack(machine: Machine) -> None:
    arguments = [Float64(n) for n in range(7)]
    result = machine.call("hole", *arguments, Float32(7), Float64(8), Float32(9), returns="float")
    assert result.value == 9.0


@pytest.mark.parametrize(
    ("returns", "value"),
    [
        ("void", None),
        ("bool", True),
        ("int8_t", -128),
        ("uint8_t", 0x80),
        ("int16_t", -128),
        ("uint16_t", 0xFF80),
        ("int32_t", -128),
        ("uint32_t", 0xFFFFFF80),
        ("void*", 0xFFFFFF80),
    ],
)
def test_narrow_results_are_cut_and_extended(returns: str, value: Any) -> None:
    machine = Machine.from_elf(assemble("movs r0, #127\nmvns r0, r0\nbx lr"))
    assert machine.call("f", returns=returns).value == value


def test_upper_bits_left_by_the_callee_do_not_count() -> None:
    machine = Machine.from_elf(assemble("movw r0, #0x1ff\nbx lr"))
    assert machine.call("f", returns="int8_t").value == -1
    assert machine.call("f", returns="uint8_t").value == 255


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        (1 << 32, "argument 2: 4294967296 does not fit in 32 bits; wrap it in Int64"),
        (-(1 << 31) - 1, "argument 2: -2147483649 does not fit"),
        (1.5, r"argument 2: 1\.5 is a float or a double\? wrap it in Float32 or Float64"),
        (Int64(1 << 63), "argument 2: 9223372036854775808 is no int64_t"),
        (Uint64(-1), "argument 2: -1 is no uint64_t"),
        ("text", "argument 2: a str cannot be passed; there are: int, None, arrays"),
    ],
)
def test_what_cannot_be_passed(argument: Any, text: str) -> None:
    machine = Machine.from_elf(assemble("bx lr"))
    with pytest.raises(ArgumentError, match=text):
        machine.call("f", 0, argument)


def test_a_struct_of_floats_by_value_is_refused_in_hard_float() -> None:
    machine = Machine.from_elf(assemble("void f(void) {}", source="c"))
    with pytest.raises(ArgumentError, match="argument 1: struct Floats of floats by value"):
        machine.call("f", ByValue(Floats(Float32(1), Float32(2))))


@pytest.mark.parametrize("value", [-(1 << 31), (1 << 32) - 1])
def test_both_ends_of_32_bits(value: int) -> None:
    machine = Machine.from_elf(assemble("bx lr"))
    assert machine.call("f", value, returns="uint32_t").value == value % (1 << 32)


def test_unknown_return_types() -> None:
    machine = Machine.from_elf(assemble("bx lr"))
    with pytest.raises(ArgumentError, match=r"returns='int' is unknown; there are: void, bool, int8_t"):
        machine.call("f", returns="int")
    with pytest.raises(ArgumentError, match="neither a C type name nor a Struct class"):
        machine.call("f", returns=int)  # type: ignore[arg-type]


def test_a_null_member() -> None:
    class Holder(Struct):
        p: Pointer

    machine = Machine.from_elf(assemble("ldr r0, [r0]\nbx lr"))
    assert machine.call("f", Holder(None)).value == 0
