"""Absolute value.

float32: clears the sign. int8 and quantised int16: |x - zero point|, requantised where the scales differ, plus the
output zero point, clamped; int16 has no zero points. int16 without scale: as it is, -32768 staying -32768.
Source: TensorFlow Lite Micro kernels/elementwise.cc.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.errors import ModelError
from microinfer.fixedpoint import wrap32
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import check_shape, where
from microinfer.ops.registry import Kernel, operator
from microinfer.quant import INTEGER_RANGE, Multiplier


@dataclass(frozen=True, eq=False)
class AbsParams:
    """Zero points, and the factor from input to output scale, None where they are the same."""

    input_zero_point: int
    output_zero_point: int
    factor: Multiplier | None
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> AbsParams:
        """Raises ModelError for int16 tensors with a zero point."""
        source, target = node.input(0), node.output
        if source.dtype == "int16" and (source.zero_point or target.zero_point):
            raise ModelError(f"{where(node)}: int16 tensors must have zero point 0")
        rescales = source.scale != target.scale
        factor = numerics.output_factor(source.scale, 1.0, target.scale) if rescales else None
        return cls(source.zero_point, target.zero_point, factor, numerics)


def absolute(x: Array, params: AbsParams) -> Array:
    """Absolute value of quantised int8 or int16 `x`, any shape, same dtype."""
    value = np.abs(x.astype(np.int64) - params.input_zero_point)
    if params.factor is not None:
        value = params.numerics.requantize(value, params.factor)
    low, high = INTEGER_RANGE[x.dtype.name]
    return np.clip(wrap32(value + params.output_zero_point), low, high).astype(x.dtype)


@operator("ABS", ("int8", "int16"))
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    if node.input(0).dtype == "int16" and node.input(0).quantization is None:
        return np.abs
    return partial(absolute, params=AbsParams.of(node, numerics))


@operator("ABS", "float32")
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    check_shape(node, node.output, node.input(0).shape)
    return np.abs
