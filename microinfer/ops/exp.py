"""e**x of float32 values, as expf of the C library.

Source: TensorFlow Lite Micro kernels/exp.cc.
"""

from __future__ import annotations

from microinfer import libm
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator


def exp(x: Array) -> Array:
    """e**x of float32 `x`, any shape."""
    return libm.expf(x)


@operator("EXP", "float32")
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return exp
