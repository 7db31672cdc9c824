"""The next integer below, of float32 values.

Source: TensorFlow Lite Micro kernels/floor.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator


def floor(x: Array) -> Array:
    """float32 `x` of any shape, rounded toward minus infinity."""
    return np.floor(x)


@operator("FLOOR", "float32")
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return floor
