"""Sum over constant axes: int8, int16, float32.

Integers: the int32 sum of elements less their zero point, modulo 2**32, is scaled by input scale / output scale.
float32: elements are added one after the other in stored order.
Source: TensorFlow Lite reference_ops::QuantizedMeanOrSum and ReduceGeneric, TensorFlow Lite Micro
kernels/reduce_common.cc.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from microinfer.fixedpoint import wrap32
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.reduction import Reduction, folds, sequential_sum
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import Multiplier, quantize_multiplier


@dataclass(frozen=True, eq=False)
class SumScaling:
    """Zero points of input and output, and the factor that takes sums to the output's scale."""

    input_zero_point: int
    factor: Multiplier
    output_zero_point: int
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> SumScaling:
        source, target = node.input(0), node.output
        factor = quantize_multiplier(source.scale / target.scale)
        return cls(source.zero_point, factor, target.zero_point, numerics)

    def with_factor(self, factor: Multiplier) -> SumScaling:
        return replace(self, factor=factor)


def sum_integer(x: Array, *_: Array, reduction: Reduction, scaling: SumScaling) -> Array:
    """Scaled sum of int8 or int16 `x` over the reduction's axes; same dtype, saturated."""
    total = reduction.rows(x).sum(axis=-1, dtype=np.int64) - scaling.input_zero_point * reduction.count
    scaled = wrap32(scaling.numerics.requantize(wrap32(total), scaling.factor) + scaling.output_zero_point)
    info = np.iinfo(x.dtype)
    return reduction.shaped(np.clip(scaled, info.min, info.max).astype(x.dtype))


def sum_float(x: Array, *_: Array, reduction: Reduction) -> Array:
    """Sum of float32 `x` over the reduction's axes."""
    return reduction.shaped(sequential_sum(reduction.rows(x)))


@operator("SUM", ("int8xint32->int8", "int16xint32->int16"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    return partial(sum_integer, reduction=Reduction.of(node), scaling=SumScaling.of(node, numerics))


@operator("SUM", "float32xint32->float32", folds=folds)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    return partial(sum_float, reduction=Reduction.of(node))
