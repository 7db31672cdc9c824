"""Dynamic update slice: a copy of a tensor with a box replaced; int8, int16, int32, float32, indices int32 or int64.

The box is moved into the tensor where it would reach outside.
Source: TensorFlow Lite Micro kernels/dynamic_update_slice.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, check_shape, where
from microinfer.ops.registry import Kernel, operator


def dynamic_update_slice(x: Array, update: Array, start: Array) -> Array:
    """`x` with `update`, of the same rank and no larger, written at `start` (rank,), clamped so that it fits."""
    room = np.array(x.shape) - update.shape
    first = np.clip(start, 0, room)
    result = x.copy()
    result[tuple(slice(int(f), int(f) + n) for f, n in zip(first, update.shape, strict=True))] = update
    return result


@operator(
    "DYNAMIC_UPDATE_SLICE",
    [f"{t}x{t}x{i}->{t}" for t in ("int8", "int16", "int32", "float32") for i in ("int32", "int64")],
    folds=False,
)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 1, 6)
    shape, update = node.input(0).shape, node.input(1).shape
    if len(update) != len(shape) or any(u > n for u, n in zip(update, shape, strict=True)):
        raise ShapeError(f"{where(node)}: update {update} does not fit {shape}")
    check_shape(node, node.input(2), (len(shape),))
    check_shape(node, node.output, shape)
    return dynamic_update_slice
