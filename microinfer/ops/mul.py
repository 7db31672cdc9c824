"""Elementwise multiplication; shapes broadcast.

int8 and int16: requantize((a - zero point) * (b - zero point)) + output zero point, clamped; int16 has no zero points.
int32: wraps, then clamped to the activation range. float32: clamped to the activation range, which without activation
is that of finite numbers.
Source: CMSIS-NN arm_elementwise_mul_s8, _s16; TensorFlow Lite Micro kernels/mul_common.cc, reference_integer_ops::Mul.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.errors import ModelError
from microinfer.fixedpoint import wrap32
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.broadcast import check_broadcast, folds
from microinfer.ops.float_activation import FloatClamp, float_activation_range
from microinfer.ops.integer_arithmetic import int32_activation_range
from microinfer.ops.operands import where
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import Clamp, Multiplier, activation_range


@dataclass(frozen=True, eq=False)
class MulParams:
    """Offsets are minus the zero points of the inputs and the zero point of the output."""

    offsets: tuple[int, int]
    output_offset: int
    factor: Multiplier
    activation: Clamp
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> MulParams:
        """Raises ModelError for int16 tensors with a zero point."""
        a, b, out = node.input(0), node.input(1), node.output
        if out.dtype == "int16" and any(t.zero_point for t in (a, b, out)):
            raise ModelError(f"{where(node)}: int16 tensors must have zero point 0")
        fused = node.options.get("fused_activation_function", "NONE")
        activation = activation_range(fused, out.scale, out.zero_point, out.dtype)
        factor = numerics.output_factor(a.scale, b.scale, out.scale)
        return cls((-a.zero_point, -b.zero_point), out.zero_point, factor, activation, numerics)


def mul(a: Array, b: Array, params: MulParams) -> Array:
    """Product of int8 or int16 `a` and `b`, NumPy broadcasting, same dtype."""
    product = (a.astype(np.int64) + params.offsets[0]) * (b.astype(np.int64) + params.offsets[1])
    scaled = params.numerics.requantize(product, params.factor)
    return params.activation(wrap32(scaled + params.output_offset)).astype(a.dtype)


def mul_int32(a: Array, b: Array, activation: Clamp) -> Array:
    """Product of int32 `a` and `b` modulo 2**32, clamped."""
    return activation(wrap32(a.astype(np.int64) * b)).astype(np.int32)


def mul_float(a: Array, b: Array, activation: FloatClamp) -> Array:
    """Product of float32 `a` and `b`, clamped."""
    with np.errstate(all="ignore"):
        return activation(a * b)


@operator("MUL", ("int8xint8->int8", "int16xint16->int16"), folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    return partial(mul, params=MulParams.of(node, numerics))


@operator("MUL", "int32xint32->int32", folds=folds)
def plan_int32(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    return partial(mul_int32, activation=int32_activation_range(node))


@operator("MUL", "float32xfloat32->float32", folds=folds)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    fused = node.options.get("fused_activation_function", "NONE")
    return partial(mul_float, activation=float_activation_range(fused))
