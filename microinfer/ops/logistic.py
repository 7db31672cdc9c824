"""1 / (1 + e**-x).

float32: 1 above 16.62, expf(x) below -9, else the formula in float32. int8, output zero point -128: in fixed point on
Q4.27, to the nearest 1/256. int16, output scale 2**-15: by table.
Source: TensorFlow Lite Micro kernels/logistic_common.cc, reference_ops::Logistic, reference_integer_ops::Logistic;
gemmlowp logistic.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer import libm
from microinfer.errors import ModelError
from microinfer.fixedpoint import (
    INT32_MAX,
    Int64Array,
    divide_by_power_of_two,
    exp_on_negative_values,
    one_over_one_plus_x,
)
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.gate_input import INTEGER_BITS, GateInput
from microinfer.ops.operands import check_shape, where
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.sigmoid_table import sigmoid_16
from microinfer.ops.table_input import TableInput

_UPPER, _LOWER = np.float32(16.619047164916992188), np.float32(-9)


def _sigmoid_q4(value: Int64Array) -> Int64Array:
    """Sigmoid of Q4.27 values in 1/256, less 128."""
    positive = one_over_one_plus_x(exp_on_negative_values(-np.abs(value), INTEGER_BITS))
    sigmoid = np.where(value > 0, positive, np.where(value < 0, INT32_MAX - positive, 1 << 30))
    return divide_by_power_of_two(sigmoid, 23) - 128


def logistic(x: Array, scaling: GateInput) -> Array:
    """Sigmoid of int8 `x`, any shape, as int8 with zero point -128."""
    return scaling.apply(x, _sigmoid_q4)


def logistic_int16(x: Array, scaling: TableInput) -> Array:
    """Sigmoid of int16 `x`, any shape, as int16 with scale 2**-15."""
    return sigmoid_16(scaling(x)).astype(np.int16)


def logistic_float(x: Array) -> Array:
    """Sigmoid of float32 `x`, any shape."""
    one = np.float32(1)
    return np.where(x > _UPPER, one, np.where(x < _LOWER, libm.expf(x), one / (one + libm.expf(-x))))


@operator("LOGISTIC", "int8")
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    if node.output.zero_point != -128:
        raise ModelError(f"{where(node)}: output must have zero point -128")
    return partial(logistic, scaling=GateInput.of(node, numerics))


@operator("LOGISTIC", "int16")
def plan_int16(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return partial(logistic_int16, scaling=TableInput.of(node, exact=(0,)))


@operator("LOGISTIC", "float32")
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return logistic_float
