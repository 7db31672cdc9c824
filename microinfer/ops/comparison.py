"""Comparing two tensors: what EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS and LESS_EQUAL share.

bool (EQUAL and NOT_EQUAL only), int32, int64 and float32 are compared as they are. int8: zero points are taken away,
8 fractional bits added, and both scaled by their scale, which must be below 1; the rounded results are compared.
int16 is not implemented: TensorFlow Lite Micro lets GREATER run on it with factors that it never sets.
Source: TensorFlow Lite Micro kernels/comparisons.cc, reference_ops::ComparisonWithScaling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.fixedpoint import Int64Array
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.broadcast import check_broadcast
from microinfer.ops.factors import factor_below_one
from microinfer.ops.registry import Kernel
from microinfer.quant import Multiplier

Compare = Callable[[Array, Array], Array]

PLAIN_DTYPES = tuple(f"{t}x{t}->bool" for t in ("int32", "int64", "float32"))
_LEFT_SHIFT = 8


@dataclass(frozen=True, eq=False)
class Comparable:
    """How one int8 input is scaled before it is compared; `offset` is minus its zero point."""

    offset: int
    factor: Multiplier
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, position: int, numerics: Numerics) -> Comparable:
        """Raises ModelError for scales of 1 and more."""
        tensor = node.input(position)
        return cls(-tensor.zero_point, factor_below_one(node, numerics, tensor.scale, 1.0), numerics)

    def __call__(self, x: Array) -> Int64Array:
        return self.numerics.requantize((x.astype(np.int64) + self.offset) << _LEFT_SHIFT, self.factor)


def compare(a: Array, b: Array, scales: tuple[Comparable, Comparable], function: Compare) -> Array:
    """`function` of int8 `a` and `b` brought to real numbers, NumPy broadcasting, as bool."""
    return function(scales[0](a), scales[1](b))


def plan_quantised(node: Node, numerics: Numerics, function: Compare) -> Kernel:
    """Kernel of an int8 comparison."""
    check_broadcast(node)
    scales = (Comparable.of(node, 0, numerics), Comparable.of(node, 1, numerics))
    return partial(compare, scales=scales, function=function)
