"""Negation of bool values.

Source: TensorFlow Lite Micro kernels/elementwise.cc.
"""

from __future__ import annotations

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator


def logical_not(x: Array) -> Array:
    """True where bool `x`, any shape, is False."""
    return ~x


@operator("LOGICAL_NOT", "bool")
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return logical_not
