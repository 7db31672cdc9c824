"""Where a layer's output steps from one value to the next, per channel, and how a faster formula is proven by it.

Of one channel the specification is clamp(requantize(sum + fold) + output_offset), a function of the sum of products
alone. It never falls as the sum grows, provided that nothing wraps, so it is a staircase of at most 255 steps. Any
other function that never falls either is the same function on all sums if it agrees at the smallest and at the largest
sum and, for each step, at the sum where it happens and at the one before. That is a few hundred values a channel.

The sum where a step happens follows from undoing the rounding in integers. With v = accumulator << left shift, q the
multiplier and r the right shift, double rounding gives h = floor(v * q / 2**31 + 1/2), and then at least y where
h >= y * 2**r - 2**(r-1), or one more for y <= 0, since halves go away from zero. Single rounding gives at least y where
v * q >= (2 * y - 1) * 2**(30 + r). Other roundings are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from microinfer.fixedpoint import Int64Array
from microinfer.ops.output_stage import OutputStage

_LARGEST = (1 << 31) - 256
_BLOCK = 32


@dataclass(frozen=True, eq=False)
class Sums:
    """What one layer accumulates, per channel: all sums lie in [low, high]; `fold` is added to them (int64, (C,)).

    Sums are smaller than 2**24, so that they are exact in float32.
    """

    low: Int64Array
    high: Int64Array
    fold: Int64Array


@dataclass(frozen=True, eq=False)
class Staircase:
    """Demands on a function that never falls; if it meets them it equals the specification on all sums.

    Rows are channels. The function must be >= `level` at the sums `at` and < `level` at the sums before, where a
    channel `moves` at all; channels with fewer steps than others repeat the last one. And it must be >= `first` at the
    sum `low` and < `beyond` at the sum `high`. All in outputs less the zero point, before clamping; infinite levels
    demand nothing. `scale` is the real factor.
    """

    at: NDArray[np.float32]
    level: NDArray[np.float32]
    moves: NDArray[np.bool_]
    low: NDArray[np.float32]
    first: NDArray[np.float32]
    high: NDArray[np.float32]
    beyond: NDArray[np.float32]
    scale: NDArray[np.float64]
    fold: Int64Array

    @property
    def goes_below_zero(self) -> bool:
        """Whether there are steps to outputs below the zero point, or to it."""
        return bool((self.level[self.moves, :1] <= 0).any())

    def of(self, rows: NDArray[np.intp]) -> Staircase:
        """The staircases of some channels."""
        return Staircase(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def _double(level: Int64Array, right: Int64Array) -> Int64Array:
    half = (np.int64(1) << right) >> 1
    product = np.asarray((level << (right + 31)) - ((half << 31) + (1 << 30)))
    if level.min(initial=1) <= 0:
        product += np.int64(1 << 31) * ((level <= 0) & (right > 0))
    return product


def _single(level: Int64Array, right: Int64Array) -> Int64Array:
    return np.asarray((2 * level - 1) << (30 + right))


_SMALLEST_PRODUCT: Mapping[str, Callable[[Int64Array, Int64Array], Int64Array]] = {"double": _double, "single": _single}
"""By rounding: smallest v * q whose output is at least a level, for levels that v * q below 2**62 reaches."""


def is_monotone(stage: OutputStage, sums: Sums) -> bool:
    """Whether `stage` never falls on the given sums: nothing wraps, and its rounding is one that this file knows."""
    factor = stage.per_channel(sums.fold.size)
    largest = np.maximum(abs(sums.low + sums.fold), abs(sums.high + sums.fold))
    known = not stage.wide and stage.numerics.rounding in _SMALLEST_PRODUCT and factor.multiplier.min(initial=0) >= 0
    return known and not np.any(largest * 2.0 ** np.maximum(factor.shift, 0) > _LARGEST)


def staircases(stage: OutputStage, sums: Sums) -> list[Staircase] | None:
    """Steps of `stage` on the given sums, in blocks of channels small enough to be worked on in cache.

    None where `stage` is not known to be monotone.
    """
    if not is_monotone(stage, sums):
        return None
    channels = sums.fold.size
    factor = stage.per_channel(channels)
    shift = factor.shift.astype(np.int64)
    first, last = (replace(stage, factor=factor)(end + sums.fold) for end in (sums.low, sums.high))
    clamp, offset = stage.activation, stage.output_offset
    lower = np.where(first > clamp.min, first - offset, -np.inf).astype(np.float32)
    upper = np.where(last < clamp.max, last + 1 - offset, np.inf).astype(np.float32)
    multiplier, scale = factor.multiplier.astype(np.int64), factor.multiplier * 2.0 ** (shift - 31)
    low, high = sums.low.astype(np.float32), sums.high.astype(np.float32)
    found = []
    for block in (slice(start, start + _BLOCK) for start in range(0, channels, _BLOCK)):
        level = _levels(first[block] - offset, last[block] - offset)
        at = _positions(stage.numerics.rounding, level, multiplier[block], shift[block]) - sums.fold[block, None]
        moves = last[block] > first[block]
        ends = (low[block], lower[block], high[block], upper[block])
        steps = (at.astype(np.float32), level.astype(np.float32), moves)
        found.append(Staircase(*steps, *ends, scale[block], sums.fold[block]))
    return found


def _levels(first: Int64Array, last: Int64Array) -> Int64Array:
    """The outputs after the first, row by row; shorter rows repeat their last one."""
    level = first[:, None] + np.arange(1, max(2, int((last - first).max()) + 1))
    return np.asarray(np.minimum(level, last[:, None]))


def _positions(rounding: str, level: Int64Array, multiplier: Int64Array, shift: Int64Array) -> Int64Array:
    """Smallest accumulators that reach the levels: products divided by multipliers, rounded up."""
    product = _SMALLEST_PRODUCT[rounding](level, np.maximum(-shift, 0)[:, None])
    factor = np.maximum(multiplier << np.maximum(shift, 0), 1)[:, None]
    return np.asarray(-(-product // factor))
