"""Largest element over constant axes: int8 with equal quantisation of input and output, float32.

float32 starts from the lowest finite value and ignores NaN, so that rows of NaN or minus infinity give that value.
Source: TensorFlow Lite reference_ops::ReduceGeneric, TensorFlow Lite Micro kernels/reduce_common.cc.
"""

from __future__ import annotations

from functools import partial

from microinfer.errors import ModelError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.extremes import largest
from microinfer.ops.operands import scale_and_zero_point, where
from microinfer.ops.reduction import Reduction, folds
from microinfer.ops.registry import Kernel, operator


def reduce_max(x: Array, *_: Array, reduction: Reduction) -> Array:
    """Maximum of `x` over the reduction's axes; same dtype."""
    return reduction.shaped(largest(reduction.rows(x)))


def check_quantization(node: Node) -> None:
    """Raise ModelError unless input and output of an int8 node are quantised alike."""
    if node.output.dtype == "int8" and scale_and_zero_point(node.input(0)) != scale_and_zero_point(node.output):
        raise ModelError(f"{where(node)}: input and output are quantised differently")


@operator("REDUCE_MAX", ("int8xint32->int8", "float32xint32->float32"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_quantization(node)
    return partial(reduce_max, reduction=Reduction.of(node))
