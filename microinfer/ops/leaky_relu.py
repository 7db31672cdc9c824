"""x where positive, alpha * x elsewhere.

int8 and int16: x - zero point is scaled by input scale / output scale, below zero by alpha times that; a negative
alpha changes the sign after scaling. Source: TensorFlow Lite Micro kernels/leaky_relu_common.cc,
reference_ops::QuantizeLeakyRelu.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.fixedpoint import wrap32
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import INTEGER_RANGE, Multiplier


@dataclass(frozen=True, eq=False)
class LeakyReluParams:
    """Zero points, the factor of values from zero on, and size and sign of that below zero."""

    input_zero_point: int
    output_zero_point: int
    identity: Multiplier
    alpha: Multiplier
    alpha_sign: int
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> LeakyReluParams:
        source, target = node.input(0), node.output
        slope = float(np.float32(node.options.get("alpha", 0.0)))
        alpha = numerics.output_factor(source.scale, abs(slope), target.scale)
        identity = numerics.output_factor(source.scale, 1.0, target.scale)
        sign = -1 if slope < 0 else 1
        return cls(source.zero_point, target.zero_point, identity, alpha, sign, numerics)


def leaky_relu(x: Array, params: LeakyReluParams) -> Array:
    """Leaky positive part of int8 or int16 `x`, any shape, same dtype."""
    value = x.astype(np.int64) - params.input_zero_point
    positive = params.numerics.requantize(value, params.identity)
    negative = params.alpha_sign * params.numerics.requantize(value, params.alpha)
    scaled = wrap32(np.where(value >= 0, positive, negative) + params.output_zero_point)
    return np.clip(scaled, *INTEGER_RANGE[x.dtype.name]).astype(x.dtype)


def leaky_relu_float(x: Array, alpha: float) -> Array:
    """Leaky positive part of float32 `x`, any shape; `alpha` is rounded to float32."""
    with np.errstate(all="ignore"):
        return np.where(x > 0, x, x * np.float32(alpha))


@operator("LEAKY_RELU", ("int8", "int16"))
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return partial(leaky_relu, params=LeakyReluParams.of(node, numerics))


@operator("LEAKY_RELU", "float32")
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return partial(leaky_relu_float, alpha=node.options.get("alpha", 0.0))
