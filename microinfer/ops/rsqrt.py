"""1 / sqrt(x).

float32: the square root is rounded before it is inverted. int8 and int16: a Newton approximation with 20 fractional
bits, requantised by 1 / (sqrt(input scale) * output scale); inputs at the zero point give the largest output, inputs
below it are refused with DomainError, as by TensorFlow Lite Micro. int16 has no zero points.
Source: TensorFlow Lite Micro kernels/elementwise.cc.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.errors import DomainError, ModelError
from microinfer.fixedpoint import wrap32
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.inverse_square_root import inverse_square_root
from microinfer.ops.operands import check_shape, where
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import INTEGER_RANGE, Multiplier

_FRACTIONAL_BITS = 20


@dataclass(frozen=True, eq=False)
class RsqrtParams:
    """Zero points, and the factor from the root with 20 fractional bits to the output."""

    input_zero_point: int
    output_zero_point: int
    factor: Multiplier
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> RsqrtParams:
        """Raises ModelError for int16 tensors with a zero point, and for scales whose last shift leaves -31..30."""
        source, target = node.input(0), node.output
        if source.dtype == "int16" and (source.zero_point or target.zero_point):
            raise ModelError(f"{where(node)}: int16 tensors must have zero point 0")
        if not source.scale > 0 or not target.scale > 0:
            raise ModelError(f"{where(node)}: scales must be positive")
        factor = numerics.output_factor(1.0, 1.0, numerics.scale_product(math.sqrt(source.scale), target.scale))
        shift = int(factor.shift) - _FRACTIONAL_BITS
        if shift < -31:
            raise ModelError(f"{where(node)}: scales {source.scale:g}, {target.scale:g} need a right shift of {-shift}")
        scaled = Multiplier(factor.multiplier, np.asarray(shift, np.int32))
        return cls(source.zero_point, target.zero_point, scaled, numerics)


def rsqrt(x: Array, params: RsqrtParams) -> Array:
    """Inverse square root of int8 or int16 `x`, any shape, same dtype."""
    value = x.astype(np.int64) - params.input_zero_point
    if np.any(value < 0):
        raise DomainError("RSQRT of a negative number")
    low, high = INTEGER_RANGE[x.dtype.name]
    root = inverse_square_root(value)
    shifted = Multiplier(root.multiplier, root.shift + np.int32(_FRACTIONAL_BITS))
    fixed = params.numerics.requantize(np.ones_like(value), shifted)
    scaled = wrap32(params.numerics.requantize(fixed, params.factor) + params.output_zero_point)
    return np.where(value == 0, high, np.clip(scaled, low, high)).astype(x.dtype)


def rsqrt_float(x: Array) -> Array:
    """Inverse square root of float32 `x`, any shape; infinity for zeros, NaN below."""
    with np.errstate(all="ignore"):
        return np.float32(1) / np.sqrt(x)


@operator("RSQRT", ("int8", "int16"))
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return partial(rsqrt, params=RsqrtParams.of(node, numerics))


@operator("RSQRT", "float32")
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return rsqrt_float
