"""Concatenation of up to ten tensors along an axis: bool, int8, int16, int32, int64, float32.

Elements are copied, never rescaled: int8 inputs must be quantised exactly as the output, int16 tensors must have zero
point 0 while their scales are not looked at. A fused activation is refused.
Source: TensorFlow Lite reference_ops::Concatenation, TensorFlow Lite Micro kernels/concatenation.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.model import Array, Node, Tensor
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape, holds_samples, resolve_axis, scale_and_zero_point, where
from microinfer.ops.registry import Kernel, operator

_MOST_INPUTS = 10


def concatenation(*inputs: Array, axis: int) -> Array:
    """`inputs` one after the other along `axis`; their other axes agree."""
    return np.concatenate(inputs, axis=axis)


def _axis(node: Node) -> int:
    return resolve_axis(node, node.options.get("axis", 0), len(node.output.shape))


def folds(node: Node) -> bool:
    """Samples stay apart when another axis grows and every input is an activation."""
    return _axis(node) != 0 and all(t is not None and holds_samples(t) for t in node.inputs)


def _check_input(node: Node, tensor: Tensor, axis: int) -> None:
    target = node.output
    rest = tuple(n for i, n in enumerate(tensor.shape) if i != axis)
    if len(tensor.shape) != len(target.shape) or rest != tuple(n for i, n in enumerate(target.shape) if i != axis):
        raise ShapeError(f"{where(node)}: {tensor.shape} does not fit {target.shape} along axis {axis}")
    if tensor.dtype != target.dtype:
        raise ModelError(f"{where(node)}: {tensor.name} is {tensor.dtype}, the output {target.dtype}")
    if tensor.dtype == "int8" and scale_and_zero_point(tensor) != scale_and_zero_point(target):
        raise ModelError(f"{where(node)}: {tensor.name} is quantised unlike the output")
    if tensor.dtype == "int16" and (scale_and_zero_point(tensor)[1] or scale_and_zero_point(target)[1]):
        raise ModelError(f"{where(node)}: int16 tensors must have zero point 0")


@operator("CONCATENATION", ("bool", "int8", "int16", "int32", "int64", "float32"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    if len(node.inputs) > _MOST_INPUTS:
        raise ModelError(f"{where(node)}: {len(node.inputs)} inputs; {_MOST_INPUTS} are the most")
    if node.options.get("fused_activation_function", "NONE") != "NONE":
        raise ModelError(f"{where(node)}: a fused activation is not supported")
    axis, target = _axis(node), node.output
    tensors = [node.input(i) for i in range(len(node.inputs))]
    for tensor in tensors:
        _check_input(node, tensor, axis)
    total = sum(tensor.shape[axis] for tensor in tensors)
    check_shape(node, target, (*target.shape[:axis], total, *target.shape[axis + 1 :]))
    return partial(concatenation, axis=axis)
