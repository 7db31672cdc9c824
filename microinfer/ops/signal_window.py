"""Multiply frames by a window: saturate((x * weights) >> shift) to int16.

The innermost values run through the weights again and again. Shifts outside 0..31 are undefined in C and refused.
Source: TensorFlow Lite Micro signal/src/window.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import where
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.signal_node import attributes, check_inputs, check_outputs, check_range


def window(x: Array, weights: Array, shift: int) -> Array:
    """int16 `x`, a whole number of frames, times int16 `weights` (frame,); shape of `x`."""
    product = x.reshape(-1, len(weights)).astype(np.int32) * weights.astype(np.int32)
    clipped: Array = np.clip(product >> shift, -32768, 32767).astype(np.int16)
    return clipped.reshape(x.shape)


@operator("SignalWindow", "int16xint16->int16", folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    (shift,) = attributes(node, "shift")
    check_range(node, "shift", shift, 0, 31)
    check_inputs(node, -1, 1)
    x, weights = node.input(0), node.input(1)
    check_outputs(node, ("int16", x.shape))
    if weights.elements == 0 or x.elements % weights.elements:
        raise ShapeError(f"{where(node)}: {x.elements} values are no whole number of windows of {weights.elements}")
    return partial(window, shift=shift)
