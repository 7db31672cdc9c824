"""Natural logarithm of float32 values, as logf of the C library.

Source: TensorFlow Lite Micro kernels/elementwise.cc.
"""

from __future__ import annotations

from microinfer import libm
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator


def log(x: Array) -> Array:
    """Logarithm of float32 `x`, any shape; -infinity for zero, NaN below."""
    return libm.logf(x)


@operator("LOG", "float32")
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return log
