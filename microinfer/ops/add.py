"""Elementwise addition of int8 tensors with different scales; shapes broadcast.

Both inputs are brought to twice the larger scale in 20 fractional bits, added, and scaled to the output.
Source: CMSIS-NN arm_elementwise_add_s8; TensorFlow Lite reference_integer_ops::Add.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.fixedpoint import wrap32
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import Clamp, Multiplier, activation_range, quantize_multiplier


@dataclass(frozen=True, eq=False)
class AddParams:
    """Offsets are minus the zero points of the inputs and the zero point of the output."""

    left_shift: int
    offsets: tuple[int, int]
    factors: tuple[Multiplier, Multiplier]
    output_offset: int
    output_factor: Multiplier
    activation: Clamp
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics, left_shift: int = 20) -> AddParams:
        a, b, out = node.input(0), node.input(1), node.output
        twice_larger = 2 * max(a.scale, b.scale)
        factors = (quantize_multiplier(a.scale / twice_larger), quantize_multiplier(b.scale / twice_larger))
        output_factor = quantize_multiplier(twice_larger / ((1 << left_shift) * out.scale))
        fused = node.options.get("fused_activation_function", "NONE")
        activation = activation_range(fused, out.scale, out.zero_point, out.dtype)
        offsets = (-a.zero_point, -b.zero_point)
        return cls(left_shift, offsets, factors, out.zero_point, output_factor, activation, numerics)


def add(a: Array, b: Array, params: AddParams) -> Array:
    """Sum of int8 `a` and `b`, NumPy broadcasting, as int8."""
    aligned = [
        params.numerics.requantize(wrap32((x.astype(np.int64) + offset) << params.left_shift), factor)
        for x, offset, factor in zip((a, b), params.offsets, params.factors, strict=True)
    ]
    scaled = params.numerics.requantize(wrap32(aligned[0] + aligned[1]), params.output_factor)
    return params.activation(scaled + params.output_offset).astype(a.dtype)


@operator("ADD", "int8xint8->int8")
def plan(node: Node, numerics: Numerics) -> Kernel:
    return partial(add, params=AddParams.of(node, numerics))
