"""Gather ND: slices of a tensor, each named by up to five leading coordinates; int8, float32.

As in TensorFlow Lite Micro only the flat position is checked: a coordinate may leave its axis as long as the slice
lies within the tensor.
Source: TensorFlow Lite Micro kernels/gather_nd.cc.
"""

from __future__ import annotations

from math import prod

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, check_shape, where
from microinfer.ops.registry import Kernel, operator

_MOST_COORDINATES = 5


def gather_nd(x: Array, indices: Array) -> Array:
    """`x[indices[..., 0], indices[..., 1], ...]` for int32 `indices`; raises ShapeError where a slice leaves `x`."""
    depth = indices.shape[-1]
    size = prod(x.shape[depth:])
    strides = np.array([prod(x.shape[i + 1 :]) for i in range(depth)], np.int64)
    first = (indices.astype(np.int64) * strides).sum(axis=-1).reshape(-1, 1)
    if np.any(first < 0) or np.any(first + size > x.size):
        raise ShapeError(f"GATHER_ND reads outside {x.shape}")
    found: Array = np.take(x.reshape(-1), first + np.arange(size))
    return found.reshape((*indices.shape[:-1], *x.shape[depth:]))


@operator("GATHER_ND", ("int8xint32->int8", "float32xint32->float32"), folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 1, 8)
    check_rank(node, 1, 8, 1)
    source, indices = node.input(0).shape, node.input(1).shape
    depth = indices[-1]
    if depth > min(len(source), _MOST_COORDINATES):
        raise ShapeError(f"{where(node)}: {depth} coordinates for {source}; {_MOST_COORDINATES} are the most")
    check_shape(node, node.output, (*indices[:-1], *source[depth:]))
    return gather_nd
