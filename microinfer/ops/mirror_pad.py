"""Pad with the mirror image of the border: int8, float32; REFLECT leaves the edge cell out, SYMMETRIC repeats it.

A border after the last cell that is longer than the image repeats the first cell; one before the first cell that is
longer than the image reads outside the input upstream, and is refused here.
Source: TensorFlow Lite Micro kernels/mirror_pad.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape, stacks, where
from microinfer.ops.pad import read_pads
from microinfer.ops.registry import Kernel, operator

Sources = tuple[NDArray[np.int64] | None, ...]


def mirror_pad(x: Array, _: Array, *, sources: Sources) -> Array:
    """`x` with cell j along axis i taken from cell `sources[i][j]`; None leaves an axis as it is."""
    for axis, source in enumerate(sources):
        x = x if source is None else np.take(x, source, axis)
    return x


def mirror_indices(length: int, before: int, after: int, edge: int) -> NDArray[np.int64]:
    """Source cell of each padded cell along an axis; `edge` is 1 to leave the edge cell out, 0 to repeat it."""
    leading = before + edge - 1 - np.arange(before)
    trailing = np.maximum(length - 1 - edge - np.arange(after), 0)
    return np.concatenate([leading, np.arange(length), trailing])


def folds(node: Node) -> bool:
    """Samples stay apart when the first axis is not padded."""
    return stacks(node) and read_pads(node)[0] == (0, 0)


_DTYPES = ("int8xint32->int8", "int8xint64->int8", "float32xint32->float32", "float32xint64->float32")


@operator("MIRROR_PAD", _DTYPES, folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    shape, pads = node.input(0).shape, read_pads(node)
    edge = 1 if node.options.get("mode", "REFLECT") == "REFLECT" else 0
    if any(before > length - edge for length, (before, _) in zip(shape, pads, strict=True)):
        raise ShapeError(f"{where(node)}: paddings {pads} before {shape} reach further than its mirror image")
    check_shape(node, node.output, tuple(n + a + b for n, (a, b) in zip(shape, pads, strict=True)))
    sources = tuple(
        mirror_indices(length, *ends, edge) if any(ends) else None for length, ends in zip(shape, pads, strict=True)
    )
    return partial(mirror_pad, sources=sources)
