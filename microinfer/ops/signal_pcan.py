"""Per-channel amplitude normalisation: a gain by the noise estimate, then a soft threshold.

gain(n) is a table of 2 values, then of quadratics: for n of k bits, f the 10 bits below the leading one and a, b, c
three entries from 4 * k - 6 on, int16(a + ((b * 32 + (c * f >> 5)) * f + 2**14 >> 15)). The ratio (x * gain) >>
snr_shift has 12 fractional bits; below 2 the output is a quarter of its square, above it less 1, with 6 fractional
bits. Noise below 3 takes its gain from the table as it is. The ratio and its square are uint32 that wrap.
Source: TensorFlow Lite Micro signal/src/pcan_argc_fixed.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.fixedpoint import Int64Array, count_leading_zeros
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import where
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.signal_node import attributes, check_inputs, check_outputs, check_range

_TABLE = 125
_SNR_BITS, _OUTPUT_BITS = 12, 6


def gain(noise: Array, table: Array) -> Int64Array:
    """Gains (n,) in the range of int16 for uint32 `noise` (n,), by the int16 `table` (125,)."""
    n, entries = noise.astype(np.int64), table.astype(np.int64)
    bits = 32 - count_leading_zeros(n)
    start = np.maximum(4 * bits - 6, 0)
    fraction = np.where(bits < 11, n << np.maximum(11 - bits, 0), n >> np.maximum(bits - 11, 0)) & 0x3FF
    slope = ((entries[start + 2] * fraction) >> 5) + (entries[start + 1] << 5)
    curve = ((slope * fraction + (1 << 14)) >> 15) + entries[start]
    return np.where(n <= 2, entries[np.minimum(n, 2)], curve.astype(np.int16))


def shrink(ratio: Array) -> Array:
    """uint32 with 6 fractional bits of uint32 `ratio` with 12: x * x / 4 below 2, x - 1 above."""
    x = ratio.astype(np.int64)
    curve = (x * x) >> (2 + 2 * _SNR_BITS - _OUTPUT_BITS)
    line = (x >> (_SNR_BITS - _OUTPUT_BITS)) - (1 << _OUTPUT_BITS)
    return np.where(x < 2 << _SNR_BITS, curve, line).astype(np.uint32)


def pcan(x: Array, noise: Array, table: Array, snr_shift: int) -> Array:
    """uint32 (n,) of uint32 channels `x` and `noise` (n,), each, and the int16 gain `table` (125,)."""
    factor = gain(noise, table).astype(np.uint32).astype(np.uint64)
    return shrink(((x.astype(np.uint64) * factor) >> np.uint64(snr_shift)).astype(np.uint32))


@operator("SignalPCAN", "uint32xuint32xint16->uint32", folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    (snr_shift,) = attributes(node, "snr_shift")
    check_range(node, "snr_shift", snr_shift, 0, 63)
    check_inputs(node, 1, 1, 1)
    channels, noise, table = (node.input(i).elements for i in range(3))
    if noise != channels or table < _TABLE:
        raise ShapeError(f"{where(node)}: {channels} channels, {noise} estimates, {table} gains; needs {_TABLE} gains")
    check_outputs(node, ("uint32", (channels,)))
    return partial(pcan, snr_shift=snr_shift)
