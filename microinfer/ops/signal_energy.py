"""Energy of a spectrum: re * re + im * im from start_index up to end_index.

The runtime writes only that range and leaves whatever memory holds around it; here the rest is 0.
Source: TensorFlow Lite Micro signal/src/energy.cc.
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


def energy(spectrum: Array, start: int, end: int) -> Array:
    """uint32 (n,) of int16 `spectrum` (2 * n,), real and imaginary parts in turns."""
    squares: Array = np.square(spectrum.reshape(-1, 2).astype(np.int64)).sum(axis=1)
    squares[:start] = 0
    squares[end:] = 0
    return squares.astype(np.uint32)


@operator("SignalEnergy", "int16->uint32", folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    end, start = attributes(node, "end_index", "start_index")
    check_inputs(node, 1)
    values = node.input(0).elements
    if values % 2:
        raise ShapeError(f"{where(node)}: {values} values are no complex numbers")
    check_outputs(node, ("uint32", (values // 2,)))
    check_range(node, "end_index", end, 0, values // 2)
    check_range(node, "start_index", start, 0, end)
    return partial(energy, start=start, end=end)
