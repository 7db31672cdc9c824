"""Max pooling over NHWC windows, int8.

Each output is the largest valid cell of its window, clamped; padding does not count.
Source: CMSIS-NN arm_max_pool_s8; TensorFlow Lite reference_integer_ops::MaxPool.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.pooling import pool_params
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.window import Window
from microinfer.quant import Clamp


def max_pool_2d(x: Array, window: Window, activation: Clamp) -> Array:
    """Pool int8 `x` (N, H, W, C) to (N, OH, OW, C), quantisation unchanged."""
    lowest = int(np.iinfo(x.dtype).min)
    largest = window.patches(window.pad(x, lowest)).max(axis=(4, 5))
    return activation(largest.astype(np.int64)).astype(x.dtype)


@operator("MAX_POOL_2D", "int8")
def plan(node: Node, numerics: Numerics) -> Kernel:
    window, activation = pool_params(node)
    return partial(max_pool_2d, window=window, activation=activation)
