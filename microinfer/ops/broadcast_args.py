"""The shape that two shapes broadcast to; int32, int64.

Shapes are compared from their last entry, a missing entry counts as 1; the output has as many entries as the model
says, so that a longer one starts with ones and a shorter one lacks the first.
Source: TensorFlow Lite reference_ops::BroadcastArgs.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, where
from microinfer.ops.registry import Kernel, operator


def _entries(shape: Array, count: int) -> Array:
    """The last `count` entries, ones before them where there are fewer."""
    return np.concatenate([np.ones(count, shape.dtype), shape])[-count:]


def broadcast_args(a: Array, b: Array, count: int) -> Array:
    """Shapes `a` (A,) and `b` (B,) broadcast, as (count,); raises ShapeError where entries differ and none is 1."""
    left, right = _entries(a, count), _entries(b, count)
    if np.any((left != right) & (left != 1) & (right != 1)):
        raise ShapeError(f"BROADCAST_ARGS: {a.tolist()} and {b.tolist()} do not broadcast")
    return np.where(left == 1, right, left)


@operator("BROADCAST_ARGS", ("int32xint32->int32", "int64xint64->int64"), folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 1, 1)
    check_rank(node, 1, 1, 1)
    if len(node.output.shape) != 1 or node.output.elements < 1:
        raise ShapeError(f"{where(node)}: output {node.output.shape} is not a shape")
    return partial(broadcast_args, count=node.output.elements)
