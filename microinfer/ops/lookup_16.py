"""Tables of 513 int16 entries for functions of int16, read with straight lines between entries.

Source: TensorFlow Lite LUTPopulate and LUTLookup (kernels/internal/common.h); CMSIS-NN arm_nn_softmax_common_s8.c.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from microinfer.fixedpoint import Int64Array
from microinfer.quant import round_half_away

Float32 = NDArray[np.float32]

_STEPS = 512
_LOW, _HIGH = -32768, 32767


def _round(value: Float32) -> Float32:
    return round_half_away(value).astype(np.float32)


def populate(function: Callable[[Float32], Float32], first: float, last: float, unit: float) -> Int64Array:
    """Entries for real inputs `first` to `last`, outputs in multiples of `unit`; formed in float32.

    Each entry but the last is lowered by half the error that the line to the next makes midway.
    """
    low, high = np.float32(first), np.float32(last)
    step = (high - low) / np.float32(_STEPS)
    span = np.float32(unit) * np.float32(_HIGH) - np.float32(unit) * np.float32(_LOW)
    inverse = np.float32(_HIGH - _LOW + 1) / span
    place = np.arange(_STEPS).astype(np.float32) * step
    value = function(low + place) * inverse
    middle = _round(function(low + place + step / np.float32(2)) * inverse)
    following = function(low + np.arange(1, _STEPS + 1).astype(np.float32) * step) * inverse
    line = _round((following + _round(value)) / np.float32(2))
    entries = _round(value) - _round((line - middle) / np.float32(2))
    end = _round(function(np.array([high])) * inverse)
    table: Int64Array = np.clip(np.concatenate([entries, end]), _LOW, _HIGH).astype(np.int64)
    return table


def lookup(value: Int64Array, table: Int64Array) -> Int64Array:
    """Table at int16 `value`, as int16; the slope wraps as int16 does."""
    entry = 256 + (value >> 7)
    base = table[entry]
    slope = (table[entry + 1] - base).astype(np.int16).astype(np.int64)
    result: Int64Array = (base + ((slope * (value & 0x7F) + 64) >> 7)).astype(np.int16).astype(np.int64)
    return result
