"""Sums of float32 products as a plain C loop forms them: one after the other, each product and each sum rounded.

Source: TensorFlow Lite reference_ops (Conv, FullyConnected, BatchMatMul), compiled without fused multiply-add.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from microinfer.errors import ModelError
from microinfer.graph.model import Array, Node

Float32Array = NDArray[np.float32]
Limits = tuple[np.float32, np.float32]

_LIMITS = {"NONE": (None, None), "RELU": (0.0, None), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0)}


def dot_in_order(rows: Float32Array, columns: Float32Array) -> Float32Array:
    """`rows` (..., M, K) times `columns` (..., K, N), as matmul, k ascending from a sum of zero."""
    total = np.zeros((rows[..., :1] * columns[..., :1, :]).shape, np.float32)
    with np.errstate(all="ignore"):
        for k in range(rows.shape[-1]):
            total += rows[..., k, None] * columns[..., k, None, :]
    return total


def float_limits(node: Node) -> Limits:
    """Ends of the fused activation of a float layer; without one, those of finite float32 (infinity is clamped)."""
    fused = node.options.get("fused_activation_function", "NONE")
    if fused not in _LIMITS:
        raise ModelError(f"layer {node.index} ({node.op}): no fused {fused} here; known: {', '.join(_LIMITS)}")
    low, high = _LIMITS[fused]
    widest = np.finfo(np.float32)
    return np.float32(widest.min if low is None else low), np.float32(widest.max if high is None else high)


def finish_float(total: Float32Array, bias: Array | None, limits: Limits) -> Float32Array:
    """`total` (..., C) plus `bias` (C,), which may be absent, clamped; NaN stays NaN."""
    with np.errstate(all="ignore"):
        biased = total if bias is None else total + bias.reshape(-1)
    return np.clip(biased, *limits).astype(np.float32)
