"""Fill: a tensor of constant shape, every element the scalar given; int8, int32, float32.

Source: TensorFlow Lite reference_ops::Fill, TensorFlow Lite Micro kernels/fill.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, check_shape, integers
from microinfer.ops.registry import Kernel, operator


def fill(_: Array, value: Array, *, target: tuple[int, ...]) -> Array:
    """`value`, a scalar, as a tensor of shape `target`."""
    return np.full(target, value)


@operator(
    "FILL",
    [f"{d}x{t}->{t}" for d in ("int8", "int16", "int32", "int64") for t in ("int8", "int32", "float32")],
    folds=False,
)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 1, 1)
    check_rank(node, 0, 0, 1)
    check_shape(node, node.output, integers(node, 0))
    return partial(fill, target=node.output.shape)
