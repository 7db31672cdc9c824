"""Square of float32 values.

Source: TensorFlow Lite Micro kernels/elementwise.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator


def square(x: Array) -> Array:
    """Square of float32 `x`, any shape."""
    with np.errstate(all="ignore"):
        return x * x


@operator("SQUARE", "float32")
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return square
