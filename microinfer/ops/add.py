"""Elementwise addition; shapes broadcast.

int8 and int16: both inputs are brought to twice the larger scale with 20 (int16: 15) fractional bits, added, and
scaled to the output. int32: wraps, and ignores a fused activation. float32: clamped to the activation range, which
without activation is that of finite numbers.
Source: CMSIS-NN arm_elementwise_add_s8; TensorFlow Lite Micro kernels/add.cc, reference_integer_ops::Add.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.fixedpoint import Int64Array, wrap32
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.broadcast import check_broadcast, folds
from microinfer.ops.factors import factor_below_one
from microinfer.ops.float_activation import FloatClamp, float_activation_range
from microinfer.ops.integer_arithmetic import check_not_quantised
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import Clamp, Multiplier, activation_range

_LEFT_SHIFTS = {"int8": 20, "int16": 15}


@dataclass(frozen=True, eq=False)
class AddParams:
    """Sums and differences of quantised tensors.

    Offsets are minus the zero points of the inputs and the zero point of the output.
    """

    left_shift: int
    offsets: tuple[int, int]
    factors: tuple[Multiplier, Multiplier]
    output_offset: int
    output_factor: Multiplier
    activation: Clamp
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> AddParams:
        """Raises ModelError for an output scale so small that the last factor is not below 1."""
        a, b, out = node.input(0), node.input(1), node.output
        left_shift = _LEFT_SHIFTS[out.dtype]
        twice_larger = 2 * max(a.scale, b.scale)
        first, second = (factor_below_one(node, numerics, t.scale, twice_larger) for t in (a, b))
        output_factor = factor_below_one(node, numerics, twice_larger, (1 << left_shift) * out.scale)
        fused = node.options.get("fused_activation_function", "NONE")
        activation = activation_range(fused, out.scale, out.zero_point, out.dtype)
        offsets = (-a.zero_point, -b.zero_point)
        return cls(left_shift, offsets, (first, second), out.zero_point, output_factor, activation, numerics)

    def align(self, x: Array, position: int) -> Int64Array:
        """Input `position` at the common scale."""
        shifted = wrap32((x.astype(np.int64) + self.offsets[position]) << self.left_shift)
        return self.numerics.requantize(shifted, self.factors[position])

    def finish(self, total: Int64Array) -> Int64Array:
        """`total` at the common scale under the output's quantisation."""
        scaled = self.numerics.requantize(wrap32(total), self.output_factor)
        return self.activation(wrap32(scaled + self.output_offset))


def add(a: Array, b: Array, params: AddParams) -> Array:
    """Sum of int8 or int16 `a` and `b`, NumPy broadcasting, same dtype."""
    return params.finish(params.align(a, 0) + params.align(b, 1)).astype(a.dtype)


def add_int32(a: Array, b: Array) -> Array:
    """Sum of int32 `a` and `b` modulo 2**32."""
    return wrap32(a.astype(np.int64) + b).astype(np.int32)


def add_float(a: Array, b: Array, activation: FloatClamp) -> Array:
    """Sum of float32 `a` and `b`, clamped."""
    with np.errstate(all="ignore"):
        return activation(a + b)


@operator("ADD", ("int8xint8->int8", "int16xint16->int16"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    return partial(add, params=AddParams.of(node, numerics))


@operator("ADD", "int32xint32->int32", folds=folds)
def plan_int32(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    check_not_quantised(node, node.input(0), node.input(1))
    return add_int32


@operator("ADD", "float32xfloat32->float32", folds=folds)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    fused = node.options.get("fused_activation_function", "NONE")
    return partial(add_float, activation=float_activation_range(fused))
