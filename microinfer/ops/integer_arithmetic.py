"""What ADD, SUB, MUL and DIV of plain int32 numbers share: no quantisation, and integer activation ranges."""

from __future__ import annotations

from microinfer.errors import ModelError
from microinfer.graph.model import Node, Tensor
from microinfer.ops.operands import where
from microinfer.quant import FUSED_BOUNDS, INTEGER_RANGE, Clamp


def check_not_quantised(node: Node, *tensors: Tensor) -> None:
    """Raise ModelError for an int32 tensor with a scale, which TensorFlow Lite Micro refuses."""
    for tensor in tensors:
        if tensor.quantization is not None:
            raise ModelError(f"{where(node)}: int32 tensor {tensor.name} must not be quantised")


def int32_activation_range(node: Node) -> Clamp:
    """Range of a fused activation on plain integers; any but the RELUs counts as none (CalculateActivationRange)."""
    fused = node.options.get("fused_activation_function", "NONE")
    low, high = INTEGER_RANGE["int32"]
    real_low, real_high = FUSED_BOUNDS.get(fused, (None, None))
    return Clamp(low if real_low is None else int(real_low), high if real_high is None else int(real_high))
