"""Nearest-neighbour resizing of NHWC images: int8, int16, float32.

Source cell = (output cell + offset) * step in float32, offset 0.5 for half pixel centres, else 0; rounded half away
from zero with aligned corners, else down.
Source: TensorFlow Lite reference_ops::ResizeNearestNeighbor.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import stacks
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.resize import Resize
from microinfer.quant import round_half_away


def nearest_cells(resize: Resize, axis: int) -> Array:
    """Source cell of each output cell along height (axis 0) or width (axis 1), int64."""
    source, target = resize.source[axis], resize.target[axis]
    inner = 1 if resize.align_corners and target > 1 else 0
    step = np.float32(source - inner) / np.float32(target - inner)
    offset = np.float32(0.5 if resize.half_pixel_centers else 0)
    position = (np.arange(target).astype(np.float32) + offset) * step
    cell = round_half_away(position) if resize.align_corners else np.floor(position)
    return np.minimum(cell.astype(np.int64), source - 1)


def resize_nearest_neighbor(x: Array, _: Array, *, rows: Array, columns: Array) -> Array:
    """`x` (N, H, W, C) with output row i taken from `rows[i]`, output column j from `columns[j]`."""
    return x[:, rows][:, :, columns]


_DTYPES = ("int8xint32->int8", "int16xint32->int16", "float32xint32->float32")


@operator("RESIZE_NEAREST_NEIGHBOR", _DTYPES, folds=stacks)
def plan(node: Node, numerics: Numerics) -> Kernel:
    resize = Resize.of(node)
    return partial(resize_nearest_neighbor, rows=nearest_cells(resize, 0), columns=nearest_cells(resize, 1))
