"""Embedding lookup: rows of a table picked by int32 numbers; float32, int8, or int8 to float32 (scale * element).

A row number outside the table is refused, as it is upstream.
Source: TensorFlow Lite Micro kernels/embedding_lookup.cc, micro_utils.h.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, check_shape, stacks, where
from microinfer.ops.registry import Kernel, operator


@np.errstate(all="ignore")
def embedding_lookup(lookup: Array, table: Array, *, scale: float | None) -> Array:
    """Rows of `table` (R, ...) named by int32 `lookup` (N,), as float32 times `scale` unless that is None."""
    if np.any((lookup < 0) | (lookup >= len(table))):
        raise ShapeError(f"EMBEDDING_LOOKUP rows {lookup.min()}..{lookup.max()} outside 0..{len(table) - 1}")
    rows = table[lookup]
    return rows if scale is None else rows.astype(np.float32) * np.float32(scale)


def folds(node: Node) -> bool:
    """Numbers of several samples may be looked up at once in a constant table."""
    return stacks(node) and node.input(1).data is not None


@operator("EMBEDDING_LOOKUP", ("int32xfloat32->float32", "int32xint8->int8", "int32xint8->float32"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    lookup, table, target = node.input(0), node.input(1), node.output
    check_rank(node, 1, 1)
    check_rank(node, 2, 8, 1)
    check_shape(node, target, (*lookup.shape, *table.shape[1:]))
    if table.dtype == target.dtype:
        return partial(embedding_lookup, scale=None)
    if table.zero_point != 0:
        raise ModelError(f"{where(node)}: the table must have zero point 0, has {table.zero_point}")
    return partial(embedding_lookup, scale=table.scale)
