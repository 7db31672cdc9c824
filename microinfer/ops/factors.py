"""Factors that must lie between 0 and 1, as TensorFlow Lite Micro demands of sums of tensors with different scales."""

from __future__ import annotations

from microinfer.errors import ModelError
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import where
from microinfer.quant import Multiplier


def factor_below_one(node: Node, numerics: Numerics, scale: float, target: float) -> Multiplier:
    """`scale / target` in fixed point, formed as the profile says.

    Raises ModelError unless 0 < scale / target < 1: QuantizeMultiplierSmallerThanOneExp ends the process there.
    """
    if not scale > 0 or not target > 0:
        raise ModelError(f"{where(node)}: scales must be positive")
    factor = numerics.output_factor(scale, 1.0, target)
    if scale >= target or int(factor.shift) > 0:
        raise ModelError(f"{where(node)}: scale ratio {scale / target:g} must be below 1")
    return factor
