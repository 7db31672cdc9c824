"""Pad with a constant: int8, int16, int32, float32, up to five dimensions (PAD and PADV2 alike).

The border holds the third input where there is one, else the output's zero point for int8 and 0 for every other dtype.
For int8 the third input must be quantised as the output.
Source: TensorFlow Lite reference_ops::Pad, TensorFlow Lite Micro kernels/pad.cc, pad_common.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_rank, check_shape, integers, scale_and_zero_point, stacks, where
from microinfer.ops.registry import Kernel, operator

Pads = tuple[tuple[int, int], ...]


def pad(x: Array, _: Array, value: Array | None = None, *, pads: Pads, default: int) -> Array:
    """`x` with `pads[i]` = (before, after) cells along axis i holding `value` (one element), or `default`."""
    filler = default if value is None else value.reshape(-1)[0]
    return np.pad(x, pads, constant_values=filler)


def read_pads(node: Node) -> Pads:
    """Constant paddings of a node, one pair a dimension; raises ShapeError when one is negative."""
    flat = integers(node, 1, 2 * len(node.input(0).shape))
    if min(flat, default=0) < 0:
        raise ShapeError(f"{where(node)}: negative paddings {flat}")
    return tuple(zip(flat[::2], flat[1::2], strict=True))


def _check_value(node: Node) -> None:
    value = node.optional_input(2)
    if value is None:
        return
    if value.dtype != node.output.dtype or value.elements != 1:
        raise ModelError(f"{where(node)}: the padding value must be one {node.output.dtype}")
    if value.dtype == "int8" and scale_and_zero_point(value) != scale_and_zero_point(node.output):
        raise ModelError(f"{where(node)}: the padding value is quantised unlike the output")


def folds(node: Node) -> bool:
    """Samples stay apart when the first axis is not padded and the value is the same for all."""
    value = node.optional_input(2)
    return stacks(node) and read_pads(node)[0] == (0, 0) and (value is None or value.data is not None)


_DTYPES = ("int8xint32->int8", "int16xint32->int16", "int32xint32->int32", "float32xint32->float32")


@operator("PAD", _DTYPES, folds=folds)
@operator("PADV2", _DTYPES, folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 1, 5)
    pads = read_pads(node)
    shape = node.input(0).shape
    check_shape(node, node.output, tuple(n + a + b for n, (a, b) in zip(shape, pads, strict=True)))
    _check_value(node)
    default = scale_and_zero_point(node.output)[1] if node.output.dtype == "int8" else 0
    if not -128 <= default <= 127:
        raise ModelError(f"{where(node)}: output zero point {default} is not an int8")
    return partial(pad, pads=pads, default=default)
