"""Slice: a box of a tensor given by begin and size; bool, int8, int16, int32, float32, up to five dimensions.

A size of -1 means all that is left. Begin and size may be computed at run time; the output's shape is the model's.
Source: TensorFlow Lite reference_ops::Slice, TensorFlow Lite Micro kernels/slice.cc. A box that leaves the input reads
outside it upstream, and is refused here.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, constant, stacks, where
from microinfer.ops.registry import Kernel, operator


def slice_(x: Array, begin: Array, size: Array, *, target: tuple[int, ...], whole_first: bool) -> Array:
    """The box of `x` from `begin`, `size` long, both (rank,) int32 or int64; raises ShapeError unless it is `target`.

    `whole_first` keeps all of the first axis, along which samples may be stacked.
    """
    lengths = np.where(size == -1, np.array(x.shape) - begin, size)
    if whole_first:
        lengths[:1] = x.shape[:1]
    if np.any(begin < 0) or np.any(begin + lengths > x.shape) or np.any(lengths < 0):
        raise ShapeError(f"SLICE from {begin.tolist()} of size {size.tolist()} leaves {x.shape}")
    if tuple(lengths[whole_first:]) != target[whole_first:]:
        raise ShapeError(f"SLICE of size {lengths.tolist()} does not fill {target}")
    box = tuple(slice(int(b), int(b + n)) for b, n in zip(begin, lengths, strict=True))
    return np.asarray(x[box], order="C")


def folds(node: Node) -> bool:
    """Samples stay apart when the box is constant and spans the first axis."""
    if not stacks(node) or node.input(1).data is None or node.input(2).data is None:
        return False
    return bool(constant(node, 1)[0] == 0) and node.output.shape[:1] == node.input(0).shape[:1]


@operator(
    "SLICE",
    [f"{t}x{i}x{i}->{t}" for t in ("bool", "int8", "int16", "int32", "float32") for i in ("int32", "int64")],
    folds=folds,
)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 0, 5)
    rank = len(node.input(0).shape)
    if not node.input(1).shape == node.input(2).shape == (rank,):
        raise ModelError(f"{where(node)}: begin and size must hold {rank} integers each")
    return partial(slice_, target=node.output.shape, whole_first=folds(node))
