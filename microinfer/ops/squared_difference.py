"""Square of the difference, elementwise; shapes broadcast.

int8 and int16: both inputs are brought to twice the larger scale (int8: with 7 fractional bits), subtracted, squared,
and scaled to the output; int16 has no zero points. int32 wraps.
Source: TensorFlow Lite Micro kernels/squared_difference.cc.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.errors import ModelError
from microinfer.fixedpoint import wrap32
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.broadcast import check_broadcast, folds
from microinfer.ops.factors import factor_below_one
from microinfer.ops.operands import where
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import INTEGER_RANGE, Multiplier, quantize_multiplier

_LEFT_SHIFTS = {"int8": 7, "int16": 0}


@dataclass(frozen=True, eq=False)
class SquaredDifferenceParams:
    """Offsets are minus the zero points of the inputs and the zero point of the output."""

    left_shift: int
    offsets: tuple[int, int]
    factors: tuple[Multiplier, Multiplier]
    output_offset: int
    output_factor: Multiplier
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> SquaredDifferenceParams:
        """Raises ModelError for int16 tensors with a zero point."""
        a, b, out = node.input(0), node.input(1), node.output
        if out.dtype == "int16" and any(t.zero_point for t in (a, b, out)):
            raise ModelError(f"{where(node)}: int16 tensors must have zero point 0")
        left_shift = _LEFT_SHIFTS[out.dtype]
        twice_larger = 2 * max(a.scale, b.scale)
        first, second = (factor_below_one(node, numerics, t.scale, twice_larger) for t in (a, b))
        output_factor = quantize_multiplier(twice_larger * twice_larger / ((1 << 2 * left_shift) * out.scale))
        offsets = (-a.zero_point, -b.zero_point)
        return cls(left_shift, offsets, (first, second), out.zero_point, output_factor, numerics)


def squared_difference(a: Array, b: Array, params: SquaredDifferenceParams) -> Array:
    """Square of int8 or int16 `a` less `b`, NumPy broadcasting, same dtype."""
    left, right = (
        params.numerics.requantize((x.astype(np.int64) + offset) << params.left_shift, factor)
        for x, offset, factor in zip((a, b), params.offsets, params.factors, strict=True)
    )
    scaled = params.numerics.requantize((left - right) ** 2, params.output_factor)
    return np.clip(wrap32(scaled + params.output_offset), *INTEGER_RANGE[a.dtype.name]).astype(a.dtype)


def squared_difference_plain(a: Array, b: Array) -> Array:
    """Square of the difference of int32 (modulo 2**32) or float32 arrays."""
    with np.errstate(all="ignore"):
        difference = a - b
        return np.asarray(difference * difference)


@operator("SQUARED_DIFFERENCE", ("int8xint8->int8", "int16xint16->int16"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    return partial(squared_difference, params=SquaredDifferenceParams.of(node, numerics))


@operator("SQUARED_DIFFERENCE", ("int32xint32->int32", "float32xfloat32->float32"), folds=folds)
def plan_plain(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    return squared_difference_plain
