"""Rescaling in float64 that is exact by the size of its operands, without a search.

With q the multiplier, r the right shift and t = accumulator * q / 2**31, double rounding of a result that is not
negative is floor((floor(t + 1/2) + 2**(r-1)) / 2**r) = floor(t / 2**r + 1/2 + 2**-(r+1)), the last term only for r > 0;
single rounding is the same without it. Where sums, fold and accumulators are below 2**22 and r is at most 22, all
products are multiples of 2**-(31+r) below 2**(22-r), so float64 holds them, and the sum with the constants, without
rounding. Channels whose output is the same at both ends of their range need no scale at all.
"""

from __future__ import annotations

import numpy as np

from microinfer.fast.rescale import Rescale
from microinfer.fast.staircase import Sums, is_monotone
from microinfer.ops.output_stage import OutputStage

_SMALL = 1 << 22
_LARGEST_SHIFT = 22


def exact_scale(stage: OutputStage, sums: Sums) -> Rescale | None:
    """One-sided numbers in float64; None where outputs fall below the zero point or operands are too large."""
    if not is_monotone(stage, sums):
        return None
    factor = stage.per_channel(sums.fold.size)
    multiplier, shift = factor.multiplier.astype(np.int64), factor.shift.astype(np.int64)
    first, last = (stage(end + sums.fold) - stage.output_offset for end in (sums.low, sums.high))
    moves = last > first
    ends = (sums.fold, sums.low, sums.high, sums.low + sums.fold, sums.high + sums.fold)
    small = np.all([abs(end) < _SMALL for end in ends], axis=0) & (shift <= 0) & (shift >= -_LARGEST_SHIFT)
    if np.any(moves & ~(small & (first >= 0))):
        return None
    scale = np.where(moves, multiplier * 2.0 ** (shift - 31), 0.0)
    second = (shift < 0) & (stage.numerics.rounding == "double")
    constant = sums.fold * scale + 0.5 + np.where(second, 2.0 ** (shift - 1.0), 0.0)
    return Rescale(scale, np.where(moves, constant, first + 0.5), None)
