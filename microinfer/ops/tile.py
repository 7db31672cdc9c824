"""Tile: the tensor repeated along each axis; any dtype of fixed size. The repeats are constant.

TensorFlow Lite Micro has no such operator. Source: TensorFlow Lite kernels/tile.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import FIXED_SIZE_DTYPES, check_shape, integers, stacks, where
from microinfer.ops.registry import Kernel, operator


def tile(x: Array, *_: Array, repeats: tuple[int, ...]) -> Array:
    """`x` (d0, d1, ...) repeated to (d0 * repeats[0], d1 * repeats[1], ...)."""
    return np.tile(x, repeats)


def folds(node: Node) -> bool:
    """Samples stay apart when the first axis is not repeated."""
    return stacks(node) and integers(node, 1)[:1] == (1,)


@operator(
    "TILE", [f"{dtype}x{index}->{dtype}" for dtype in FIXED_SIZE_DTYPES for index in ("int32", "int64")], folds=folds
)
def plan(node: Node, numerics: Numerics) -> Kernel:
    shape = node.input(0).shape
    repeats = integers(node, 1, len(shape))
    if any(n < 0 for n in repeats):
        raise ShapeError(f"{where(node)}: cannot repeat {repeats} times")
    check_shape(node, node.output, tuple(n * r for n, r in zip(shape, repeats, strict=True)))
    return partial(tile, repeats=repeats)
