"""Square roots of 64-bit channels, rounded to nearest, shifted right by a number of bits known at run time.

Roots saturate: at 0xFFFF for values below 2**32, at 0xFFFFFFFF above. Shifts outside 0..31 are undefined in C and
refused. Source: TensorFlow Lite Micro signal/src/square_root_32.cc, square_root_64.cc, filter_bank_square_root.cc.
"""

from __future__ import annotations

from math import isqrt

import numpy as np

from microinfer.errors import DomainError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.signal_node import check_inputs, check_outputs


def rounded_root(value: int) -> int:
    """Square root of an unsigned 64-bit number to nearest, as the runtime rounds it."""
    root = isqrt(value)
    most = 0xFFFF if value < 1 << 32 else 0xFFFFFFFF
    return root + (value - root * root > root and root != most)


def filter_bank_square_root(channels: Array, scale_bits: Array) -> Array:
    """uint32 (n,) of uint64 `channels` (n,) for int32 `scale_bits` ()."""
    bits = int(scale_bits)
    if not 0 <= bits <= 31:
        raise DomainError(f"square roots cannot be shifted right by {bits} bits")
    return np.array([rounded_root(value) >> bits for value in channels.tolist()], np.uint32)


@operator("SignalFilterBankSquareRoot", "uint64xint32->uint32", folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_inputs(node, 1, 0)
    check_outputs(node, ("uint32", node.input(0).shape))
    return filter_bank_square_root
