"""Complex FFT by radices 4, 2, 3 and 5 with the rounding of every step.

Decimation in time: the transform of n = p * m values joins those of p interleaved subsequences, p being 4 as long as
it divides n, then 2, 3, 5. Each stage scales its inputs by 1 / p, multiplies subsequence q by twiddles[q * k], also
where those are 1, and adds in the order that its butterfly states. Source: KISS FFT 1.3.0, kiss_fft.c.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import pi

import numpy as np

from microinfer.graph.model import Array
from microinfer.ops.fft_arithmetic import Arithmetic

_RADICES = (4, 2, 3, 5)


def radices(length: int) -> tuple[int, ...]:
    """Radices of the stages, outermost first; empty when `length` has other prime factors or is less than 2."""
    found: list[int] = []
    rest = length
    for radix in _RADICES:
        while rest > 1 and rest % radix == 0:
            found.append(radix)
            rest //= radix
    return tuple(found) if rest == 1 else ()


@dataclass(frozen=True)
class ComplexFft:
    """A planned transform of `length` values, forward or inverse; unscaled but for what fixed point loses."""

    length: int
    inverse: bool
    arithmetic: Arithmetic

    @cached_property
    def twiddles(self) -> Array:
        """exp(-2i * pi * k / length), conjugated for the inverse, (length, 2)."""
        phases = [-2 * pi * k / self.length for k in range(self.length)]
        return self.arithmetic.twiddles([-phase for phase in phases] if self.inverse else phases)

    def __call__(self, values: Array) -> Array:
        """Transform of `values` (..., length, 2), same shape and dtype."""
        return self._stage(values, radices(self.length), 1)

    def _stage(self, values: Array, factors: tuple[int, ...], stride: int) -> Array:
        if not factors:
            return values
        radix, long = factors[0], values.shape[-2] // factors[0]
        apart = values.reshape(*values.shape[:-2], long, radix, 2).swapaxes(-2, -3)
        parts = self.arithmetic.divided(self._stage(apart, factors[1:], stride * radix), radix)
        turned = [parts[..., 0, :, :]]
        for q in range(1, radix):
            factor = self.twiddles[stride * q * np.arange(long)]
            turned.append(self.arithmetic.product(parts[..., q, :, :], factor))
        joined = _BUTTERFLIES[radix](self, turned, stride * long)
        return np.stack(joined, axis=-3).reshape(values.shape)


def _turn(z: Array) -> Array:
    """i * z."""
    return np.stack((-z[..., 1], z[..., 0]), axis=-1)


def _radix_2(fft: ComplexFft, x: list[Array], third: int) -> list[Array]:
    return [x[0] + x[1], x[0] - x[1]]


def _radix_4(fft: ComplexFft, x: list[Array], third: int) -> list[Array]:
    even, odd = x[0] + x[2], x[1] + x[3]
    difference, quarter = x[0] - x[2], _turn(x[1] - x[3])
    ahead, behind = difference + quarter, difference - quarter
    first, last = (ahead, behind) if fft.inverse else (behind, ahead)
    return [even + odd, first, even - odd, last]


def _radix_3(fft: ComplexFft, x: list[Array], third: int) -> list[Array]:
    total = x[1] + x[2]
    middle = x[0] - fft.arithmetic.half(total)
    side = _turn(fft.arithmetic.times(x[1] - x[2], fft.twiddles[third, 1]))
    return [x[0] + total, middle + side, middle - side]


def _radix_5(fft: ComplexFft, x: list[Array], fifth: int) -> list[Array]:
    times, (a, b) = fft.arithmetic.times, (fft.twiddles[fifth], fft.twiddles[2 * fifth])
    outer, inner = x[1] + x[4], x[2] + x[3]
    outer_side, inner_side = x[1] - x[4], x[2] - x[3]
    near = x[0] + times(outer, a[0]) + times(inner, b[0])
    far = x[0] + times(outer, b[0]) + times(inner, a[0])
    u, v = times(outer_side, a[1]), times(inner_side, b[1])
    near_side = np.stack((u[..., 1] + v[..., 1], -u[..., 0] - v[..., 0]), axis=-1)
    u, v = times(outer_side, b[1]), times(inner_side, a[1])
    far_side = np.stack((v[..., 1] - u[..., 1], u[..., 0] - v[..., 0]), axis=-1)
    return [x[0] + (outer + inner), near - near_side, far + far_side, far - far_side, near + near_side]


_Butterfly = Callable[[ComplexFft, list[Array], int], list[Array]]
_BUTTERFLIES: dict[int, _Butterfly] = {2: _radix_2, 3: _radix_3, 4: _radix_4, 5: _radix_5}
