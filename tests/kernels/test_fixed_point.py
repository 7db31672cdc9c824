"""The fixed-point helpers of nn_support.h against Python's integers, at ties, ends and random values."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import pytest

from tests.kernels.host_library import compile_shared, compiler

LOW, HIGH = -(2**31), 2**31 - 1
EDGES = (LOW, LOW + 1, -(2**30) - 1, -(2**30), -3, -2, -1, 0, 1, 2, 3, 2**30, 2**30 + 1, HIGH - 1, HIGH)
EXPORTS = """
#include "nn_support.h"
int32_t high_mult(int32_t a, int32_t b);
int32_t high_mult(int32_t a, int32_t b) { return nn_high_mult(a, b); }
int32_t high_mult_sat(int32_t a, int32_t b);
int32_t high_mult_sat(int32_t a, int32_t b) { return nn_high_mult_sat(a, b); }
int32_t divide(int32_t value, int32_t exponent);
int32_t divide(int32_t value, int32_t exponent) { return nn_divide_by_power_of_two(value, exponent); }
int32_t shift_left_sat(int32_t value, int32_t bits);
int32_t shift_left_sat(int32_t value, int32_t bits) { return nn_shift_left_sat(value, bits); }
int32_t requantize(int32_t value, int32_t multiplier, int32_t shift);
int32_t requantize(int32_t value, int32_t multiplier, int32_t shift)
{
    return nn_requantize(value, multiplier, shift);
}
"""


def wrap(value: int) -> int:
    return (value - LOW) % 2**32 + LOW


def high_mult(a: int, b: int) -> int:
    return wrap((a * b + 2**30) // 2**31)


def divide(value: int, exponent: int) -> int:
    half = (1 << exponent) // 2
    return (value + half) >> exponent if value >= 0 else -((-value + half) >> exponent)


def requantize(value: int, multiplier: int, shift: int) -> int:
    return divide(high_mult(wrap(value << max(shift, 0)), multiplier), max(-shift, 0))


def values() -> Iterator[int]:
    yield from EDGES
    yield from np.random.default_rng(4).integers(LOW, HIGH, 60).tolist()


@pytest.fixture(scope="module")
def helpers(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    if compiler() is None:
        pytest.skip("no C compiler (cc) on this host")
    folder = tmp_path_factory.mktemp("support")
    source = folder / "exports.c"
    source.write_text(EXPORTS)
    return ctypes.CDLL(str(compile_shared([source], folder / "libsupport.so")))


@pytest.mark.parametrize(
    ("name", "expected", "second"),
    [
        ("high_mult", high_mult, list(values())),
        ("high_mult_sat", lambda a, b: min(HIGH, (a * b + 2**30) // 2**31), list(values())),
        ("divide", divide, range(32)),
        ("shift_left_sat", lambda value, bits: min(max(value << bits, LOW), HIGH), range(1, 32)),
    ],
)
def test_helper_matches_integers(
    helpers: ctypes.CDLL, name: str, expected: Callable[[int, int], int], second: list[int]
) -> None:
    for a, b in product(values(), second):
        assert helpers[name](a, b) == expected(a, b), (a, b)


@pytest.mark.parametrize("shift", [-31, -8, -1, 0, 1, 7, 31])
def test_requantize_rounds_twice(helpers: ctypes.CDLL, shift: int) -> None:
    for value, multiplier in product(values(), (0, 2**30, 2**30 + 1, 1518500250, HIGH)):
        assert helpers.requantize(value, multiplier, shift) == requantize(value, multiplier, shift), (value, multiplier)
