"""Average pooling over NHWC windows, int8.

Each output is the sum of the window's valid cells divided by their number, ties away from zero; padding does not
count. Source: CMSIS-NN arm_avgpool_s8; TensorFlow Lite reference_integer_ops::AveragePool.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.pooling import pool_params
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.window import Window
from microinfer.quant import Clamp


def average_pool_2d(x: Array, window: Window, activation: Clamp) -> Array:
    """Pool int8 `x` (N, H, W, C) to (N, OH, OW, C), quantisation unchanged.

    Raises ShapeError when a window holds no valid cell, which CMSIS-NN answers with ARG_ERROR.
    """
    total = window.patches(window.pad(x.astype(np.int64), 0)).sum(axis=(4, 5))
    valid = np.ones((1, *x.shape[1:3], 1), np.int64)
    cells = window.patches(window.pad(valid, 0)).sum(axis=(4, 5))
    if not cells.all():
        raise ShapeError(f"AVERAGE_POOL_2D window {window.kernel} holds no input cell at some output")
    mean = np.sign(total) * ((np.abs(total) + cells // 2) // cells)
    return activation(mean).astype(x.dtype)


@operator("AVERAGE_POOL_2D", "int8")
def plan(node: Node, numerics: Numerics) -> Kernel:
    window, activation = pool_params(node)
    return partial(average_pool_2d, window=window, activation=activation)
