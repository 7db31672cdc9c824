"""Negation of float32 values; the sign of zeros changes too.

Source: TensorFlow Lite Micro kernels/neg.cc.
"""

from __future__ import annotations

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator


def neg(x: Array) -> Array:
    """Minus float32 `x`, any shape."""
    return -x


@operator("NEG", "float32")
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return neg
