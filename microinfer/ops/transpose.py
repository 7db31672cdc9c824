"""Transpose: axes in another, constant order; int8, int16, float32, up to five dimensions.

Source: TensorFlow Lite reference_ops::Transpose, TensorFlow Lite Micro kernels/transpose_common.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, check_shape, integers, stacks, where
from microinfer.ops.registry import Kernel, operator


def transpose(x: Array, *_: Array, order: tuple[int, ...]) -> Array:
    """`x` with output axis i being input axis `order[i]`."""
    return np.asarray(x.transpose(order), order="C")


def folds(node: Node) -> bool:
    """Samples stay along the first axis when it stays first."""
    return stacks(node) and integers(node, 1)[0] == 0


@operator("TRANSPOSE", ("int8xint32->int8", "int16xint32->int16", "float32xint32->float32"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 1, 5)
    shape = node.input(0).shape
    order = integers(node, 1, len(shape))
    if sorted(order) != list(range(len(shape))):
        raise ShapeError(f"{where(node)}: {order} is not an order of {len(shape)} axes")
    check_shape(node, node.output, tuple(shape[axis] for axis in order))
    return partial(transpose, order=order)
