"""What CONV_2D and DEPTHWISE_CONV_2D hand to their wrappers alike."""

from __future__ import annotations

from typing import Any

from microinfer.device.abi import cmsis_nn_activation, cmsis_nn_per_channel_quant_params, dims
from microinfer.device.bindings.registry import KernelCall, Placement, ScratchQuery
from microinfer.graph.model import Node
from microinfer.ops.output_stage import OutputStage
from microinfer.quant import Clamp


def activation(clamp: Clamp) -> cmsis_nn_activation:
    return cmsis_nn_activation(min=clamp.min, max=clamp.max)


def wrapper_call(node: Node, function: str, params: Any, stage: OutputStage) -> KernelCall:
    """Call of a convolution wrapper and its `_get_buffer_size`; both wrappers take the same list of arguments."""
    filters, channels = node.input(1).shape, node.output.shape[3]
    source, weights, target = dims(node.input(0).shape), dims((1, *filters[1:])), dims(node.output.shape)
    factor = stage.per_channel(channels)
    factor.multiplier.flags.writeable = factor.shift.flags.writeable = False
    quant = cmsis_nn_per_channel_quant_params(multiplier=factor.multiplier, shift=factor.shift)
    bias_dims = dims((1, 1, 1, channels))

    def arguments(at: Placement) -> tuple[Any, ...]:
        x, w = at.inputs[:2]
        bias = at.inputs[2] if len(at.inputs) > 2 else None
        return at.context, params, quant, source, x, weights, w, bias_dims, bias, target, at.output

    scratch = ScratchQuery(f"{function}_get_buffer_size", (params, source, weights, target))
    return KernelCall(function, arguments, scratch=scratch)
