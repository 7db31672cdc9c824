"""Natural logarithm of channels, scaled to int16.

x << input_correction_bits, wrapping; 0 for results below 2. log2 is the leading bit plus the fraction f of 16 bits
below it, plus a table of log2(1 + f) - f at 128 places. The table is hardly interpolated: the runtime shifts the
slope by 16 bits where 9 would lead to the next entry. Times log(2) and output_scale in 16 fractional bits, each
rounded, the latter in a uint32 that wraps; at most 32767.
Source: TensorFlow Lite Micro signal/src/log.cc, filter_bank_log.cc.
"""

from __future__ import annotations

from functools import partial
from math import log2

import numpy as np

from microinfer.fixedpoint import Int64Array, count_leading_zeros
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.signal_node import attributes, check_inputs, check_outputs, check_range

_BITS, _ROUND = 16, 1 << 15
_SEGMENT_BITS = 9
_LOG_2 = 45426
_BULGE = np.array([round((log2(1 + i / 128) - i / 128) * 65536) for i in range(129)], np.int64)


def log32(x: Array, output_scale: int) -> Int64Array:
    """log(x) * output_scale for uint32 `x` >= 1, modulo 2**32 before its last 16 bits are rounded off."""
    value = x.astype(np.int64)
    integer = 31 - count_leading_zeros(value)
    fraction = ((value - (1 << integer)) << _BITS) >> integer
    segment = fraction >> _SEGMENT_BITS
    slope = _BULGE[np.minimum(segment + 1, 128)] - _BULGE[segment]
    bulge = _BULGE[segment] + ((slope * (fraction - (segment << _SEGMENT_BITS))) >> _BITS)
    natural = (_LOG_2 * ((integer << _BITS) + fraction + bulge) + _ROUND) >> _BITS
    scaled: Int64Array = (output_scale * natural + _ROUND) & 0xFFFFFFFF
    return scaled >> _BITS


def filter_bank_log(x: Array, output_scale: int, correction_bits: int) -> Array:
    """int16 (n,) of uint32 channels `x` (n,)."""
    scaled = x << np.uint32(correction_bits)
    logs = np.minimum(log32(np.maximum(scaled, 1), output_scale), 32767)
    return np.where(scaled > 1, logs, 0).astype(np.int16)


@operator("SignalFilterBankLog", "uint32->int16", folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    bits, scale = attributes(node, "input_correction_bits", "output_scale")
    check_range(node, "input_correction_bits", bits, 0, 31)
    check_inputs(node, 1)
    check_outputs(node, ("int16", node.input(0).shape))
    return partial(filter_bank_log, output_scale=scale, correction_bits=bits)
