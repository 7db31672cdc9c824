"""The C library's float32 functions: recorded bits, special values, and distance to the real functions."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from microinfer import libm

FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], float]] = {
    "expf": (libm.expf, np.exp, 0.51), "logf": (libm.logf, np.log, 0.82), "sinf": (libm.sinf, np.sin, 0.57),
    "cosf": (libm.cosf, np.cos, 0.57), "expm1f": (libm.expm1f, np.expm1, 1.0), "tanhf": (libm.tanhf, np.tanh, 2.0),
}  # fmt: skip
"""Ours, the real function in double, and how many units in the last place may lie between them."""


def spread(count: int) -> NDArray[np.float32]:
    """Finite float32 numbers of every magnitude."""
    bits = np.linspace(0, 2**32 - 1, count).astype(np.uint32)
    x = bits.view(np.float32)
    return np.asarray(x[np.isfinite(x)])


@pytest.mark.parametrize(
    ("name", "x", "bits"),
    [
        ("expf", 1.0, 0x402DF854), ("expf", -88.0, 0x0041EDC4), ("logf", 10.0, 0x40135D8E), ("logf", 0.7, 0xBEB69E1A),
        ("sinf", 1.0, 0x3F576AA4), ("sinf", 1e6, 0xBEB33259), ("cosf", 3.0, 0xBF7D7026), ("cosf", 1e9, 0x3F567FC6),
        ("expm1f", 1.0, 0x3FDBF0A8), ("expm1f", -0.3, 0xBE84B37A), ("tanhf", 0.5, 0x3EEC9A9F),
        ("tanhf", 2.0, 0x3F76CA83),
    ],
)  # fmt: skip
def test_recorded_bits(name: str, x: float, bits: int) -> None:
    y = FUNCTIONS[name][0](np.array([x], np.float32))
    assert hex(int(y.view(np.uint32)[0])) == hex(bits)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("expf", [np.inf, 0.0, np.nan, 1.0]), ("logf", [np.inf, np.nan, np.nan, -np.inf]),
        ("sinf", [np.nan, np.nan, np.nan, -0.0]), ("cosf", [np.nan, np.nan, np.nan, 1.0]),
        ("expm1f", [np.inf, -1.0, np.nan, -0.0]), ("tanhf", [1.0, -1.0, np.nan, -0.0]),
    ],
)  # fmt: skip
def test_special_values(name: str, expected: list[float]) -> None:
    y = FUNCTIONS[name][0](np.array([np.inf, -np.inf, np.nan, -0.0], np.float32))
    np.testing.assert_array_equal(y, np.array(expected, np.float32))
    assert np.signbit(y[3]) == np.signbit(expected[3])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_near_the_real_function(name: str) -> None:
    ours, real, units = FUNCTIONS[name]
    x = spread(200_001)
    x = x[np.abs(x) < 1e5] if name in ("sinf", "cosf") else x
    with np.errstate(all="ignore"):
        exact = real(x.astype(np.float64))
    usable = (np.abs(exact) < np.finfo(np.float32).max) & (np.abs(exact) > 1e-37)
    exact = exact[usable]
    error = np.abs(ours(x[usable]) - exact) / np.spacing(np.abs(exact).astype(np.float32))
    assert error.max() <= units


@pytest.mark.parametrize("name", FUNCTIONS)
def test_as_glibc(name: str) -> None:
    path = ctypes.util.find_library("m")
    library = ctypes.CDLL(path) if path else None
    version = getattr(ctypes.CDLL(None), "gnu_get_libc_version", None)
    if library is None or version is None:
        pytest.skip("no glibc here")
    version.restype = ctypes.c_char_p
    if not (2, 28) <= tuple(map(int, version().decode().split("."))) <= (2, 40):
        pytest.skip(f"glibc {version().decode()} has other functions")
    function = getattr(library, name)
    function.argtypes, function.restype = [ctypes.c_float], ctypes.c_float
    x = spread(20_011)
    expected = np.array([function(float(v)) for v in x], np.float32)
    np.testing.assert_array_equal(FUNCTIONS[name][0](x), expected)
