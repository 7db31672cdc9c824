"""Elementwise operators on several inputs: whose shapes broadcast, and when their samples may be stacked."""

from __future__ import annotations

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Node, describe_shape
from microinfer.ops.operands import check_shape, holds_samples, where

_LARGEST_RANK = 8


def check_broadcast(node: Node) -> None:
    """Raise ShapeError unless the inputs broadcast, as in NumPy, to the output's shape, of at most 8 dimensions."""
    shapes = [t.shape for t in node.inputs if t is not None]
    try:
        result = np.broadcast_shapes(*shapes)
    except ValueError as error:
        given = ", ".join(describe_shape(shape) for shape in shapes)
        raise ShapeError(f"{where(node)}: shapes {given} do not broadcast") from error
    if len(result) > _LARGEST_RANK:
        raise ShapeError(f"{where(node)}: {len(result)} dimensions; at most {_LARGEST_RANK} broadcast")
    check_shape(node, node.output, result)


def folds(node: Node) -> bool:
    """Whether samples may be stacked along the first axis: activations have the output's rank, constants repeat."""
    shape = node.output.shape
    given = [t for t in node.inputs if t is not None]
    activations = [t for t in given if t.data is None]
    constants = [t for t in given if t.data is not None]
    return (
        len(activations) > 0
        and all(holds_samples(t) and len(t.shape) == len(shape) for t in activations)
        and all(len(t.shape) < len(shape) or t.shape[0] == 1 for t in constants)
    )
