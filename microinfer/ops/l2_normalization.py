"""L2 normalisation over the last axis: int8, float32, up to four dimensions.

int8: each element less the zero point times 128 / sqrt(sum of their squares), whatever scale the model states for the
output; a row of zeros stays 0. The sum of squares wraps upstream beyond rows of 33025 elements and is refused there.
float32: squares are added one after the other; x / max(sqrt(sum), 1e-6).
Source: TensorFlow Lite reference_integer_ops::L2Normalization, reference_ops::L2Normalization.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.inverse_square_root import inverse_square_root
from microinfer.ops.operands import check_rank, check_shape, scale_and_zero_point, stacks, where
from microinfer.ops.reduction import sequential_sum
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import Multiplier

_OUTPUT_BITS = 7
_LONGEST_ROW = (2**31 - 1) // 255**2


def l2_normalization_integer(x: Array, zero_point: int, numerics: Numerics) -> Array:
    """int8 `x` (..., C) with each row scaled to length 128; same shape, int8."""
    values = x.astype(np.int64) - zero_point
    norm = inverse_square_root((values * values).sum(axis=-1, keepdims=True))
    scaled = numerics.requantize(values, Multiplier(norm.multiplier, norm.shift + np.int32(_OUTPUT_BITS)))
    return np.clip(scaled, -128, 127).astype(x.dtype)


@np.errstate(all="ignore")
def l2_normalization_float(x: Array) -> Array:
    """float32 `x` (..., C) with each row scaled to length 1; same shape."""
    norm = np.sqrt(sequential_sum(x * x))[..., None]
    epsilon = np.float32(1e-6)
    return x / np.where(norm < epsilon, epsilon, norm)


def folds(node: Node) -> bool:
    """Rows are normalised alone, so samples stay apart unless the first axis is the last."""
    return stacks(node) and len(node.input(0).shape) > 1


@operator("L2_NORMALIZATION", ("int8", "float32"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 1, 4)
    check_shape(node, node.output, node.input(0).shape)
    if node.options.get("fused_activation_function", "NONE") != "NONE":
        raise ModelError(f"{where(node)}: a fused activation is not supported")
    if node.output.dtype == "float32":
        return l2_normalization_float
    if node.input(0).shape[-1] > _LONGEST_ROW:
        raise ShapeError(f"{where(node)}: rows of {node.input(0).shape[-1]}; {_LONGEST_ROW} elements are the most")
    zero_point = scale_and_zero_point(node.input(0))[1]
    return partial(l2_normalization_integer, zero_point=zero_point, numerics=numerics)
