"""What many plan functions read and check: constant operands, axes, ranks, shapes, whether samples may be stacked."""

from __future__ import annotations

from math import prod

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.model import Array, Node, Tensor, describe_shape

FIXED_SIZE_DTYPES = (
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "float16",
    "int32",
    "uint32",
    "float32",
    "int64",
    "uint64",
    "float64",
)
"""Dtypes that operators which only copy bytes accept."""


def where(node: Node) -> str:
    """The node as messages name it."""
    return f"layer {node.index} ({node.op})"


def constant(node: Node, position: int) -> Array:
    """Value of an input that the model must fix; raises ModelError when it is computed at run time."""
    tensor = node.input(position)
    if tensor.data is None:
        raise ModelError(f"{where(node)}: input {position} ({tensor.name}) must be a constant")
    return tensor.data


def integers(node: Node, position: int, count: int | None = None) -> tuple[int, ...]:
    """Constant integer input as a flat tuple; raises ModelError when it is not integer or not `count` long."""
    values = constant(node, position)
    if values.dtype.kind not in "iu":
        raise ModelError(f"{where(node)}: input {position} must hold integers, has {values.dtype}")
    if count is not None and values.size != count:
        raise ModelError(f"{where(node)}: input {position} must hold {count} integers, has {values.size}")
    return tuple(int(value) for value in values.reshape(-1))


def resolve_axis(node: Node, axis: int, rank: int) -> int:
    """`axis`, counted from the end when negative, as 0..rank-1; raises ShapeError outside."""
    if not -rank <= axis < rank:
        raise ShapeError(f"{where(node)}: axis {axis} of a tensor with {rank} dimensions")
    return axis % rank


def check_rank(node: Node, lowest: int, highest: int, position: int = 0) -> None:
    """Raise ShapeError unless the input has `lowest` to `highest` dimensions."""
    shape = node.input(position).shape
    if not lowest <= len(shape) <= highest:
        wanted = f"{lowest}" if lowest == highest else f"{lowest} to {highest}"
        raise ShapeError(f"{where(node)}: input {position} is {describe_shape(shape)}, needs {wanted} dimensions")


def check_shape(node: Node, tensor: Tensor, expected: tuple[int, ...]) -> None:
    """Raise ShapeError unless the model gives `tensor` the shape that the operator computes."""
    if tensor.shape != expected:
        found = describe_shape(tensor.shape)
        raise ShapeError(f"{where(node)}: {tensor.name} is {found}, the operator gives {describe_shape(expected)}")


def scale_and_zero_point(tensor: Tensor) -> tuple[float, int]:
    """Scale and zero point as TensorFlow Lite Micro's `params`: zeros for a tensor without, the first of several."""
    if tensor.quantization is None:
        return 0.0, 0
    return float(tensor.quantization.scale[0]), int(tensor.quantization.zero_point[0])


def holds_samples(tensor: Tensor) -> bool:
    """Whether the tensor is an activation, so that samples can lie along its first axis."""
    return tensor.data is None and not tensor.is_variable and len(tensor.shape) > 0


def stacks(node: Node) -> bool:
    """`folds` of operators that treat each index of the first axis alone: the first input must be an activation."""
    return holds_samples(node.input(0))


def restack(x: Array, source: tuple[int, ...], target: tuple[int, ...]) -> Array:
    """`x` of shape `source` as `target`; N samples stacked along a first axis of length 1 stay stacked."""
    stacked = bool(target) and bool(source) and x.shape[0] != source[0]
    return x.reshape((x.shape[0], *target[1:]) if stacked else target)


def check_elements(node: Node, source: tuple[int, ...], target: tuple[int, ...]) -> None:
    """Raise ShapeError unless both shapes hold as many elements."""
    if prod(source) != prod(target):
        raise ShapeError(f"{where(node)}: {source} does not fill {target}")
