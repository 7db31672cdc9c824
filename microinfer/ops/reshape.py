"""Reshape: the same elements in the same order under another shape, any dtype."""

from __future__ import annotations

from functools import partial

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.registry import Kernel, operator


def reshape(x: Array, *_: Array, source: tuple[int, ...], target: tuple[int, ...]) -> Array:
    """`x` of shape `source` as `target`; N invocations stacked along a first axis of length 1 stay stacked."""
    stacked = target and source and x.shape[0] != source[0]
    return x.reshape((x.shape[0], *target[1:]) if stacked else target)


@operator("RESHAPE", ("int8", "int16", "int32", "float32"))
def plan(node: Node, numerics: Numerics) -> Kernel:
    source, target = node.input(0), node.output
    if source.elements != target.elements:
        raise ShapeError(f"layer {node.index} (RESHAPE): {source.shape} does not fill {target.shape}")
    return partial(reshape, source=source.shape, target=target.shape)
