"""FULLY_CONNECTED int8 -> arm_fully_connected_wrapper_s8, or arm_convolve_1x1_s8_fast where the glue prefers it.

The glue reads outputs of more than two dimensions with a depth divisible by four as a 1x1 convolution. Where the
library wants scratch for the matrix form it holds the sums of the weight rows, made by arm_vector_sum_s8.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from microinfer.device.abi import (
    cmsis_nn_conv_params,
    cmsis_nn_fc_params,
    cmsis_nn_per_channel_quant_params,
    cmsis_nn_quant_params,
    dims,
    tile,
)
from microinfer.device.bindings.convolution import activation
from microinfer.device.bindings.registry import KernelCall, Placement, ScratchQuery, binding
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.fully_connected import FullyConnectedParams


@binding("FULLY_CONNECTED", "int8", "int8")
def bind(node: Node, numerics: Numerics) -> KernelCall:
    params = FullyConnectedParams.of(node, numerics)
    as_convolution = len(node.output.shape) > 2 and node.input(1).shape[1] % 4 == 0
    return _convolution(node, params) if as_convolution else _matrix(node, params)


def _bias(at: Placement) -> Any:
    return at.inputs[2] if len(at.inputs) > 2 else None


def _convolution(node: Node, p: FullyConnectedParams) -> KernelCall:
    outputs, depth = node.input(1).shape
    rows = node.output.elements // outputs
    one = tile((1, 1))
    params = cmsis_nn_conv_params(
        input_offset=p.input_offset,
        output_offset=p.stage.output_offset,
        stride=one,
        padding=tile((0, 0)),
        dilation=one,
        activation=activation(p.stage.activation),
    )
    factor = p.stage.per_channel(outputs)
    quant = cmsis_nn_per_channel_quant_params(multiplier=factor.multiplier, shift=factor.shift)
    source, weights, target = dims((rows, 1, 1, depth)), dims((depth, 1, 1, outputs)), dims((rows, 1, 1, outputs))
    bias_dims = dims((1, 1, 1, outputs))

    def arguments(at: Placement) -> tuple[Any, ...]:
        x, w = at.inputs[:2]
        return at.context, params, quant, source, x, weights, w, bias_dims, _bias(at), target, at.output

    function = "arm_convolve_1x1_s8_fast"
    return KernelCall(function, arguments, scratch=ScratchQuery(f"{function}_get_buffer_size", (source,)))


def _matrix(node: Node, p: FullyConnectedParams) -> KernelCall:
    outputs, depth = node.input(1).shape
    rows = node.output.elements // outputs
    params = cmsis_nn_fc_params(
        input_offset=p.input_offset,
        filter_offset=p.filter_offset,
        output_offset=p.stage.output_offset,
        activation=activation(p.stage.activation),
    )
    multiplier, shift = (np.atleast_1d(array) for array in (p.stage.factor.multiplier, p.stage.factor.shift))
    quant = cmsis_nn_quant_params(multiplier=multiplier, shift=shift, is_per_channel=int(multiplier.size > 1))
    source, weights, target = dims((rows, 1, 1, depth)), dims((depth, 1, 1, outputs)), dims((rows, 1, 1, outputs))
    bias_dims = dims((1, 1, 1, outputs))

    def arguments(at: Placement) -> tuple[Any, ...]:
        x, w = at.inputs[:2]
        return at.context, params, quant, source, x, weights, w, bias_dims, _bias(at), target, at.output

    def row_sums(at: Placement) -> tuple[Any, ...]:
        return at.scratch, depth, outputs, at.inputs[1], p.input_offset, p.filter_offset, _bias(at)

    scratch = ScratchQuery("arm_fully_connected_s8_get_buffer_size", (weights,))
    prepare = KernelCall("arm_vector_sum_s8", row_sums)
    return KernelCall("arm_fully_connected_wrapper_s8", arguments, scratch=scratch, prepare=prepare)
