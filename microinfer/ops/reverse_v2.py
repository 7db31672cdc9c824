"""Reverse along constant axes that follow one another: bool, int8, uint8, int16, int32, int64, float32.

Source: TensorFlow Lite reference_ops::Reverse, TensorFlow Lite Micro kernels/reverse.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, check_shape, integers, resolve_axis, stacks, where
from microinfer.ops.registry import Kernel, operator


def reverse_v2(x: Array, *_: Array, axes: tuple[int, ...]) -> Array:
    """`x` with the order of its elements reversed along each of `axes`."""
    return np.asarray(np.flip(x, axes), order="C")


def _axes(node: Node) -> tuple[int, ...]:
    axes = tuple(sorted(resolve_axis(node, axis, len(node.input(0).shape)) for axis in integers(node, 1)))
    if not axes or axes != tuple(range(axes[0], axes[0] + len(axes))):
        raise ShapeError(f"{where(node)}: axes {axes} do not follow one another")
    return axes


def folds(node: Node) -> bool:
    """Samples stay apart when the first axis keeps its order."""
    return stacks(node) and 0 not in _axes(node)


@operator(
    "REVERSE_V2",
    [f"{t}xint32->{t}" for t in ("bool", "int8", "uint8", "int16", "int32", "int64", "float32")],
    folds=folds,
)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 1, 6)
    check_shape(node, node.output, node.input(0).shape)
    return partial(reverse_v2, axes=_axes(node))
