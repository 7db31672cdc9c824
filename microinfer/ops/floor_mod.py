"""Remainder of float32 values with the sign of the divisor; shapes broadcast.

fmod, plus the divisor where it is not zero and has the other sign; NaN for a divisor of zero.
Source: TensorFlow Lite Micro kernels/floor_mod.cc.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.broadcast import check_broadcast, folds
from microinfer.ops.registry import Kernel, operator


def floor_mod(a: Array, b: Array) -> Array:
    """a - b * floor(a / b) of float32 arrays, NumPy broadcasting, as float32."""
    with np.errstate(all="ignore"):
        rest = np.fmod(a, b)
        return np.where((rest != 0) & ((b < 0) != (rest < 0)), rest + b, rest)


@operator("FLOOR_MOD", "float32xfloat32->float32", folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    return floor_mod
