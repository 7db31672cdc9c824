"""What the pooling operators share: reading window and activation range from a node, and sums over windows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.model import Array, Node
from microinfer.ops.float_activation import FloatClamp, float_activation_range
from microinfer.ops.reduction import sequential_sum
from microinfer.ops.window import Window
from microinfer.quant import Clamp, activation_range


def pool_window(node: Node) -> Window:
    """Window of a pooling node; raises ShapeError unless input and output have the same channels."""
    source, target = node.input(0).shape, node.output.shape
    if source[-1:] != target[-1:]:
        raise ShapeError(f"layer {node.index} ({node.op}): {source} has other channels than {target}")
    return Window.of(node, (node.options.get("filter_height", 1), node.options.get("filter_width", 1)))


def pool_params(node: Node) -> tuple[Window, Clamp]:
    """Window and clamp of a pooling node; input and output must be quantised alike (as TensorFlow Lite demands)."""
    source, target = node.input(0), node.output
    if abs(source.scale - target.scale) > 1e-6 or source.zero_point != target.zero_point:
        raise ModelError(f"layer {node.index} ({node.op}): input and output are quantised differently")
    fused = node.options.get("fused_activation_function", "NONE")
    return pool_window(node), activation_range(fused, target.scale, target.zero_point, target.dtype)


def float_pool_params(node: Node) -> tuple[Window, FloatClamp]:
    """Window and activation range of a float32 pooling node."""
    return pool_window(node), float_activation_range(node.options.get("fused_activation_function", "NONE"))


def flat_patches(x: Array, window: Window, border: Any) -> Array:
    """Cells under each output of `x` (N, H, W, C) as (N, OH, OW, C, KH * KW); padding holds `border`."""
    patches = window.patches(window.pad(x, border))
    return patches.reshape(*patches.shape[:4], -1)


def valid_cells(x: Array, window: Window) -> NDArray[np.int64]:
    """Cells of the input under each output as (1, OH, OW, 1), padding not counted.

    Raises ShapeError when there is none, which CMSIS-NN answers with ARG_ERROR.
    """
    inside = np.ones((1, *x.shape[1:3], 1), np.int64)
    cells = np.asarray(window.patches(window.pad(inside, 0)).sum(axis=(4, 5)), np.int64)
    if not cells.all():
        raise ShapeError(f"pooling window {window.kernel} holds no input cell at some output")
    return cells


def window_sum(x: Array, window: Window) -> Array:
    """Sum of float32 `x` (N, H, W, C) under each output, (N, OH, OW, C), cells added row by row in float32."""
    return sequential_sum(flat_patches(x, window, 0))
