"""Softmax over the last axis, int8 to int8 with scale 1/256 and zero point -128.

Per row: e = exp((x - max) * beta * scale) in Q0.31, where differences below diff_min count as nothing and get the
lowest output; the sum of e in Q12.19 gives 1 / sum by Newton's method; output = e / sum rounded to Q0.8, less 128.
Source: CMSIS-NN arm_softmax_s8; TensorFlow Lite reference_ops::Softmax.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ModelError
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
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import SoftmaxScaling, softmax_scaling

_SUM_INTEGER_BITS = 12
_OUTPUT_BITS = 23


def softmax_scaling_of(node: Node) -> SoftmaxScaling:
    """Scaling of a SOFTMAX node; raises ModelError unless the output is quantised as 8-bit softmax demands."""
    target = node.output
    if target.scale != 1 / 256 or target.zero_point != -128:
        raise ModelError(f"layer {node.index} (SOFTMAX): output must have scale 1/256 and zero point -128")
    return softmax_scaling(node.options.get("beta", 1.0), node.input(0).scale)


def softmax(x: Array, scaling: SoftmaxScaling) -> Array:
    """Softmax of int8 `x` (..., C) along the last axis; same shape, int8."""
    difference = x.astype(np.int64) - x.max(axis=-1, keepdims=True)
    counted = difference >= scaling.diff_min
    scaled = doubling_high_mult(wrap32(difference << scaling.shift), scaling.multiplier)
    exps = np.where(counted, exp_on_negative_values(np.where(counted, scaled, 0)), 0)
    total = divide_by_power_of_two(exps, _SUM_INTEGER_BITS).sum(axis=-1, keepdims=True)
    headroom = count_leading_zeros(total)
    reciprocal = one_over_one_plus_x(wrap32((total << headroom) - (1 << 31)))
    shift = _SUM_INTEGER_BITS - headroom + _OUTPUT_BITS
    share = divide_by_power_of_two(doubling_high_mult(reciprocal, exps), shift)
    return np.where(counted, np.clip(share - 128, -128, 127), -128).astype(x.dtype)


@operator("SOFTMAX", "int8->int8")
def plan(node: Node, numerics: Numerics) -> Kernel:
    return partial(softmax, scaling=softmax_scaling_of(node))
