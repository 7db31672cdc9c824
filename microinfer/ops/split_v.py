"""Split into parts of any size along a constant axis; int8, int16, int32, float32.

The sizes are those of the output tensors; the operand that states them is not read.
Source: TensorFlow Lite Micro kernels/split_v.cc.
"""

from __future__ import annotations

from functools import partial

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.parts import check_parts, folds_of, parts, split_axis
from microinfer.ops.registry import Kernel, operator


def split_v(x: Array, *_: Array, axis: int, sizes: tuple[int, ...]) -> tuple[Array, ...]:
    """`x` cut into parts of `sizes` along `axis`."""
    return parts(x, axis, sizes)


@operator(
    "SPLIT_V",
    [f"{t}x{size}xint32->{t}" for t in ("int8", "int16", "int32", "float32") for size in ("int32", "int64")],
    folds=folds_of(data=0, axis=2),
)
def plan(node: Node, numerics: Numerics) -> Kernel:
    axis = split_axis(node, data=0, axis=2)
    return partial(split_v, axis=axis, sizes=check_parts(node, 0, axis))
