"""x * min(max(x + 3, 0), 6) / 6.

float32: in this order, rounding after each step. int8: on int16 values with 7 more bits; one product gives x at the
output scale, the other x / 3 saturated, which becomes the share between 0 and 1 that x is multiplied by.
Source: TensorFlow Lite Micro kernels/hard_swish_common.cc, reference_ops::HardSwish.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from microinfer.errors import ModelError
from microinfer.fixedpoint import Int64Array
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape, where
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import Multiplier

_THIRD_SCALE = float(np.float32(3) / np.float32(32768))
_LARGEST_SHIFT = 30


@dataclass(frozen=True)
class HardSwishParams:
    """Zero points; multipliers of 16 bits with their exponents, of x to the output and of x / 3."""

    input_zero_point: int
    output_zero_point: int
    output_multiplier: int
    output_exponent: int
    share_multiplier: int
    share_exponent: int

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> HardSwishParams:
        """Raises ModelError when input scale / 128 is not below the output scale."""
        source, target = node.input(0), node.output
        fine = source.scale / 128
        output = numerics.output_factor(fine, 1.0, target.scale)
        share = numerics.output_factor(fine, 1.0, _THIRD_SCALE)
        if int(output.shift) > 0 or int(share.shift) > _LARGEST_SHIFT:
            raise ModelError(f"{where(node)}: input scale {source.scale:g} is too large for output {target.scale:g}")
        return cls(
            *(source.zero_point, target.zero_point),
            *(_to_16_bits(output), int(output.shift), _to_16_bits(share), int(share.shift)),
        )


def _to_16_bits(factor: Multiplier) -> int:
    return min((int(factor.multiplier) + (1 << 15)) >> 16, 32767)


def _wrap16(value: ArrayLike) -> Int64Array:
    return np.asarray(value, np.int64).astype(np.int16).astype(np.int64)


def _saturate16(value: Int64Array) -> Int64Array:
    return np.clip(value, -32768, 32767)


def _high(a: Int64Array, b: int) -> Int64Array:
    """High half of 2ab, ties up."""
    return _saturate16((a * b + (1 << 14)) >> 15)


def _divide(value: Int64Array, exponent: int) -> Int64Array:
    """`value` / 2**exponent, ties away from zero; from 16 on, 1 for values from zero and -1 for the others."""
    mask = int(_wrap16((1 << exponent) - 1))
    return (value >> exponent) + ((value & mask) > (mask >> 1) + (value < 0))


def hard_swish(x: Array, params: HardSwishParams) -> Array:
    """Hard swish of int8 `x`, any shape, as int8."""
    fine = (x.astype(np.int64) - params.input_zero_point) * 128
    exponent = params.share_exponent
    third = _saturate16(fine << max(exponent - 1, 0))
    third = _high(third, params.share_multiplier)
    third = _saturate16(third << 1) if exponent > 0 else _divide(third, -exponent)
    share = (third + (1 << 15)) >> 1
    product = share * _high(fine, params.output_multiplier)
    swish = np.sign(product) * (np.abs(product) >> 15)
    value = _wrap16(_divide(swish, -params.output_exponent) + params.output_zero_point)
    return np.clip(value, -128, 127).astype(x.dtype)


def hard_swish_float(x: Array) -> Array:
    """Hard swish of float32 `x`, any shape."""
    zero, six = np.float32(0), np.float32(6)
    with np.errstate(all="ignore"):
        raised = x + np.float32(3)
        positive = np.where(raised > zero, raised, zero)
        return np.asarray(x * np.where(positive < six, positive, six) / six)


@operator("HARD_SWISH", "int8")
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return partial(hard_swish, params=HardSwishParams.of(node, numerics))


@operator("HARD_SWISH", "float32")
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return hard_swish_float
