"""FFT of real signals of even length n, by a complex one of n / 2: samples 2k and 2k + 1 are one complex value.

Forward, with Z the complex transform: f = Z[k] + conj(Z[n/2 - k]), g = (Z[k] - conj(Z[n/2 - k])) * t[k]; X[k] = (f +
g) / 2, X[n/2 - k] = conj((f - g) / 2); X[0] and X[n/2] are sum and difference of the parts of Z[0]. t[k] is exp(-i * pi
* (2k / n + 1/2)), conjugated for the inverse, which transforms f + g and conj(f - g) of the spectrum without the last
halving. Fixed point halves Z, or the spectrum, before all this: forward gives X / n, the inverse of X the samples.
Source: KISS FFT 1.3.0, tools/kiss_fftr.c.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import pi

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.ops.complex_fft import ComplexFft, radices
from microinfer.ops.fft_arithmetic import ARITHMETIC, Arithmetic
from microinfer.ops.operands import where


@dataclass(frozen=True)
class RealFft:
    """A planned transform of `length` samples, forward or inverse."""

    length: int
    inverse: bool
    arithmetic: Arithmetic

    @classmethod
    def of(cls, node: Node, length: int, inverse: bool) -> RealFft:
        """Raises ShapeError for lengths that the runtime cannot transform: it has no memory for other radices."""
        if length % 2 or not radices(length // 2):
            raise ShapeError(f"{where(node)}: fft_length is {length}, must be 4 or more and 2 * 2^a * 3^b * 5^c")
        return cls(length, inverse, ARITHMETIC[node.input(0).dtype])

    @cached_property
    def _complex(self) -> ComplexFft:
        return ComplexFft(self.length // 2, self.inverse, self.arithmetic)

    @cached_property
    def _twiddles(self) -> Array:
        half = self.length // 2
        phases = [-pi * (k / half + 0.5) for k in range(1, half // 2 + 1)]
        return self.arithmetic.twiddles([-phase for phase in phases] if self.inverse else phases)

    def forward(self, samples: Array) -> Array:
        """Spectrum (..., length // 2 + 1, 2) of real `samples` (..., length)."""
        half, arithmetic = self.length // 2, self.arithmetic
        z = self._complex(samples.reshape(*samples.shape[:-1], half, 2))
        spectrum = np.zeros((*samples.shape[:-1], half + 1, 2), samples.dtype)
        zero = arithmetic.divided(z[..., 0, :], 2)
        spectrum[..., 0, 0] = zero[..., 0] + zero[..., 1]
        spectrum[..., half, 0] = zero[..., 0] - zero[..., 1]
        low, high = self._indices()
        f, g = self._joined(z[..., low, :], z[..., high, :])
        spectrum[..., low, :] = arithmetic.half_sum(f, g)
        spectrum[..., high, 0] = arithmetic.half_difference(f[..., 0], g[..., 0])
        spectrum[..., high, 1] = arithmetic.half_difference(g[..., 1], f[..., 1])
        return spectrum

    def backward(self, spectrum: Array) -> Array:
        """Real samples (..., length) of `spectrum` (..., length // 2 + 1, 2)."""
        half = self.length // 2
        z = np.zeros((*spectrum.shape[:-2], half, 2), spectrum.dtype)
        z[..., 0, 0] = spectrum[..., 0, 0] + spectrum[..., half, 0]
        z[..., 0, 1] = spectrum[..., 0, 0] - spectrum[..., half, 0]
        z[..., 0, :] = self.arithmetic.divided(z[..., 0, :], 2)
        low, high = self._indices()
        f, g = self._joined(spectrum[..., low, :], spectrum[..., high, :])
        z[..., low, :] = f + g
        z[..., high, :] = _conjugate(f - g)
        return self._complex(z).reshape(*spectrum.shape[:-2], self.length)

    def _indices(self) -> tuple[Array, Array]:
        """k and length // 2 - k; they meet in the middle, where the second is written last."""
        low = np.arange(1, self.length // 4 + 1)
        return low, self.length // 2 - low

    def _joined(self, low: Array, high: Array) -> tuple[Array, Array]:
        a, b = self.arithmetic.divided(low, 2), self.arithmetic.divided(_conjugate(high), 2)
        return a + b, self.arithmetic.product(a - b, self._twiddles)


def _conjugate(z: Array) -> Array:
    return np.stack((z[..., 0], -z[..., 1]), axis=-1)
