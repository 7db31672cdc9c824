"""Reducing over axes: which elements make up each output, and sums in the reference's order."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.ops.operands import check_elements, integers, resolve_axis, restack, stacks, where


@dataclass(frozen=True)
class Reduction:
    """Input shape, the axes that disappear in ascending order, and the output's shape."""

    source: tuple[int, ...]
    axes: tuple[int, ...]
    target: tuple[int, ...]

    @classmethod
    def of(cls, node: Node) -> Reduction:
        """Reduction of a node with constant int32 axes; repeated axes count once, a scalar has none.

        Raises ShapeError when the output holds another number of elements, or the input none at all.
        """
        shape = node.input(0).shape
        axes = {resolve_axis(node, axis, len(shape)) for axis in integers(node, 1)} if shape else set()
        if prod(shape) == 0:
            raise ShapeError(f"{where(node)}: input {shape} holds no element")
        reduction = cls(shape, tuple(sorted(axes)), node.output.shape)
        check_elements(node, reduction.kept, node.output.shape)
        return reduction

    @property
    def kept(self) -> tuple[int, ...]:
        """Lengths of the axes that stay."""
        return tuple(n for axis, n in enumerate(self.source) if axis not in self.axes)

    @property
    def count(self) -> int:
        """Elements that make up one output."""
        return prod(self.source[axis] for axis in self.axes)

    def rows(self, x: Array) -> Array:
        """`x` as (kept axes..., count), the elements of an output in the order they are stored."""
        kept = [axis for axis in range(x.ndim) if axis not in self.axes]
        moved: Array = x.transpose(*kept, *self.axes)
        return moved.reshape((*moved.shape[: len(kept)], self.count))

    def shaped(self, outputs: Array) -> Array:
        """Outputs of shape (kept axes...) in the output's shape."""
        return restack(outputs, self.kept, self.target)


def folds(node: Node) -> bool:
    """Samples stay apart when the first axis stays."""
    return stacks(node) and 0 not in Reduction.of(node).axes


def sequential_sum(rows: Array) -> Array:
    """Sum of float32 `rows` along the last axis, added one after the other from 0, each step rounded to float32."""
    with np.errstate(all="ignore"):
        total = np.cumsum(rows, axis=-1, dtype=rows.dtype)[..., -1]
    return np.asarray(total + rows.dtype.type(0))
