"""Split: equal parts of a tensor along a constant axis; int8, int16, int32, float32.

Source: TensorFlow Lite Micro kernels/split.cc.
"""

from __future__ import annotations

from functools import partial

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import where
from microinfer.ops.parts import check_parts, folds_of, parts, split_axis
from microinfer.ops.registry import Kernel, operator


def split(axis_tensor: Array, x: Array, *, axis: int, sizes: tuple[int, ...]) -> tuple[Array, ...]:
    """`x` cut into as many equal parts as there are outputs."""
    return parts(x, axis, sizes)


_DTYPES = ("int32xint8->int8", "int32xint16->int16", "int32xint32->int32", "int32xfloat32->float32")


@operator("SPLIT", _DTYPES, folds=folds_of(data=1, axis=0))
def plan(node: Node, numerics: Numerics) -> Kernel:
    axis = split_axis(node, data=1, axis=0)
    sizes = check_parts(node, 1, axis)
    if len(set(sizes)) > 1:
        raise ShapeError(f"{where(node)}: parts {sizes} along axis {axis} are not equal")
    return partial(split, axis=axis, sizes=sizes)
