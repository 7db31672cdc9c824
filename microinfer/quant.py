"""From real scales to the integers a kernel is given: multiplier, shift, activation range.

Sources: TensorFlow Lite `QuantizeMultiplier`, `CalculateActivationRangeQuantized`, `PreprocessSoftmaxScaling`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microinfer.errors import ModelError

INTEGER_RANGE = {
    "int4": (-8, 7),
    "int8": (-128, 127),
    "uint8": (0, 255),
    "int16": (-32768, 32767),
    "int32": (-(2**31), 2**31 - 1),
}


@dataclass(frozen=True, eq=False)
class Multiplier:
    """A real factor as `multiplier * 2**(shift - 31)`: int32 arrays of shape () per tensor or (C,) per channel."""

    multiplier: NDArray[np.int32]
    shift: NDArray[np.int32]


def round_half_away(value: ArrayLike) -> NDArray[np.float64]:
    """C's round(): to the nearest integer, ties away from zero."""
    x = np.asarray(value, np.float64)
    return np.copysign(np.floor(np.abs(x) + 0.5), x)


def quantize_multiplier(real: ArrayLike, largest_shift: int = 30) -> Multiplier:
    """Fixed-point form of real factors: multiplier in [2**30, 2**31), zero for factors below 2**-32 or so.

    Raises ModelError when a factor is negative, infinite or NaN, or needs a left shift beyond `largest_shift`.
    """
    factor = np.asarray(real, np.float64)
    if not np.all(np.isfinite(factor)) or np.any(factor < 0):
        bad = factor[~(np.isfinite(factor) & (factor >= 0))]
        raise ModelError(f"scale ratio {bad.flat[0]} is not usable")
    fraction, shift = np.frexp(factor)
    mantissa = round_half_away(fraction * 2.0**31).astype(np.int64)
    overflow = mantissa == 1 << 31
    mantissa = np.where(overflow, 1 << 30, mantissa)
    shift = shift.astype(np.int64) + overflow
    tiny = shift < -31
    if np.any(shift > largest_shift):
        raise ModelError(f"scale ratio {factor.max():g} needs left shift {shift.max()}; {largest_shift} is the most")
    mantissa, shift = np.where(tiny, 0, mantissa), np.where(tiny, 0, shift)
    return Multiplier(mantissa.astype(np.int32), shift.astype(np.int32))


@dataclass(frozen=True)
class Clamp:
    """The activation range of an output, in quantised units, both ends included."""

    min: int
    max: int

    def __call__(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.clip(values, self.min, self.max)


def _quantize_bound(bound: float, scale: float, zero_point: int) -> int:
    ratio = np.float32(bound) / np.float32(scale)
    return zero_point + int(round_half_away(ratio))


FUSED_BOUNDS = {"NONE": (None, None), "RELU": (0.0, None), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0)}
"""Real bounds of the fused activations, None for none."""


def activation_range(fused: str, scale: float, zero_point: int, dtype: str) -> Clamp:
    """Range of a fused activation (NONE, RELU, RELU6, RELU_N1_TO_1) for an output of that scale and dtype."""
    if fused not in FUSED_BOUNDS:
        raise ModelError(f"fused activation {fused} has no quantised form; known: {', '.join(FUSED_BOUNDS)}")
    low, high = INTEGER_RANGE[dtype]
    real_low, real_high = FUSED_BOUNDS[fused]
    if real_low is not None:
        low = max(low, _quantize_bound(real_low, scale, zero_point))
    if real_high is not None:
        high = min(high, _quantize_bound(real_high, scale, zero_point))
    return Clamp(low, high)


@dataclass(frozen=True)
class SoftmaxScaling:
    """What arm_softmax_s8 is given: Q0.31 `multiplier`, left `shift`, and the difference below which exp is zero."""

    multiplier: int
    shift: int
    diff_min: int


def softmax_scaling(beta: float, scale: float, integer_bits: int = 5) -> SoftmaxScaling:
    """Scaling of input differences to Q`integer_bits` for the softmax of 8-bit inputs."""
    real = min(beta * scale * 2.0 ** (31 - integer_bits), 2.0**31 - 1.0)
    if not real > 1:
        raise ModelError(f"softmax beta {beta:g} times input scale {scale:g} is too small to scale")
    factor = quantize_multiplier(real, largest_shift=31)
    shift = int(factor.shift)
    radius = math.floor((2.0**integer_bits - 1) * 2.0 ** (31 - integer_bits) / 2.0**shift)
    return SoftmaxScaling(int(factor.multiplier), shift, -radius)

