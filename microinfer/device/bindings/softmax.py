"""SOFTMAX int8 to int8 -> arm_softmax_s8."""

from __future__ import annotations

from typing import Any

from microinfer.device.bindings.registry import KernelCall, Placement, binding
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.softmax import softmax_scaling_of


@binding("SOFTMAX", "int8")
def bind(node: Node, numerics: Numerics) -> KernelCall | None:
    if node.output.dtype != "int8":
        return None
    scaling = softmax_scaling_of(node)
    row_size = node.output.shape[-1]
    rows = node.output.elements // row_size

    def arguments(at: Placement) -> tuple[Any, ...]:
        return at.inputs[0], rows, row_size, scaling.multiplier, scaling.shift, scaling.diff_min, at.output

    return KernelCall("arm_softmax_s8", arguments, returns="void")
