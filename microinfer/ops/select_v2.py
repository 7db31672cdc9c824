"""Elements of one tensor or another, as a bool tensor says; shapes broadcast. Quantised values stay as stored.

Source: TensorFlow Lite Micro kernels/select.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.broadcast import check_broadcast, folds
from microinfer.ops.registry import Kernel, operator


def select(condition: Array, x: Array, y: Array) -> Array:
    """`x` where bool `condition` holds, else `y`; `x` and `y` of one dtype, NumPy broadcasting."""
    return np.where(condition, x, y)


@operator("SELECT_V2", tuple(f"boolx{t}x{t}->{t}" for t in ("int8", "int16", "float32")), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    return select
