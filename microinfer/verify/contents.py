"""Contents of arrays that hunt: uniform, ends of the range, small, constant; and scales that keep outputs in range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.quant import INTEGER_RANGE
from microinfer.verify.draw import Draw
from microinfer.verify.spec import Plan

_STYLES = ("uniform", "uniform", "uniform", "ends", "small", "constant")
_TIE_MULTIPLIERS = (1 << 30, 3 << 29, 5 << 28)
_EDGE_MULTIPLIERS = (0, (1 << 31) - 1, (1 << 30) + 1, 0x7FFF0000, 0x7FFEFFFF)


def integers(draw: Draw, shape: Sequence[int], dtype: str) -> NDArray[Any]:
    """An array of an integer dtype in one of several styles."""
    kind = np.dtype(dtype)
    count = 1
    for size in shape:
        count *= size
    array = np.frombuffer(draw.bytes(count * kind.itemsize), kind).reshape(shape)
    style = draw.choice(_STYLES)
    if style == "uniform":
        return array
    limits = np.iinfo(kind)
    if style == "ends":
        return np.asarray(np.where(array & 1, kind.type(limits.min), kind.type(limits.max)))
    if style == "small":
        return np.asarray(array % 5 - (2 if limits.min else 0), kind)
    return np.full(shape, draw.choice((limits.max, limits.min, limits.min + 1, 1)), kind)


def bias(draw: Draw, channels: int, dtype: str = "int32") -> NDArray[Any]:
    """Biases: of the size of sums, or at the ends of their type."""
    kind = np.dtype(dtype)
    raw = np.frombuffer(draw.bytes(channels * kind.itemsize), kind)
    if draw.chance(8):
        return raw
    if draw.chance(5):
        limits = np.iinfo(kind)
        return np.asarray(np.where(raw & 1, kind.type(limits.min), kind.type(limits.max)))
    return np.asarray(raw >> (kind.itemsize * 8 - draw.choice((16, 8, 20, 4))), kind)


def multipliers(draw: Draw, count: int) -> NDArray[np.int32]:
    """Q0.31 multipliers: uniform in [2**30, 2**31), powers of two and the like that make ties, or edges."""
    kind = draw.integer(0, 9)
    if kind < 6:
        raw = np.frombuffer(draw.bytes(4 * count), np.uint32)
        return ((raw >> np.uint32(2)) + np.uint32(1 << 30)).astype(np.int32)
    options = _TIE_MULTIPLIERS if kind < 9 else _EDGE_MULTIPLIERS
    return np.array([draw.choice(options) for _ in range(count)], np.int32)


def shifts(draw: Draw, count: int, typical: float, low: int = -31, high: int = 30) -> NDArray[np.int32]:
    """Shifts that bring values of size `typical` into the range of int8, some of them far off."""
    centre = 6 - int(np.log2(max(typical, 1.0)))
    if draw.chance(6):
        spread = np.array([draw.choice((low, high, 0, 1, -1, centre)) for _ in range(count)])
    else:
        offsets = np.frombuffer(draw.bytes(count), np.uint8)
        spread = centre + draw.integer(-2, 2) + (offsets % 3).astype(np.int64)
    return np.asarray(np.clip(spread, low, high), np.int32)


def zero_point(draw: Draw, dtype: str = "int8") -> int:
    """A zero point, often at an end."""
    low, high = INTEGER_RANGE[dtype]
    return draw.choice((0, low, high, 1, draw.integer(low, high), draw.integer(low, high)))


def activation(draw: Draw, dtype: str = "int8") -> tuple[int, int]:
    """An activation range: everything, half, a few values, or one."""
    low, high = INTEGER_RANGE[dtype]
    kind = draw.integer(0, 9)
    if kind < 6:
        return low, high
    middle = draw.integer(low, high)
    if kind < 8:
        return (low, middle) if kind == 6 else (middle, high)
    return (middle, middle) if kind == 8 else (middle, min(high, middle + 20))


def is_range(low: int, high: int, dtype: str = "int8") -> bool:
    """Whether this is an activation range of outputs of `dtype`."""
    least, most = INTEGER_RANGE[dtype]
    return least <= low <= high <= most


def channels(draw: Draw, most: int = 36) -> int:
    """A number of channels around the ends of SIMD loops."""
    return min(most, draw.choice((1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 16, 17, 18, 19, 31, 32, 33)))


def layer(draw: Draw, plan: Plan, typical: float, bias_path: str, wide: bool = False) -> dict[str, NDArray[Any]]:
    """Contents of a layer with weights: `typical` is the size of its sums, `wide` bounds left shifts to 7."""
    found: dict[str, NDArray[Any]] = {}
    for buffer in plan.buffers:
        if buffer.role not in ("in", "inout"):
            continue
        if buffer.path == bias_path:
            found[buffer.path] = bias(draw, buffer.shape[0], buffer.dtype)
        elif buffer.path.endswith("multiplier"):
            found[buffer.path] = multipliers(draw, buffer.shape[0])
        elif buffer.path.endswith("shift"):
            found[buffer.path] = shifts(draw, buffer.shape[0], typical, *((-31, 7) if wide else (-31, 30)))
        else:
            found[buffer.path] = integers(draw, buffer.shape, buffer.dtype)
    return found
