"""How int16 inputs of LOGISTIC and TANH are scaled to where the sigmoid table is read: 24 * 512 steps a unit.

A scale that is a power of two near enough multiplies by 3 and shifts; any other by a 15-bit factor, rounding half up.
Source: TensorFlow Lite Micro kernels/logistic_common.cc, tanh.cc; CheckedLog2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from microinfer import libm
from microinfer.errors import ModelError
from microinfer.fixedpoint import Int64Array
from microinfer.graph.model import Array, Node
from microinfer.ops.operands import where
from microinfer.quant import round_half_away

_FRACTIONAL_BITS = 12
_LARGEST_MULTIPLIER = 32767


@dataclass(frozen=True)
class TableInput:
    """(x * multiplier + half) >> shift."""

    multiplier: int
    shift: int

    @classmethod
    def of(cls, node: Node, exact: tuple[int, ...]) -> TableInput:
        """`exact` are the powers of two, relative to 2**-12, that are taken as such.

        Raises ModelError unless both zero points are 0, the output scale is 2**-15, and the input scale is positive
        and below 2.67.
        """
        source, target = node.input(0), node.output
        if source.zero_point or target.zero_point:
            raise ModelError(f"{where(node)}: int16 tensors must have zero point 0")
        if not source.scale > 0 or nearest_power_of_two(target.scale) != -15:
            raise ModelError(f"{where(node)}: output must have scale 2**-15, input a positive one")
        power = nearest_power_of_two(source.scale)
        if power is not None and power + _FRACTIONAL_BITS in exact:
            return cls(3 << (power + _FRACTIONAL_BITS), 0)
        return cls._rounded(node, source.scale * 4096.0 * 3.0)

    @classmethod
    def _rounded(cls, node: Node, real: float) -> TableInput:
        shift = 0
        while real <= _LARGEST_MULTIPLIER / 2 and shift <= 30:
            real, shift = real * 2, shift + 1
        if int(real) > _LARGEST_MULTIPLIER:
            raise ModelError(f"{where(node)}: input scale {real / 12288:g} is too large; below 2.667 works")
        return cls(int(real), shift)

    def __call__(self, x: Array) -> Int64Array:
        half = 1 << (self.shift - 1) if self.shift > 0 else 0
        return np.asarray((x.astype(np.int64) * self.multiplier + half) >> self.shift)


def nearest_power_of_two(scale: float) -> int | None:
    """log2 of a positive scale where it is within 0.001 of an integer, in float32; else None."""
    if not scale > 0:
        return None
    logarithm, unit = libm.logf(np.array([scale, 2.0], np.float32))
    log2 = logarithm * (np.float32(1) / unit)
    rounded = np.float32(round_half_away(log2))
    return int(rounded) if abs(log2 - rounded) < np.float32(1e-3) else None
