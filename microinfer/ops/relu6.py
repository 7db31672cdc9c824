"""The part between 0 and 6.

float32: clamped; -0 and NaN pass. int8 and int16: clamped between the input's zero point and its 6; the output's
quantisation is not looked at. Source: TensorFlow Lite Micro kernels/activations_common.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.graph.model import Array, Node, Tensor
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import INTEGER_RANGE, round_half_away


def relu6(x: Array, low: int, high: int) -> Array:
    """int8 or int16 `x` of any shape between `low` and `high`, same dtype."""
    return np.where(x > high, high, np.where(x < low, low, x)).astype(x.dtype)


def relu6_float(x: Array) -> Array:
    """float32 `x` of any shape between 0 and 6."""
    return np.where(x > 6, np.float32(6), np.where(x < 0, np.float32(0), x))


def _six(tensor: Tensor) -> int:
    low, high = INTEGER_RANGE[tensor.dtype]
    with np.errstate(over="ignore", divide="ignore"):
        ratio = round_half_away(np.float32(6) / np.float32(tensor.scale)) + tensor.zero_point
    return int(np.clip(ratio, low, high))


@operator("RELU6", ("int8", "int16"))
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return partial(relu6, low=node.input(0).zero_point, high=_six(node.input(0)))


@operator("RELU6", "float32")
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return relu6_float
