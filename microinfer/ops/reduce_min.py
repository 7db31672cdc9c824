"""Smallest element over constant axes: int8 with equal quantisation of input and output, float32.

float32 starts from the highest finite value and ignores NaN, so that rows of NaN or infinity give that value.
Source: TensorFlow Lite reference_ops::ReduceGeneric, TensorFlow Lite Micro kernels/reduce_common.cc.
"""

from __future__ import annotations

from functools import partial

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.extremes import smallest
from microinfer.ops.reduce_max import check_quantization
from microinfer.ops.reduction import Reduction, folds
from microinfer.ops.registry import Kernel, operator


def reduce_min(x: Array, *_: Array, reduction: Reduction) -> Array:
    """Minimum of `x` over the reduction's axes; same dtype."""
    return reduction.shaped(smallest(reduction.rows(x)))


@operator("REDUCE_MIN", ("int8xint32->int8", "float32xint32->float32"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_quantization(node)
    return partial(reduce_min, reduction=Reduction.of(node))
