"""Quantize: float32 to int8 or int16, or between quantised types (requantise).

From float: round(x / scale), ties away from zero, in float32, plus zero point, clamped. Between types:
requantize(x - input zero point) + output zero point, clamped; int32 differences wrap.
Ratios beyond int32 are undefined in C; here they saturate and NaN gives the lowest value.
Source: TensorFlow Lite reference_ops::AffineQuantize and reference_ops::Requantize.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.fixedpoint import wrap32
from microinfer.graph.model import Array, Node, Tensor
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import INTEGER_RANGE, Multiplier, round_half_away


def quantize(x: Array, scale: float, zero_point: int, dtype: str) -> Array:
    """float32 `x` of any shape as `dtype`; NaN becomes the lowest value, infinities saturate."""
    low, high = INTEGER_RANGE[dtype]
    with np.errstate(over="ignore"):
        ratio = round_half_away(x.astype(np.float32) / np.float32(scale))
    bounded = np.nan_to_num(np.clip(ratio, -(2.0**31), 2.0**31 - 1), nan=-(2.0**31))
    return np.clip(bounded.astype(np.int64) + zero_point, low, high).astype(dtype)


def requantize(x: Array, source_zero_point: int, target: Tensor, factor: Multiplier, numerics: Numerics) -> Array:
    """Integer `x` of any shape under the quantisation of `target`."""
    low, high = INTEGER_RANGE[target.dtype]
    scaled = numerics.requantize(wrap32(x.astype(np.int64) - source_zero_point), factor)
    return np.clip(wrap32(scaled + target.zero_point), low, high).astype(target.dtype)


@operator("QUANTIZE", ("float32->int8", "float32->int16"))
def plan(node: Node, numerics: Numerics) -> Kernel:
    target = node.output
    check_shape(node, target, node.input(0).shape)
    return partial(quantize, scale=target.scale, zero_point=target.zero_point, dtype=target.dtype)


@operator(
    "QUANTIZE",
    (
        *("int8->int8", "int8->uint8", "int8->int16", "int8->int32", "uint8->int8", "int16->int8", "int16->int16"),
        *("int16->int32", "int32->int8", "int32->int16"),
    ),
)
def plan_requantize(node: Node, numerics: Numerics) -> Kernel:
    source, target = node.input(0), node.output
    check_shape(node, target, source.shape)
    factor = numerics.output_factor(source.scale, 1.0, target.scale)
    zero_point = source.zero_point
    return partial(requantize, source_zero_point=zero_point, target=target, factor=factor, numerics=numerics)
