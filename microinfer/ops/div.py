"""Elementwise division; shapes broadcast.

int8: the divisor's reciprocal and the dividend shifted to the left end of 32 bits are multiplied and scaled to the
output. int32: truncates toward zero, then clamped to the activation range. float32: clamped to the activation range,
which without activation is that of finite numbers.

The int8 quotient is shifted right by up to 31 at the end. Zero dividends may need more, which gives 1 rather than 0.
Refused with DomainError, because C leaves it undefined or the process ends: an integer division by zero, -2**31 / -1,
and any other dividend that needs another shift (by 32 it gives the largest output on x86, nothing on Arm).
Source: TensorFlow Lite Micro kernels/div.cc, reference_ops::DivElementwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.errors import DomainError
from microinfer.fixedpoint import (
    count_leading_zeros,
    divide_by_power_of_two,
    doubling_high_mult,
    one_over_one_plus_x,
    wrap32,
)
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.broadcast import check_broadcast, folds
from microinfer.ops.float_activation import FloatClamp, float_activation_range
from microinfer.ops.integer_arithmetic import check_not_quantised, int32_activation_range
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import Clamp, Multiplier, activation_range


@dataclass(frozen=True, eq=False)
class DivParams:
    """Offsets are minus the zero points of the inputs and the zero point of the output."""

    offsets: tuple[int, int]
    output_offset: int
    factor: Multiplier
    activation: Clamp

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> DivParams:
        a, b, out = node.input(0), node.input(1), node.output
        fused = node.options.get("fused_activation_function", "NONE")
        activation = activation_range(fused, out.scale, out.zero_point, out.dtype)
        factor = numerics.output_factor(a.scale, 1.0, numerics.scale_product(b.scale, out.scale))
        return cls((-a.zero_point, -b.zero_point), out.zero_point, factor, activation)


def div(a: Array, b: Array, params: DivParams) -> Array:
    """Quotient of int8 `a` and `b`, NumPy broadcasting, as int8."""
    dividend, divisor = a.astype(np.int64) + params.offsets[0], b.astype(np.int64) + params.offsets[1]
    if not divisor.all():
        raise DomainError("DIV divides by zero")
    dividend, divisor = dividend * np.sign(divisor), np.abs(divisor)
    zeros = count_leading_zeros(divisor)
    reciprocal = one_over_one_plus_x(wrap32((divisor << zeros) - (1 << 31)))
    headroom = count_leading_zeros(np.where(dividend < 0, ~dividend, dividend)) - 1
    quotient = doubling_high_mult(wrap32(dividend << headroom), reciprocal)
    shift = 31 - zeros + headroom - int(params.factor.shift)
    if np.any((shift < 0) | (shift > np.where(dividend == 0, 62, 31))):
        raise DomainError(f"DIV shifts right by {shift.min()} to {shift.max()}; only 0 to 31 is defined")
    scaled = divide_by_power_of_two(doubling_high_mult(quotient, params.factor.multiplier), np.minimum(shift, 31))
    scaled = np.where((dividend == 0) & (shift > 31), 1, scaled)
    return params.activation(wrap32(scaled + params.output_offset)).astype(a.dtype)


def div_int32(a: Array, b: Array, activation: Clamp) -> Array:
    """Quotient of int32 `a` and `b` truncated toward zero, clamped."""
    dividend, divisor = a.astype(np.int64), b.astype(np.int64)
    if not divisor.all() or np.any((dividend == -(2**31)) & (divisor == -1)):
        raise DomainError("DIV divides by zero, or -2**31 by -1")
    quotient = np.sign(dividend) * np.sign(divisor) * (np.abs(dividend) // np.abs(divisor))
    return activation(quotient).astype(np.int32)


def div_float(a: Array, b: Array, activation: FloatClamp) -> Array:
    """Quotient of float32 `a` and `b`, clamped."""
    with np.errstate(all="ignore"):
        return activation(a / b)


@operator("DIV", "int8xint8->int8", folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    return partial(div, params=DivParams.of(node, numerics))


@operator("DIV", "int32xint32->int32", folds=folds)
def plan_int32(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    check_not_quantised(node, node.input(0), node.input(1))
    return partial(div_int32, activation=int32_activation_range(node))


@operator("DIV", "float32xfloat32->float32", folds=folds)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    fused = node.options.get("fused_activation_function", "NONE")
    return partial(div_float, activation=float_activation_range(fused))
