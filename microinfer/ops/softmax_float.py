"""Softmax over the last axis of float32: expf((x - max) * beta) / sum, each step rounded, the sum formed in order.

Source: TensorFlow Lite reference_ops::Softmax.
"""

from __future__ import annotations

import numpy as np

from microinfer import libm
from microinfer.graph.model import Array
from microinfer.ops.rows import row_maxima, row_sums


def softmax_float(x: Array, beta: float) -> Array:
    """Softmax of float32 `x` (..., C) along the last axis; same shape and dtype."""
    with np.errstate(all="ignore"):
        exps = libm.expf((x - row_maxima(x)) * np.float32(beta))
        return exps / row_sums(exps)
