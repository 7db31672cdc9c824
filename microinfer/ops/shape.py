"""Shape: the input's dimensions as an int32 vector; input of any dtype.

Source: TensorFlow Lite Micro kernels/shape.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator


def shape(x: Array) -> Array:
    """Dimensions of `x` as int32 (rank,)."""
    return np.array(x.shape, np.int32)


@operator("SHAPE", "*->int32", folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, (len(node.input(0).shape),))
    return shape
