"""Quotient of float32 values rounded toward minus infinity; shapes broadcast.

The quotient is formed and rounded down in double. Refused with DomainError: a division by zero, which TensorFlow Lite
Micro answers with an error. Source: TensorFlow Lite Micro kernels/floor_div.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.errors import DomainError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.broadcast import check_broadcast, folds
from microinfer.ops.registry import Kernel, operator


def floor_div(a: Array, b: Array) -> Array:
    """floor(a / b) of float32 arrays, NumPy broadcasting, as float32."""
    if not b.all():
        raise DomainError("FLOOR_DIV divides by zero")
    with np.errstate(all="ignore"):
        return np.floor(a.astype(np.float64) / b.astype(np.float64)).astype(np.float32)


@operator("FLOOR_DIV", "float32xfloat32->float32", folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    return floor_div
