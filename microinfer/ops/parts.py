"""Cutting a tensor into consecutive parts along an axis: what SPLIT and SPLIT_V share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.ops.operands import check_shape, holds_samples, integers, resolve_axis, where


def parts(x: Array, axis: int, sizes: tuple[int, ...]) -> tuple[Array, ...]:
    """Consecutive parts of `x`, `sizes[i]` long along `axis`."""
    cuts = np.cumsum(sizes)[:-1]
    return tuple(np.asarray(part, order="C") for part in np.split(x, cuts, axis=axis))


def split_axis(node: Node, data: int, axis: int) -> int:
    """The constant axis at input `axis`, for the data at input `data`."""
    return resolve_axis(node, integers(node, axis, 1)[0], len(node.input(data).shape))


def check_parts(node: Node, data: int, axis: int) -> tuple[int, ...]:
    """Length of each output along `axis`; raises ShapeError unless together they are the input."""
    shape = node.input(data).shape
    if any(len(output.shape) != len(shape) for output in node.outputs):
        raise ShapeError(f"{where(node)}: outputs need {len(shape)} dimensions")
    sizes = tuple(output.shape[axis] for output in node.outputs)
    for output, size in zip(node.outputs, sizes, strict=True):
        check_shape(node, output, (*shape[:axis], size, *shape[axis + 1 :]))
    if sum(sizes) != shape[axis]:
        raise ShapeError(f"{where(node)}: parts {sizes} do not make axis {axis} of {shape}")
    return sizes


def folds_of(data: int, axis: int) -> Callable[[Node], bool]:
    """`folds` of a split: samples stay apart when another axis is cut."""

    def folds(node: Node) -> bool:
        return holds_samples(node.input(data)) and split_axis(node, data, axis) != 0

    return folds
