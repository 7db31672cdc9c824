"""Gather: slices of a tensor along an axis, picked by int32 positions; int8, float32. Elements are copied as stored.

`batch_dims` leading axes are common to input and positions. A position outside the axis reads foreign memory
upstream, and is refused here.
Source: TensorFlow Lite Micro kernels/gather.cc.
"""

from __future__ import annotations

from functools import partial
from math import prod

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape, resolve_axis, stacks, where
from microinfer.ops.registry import Kernel, operator


def gather(x: Array, positions: Array, *, axis: int, batch_dims: int) -> Array:
    """`x` with `axis` replaced by the axes of int32 `positions` after its first `batch_dims`.

    Raises ShapeError for a position outside 0..length-1.
    """
    length = x.shape[axis]
    if np.any((positions < 0) | (positions >= length)):
        raise ShapeError(f"GATHER positions {positions.min()}..{positions.max()} outside 0..{length - 1}")
    batches, outer, inner = prod(x.shape[:batch_dims]), prod(x.shape[batch_dims:axis]), prod(x.shape[axis + 1 :])
    picks = positions.reshape(batches, 1, prod(positions.shape[batch_dims:]))
    batch, row = np.arange(batches).reshape(-1, 1, 1), np.arange(outer).reshape(1, -1, 1)
    found = x.reshape(batches, outer, length, inner)[batch, row, picks]
    return found.reshape((*x.shape[:axis], *positions.shape[batch_dims:], *x.shape[axis + 1 :]))


def _axes(node: Node) -> tuple[int, int]:
    source, positions = node.input(0).shape, node.input(1).shape
    axis = resolve_axis(node, node.options.get("axis", 0), len(source))
    given = node.options.get("batch_dims", 0)
    batch_dims = given + len(positions) if given < 0 else given
    if not 0 <= batch_dims <= min(axis, len(positions)) or source[:batch_dims] != positions[:batch_dims]:
        raise ShapeError(f"{where(node)}: batch_dims {given} for {source} at axis {axis} and positions {positions}")
    return axis, batch_dims


def folds(node: Node) -> bool:
    """Samples stay apart when constant positions pick along another axis."""
    axis, batch_dims = _axes(node)
    return stacks(node) and node.input(1).data is not None and axis > 0 and batch_dims == 0


@operator("GATHER", ("int8xint32->int8", "float32xint32->float32"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    axis, batch_dims = _axes(node)
    source, positions = node.input(0).shape, node.input(1).shape
    check_shape(node, node.output, (*source[:axis], *positions[batch_dims:], *source[axis + 1 :]))
    return partial(gather, axis=axis, batch_dims=batch_dims)
