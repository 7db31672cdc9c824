"""The next integer above, of float32 values.

Source: TensorFlow Lite Micro kernels/ceil.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator


def ceil(x: Array) -> Array:
    """float32 `x` of any shape, rounded toward plus infinity."""
    return np.ceil(x)


@operator("CEIL", "float32")
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return ceil
