"""x where not negative, x times a tensor elsewhere; shapes broadcast.

int8 and int16, with an int8 slope: x - zero point is scaled by input scale / output scale, below zero it is multiplied
by slope - slope zero point and scaled by input scale * slope scale / output scale.
Source: TensorFlow Lite Micro kernels/prelu_common.cc, reference_ops::BroadcastPrelu4DSlow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.fixedpoint import wrap32
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.broadcast import check_broadcast, folds
from microinfer.ops.operands import check_rank
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import INTEGER_RANGE, Multiplier


@dataclass(frozen=True, eq=False)
class PreluParams:
    """Offsets are minus the zero points of input and slope and the zero point of the output."""

    input_offset: int
    slope_offset: int
    output_offset: int
    identity: Multiplier
    slope: Multiplier
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> PreluParams:
        source, slope, target = node.input(0), node.input(1), node.output
        identity = numerics.output_factor(source.scale, 1.0, target.scale)
        product = numerics.output_factor(source.scale, slope.scale, target.scale)
        return cls(-source.zero_point, -slope.zero_point, target.zero_point, identity, product, numerics)


def prelu(x: Array, slope: Array, params: PreluParams) -> Array:
    """Leaky positive part of int8 or int16 `x` with int8 `slope`, NumPy broadcasting, dtype of `x`."""
    value = x.astype(np.int64) + params.input_offset
    product = value * (slope.astype(np.int64) + params.slope_offset)
    positive = params.numerics.requantize(value, params.identity)
    negative = params.numerics.requantize(product, params.slope)
    scaled = wrap32(np.where(value >= 0, positive, negative) + params.output_offset)
    return np.clip(scaled, *INTEGER_RANGE[x.dtype.name]).astype(x.dtype)


def prelu_float(x: Array, slope: Array) -> Array:
    """Leaky positive part of float32 `x` with float32 `slope`, NumPy broadcasting."""
    with np.errstate(all="ignore"):
        return np.where(x >= 0, x, x * slope)


@operator("PRELU", ("int8xint8->int8", "int16xint8->int16"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    return partial(prelu, params=PreluParams.of(node, numerics))


@operator("PRELU", "float32xfloat32->float32", folds=folds)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    """Raises ShapeError above four dimensions, which TensorFlow Lite Micro reads past the end of."""
    check_broadcast(node)
    for position in (0, 1):
        check_rank(node, 0, 4, position)
    return prelu_float
