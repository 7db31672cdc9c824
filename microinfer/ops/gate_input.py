"""How int8 inputs of LOGISTIC and TANH become Q4.27: beyond a radius they saturate, within it they are scaled.

Source: TensorFlow Lite Micro kernels/logistic_common.cc, tanh.cc; CalculateInputRadius.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from microinfer.errors import ModelError
from microinfer.fixedpoint import Int64Array
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import where
from microinfer.quant import Multiplier, quantize_multiplier

INTEGER_BITS = 4
_LARGEST_SHIFT = 62


@dataclass(frozen=True, eq=False)
class GateInput:
    """Stored values at least `radius` away from `zero_point` saturate; the others are scaled by `factor`."""

    zero_point: int
    radius: int
    factor: Multiplier
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> GateInput:
        """Raises ModelError for an input scale below 2**-28."""
        source = node.input(0)
        if source.scale < 2.0**-28:
            raise ModelError(f"{where(node)}: input scale {source.scale:g} is too small")
        factor = quantize_multiplier(source.scale * 2.0 ** (31 - INTEGER_BITS), _LARGEST_SHIFT)
        radius = math.floor((2**INTEGER_BITS - 1) * 2.0 ** (31 - INTEGER_BITS - int(factor.shift)))
        return cls(source.zero_point, radius, factor, numerics)

    def apply(self, x: Array, function: Callable[[Int64Array], Int64Array]) -> Array:
        """int8 `function(Q4.27 values)` of int8 `x`, any shape; -128 and 127 beyond the radius."""
        value = x.astype(np.int64) - self.zero_point
        inside = np.abs(value) < self.radius
        scaled = self.numerics.requantize(np.where(inside, value, 0), self.factor)
        saturated = np.where(value <= -self.radius, -128, 127)
        return np.where(inside, np.clip(function(scaled), -128, 127), saturated).astype(x.dtype)
