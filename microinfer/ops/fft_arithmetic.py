"""Complex arithmetic of the FFT: int16 or int32 fractions, or float32.

Complex arrays are (..., 2), real and imaginary parts last. Fixed-point sums wrap; products have F = 15 or 31 fractional
bits and are rounded once, ties toward plus infinity: (product + 2**(F - 1)) >> F. Division by a radix k is such a
product with floor((2**F - 1) / k), which loses a little for every k but 1. Fixed-point twiddles are floor(1/2 +
(2**F - 1) * cos), from the C library's double cosine and sine. Source: KISS FFT 1.3.0, _kiss_fft_guts.h.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, floor, sin
from typing import Protocol

import numpy as np

from microinfer.graph.model import Array


class Arithmetic(Protocol):
    """What butterflies compute with; sums and differences are NumPy's own on arrays of the element type."""

    def twiddles(self, phases: Sequence[float]) -> Array:
        """exp(i * phase), (n, 2)."""

    def times(self, a: Array, b: Array) -> Array:
        """Elements of `a` times those of `b`, each rounded."""

    def product(self, a: Array, b: Array) -> Array:
        """Complex product, each part rounded once."""

    def divided(self, a: Array, radix: int) -> Array:
        """Every part scaled down so that `radix` of them can be added."""

    def half(self, a: Array) -> Array:
        """Half of every element."""

    def half_sum(self, a: Array, b: Array) -> Array:
        """(a + b) / 2; int16 sums do not wrap, int32 ones do."""

    def half_difference(self, a: Array, b: Array) -> Array:
        """(a - b) / 2, as `half_sum`."""


@dataclass(frozen=True)
class FixedPoint:
    """Fractions of 16 or 32 bits."""

    bits: int

    def twiddles(self, phases: Sequence[float]) -> Array:
        largest = (1 << (self.bits - 1)) - 1
        parts = [[floor(0.5 + largest * cos(phase)), floor(0.5 + largest * sin(phase))] for phase in phases]
        return np.array(parts, f"int{self.bits}").reshape(-1, 2)

    def times(self, a: Array, b: Array) -> Array:
        return self._rounded(a.astype(np.int64) * b)

    def product(self, a: Array, b: Array) -> Array:
        x, y = a.astype(np.int64), b.astype(np.int64)
        real = x[..., 0] * y[..., 0] - x[..., 1] * y[..., 1]
        imaginary = x[..., 0] * y[..., 1] + x[..., 1] * y[..., 0]
        return self._rounded(np.stack((real, imaginary), axis=-1))

    def divided(self, a: Array, radix: int) -> Array:
        return self._rounded(a.astype(np.int64) * (((1 << (self.bits - 1)) - 1) // radix))

    def half(self, a: Array) -> Array:
        return a >> 1

    def half_sum(self, a: Array, b: Array) -> Array:
        return ((a.astype(np.int32) + b) >> 1).astype(a.dtype)

    def half_difference(self, a: Array, b: Array) -> Array:
        return ((a.astype(np.int32) - b) >> 1).astype(a.dtype)

    def _rounded(self, product: Array) -> Array:
        return ((product + (1 << (self.bits - 2))) >> (self.bits - 1)).astype(f"int{self.bits}")


@dataclass(frozen=True)
class FloatingPoint:
    """float32, every operation rounded; nothing is scaled."""

    def twiddles(self, phases: Sequence[float]) -> Array:
        return np.array([[cos(phase), sin(phase)] for phase in phases], np.float32).reshape(-1, 2)

    def times(self, a: Array, b: Array) -> Array:
        return a * b

    def product(self, a: Array, b: Array) -> Array:
        real = a[..., 0] * b[..., 0] - a[..., 1] * b[..., 1]
        return np.stack((real, a[..., 0] * b[..., 1] + a[..., 1] * b[..., 0]), axis=-1)

    def divided(self, a: Array, radix: int) -> Array:
        return a

    def half(self, a: Array) -> Array:
        return a * np.float32(0.5)

    def half_sum(self, a: Array, b: Array) -> Array:
        return (a + b) * np.float32(0.5)

    def half_difference(self, a: Array, b: Array) -> Array:
        return (a - b) * np.float32(0.5)


ARITHMETIC: dict[str, Arithmetic] = {"int16": FixedPoint(16), "int32": FixedPoint(32), "float32": FloatingPoint()}
"""By dtype."""
