"""Fused activations that float kernels apply value by value, tanh among them.

Source: TensorFlow Lite Micro kernels/activation_utils.h.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from microinfer.errors import ModelError
from microinfer.graph.model import Node
from microinfer.libm import tanhf
from microinfer.ops.float_sums import Float32Array

Activation = Callable[[Float32Array], Float32Array]


def _clamp(low: float, high: float) -> Activation:
    """fmax(low, fmin(x, high)), which takes NaN to `high`, or to `low` where there is no upper end."""

    def clamp(x: Float32Array) -> Float32Array:
        return np.fmax(np.float32(low), x if high == np.inf else np.fmin(x, np.float32(high)))

    return clamp


_ACTIVATIONS: Mapping[str, Activation] = {
    "NONE": lambda x: x,
    "RELU": _clamp(0, np.inf),
    "RELU_N1_TO_1": _clamp(-1, 1),
    "RELU6": _clamp(0, 6),
    "TANH": tanhf,
    "SIGN_BIT": lambda x: np.signbit(x).astype(np.float32),
}


def fused_float(node: Node) -> Activation:
    """The fused activation of a float layer; raises ModelError for one that is not known."""
    fused = node.options.get("fused_activation_function", "NONE")
    if fused not in _ACTIVATIONS:
        raise ModelError(f"layer {node.index} ({node.op}): no fused {fused}; known: {', '.join(_ACTIVATIONS)}")
    return _ACTIVATIONS[fused]
