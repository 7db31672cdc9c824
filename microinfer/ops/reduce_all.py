"""Logical and over constant axes: bool.

Source: TensorFlow Lite reference_ops::ReduceGeneric, TensorFlow Lite Micro kernels/reduce_common.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.reduction import Reduction, folds
from microinfer.ops.registry import Kernel, operator


def reduce_all(x: Array, *_: Array, reduction: Reduction) -> Array:
    """Whether every element of bool `x` over the reduction's axes is true."""
    return reduction.shaped(np.asarray(reduction.rows(x).all(axis=-1)))


@operator("REDUCE_ALL", "boolxint32->bool", folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    return partial(reduce_all, reduction=Reduction.of(node))
