"""ADD int8 -> arm_elementwise_add_s8 for equal shapes; broadcasting stays on the host, as in the glue."""

from __future__ import annotations

from typing import Any

from microinfer.device.bindings.registry import KernelCall, Placement, binding
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.add import AddParams


@binding("ADD", "int8", "int8")
def bind(node: Node, numerics: Numerics) -> KernelCall | None:
    if node.input(0).shape != node.input(1).shape:
        return None
    p = AddParams.of(node, numerics)
    first, second = p.factors

    def arguments(at: Placement) -> tuple[Any, ...]:
        inputs = (p.offsets[0], int(first.multiplier), int(first.shift), p.offsets[1], int(second.multiplier))
        output = (p.output_offset, int(p.output_factor.multiplier), int(p.output_factor.shift))
        clamp = (p.activation.min, p.activation.max)
        head = (at.inputs[0], at.inputs[1], *inputs, int(second.shift), p.left_shift, at.output)
        return (*head, *output, *clamp, node.output.elements)

    return KernelCall("arm_elementwise_add_s8", arguments)
