"""Logarithm of the softmax over the last axis.

float32: (x - max) - logf(sum of expf(x - max)), the sum formed in order. int8, output scale 1/16 and zero point 127:
differences to the maximum as Q5.26, exponentials as in SOFTMAX, the logarithm of their sum in fixed point; differences
too far below the maximum get -128.
Source: TensorFlow Lite Micro kernels/log_softmax.cc, reference_ops::LogSoftmax, PreprocessLogSoftmaxScalingExp.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer import libm
from microinfer.errors import ModelError
from microinfer.fixedpoint import divide_by_power_of_two, exp_on_negative_values, wrap32
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.fixed_log import fixed_log
from microinfer.ops.operands import check_rank, check_shape, where
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.rows import folds, row_maxima, row_sums
from microinfer.quant import Multiplier, quantize_multiplier, softmax_scaling

_INTEGER_BITS, _SUM_INTEGER_BITS, _OUTPUT_INTEGER_BITS = 5, 12, 4


@dataclass(frozen=True, eq=False)
class LogSoftmaxParams:
    """Factors from input differences to Q5.26 and back, and the difference below which nothing counts."""

    factor: Multiplier
    reverse: Multiplier
    diff_min: int
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> LogSoftmaxParams:
        """Raises ModelError for another output quantisation, and for input scales of 32 and more or a power of two
        whose reverse factor is not below 1."""
        target = node.output
        if target.scale != 16 / 256 or target.zero_point != 127:
            raise ModelError(f"{where(node)}: output must have scale 16/256 and zero point 127")
        scaling = softmax_scaling(1.0, node.input(0).scale, _INTEGER_BITS)
        real = 2.0 ** (31 - scaling.shift) / scaling.multiplier
        reverse = quantize_multiplier(real)
        if not 1 <= scaling.shift <= 31 or real >= 1 or int(reverse.shift) > 0:
            raise ModelError(f"{where(node)}: input scale {node.input(0).scale:g} cannot be scaled back")
        factor = Multiplier(np.asarray(scaling.multiplier, np.int32), np.asarray(scaling.shift, np.int32))
        return cls(factor, reverse, scaling.diff_min, numerics)


def log_softmax(x: Array, params: LogSoftmaxParams) -> Array:
    """Log softmax of int8 `x` (..., C) along the last axis; same shape and dtype."""
    difference = x.astype(np.int64) - x.max(axis=-1, keepdims=True)
    counted = difference >= params.diff_min
    scaled = params.numerics.requantize(np.where(counted, difference, 0), params.factor)
    exps = np.where(counted, exp_on_negative_values(scaled, _INTEGER_BITS), 0)
    total = wrap32(divide_by_power_of_two(exps, _SUM_INTEGER_BITS).sum(axis=-1, keepdims=True))
    logarithm = fixed_log(total, _SUM_INTEGER_BITS, _INTEGER_BITS)
    bound = params.numerics.requantize(wrap32(logarithm - (1 << 31)), params.reverse)
    kept = difference > np.maximum(params.diff_min - 1, bound)
    exact = params.numerics.requantize(np.where(kept, difference, 0), params.factor)
    shift = 31 - _INTEGER_BITS - _OUTPUT_INTEGER_BITS
    output = divide_by_power_of_two(wrap32(exact - logarithm), shift) + 127
    return np.where(kept, np.clip(output, -128, 127), -128).astype(x.dtype)


def log_softmax_float(x: Array) -> Array:
    """Log softmax of float32 `x` (..., C) along the last axis; same shape and dtype."""
    with np.errstate(all="ignore"):
        difference = x - row_maxima(x)
        return np.asarray(difference - libm.logf(row_sums(libm.expf(difference))))


@operator("LOG_SOFTMAX", "int8", folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 1, 8)
    check_shape(node, node.output, node.input(0).shape)
    return partial(log_softmax, params=LogSoftmaxParams.of(node, numerics))


@operator("LOG_SOFTMAX", "float32", folds=folds)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 1, 8)
    check_shape(node, node.output, node.input(0).shape)
    return log_softmax_float
