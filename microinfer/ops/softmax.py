"""Softmax over the last axis; int16 and float32 inputs are in softmax_int16.py and softmax_float.py.

int8 inputs give int8 (scale 1/256, zero point -128) or int16 (1/65536, -32768).
Per row: e = exp((x - max) * beta * scale) in Q0.31, where differences below diff_min count as nothing and get the
lowest output; the sum of e in Q12.19 gives 1 / sum by Newton's method; output = e / sum rounded to 8 or 16 bits.
Rows with 512 and more elements near their maximum, whose sum leaves Q9, are refused with DomainError for int8
outputs: TensorFlow Lite Micro ends the process there.
Source: CMSIS-NN arm_softmax_s8, arm_softmax_s8_s16; TensorFlow Lite reference_ops::Softmax.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import DomainError, ModelError
from microinfer.fixedpoint import (
    count_leading_zeros,
    divide_by_power_of_two,
    doubling_high_mult,
    exp_on_negative_values,
    one_over_one_plus_x,
    wrap32,
)
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, check_shape, where
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.rows import folds
from microinfer.ops.softmax_float import softmax_float
from microinfer.ops.softmax_int16 import Softmax16Params, softmax_int16
from microinfer.quant import INTEGER_RANGE, SoftmaxScaling, softmax_scaling

_SUM_INTEGER_BITS = 12
_TOLERANCE = 0.001


def softmax_scaling_of(node: Node) -> SoftmaxScaling:
    """Scaling of a SOFTMAX node; raises ModelError unless the output is quantised as 8-bit softmax demands."""
    target = node.output
    if target.scale != 1 / 256 or target.zero_point != -128:
        raise ModelError(f"{where(node)}: output must have scale 1/256 and zero point -128")
    return softmax_scaling(node.options.get("beta", 1.0), node.input(0).scale)


def softmax(x: Array, scaling: SoftmaxScaling, dtype: str = "int8") -> Array:
    """Softmax of int8 `x` (..., C) along the last axis; same shape, int8 or int16."""
    low, high = INTEGER_RANGE[dtype]
    difference = x.astype(np.int64) - x.max(axis=-1, keepdims=True)
    counted = difference >= scaling.diff_min
    scaled = doubling_high_mult(wrap32(difference << scaling.shift), scaling.multiplier)
    exps = np.where(counted, exp_on_negative_values(np.where(counted, scaled, 0)), 0)
    total = divide_by_power_of_two(exps, _SUM_INTEGER_BITS).sum(axis=-1, keepdims=True)
    headroom = count_leading_zeros(total)
    reciprocal = one_over_one_plus_x(wrap32((total << headroom) - (1 << 31)))
    shift = _SUM_INTEGER_BITS - headroom + 31 - 8 * np.dtype(dtype).itemsize
    if np.any((shift > 31) | (total >= 1 << 32)):
        raise DomainError(f"SOFTMAX: the exponentials of a row of {x.shape[-1]} sum up beyond the fixed-point range")
    share = divide_by_power_of_two(doubling_high_mult(reciprocal, exps), shift)
    return np.where(counted, np.clip(share + low, low, high), low).astype(dtype)


def plan_int8(node: Node) -> Kernel:
    """Kernel for int8 inputs; raises ModelError unless the output is quantised as softmax demands."""
    source, target = node.input(0), node.output
    if target.dtype == "int8":
        return partial(softmax, scaling=softmax_scaling_of(node))
    if abs(target.scale * 65536 - 1) > _TOLERANCE or target.zero_point != -32768:
        raise ModelError(f"{where(node)}: output must have scale 1/65536 and zero point -32768")
    return partial(softmax, scaling=softmax_scaling(node.options.get("beta", 1.0), source.scale), dtype="int16")


@operator("SOFTMAX", ("int8->int8", "int8->int16", "int16->int16", "float32->float32"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 1, 8)
    check_shape(node, node.output, node.input(0).shape)
    if node.input(0).dtype == "int8":
        return plan_int8(node)
    if node.input(0).dtype == "int16":
        return partial(softmax_int16, params=Softmax16Params.of(node, numerics))
    return partial(softmax_float, beta=node.options.get("beta", 1.0))
