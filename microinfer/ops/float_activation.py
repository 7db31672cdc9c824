"""Activation ranges of float32 outputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from microinfer.graph.model import Array, Node

_FLOAT = np.finfo(np.float32)
_RANGES = {"RELU": (0.0, float(_FLOAT.max)), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0)}


@dataclass(frozen=True)
class FloatClamp:
    """The activation range of a float32 output, both ends included.

    Even without activation the range is that of finite numbers, so infinities are clamped; NaN passes, and so does a
    zero of either sign at an end of the range (ActivationFunctionWithMinMax).
    """

    min: float
    max: float

    def __call__(self, values: Array) -> Array:
        """float32 `values` clamped."""
        raised = np.where(values < np.float32(self.min), np.float32(self.min), values)
        return np.where(raised > np.float32(self.max), np.float32(self.max), raised)


def float_activation_range(fused: str) -> FloatClamp:
    """Range of a fused activation; any but RELU, RELU6 and RELU_N1_TO_1 counts as none (CalculateActivationRange)."""
    return FloatClamp(*_RANGES.get(fused, (float(_FLOAT.min), float(_FLOAT.max))))


def float_activation(node: Node) -> FloatClamp:
    """Range of the fused activation of a float32 layer."""
    return float_activation_range(node.options.get("fused_activation_function", "NONE"))
