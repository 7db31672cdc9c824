"""DEPTHWISE_CONV_2D int8 -> arm_depthwise_conv_wrapper_s8."""

from __future__ import annotations

from microinfer.device.abi import cmsis_nn_dw_conv_params, tile
from microinfer.device.bindings.convolution import activation, wrapper_call
from microinfer.device.bindings.registry import KernelCall, binding
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.depthwise_conv_2d import DepthwiseParams


@binding("DEPTHWISE_CONV_2D", "int8", "int8")
def bind(node: Node, numerics: Numerics) -> KernelCall:
    p = DepthwiseParams.of(node, numerics)
    params = cmsis_nn_dw_conv_params(
        input_offset=p.input_offset,
        output_offset=p.stage.output_offset,
        ch_mult=p.depth_multiplier,
        stride=tile(p.window.stride),
        padding=tile(p.window.padding),
        dilation=tile(p.window.dilation),
        activation=activation(p.stage.activation),
    )
    return wrapper_call(node, "arm_depthwise_conv_wrapper_s8", params, p.stage)
