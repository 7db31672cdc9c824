"""L2 pooling over NHWC windows: float32 sqrt(sum of squares / number of valid cells), clamped.

Squares are added row by row, every step rounded to float32; padding does not count.
Source: TensorFlow Lite reference_ops::L2Pool.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.float_activation import FloatClamp
from microinfer.ops.operands import stacks
from microinfer.ops.pooling import float_pool_params, valid_cells, window_sum
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.window import Window


@np.errstate(all="ignore")
def l2_pool_2d(x: Array, window: Window, activation: FloatClamp) -> Array:
    """Pool float32 `x` (N, H, W, C) to (N, OH, OW, C); raises ShapeError when a window holds no valid cell."""
    mean = window_sum(x * x, window) / valid_cells(x, window).astype(np.float32)
    return activation(np.sqrt(mean))


@operator("L2_POOL_2D", "float32", folds=stacks)
def plan(node: Node, numerics: Numerics) -> Kernel:
    window, activation = float_pool_params(node)
    return partial(l2_pool_2d, window=window, activation=activation)
