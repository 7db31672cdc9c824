"""The optional bias: its dtype, which decides how wide sums are, and adding it."""

from __future__ import annotations

import numpy as np

from microinfer.errors import ShapeError, UnsupportedError
from microinfer.fixedpoint import Int64Array
from microinfer.graph.model import Array, Node

_ALLOWED = {"int8": ("int32",), "int16": ("int32", "int64"), "float32": ("float32",)}


def sums_are_wide(node: Node, activation: str, position: int = 2, allowed: tuple[str, ...] | None = None) -> bool:
    """Whether a layer sums in 64 bits: int16 activations, unless the bias is int32.

    `position` is that of the bias among the inputs, `allowed` its dtypes. Without a bias the option
    quantized_bias_type decides. Raises UnsupportedError for a bias of another dtype, which TensorFlow Lite Micro would
    misread, and ShapeError for one that does not have one entry per output channel.
    """
    bias = node.optional_input(position)
    allowed = _ALLOWED[activation] if allowed is None else allowed
    if bias is not None and bias.dtype not in allowed:
        message = f"layer {node.index} ({node.op}): {bias.dtype} bias for {activation} activations"
        raise UnsupportedError(f"{message}; {' or '.join(allowed)} works")
    if bias is not None and bias.elements != node.output.shape[-1]:
        raise ShapeError(f"layer {node.index} ({node.op}): bias {bias.shape} for output {node.output.shape}")
    declared = node.options.get("quantized_bias_type", "") if bias is None else bias.dtype
    return activation == "int16" and not ("int32" in allowed and declared.lower() == "int32")


def add_bias(accumulator: Int64Array, bias: Array | None) -> Int64Array:
    """`accumulator` (..., C) plus `bias` (C,), which may be absent."""
    return accumulator if bias is None else accumulator + bias.reshape(-1).astype(np.int64)
