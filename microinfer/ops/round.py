"""The nearest integer of float32 values, ties to even.

Source: TensorFlow Lite Micro kernels/round.cc, reference_ops::RoundToNearest.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator


def round_half_even(x: Array) -> Array:
    """float32 `x` of any shape, rounded; a result of zero is +0 unless `x` is -0."""
    below = np.floor(x)
    with np.errstate(invalid="ignore"):
        up = (x - below > 0.5) | ((x - below == 0.5) & (np.fmod(below, np.float32(2)) != 0))
    return np.where(up, below + np.float32(1), below)


@operator("ROUND", "float32")
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return round_half_even
