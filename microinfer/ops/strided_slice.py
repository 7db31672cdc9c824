"""Strided slice: every n-th cell between begin and end; bool, int8, int16, int32, float32, up to four dimensions.

Negative positions count from the end; begin_mask and end_mask bits open that side; an axis in shrink_axis_mask gives
one cell and disappears. As in TensorFlow Lite Micro, ellipsis_mask, new_axis_mask and offset are not looked at, and
begin, end and strides are constants with one entry a dimension. Shrinking an axis past its end or with a negative
stride leaves the output unwritten upstream, and is refused here.
Source: TensorFlow Lite reference_ops::StridedSlice, TensorFlow Lite Micro kernels/strided_slice_common.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, check_shape, integers, stacks, where
from microinfer.ops.registry import Kernel, operator

Cut = slice | int


def strided_slice(x: Array, *_: Array, cuts: tuple[Cut, ...]) -> Array:
    """`x` indexed by one cut an axis: a slice, or a position that drops the axis."""
    return np.asarray(x[cuts], order="C")


def _position(value: int, length: int, stride: int) -> int:
    """Begin or end along an axis, clamped to what a step of that sign can reach."""
    absolute = value + length if value < 0 else value
    low, high = (0, length) if stride > 0 else (-1, length - 1)
    return min(max(absolute, low), high)


def _cut(node: Node, axis: int, length: int, span: tuple[int, int, int]) -> Cut:
    begin, end, stride = span
    opens, ends, shrinks = (
        node.options.get(name, 0) >> axis & 1 for name in ("begin_mask", "end_mask", "shrink_axis_mask")
    )
    if stride == 0:
        raise ShapeError(f"{where(node)}: stride 0 along axis {axis}")
    start = (0 if stride > 0 else length - 1) if opens else _position(begin, length, stride)
    if shrinks:
        if stride < 0 or start >= length:
            raise ShapeError(f"{where(node)}: axis {axis} of length {length} shrinks at {begin} with stride {stride}")
        return start
    stop = (length if stride > 0 else -1) if ends else _position(end, length, stride)
    count = max(0, -((start - stop) // stride))
    if count == length and (stride == 1 or length == 1):
        return slice(None)
    return slice(start, stop if stop >= 0 else None, stride) if count else slice(0, 0)


def cuts_of(node: Node) -> tuple[Cut, ...]:
    """What to take along each axis; `slice(None)` where that is everything in order."""
    shape = node.input(0).shape
    begins, ends, strides = (integers(node, position, len(shape)) for position in (1, 2, 3))
    spans = zip(begins, ends, strides, strict=True)
    return tuple(_cut(node, axis, shape[axis], span) for axis, span in enumerate(spans))


def _length(cut: slice, length: int) -> int:
    return len(range(*cut.indices(length)))


def folds(node: Node) -> bool:
    """Samples stay apart when all of the first axis is taken."""
    return stacks(node) and cuts_of(node)[0] == slice(None)


@operator(
    "STRIDED_SLICE",
    [f"{t}xint32xint32xint32->{t}" for t in ("bool", "int8", "int16", "int32", "float32")],
    folds=folds,
)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 1, 4)
    cuts = cuts_of(node)
    lengths = zip(cuts, node.input(0).shape, strict=True)
    check_shape(node, node.output, tuple(_length(cut, n) for cut, n in lengths if isinstance(cut, slice)))
    return partial(strided_slice, cuts=cuts)
