"""Bilinear resizing of NHWC images: int8 in fixed point with ten fractional bits, float32 in float32.

Both round as the reference does: int8 to nearest with ties away from zero, float32 after every operation, the terms
added in the order upper left, lower left, upper right, lower right. For int8 a step that rounds up may name a cell past
the last row or column of a strongly enlarged image; upstream reads foreign memory there, and it is refused here.
Source: TensorFlow Lite reference_ops::ResizeBilinear and ResizeBilinearInteger.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import stacks, where
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.resize import Resize

_ONE = 1 << 10


@dataclass(frozen=True, eq=False)
class Taps:
    """For each output position along an axis: two source cells and the weight of the second, (length,) each."""

    lower: Array
    upper: Array
    weight: Array


def integer_taps(resize: Resize, axis: int) -> Taps:
    """Taps with weights in units of 1/1024 as int64; the weight of the lower cell is 1024 less that of the upper."""
    source, target = resize.source[axis], resize.target[axis]
    inner = 1 if resize.align_corners and target > 1 else 0
    step = (_ONE * (source - inner) + (target - inner) // 2) // (target - inner)
    centre = step // 2 - _ONE // 2 if resize.half_pixel_centers else 0
    position = np.arange(target, dtype=np.int64) * step + centre
    lower = np.maximum(position // _ONE, 0)
    if lower.max(initial=0) >= source:
        raise ShapeError(f"RESIZE_BILINEAR from {source} to {target} steps outside its input")
    upper = np.minimum((position + _ONE - 1) // _ONE, source - 1)
    return Taps(lower, upper, position - _ONE * lower)


def float_taps(resize: Resize, axis: int) -> Taps:
    """Taps with float32 weights."""
    source, target = resize.source[axis], resize.target[axis]
    inner = 1 if resize.align_corners and target > 1 else 0
    step = np.float32(source - inner) / np.float32(target - inner)
    index = np.arange(target).astype(np.float32)
    half = np.float32(0.5)
    position = (index + half) * step - half if resize.half_pixel_centers else index * step
    lower = np.maximum(np.floor(position).astype(np.int64), 0)
    upper = np.minimum(np.ceil(position).astype(np.int64), source - 1)
    return Taps(lower, upper, position - lower.astype(np.float32))


def _weighted_cells(x: Array, rows: Taps, columns: Taps, one: Array) -> Array:
    """Sum of the four cells around each output position, each times its row's and its column's weight."""
    down, right = rows.weight.reshape(-1, 1, 1), columns.weight.reshape(-1, 1)
    upper, lower = x[:, rows.lower], x[:, rows.upper]
    return np.asarray(
        upper[:, :, columns.lower] * (one - down) * (one - right)
        + lower[:, :, columns.lower] * down * (one - right)
        + upper[:, :, columns.upper] * (one - down) * right
        + lower[:, :, columns.upper] * down * right
    )


def resize_bilinear_integer(x: Array, _: Array, *, rows: Taps, columns: Taps) -> Array:
    """Resize int8 `x` (N, H, W, C) to int8 (N, OH, OW, C), quantisation unchanged."""
    total = _weighted_cells(x.astype(np.int64), rows, columns, np.array(_ONE))
    rounded = np.sign(total) * ((np.abs(total) + (1 << 19)) >> 20)
    return np.asarray(rounded, x.dtype)


@np.errstate(all="ignore")
def resize_bilinear_float(x: Array, _: Array, *, rows: Taps, columns: Taps) -> Array:
    """Resize float32 `x` (N, H, W, C) to float32 (N, OH, OW, C)."""
    return _weighted_cells(x, rows, columns, np.array(1, np.float32)) + np.float32(0)


@operator("RESIZE_BILINEAR", ("int8xint32->int8", "float32xint32->float32"), folds=stacks)
def plan(node: Node, numerics: Numerics) -> Kernel:
    resize = Resize.of(node)
    if resize.align_corners and resize.half_pixel_centers:
        raise ModelError(f"{where(node)}: align_corners and half_pixel_centers exclude each other")
    if node.output.dtype == "int8":
        return partial(resize_bilinear_integer, rows=integer_taps(resize, 0), columns=integer_taps(resize, 1))
    return partial(resize_bilinear_float, rows=float_taps(resize, 0), columns=float_taps(resize, 1))
