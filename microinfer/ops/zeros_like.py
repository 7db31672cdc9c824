"""Zeros in the shape of the input: int8, int32, int64, float32. The stored value is 0, whatever the zero point.

Source: TensorFlow Lite Micro kernels/zeros_like.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape, stacks
from microinfer.ops.registry import Kernel, operator


def zeros_like(x: Array) -> Array:
    """Zeros of the shape and dtype of `x`."""
    return np.zeros_like(x)


@operator("ZEROS_LIKE", ("int8", "int32", "int64", "float32"), folds=stacks)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return zeros_like
