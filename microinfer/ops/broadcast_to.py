"""Broadcast to a constant shape, as NumPy does; any dtype of fixed size, up to five dimensions.

Source: TensorFlow Lite reference_ops::BroadcastTo, TensorFlow Lite Micro kernels/broadcast_to.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node, describe_shape
from microinfer.numerics import Numerics
from microinfer.ops.operands import FIXED_SIZE_DTYPES, check_shape, integers, stacks, where
from microinfer.ops.registry import Kernel, operator


def broadcast_to(x: Array, *_: Array, target: tuple[int, ...], keeps_first: bool) -> Array:
    """`x` repeated along axes of length 1 and new leading axes to `target`; `keeps_first` leaves the first axis."""
    shape = (*x.shape[:1], *target[1:]) if keeps_first else target
    return np.asarray(np.broadcast_to(x, shape), order="C")


def folds(node: Node) -> bool:
    """Samples stay apart when neither a new axis nor copies come before them."""
    source, target = node.input(0).shape, node.output.shape
    return stacks(node) and len(source) == len(target) and source[0] == target[0]


@operator("BROADCAST_TO", [f"{t}x{i}->{t}" for t in FIXED_SIZE_DTYPES for i in ("int32", "int64")], folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    source, target = node.input(0).shape, integers(node, 1)
    tail = target[len(target) - len(source) :]
    fits = len(source) <= len(target) <= 5 and all(n in (1, m) for n, m in zip(source, tail, strict=True))
    if not fits:
        raise ShapeError(f"{where(node)}: {describe_shape(source)} does not broadcast to {describe_shape(target)}")
    check_shape(node, node.output, target)
    return partial(broadcast_to, target=target, keeps_first=folds(node))
