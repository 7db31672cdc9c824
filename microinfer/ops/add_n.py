"""Sum of two or more tensors of one shape.

float32: added one after the other. int8, where all inputs share scale and zero point: as ADD, except that the sum
starts at minus the zero point rather than at zero, as TensorFlow Lite has it.
Source: TensorFlow Lite Micro kernels/add_n.cc, reference_ops::AddN.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.errors import ModelError
from microinfer.fixedpoint import wrap32
from microinfer.graph.model import Array, Node, Tensor
from microinfer.numerics import Numerics
from microinfer.ops.factors import factor_below_one
from microinfer.ops.operands import check_shape, where
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import Clamp, Multiplier, activation_range

_LEFT_SHIFT = 20


@dataclass(frozen=True, eq=False)
class AddNParams:
    """`input_offset` is minus the zero point of every input, `output_offset` the output's zero point."""

    input_offset: int
    input_factor: Multiplier
    output_offset: int
    output_factor: Multiplier
    activation: Clamp
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> AddNParams:
        """Raises ModelError when the inputs are not quantised alike."""
        first, out = node.input(0), node.output
        for tensor in _inputs(node):
            if (tensor.scale, tensor.zero_point) != (first.scale, first.zero_point):
                raise ModelError(f"{where(node)}: inputs must have one scale and zero point")
        input_factor = factor_below_one(node, numerics, first.scale, 2 * first.scale)
        output_factor = factor_below_one(node, numerics, 2 * first.scale, (1 << _LEFT_SHIFT) * out.scale)
        activation = activation_range("NONE", out.scale, out.zero_point, out.dtype)
        return cls(-first.zero_point, input_factor, out.zero_point, output_factor, activation, numerics)


def _inputs(node: Node) -> list[Tensor]:
    """The inputs; raises ModelError below two, ShapeError for shapes and ModelError for dtypes that differ."""
    tensors = [node.input(i) for i in range(len(node.inputs))]
    if len(tensors) < 2 or any(t.dtype != tensors[0].dtype for t in tensors):
        raise ModelError(f"{where(node)}: needs two or more inputs of one dtype")
    for tensor in (*tensors, node.output):
        check_shape(node, tensor, tensors[0].shape)
    return tensors


def add_n(*inputs: Array, params: AddNParams) -> Array:
    """Sum of int8 arrays of one shape, as int8."""
    start = params.numerics.requantize(params.input_offset << _LEFT_SHIFT, params.input_factor)
    total = np.broadcast_to(start, inputs[0].shape)
    for x in inputs:
        shifted = (x.astype(np.int64) + params.input_offset) << _LEFT_SHIFT
        total = total + params.numerics.requantize(shifted, params.input_factor)
    scaled = params.numerics.requantize(wrap32(total), params.output_factor)
    return params.activation(scaled + params.output_offset).astype(inputs[0].dtype)


def add_n_float(*inputs: Array) -> Array:
    """Sum of float32 arrays of one shape, first to last, starting at zero."""
    total = np.zeros_like(inputs[0])
    with np.errstate(all="ignore"):
        for x in inputs:
            total = total + x
    return total


def folds(node: Node) -> bool:
    """Samples may be stacked unless an input is a constant or variable."""
    return all(t is not None and t.data is None and not t.is_variable for t in node.inputs)


@operator("ADD_N", "int8xint8->int8", folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    return partial(add_n, params=AddNParams.of(node, numerics))


@operator("ADD_N", "float32xfloat32->float32", folds=folds)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    _inputs(node)
    return add_n_float
