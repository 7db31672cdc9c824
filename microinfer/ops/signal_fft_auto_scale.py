"""Shift a frame left as far as its largest magnitude allows, and say how far.

The largest magnitude is a running int16 maximum that -32768, having no positive counterpart, sets back to -32768; if
that leaves it negative, or all is zero, the frame stays as it is. Shifted values wrap.
Source: TensorFlow Lite Micro signal/src/fft_auto_scale.cc, max_abs.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.signal_node import check_inputs, check_outputs


def fft_auto_scale(x: Array) -> tuple[Array, Array]:
    """int16 `x` (n,) shifted left, and the number of bits as int32 ()."""
    largest = _largest_magnitude(x)
    bits = 15 - largest.bit_length() if largest > 0 else 0
    return (x.astype(np.int32) << bits).astype(np.int16), np.array(bits, np.int32)


def _largest_magnitude(x: Array) -> int:
    lowest = np.flatnonzero(x == -32768)
    if lowest.size == 0:
        return int(np.abs(x).max(initial=0))
    largest = -32768
    for value in x[lowest[-1] + 1 :].tolist():
        largest = value if value > largest else max(largest, -value)
    return largest


@operator("SignalFftAutoScale", "int16->int16", folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_inputs(node, 1)
    check_outputs(node, ("int16", node.input(0).shape), ("int32", ()))
    return fft_auto_scale
