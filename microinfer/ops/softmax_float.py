"""Softmax over the last axis of float32: expf((x - max) * beta) / sum, each step rounded, the sum formed in order.

Source: TensorFlow Lite reference_ops::Softmax.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer import libm
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, check_shape
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.rows import folds, row_maxima, row_sums


def softmax_float(x: Array, beta: float) -> Array:
    """Softmax of float32 `x` (..., C) along the last axis; same shape and dtype."""
    with np.errstate(all="ignore"):
        exps = libm.expf((x - row_maxima(x)) * np.float32(beta))
        return exps / row_sums(exps)


@operator("SOFTMAX", "float32", folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 1, 8)
    check_shape(node, node.output, node.input(0).shape)
    return partial(softmax_float, beta=node.options.get("beta", 1.0))
