"""Dequantize: int8, uint8 or int16 to float32, scale * (x - zero point) formed in double and rounded once.

Source: TensorFlow Lite reference_ops::Dequantize.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator


def dequantize(x: Array, scale: float, zero_point: int) -> Array:
    """Integer `x` of any shape as float32 of the same shape."""
    return (scale * (x.astype(np.float64) - zero_point)).astype(np.float32)


@operator("DEQUANTIZE", ("int8->float32", "uint8->float32", "int16->float32"))
def plan(node: Node, numerics: Numerics) -> Kernel:
    source = node.input(0)
    check_shape(node, node.output, source.shape)
    return partial(dequantize, scale=source.scale, zero_point=source.zero_point)
