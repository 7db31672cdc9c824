"""The positive part.

float32: zero below zero; -0 and NaN pass. int8 and int16: requantised to the output, then raised to its zero point;
int16 has no zero points. Source: TensorFlow Lite Micro kernels/activations_common.cc.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.errors import ModelError
from microinfer.fixedpoint import wrap32
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape, where
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import Clamp, Multiplier, activation_range


@dataclass(frozen=True, eq=False)
class ReluParams:
    """Zero points, and the factor from input to output scale."""

    input_zero_point: int
    output_zero_point: int
    factor: Multiplier
    activation: Clamp
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> ReluParams:
        """Raises ModelError for int16 tensors with a zero point."""
        source, target = node.input(0), node.output
        if source.dtype == "int16" and (source.zero_point or target.zero_point):
            raise ModelError(f"{where(node)}: int16 tensors must have zero point 0")
        factor = numerics.output_factor(source.scale, 1.0, target.scale)
        activation = activation_range("RELU", target.scale, target.zero_point, target.dtype)
        return cls(source.zero_point, target.zero_point, factor, activation, numerics)


def relu(x: Array, params: ReluParams) -> Array:
    """Positive part of int8 or int16 `x`, any shape, same dtype."""
    scaled = params.numerics.requantize(x.astype(np.int64) - params.input_zero_point, params.factor)
    return params.activation(wrap32(scaled + params.output_zero_point)).astype(x.dtype)


def relu_float(x: Array) -> Array:
    """Positive part of float32 `x`, any shape."""
    return np.where(x < 0, np.float32(0), x)


@operator("RELU", ("int8", "int16"))
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return partial(relu, params=ReluParams.of(node, numerics))


@operator("RELU", "float32")
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return relu_float
