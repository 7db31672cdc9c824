"""AVERAGE_POOL_2D int8 -> arm_avgpool_s8; MAX_POOL_2D int8 -> arm_max_pool_s8."""

from __future__ import annotations

from typing import Any

from microinfer.device.abi import cmsis_nn_pool_params, dims, tile
from microinfer.device.bindings.convolution import activation
from microinfer.device.bindings.registry import KernelCall, Placement, ScratchQuery, binding
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.pooling import pool_params


def _pool(node: Node, function: str, scratch: ScratchQuery | None) -> KernelCall:
    window, clamp = pool_params(node)
    params = cmsis_nn_pool_params(
        stride=tile(window.stride), padding=tile(window.padding), activation=activation(clamp)
    )
    source, kernel, target = dims(node.input(0).shape), dims((1, *window.kernel, 1)), dims(node.output.shape)

    def arguments(at: Placement) -> tuple[Any, ...]:
        return at.context, params, source, at.inputs[0], kernel, target, at.output

    return KernelCall(function, arguments, scratch=scratch)


@binding("AVERAGE_POOL_2D", "int8")
def bind_average(node: Node, numerics: Numerics) -> KernelCall:
    width, channels = node.output.shape[2:4]
    return _pool(node, "arm_avgpool_s8", ScratchQuery("arm_avgpool_s8_get_buffer_size", (width, channels)))


@binding("MAX_POOL_2D", "int8")
def bind_max(node: Node, numerics: Numerics) -> KernelCall:
    return _pool(node, "arm_max_pool_s8", None)
