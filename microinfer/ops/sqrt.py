"""Square root of float32 values, correctly rounded.

Source: TensorFlow Lite Micro kernels/elementwise.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator


def sqrt(x: Array) -> Array:
    """Square root of float32 `x`, any shape; NaN below zero."""
    with np.errstate(invalid="ignore"):
        return np.sqrt(x)


@operator("SQRT", "float32")
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return sqrt
