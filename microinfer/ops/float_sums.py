"""Sums of float32 products as a plain C loop forms them: one after the other, each product and each sum rounded.

Source: TensorFlow Lite reference_ops (Conv, FullyConnected, BatchMatMul), compiled without fused multiply-add.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from microinfer.graph.model import Array
from microinfer.ops.float_activation import FloatClamp

Float32Array = NDArray[np.float32]


def dot_in_order(rows: Float32Array, columns: Float32Array, start: Float32Array | None = None) -> Float32Array:
    """`rows` (..., M, K) times `columns` (..., K, N), as matmul, k ascending from `start` (default zero)."""
    with np.errstate(all="ignore"):
        total = np.zeros_like(rows[..., :1] * columns[..., :1, :]) if start is None else start.copy()
        for k in range(rows.shape[-1]):
            total += rows[..., k, None] * columns[..., k, None, :]
    return total


def finish_float(total: Float32Array, bias: Array | None, activation: FloatClamp) -> Float32Array:
    """`total` (..., C) plus `bias` (C,), which may be absent, clamped."""
    with np.errstate(all="ignore"):
        biased = total if bias is None else total + bias.reshape(-1)
    return activation(biased)
