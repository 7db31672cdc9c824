"""Position of the first largest element along a constant axis: int8, float32 to int32.

A NaN is never larger than what came before, and nothing is larger than a NaN in the first place.
Source: TensorFlow Lite reference_ops::ArgMinMax, TensorFlow Lite Micro kernels/arg_min_max.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.extremes import first_largest
from microinfer.ops.operands import check_shape, integers, resolve_axis, stacks
from microinfer.ops.registry import Kernel, operator


def arg_max(x: Array, *_: Array, axis: int) -> Array:
    """int32 positions along `axis` of `x`, that axis dropped."""
    return first_largest(np.moveaxis(x, axis, -1)).astype(np.int32)


def arg_axis(node: Node) -> int:
    """The constant axis of an ARG_MAX or ARG_MIN node, its output's shape checked."""
    shape = node.input(0).shape
    axis = resolve_axis(node, integers(node, 1, 1)[0], len(shape))
    check_shape(node, node.output, (*shape[:axis], *shape[axis + 1 :]))
    return axis


def folds(node: Node) -> bool:
    """Samples stay apart when another axis is searched."""
    return stacks(node) and arg_axis(node) != 0


@operator("ARG_MAX", ("int8xint32->int32", "float32xint32->int32"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    return partial(arg_max, axis=arg_axis(node))
