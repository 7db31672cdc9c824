"""Expand dims: a new axis of length 1 at a constant place; int8, int16, float32.

Source: TensorFlow Lite Micro kernels/expand_dims.cc.
"""

from __future__ import annotations

from functools import partial

from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape, integers, resolve_axis, stacks
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.reshape import reshape


@operator("EXPAND_DIMS", ("int8xint32->int8", "int16xint32->int16", "float32xint32->float32"), folds=stacks)
def plan(node: Node, numerics: Numerics) -> Kernel:
    source = node.input(0).shape
    (given,) = integers(node, 1, 1)
    axis = resolve_axis(node, given, len(source) + 1)
    check_shape(node, node.output, (*source[:axis], 1, *source[axis:]))
    return partial(reshape, source=source, target=node.output.shape)
