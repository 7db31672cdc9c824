"""Average pooling over NHWC windows: int8, int16, float32.

Each output is the sum of the window's valid cells divided by their number, for integers with ties away from zero, for
float32 added row by row; padding does not count.
Source: CMSIS-NN arm_avgpool_s8, arm_avgpool_s16; TensorFlow Lite reference_integer_ops::AveragePool,
reference_ops::AveragePool.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.float_activation import FloatClamp
from microinfer.ops.operands import stacks
from microinfer.ops.pooling import float_pool_params, pool_params, valid_cells, window_sum
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.window import Window
from microinfer.quant import Clamp


def average_pool_2d(x: Array, window: Window, activation: Clamp) -> Array:
    """Pool int8 or int16 `x` (N, H, W, C) to (N, OH, OW, C), quantisation unchanged.

    Raises ShapeError when a window holds no valid cell.
    """
    total = window.patches(window.pad(x.astype(np.int64), 0)).sum(axis=(4, 5))
    cells = valid_cells(x, window)
    mean = np.sign(total) * ((np.abs(total) + cells // 2) // cells)
    return activation(mean).astype(x.dtype)


@np.errstate(all="ignore")
def average_pool_2d_float(x: Array, window: Window, activation: FloatClamp) -> Array:
    """Pool float32 `x` (N, H, W, C) to (N, OH, OW, C); raises ShapeError when a window holds no valid cell."""
    return activation(window_sum(x, window) / valid_cells(x, window).astype(np.float32))


@operator("AVERAGE_POOL_2D", ("int8", "int16"), folds=stacks)
def plan(node: Node, numerics: Numerics) -> Kernel:
    window, activation = pool_params(node)
    return partial(average_pool_2d, window=window, activation=activation)


@operator("AVERAGE_POOL_2D", "float32", folds=stacks)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    window, activation = float_pool_params(node)
    return partial(average_pool_2d_float, window=window, activation=activation)
