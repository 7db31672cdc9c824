"""Mean over constant axes: int8, int16, float32.

Integers: the int32 sum of elements less their zero point is scaled by input scale / (output scale * count). The
division by the count is folded into the multiplier: with s = floor(log2(count)), at most 32 and at most 31 plus the
multiplier's own shift, multiplier = (multiplier * 2**s) / count truncated and shift = shift - s.
float32: elements are added one after the other in stored order, then divided.
Source: TensorFlow Lite reference_ops::QuantizedMeanOrSum and Mean, TensorFlow Lite Micro kernels/reduce_common.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.reduction import Reduction, folds, sequential_sum
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.sum import SumScaling, sum_integer
from microinfer.quant import Multiplier


def mean_factor(factor: Multiplier, count: int) -> Multiplier:
    """`factor` divided by `count`, as the reference folds it in."""
    shift = min(count.bit_length() - 1, 32, 31 + int(factor.shift))
    multiplier = (int(factor.multiplier) << shift) // count
    return Multiplier(np.array(multiplier, np.int32), np.array(int(factor.shift) - shift, np.int32))


@np.errstate(all="ignore")
def mean_float(x: Array, *_: Array, reduction: Reduction) -> Array:
    """Mean of float32 `x` over the reduction's axes."""
    return reduction.shaped(sequential_sum(reduction.rows(x)) / x.dtype.type(reduction.count))


@operator("MEAN", ("int8xint32->int8", "int16xint32->int16"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    reduction = Reduction.of(node)
    scaling = SumScaling.of(node, numerics)
    factor = mean_factor(scaling.factor, reduction.count)
    return partial(sum_integer, reduction=reduction, scaling=scaling.with_factor(factor))


@operator("MEAN", "float32xint32->float32", folds=folds)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    return partial(mean_float, reduction=Reduction.of(node))
