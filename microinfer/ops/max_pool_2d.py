"""Max pooling over NHWC windows: int8, int16, float32.

Each output is the largest valid cell of its window, clamped; padding does not count, and neither does NaN.
Source: CMSIS-NN arm_max_pool_s8, arm_max_pool_s16; TensorFlow Lite reference_integer_ops::MaxPool,
reference_ops::MaxPool.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.extremes import largest, lowest_of
from microinfer.ops.float_activation import FloatClamp
from microinfer.ops.operands import stacks
from microinfer.ops.pooling import flat_patches, float_pool_params, pool_params
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.window import Window
from microinfer.quant import Clamp


def max_pool_2d(x: Array, window: Window, activation: Clamp) -> Array:
    """Pool int8 or int16 `x` (N, H, W, C) to (N, OH, OW, C), quantisation unchanged."""
    found = window.patches(window.pad(x, int(lowest_of(x.dtype)))).max(axis=(4, 5))
    return activation(found.astype(np.int64)).astype(x.dtype)


def max_pool_2d_float(x: Array, window: Window, activation: FloatClamp) -> Array:
    """Pool float32 `x` (N, H, W, C) to (N, OH, OW, C); a window of NaN gives the lowest finite value, clamped."""
    return activation(largest(flat_patches(x, window, lowest_of(x.dtype))))


@operator("MAX_POOL_2D", ("int8", "int16"), folds=stacks)
def plan(node: Node, numerics: Numerics) -> Kernel:
    window, activation = pool_params(node)
    return partial(max_pool_2d, window=window, activation=activation)


@operator("MAX_POOL_2D", "float32", folds=stacks)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    window, activation = float_pool_params(node)
    return partial(max_pool_2d_float, window=window, activation=activation)
