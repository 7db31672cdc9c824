"""Hyperbolic tangent.

float32: tanhf of the C library. int8: in fixed point on Q4.27, to the nearest 1/128; the output's quantisation is not
looked at. int16, output scale 2**-15: by the sigmoid table.
Source: TensorFlow Lite Micro kernels/tanh.cc, reference_integer_ops::Tanh; gemmlowp tanh.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer import libm
from microinfer.fixedpoint import (
    Int64Array,
    divide_by_power_of_two,
    exp_on_negative_values,
    one_minus_x_over_one_plus_x,
)
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.gate_input import INTEGER_BITS, GateInput
from microinfer.ops.operands import check_shape
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.sigmoid_table import tanh_16
from microinfer.ops.table_input import TableInput


def _tanh_q4(value: Int64Array) -> Int64Array:
    """Hyperbolic tangent of Q4.27 values in 1/128; twice the value is the same number as Q5.26."""
    size = one_minus_x_over_one_plus_x(exp_on_negative_values(-np.abs(value), INTEGER_BITS + 1))
    return divide_by_power_of_two(np.sign(value) * size, 24)


def tanh(x: Array, scaling: GateInput) -> Array:
    """Hyperbolic tangent of int8 `x`, any shape, as int8 with scale 1/128 and zero point 0."""
    return scaling.apply(x, _tanh_q4)


def tanh_int16(x: Array, scaling: TableInput) -> Array:
    """Hyperbolic tangent of int16 `x`, any shape, as int16 with scale 2**-15."""
    return tanh_16(scaling(x)).astype(np.int16)


def tanh_float(x: Array) -> Array:
    """Hyperbolic tangent of float32 `x`, any shape."""
    return libm.tanhf(x)


@operator("TANH", "int8")
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return partial(tanh, scaling=GateInput.of(node, numerics))


@operator("TANH", "int16")
def plan_int16(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return partial(tanh_int16, scaling=TableInput.of(node, exact=(0, 1)))


@operator("TANH", "float32")
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return tanh_float
