"""Operators that work on each row along the last axis: when samples may be stacked, and sums in order."""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.ops.operands import stacks


def folds(node: Node) -> bool:
    """Samples may be stacked along the first axis unless that is the row itself."""
    return stacks(node) and len(node.input(0).shape) > 1


def row_sums(x: Array) -> Array:
    """Sums of float32 `x` (..., C) along the last axis, first to last, each step rounded; shape (..., 1)."""
    with np.errstate(all="ignore"):
        return np.asarray(np.add.accumulate(x, axis=-1, dtype=np.float32)[..., -1:])


def row_maxima(x: Array) -> Array:
    """Largest of float32 `x` (..., C) along the last axis, at least the lowest finite number; NaN is passed over."""
    lowest = np.finfo(np.float32).min
    return np.asarray(np.fmax.reduce(x, axis=-1, keepdims=True, initial=lowest))
