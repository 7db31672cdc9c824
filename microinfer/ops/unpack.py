"""Unpack: one output for each index of an axis, without that axis; int8, int16, int32, float32.

Source: TensorFlow Lite Micro kernels/unpack.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ModelError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape, resolve_axis, stacks, where
from microinfer.ops.registry import Kernel, operator


def unpack(x: Array, axis: int) -> tuple[Array, ...]:
    """The slices of `x` along `axis`, that axis dropped."""
    return tuple(np.asarray(part, order="C") for part in np.moveaxis(x, axis, 0))


def _axis(node: Node) -> int:
    return resolve_axis(node, node.options.get("axis", 0), len(node.input(0).shape))


def folds(node: Node) -> bool:
    """Samples stay apart when another axis is taken apart."""
    return stacks(node) and _axis(node) != 0


@operator("UNPACK", ("int8", "int16", "int32", "float32"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    axis, shape = _axis(node), node.input(0).shape
    num = node.options.get("num", len(node.outputs))
    if not num == len(node.outputs) == shape[axis]:
        raise ModelError(f"{where(node)}: {len(node.outputs)} outputs, num {num}, for axis {axis} of {shape}")
    for output in node.outputs:
        check_shape(node, output, (*shape[:axis], *shape[axis + 1 :]))
    return partial(unpack, axis=axis)
