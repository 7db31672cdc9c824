"""SOFTMAX: exponentials from a table of the 256 differences, one reciprocal a row in Python integers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.fast.canvas import Border, Canvas, Floats
from microinfer.fast.registry import FastLayer, fast
from microinfer.fast.rescale import Step
from microinfer.fast.scratch import Scratch
from microinfer.fixedpoint import (
    INT32_MAX,
    Int64Array,
    divide_by_power_of_two,
    doubling_high_mult,
    exp_on_negative_values,
    wrap32,
)
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.softmax import softmax_scaling_of
from microinfer.quant import SoftmaxScaling

_SUM_INTEGER_BITS = 12
_TO_OUTPUT = 35
# Longer rows may sum up to what the specification refuses.
_LONGEST = (1 << 9) - 1
_MOST_ROWS = 16


@dataclass(frozen=True, eq=False)
class FastSoftmax:
    """One softmax; `exps[d]` is exp of a value d below the largest in Q0.31, `parts[d]` the same in Q12.19."""

    border: Border
    exps: Int64Array
    parts: Int64Array

    def bind(self, sources: Sequence[Canvas], target: Canvas, scratch: Scratch) -> Sequence[Step]:
        length = target.values.shape[-1]
        given, found = (canvas.values.reshape(-1, length) for canvas in (sources[0], target))
        return [partial(self._row, given[i], found[i]) for i in range(len(given))]

    def _row(self, given: Floats, found: Floats) -> None:
        below = (given.max() - given).astype(np.intp)
        total = int(self.parts[below].sum())
        share = self.exps[below]
        share *= reciprocal_of_sum(total)
        share += 1 << 30
        share >>= 31
        shift = _TO_OUTPUT + total.bit_length() - 32
        share += 1 << (shift - 1)
        share >>= shift
        np.minimum(share, 255, out=found, casting="unsafe")


def reciprocal_of_sum(total: int) -> int:
    """1 / total in Q0.31, scaled up by the power of two below total: `fixedpoint.one_over_one_plus_x` on one integer.

    Of gemmlowp's saturating steps none can saturate here, since 1 <= 1 + x < 2.
    """
    half = ((total << (32 - total.bit_length())) + 1) >> 1
    x = 1515870810 + _high(half, -1010580540)
    for _ in range(3):
        x += _high(x, (1 << 29) - _high(half, x)) << 2
    return min(x << 1, INT32_MAX)


def _high(a: int, b: int) -> int:
    return (a * b + (1 << 30)) >> 31


def _exps(scaling: SoftmaxScaling) -> Int64Array:
    """exp of 0, -1, ... -255 input steps in Q0.31, zero below diff_min: the arithmetic of `ops.softmax`."""
    difference = -np.arange(256)
    counted = difference >= scaling.diff_min
    scaled = doubling_high_mult(wrap32(difference << scaling.shift), scaling.multiplier)
    return np.where(counted, exp_on_negative_values(np.where(counted, scaled, 0)), 0)


@fast("SOFTMAX")
def prepare(node: Node, numerics: Numerics) -> FastLayer | None:
    length = node.output.shape[-1]
    if node.input(0).shape != node.output.shape or not 0 < length <= _LONGEST:
        return None
    if node.output.elements // length > _MOST_ROWS:
        return None
    exps = _exps(softmax_scaling_of(node))
    return FastSoftmax(Border(), exps, divide_by_power_of_two(exps, _SUM_INTEGER_BITS))
