"""Cosine of float32 values in radians, as cosf of the C library.

Source: TensorFlow Lite Micro kernels/elementwise.cc.
"""

from __future__ import annotations

from microinfer import libm
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator


def cos(x: Array) -> Array:
    """Cosine of float32 `x`, any shape; NaN for infinities."""
    return libm.cosf(x)


@operator("COS", "float32")
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return cos
