"""The larger of two values, elementwise; shapes broadcast. Quantised values are compared as stored.

Where neither is larger (zeros of either sign, NaN) the result is the second.
Source: TensorFlow Lite Micro kernels/maximum_minimum.h; CMSIS-NN arm_maximum_s8.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.broadcast import check_broadcast, folds
from microinfer.ops.registry import Kernel, operator


def maximum(a: Array, b: Array) -> Array:
    """The larger of `a` and `b`, same dtype, NumPy broadcasting."""
    return np.where(a > b, a, b)


@operator("MAXIMUM", tuple(f"{t}x{t}->{t}" for t in ("int8", "int16", "int32", "int64", "float32")), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    return maximum
