"""The memory and division routines that start-up provides, compiled for the host under their own names."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from tests.kernels.c_header import KERNELS
from tests.kernels.host_library import compile_shared, compiler

pytestmark = pytest.mark.skipif(compiler() is None, reason="no C compiler (cc) on this host")


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    built = tmp_path_factory.mktemp("startup") / "libmemory.so"
    flags = ("-ffreestanding", "-Wl,-Bsymbolic")
    return ctypes.CDLL(str(compile_shared([KERNELS / "startup" / "memory.c"], built, flags)))


@pytest.fixture(scope="module")
def arithmetic(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    built = tmp_path_factory.mktemp("startup") / "libarithmetic.so"
    flags = ("-ffreestanding", "-Wl,-Bsymbolic", "-D__arm__")
    return ctypes.CDLL(str(compile_shared([KERNELS / "startup" / "arithmetic.c"], built, flags)))


@pytest.mark.parametrize("length", [0, 1, 3, 4, 7, 8, 33])
@pytest.mark.parametrize(("to", "source"), [(0, 64), (1, 64), (0, 65), (3, 66)])
def test_memcpy_moves_exactly_the_bytes(memory: ctypes.CDLL, length: int, to: int, source: int) -> None:
    buffer = np.arange(128, dtype=np.uint8)
    expected = buffer.copy()
    expected[to : to + length] = buffer[source : source + length]
    base = buffer.ctypes.data
    memory.memcpy(ctypes.c_void_p(base + to), ctypes.c_void_p(base + source), ctypes.c_size_t(length))
    np.testing.assert_array_equal(buffer, expected)


@pytest.mark.parametrize(("to", "source"), [(8, 4), (4, 8), (5, 4), (4, 5), (4, 4), (0, 60)])
def test_memmove_survives_overlap(memory: ctypes.CDLL, to: int, source: int) -> None:
    buffer = np.arange(100, dtype=np.uint8)
    expected = buffer.copy()
    expected[to : to + 21] = buffer[source : source + 21]
    base = buffer.ctypes.data
    memory.memmove(ctypes.c_void_p(base + to), ctypes.c_void_p(base + source), ctypes.c_size_t(21))
    np.testing.assert_array_equal(buffer, expected)


@pytest.mark.parametrize("length", [0, 1, 4, 6, 17])
@pytest.mark.parametrize("to", [0, 1, 4])
def test_memset_fills_exactly_the_bytes(memory: ctypes.CDLL, length: int, to: int) -> None:
    buffer = np.zeros(32, np.uint8)
    memory.memset(ctypes.c_void_p(buffer.ctypes.data + to), ctypes.c_int(-86), ctypes.c_size_t(length))
    np.testing.assert_array_equal(buffer, [0] * to + [170] * length + [0] * (32 - to - length))


def test_division_truncates_and_the_product_is_64_bits(arithmetic: ctypes.CDLL) -> None:
    multiply, divide = arithmetic["__aeabi_lmul"], arithmetic["__aeabi_idivmod"]
    multiply.restype = divide.restype = ctypes.c_uint64
    rng = np.random.default_rng(3)
    edges = [-(2**31), -(2**31) + 1, -1, 1, 2, 2**31 - 1]
    wide, narrow = (rng.integers(-limit, limit, 100).tolist() for limit in (2**31, 99))
    for a in [*wide, *narrow, *edges]:
        for b in (*edges, 7, -10, wide[0]):
            assert multiply(ctypes.c_uint64(a), ctypes.c_uint64(b)) == a * b % 2**64, (a, b)
            quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            both = divide(ctypes.c_int32(a), ctypes.c_int32(b))
            assert both % 2**32 == quotient % 2**32, (a, b)
            assert both >> 32 == (a - quotient * b) % 2**32, (a, b)
