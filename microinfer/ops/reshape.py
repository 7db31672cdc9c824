"""Reshape: the same elements in the same order under another shape, any dtype of fixed size.

The output's shape is the one the model states; the shape operand is not read.
Source: TensorFlow Lite Micro kernels/reshape.cc, reshape_common.cc.
"""

from __future__ import annotations

from functools import partial

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import FIXED_SIZE_DTYPES, check_elements, restack, stacks
from microinfer.ops.registry import Kernel, operator


def reshape(x: Array, *_: Array, source: tuple[int, ...], target: tuple[int, ...]) -> Array:
    """`x` of shape `source` as `target`; N invocations stacked along a first axis of length 1 stay stacked."""
    return restack(x, source, target)


@operator("RESHAPE", FIXED_SIZE_DTYPES, folds=stacks)
def plan(node: Node, numerics: Numerics) -> Kernel:
    source, target = node.input(0).shape, node.output.shape
    check_elements(node, source, target)
    return partial(reshape, source=source, target=target)
