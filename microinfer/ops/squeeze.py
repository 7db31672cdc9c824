"""Squeeze: drops axes of length 1, those listed or all of them; any dtype of fixed size.

Source: TensorFlow Lite Micro kernels/squeeze.cc.
"""

from __future__ import annotations

from functools import partial

from microinfer.errors import ShapeError
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import FIXED_SIZE_DTYPES, check_rank, check_shape, resolve_axis, stacks, where
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.reshape import reshape


def squeezed_shape(node: Node) -> tuple[int, ...]:
    """Shape of the input without the axes to drop; raises ShapeError when one of them is longer than 1."""
    shape = node.input(0).shape
    listed = node.options.get("squeeze_dims", ())
    dropped = {resolve_axis(node, axis, len(shape)) for axis in listed}
    if not dropped:
        dropped = {axis for axis, length in enumerate(shape) if length == 1}
    if any(shape[axis] != 1 for axis in dropped):
        raise ShapeError(f"{where(node)}: axes {sorted(dropped)} of {shape} are not all of length 1")
    return tuple(length for axis, length in enumerate(shape) if axis not in dropped)


@operator("SQUEEZE", FIXED_SIZE_DTYPES, folds=stacks)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_rank(node, 0, 8)
    check_shape(node, node.output, squeezed_shape(node))
    return partial(reshape, source=node.input(0).shape, target=node.output.shape)
