"""Logical and of bool values; shapes broadcast.

Source: TensorFlow Lite Micro kernels/logical_common.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.broadcast import check_broadcast, folds
from microinfer.ops.registry import Kernel, operator


def logical_and(a: Array, b: Array) -> Array:
    """bool `a` and `b`, NumPy broadcasting."""
    return np.logical_and(a, b)


@operator("LOGICAL_AND", "boolxbool->bool", folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    return logical_and
