"""Recorded convolutions and fully connected layers with int16 activations or int4 weights, and batch_matmul."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from microinfer.int4 import unpack_int4
from microinfer.ops.batch_matmul import Orientation, batch_matmul
from microinfer.ops.conv_2d import ConvParams, conv_2d
from microinfer.ops.depthwise_conv_2d import DepthwiseParams, depthwise_conv_2d
from microinfer.ops.fully_connected import FullyConnectedParams, fully_connected
from microinfer.ops.transpose_conv import Scatter, transpose_conv
from tests.microinfer.cmsis.recorded import MARKS, Recorded, calls, fields, number, pair

pytestmark = MARKS

CONVOLVE_S4 = ("wrapper_s4", "s4", "1x1_s4", "1x1_s4_fast", "1_x_n_s4")
DEPTHWISE = ("s4", "s4_opt", "wrapper_s4", "s16", "fast_s16", "wrapper_s16")


def _weights(recorded: Recorded, shape: tuple[int, ...]) -> NDArray[Any]:
    stored = recorded.array("filter_data", "kernel")
    if "_s4" in recorded.call.function:
        stored = unpack_int4(stored.view(np.uint8), int(np.prod(shape)))
    return stored[: np.prod(shape)].reshape(shape)


def _check_convolution(recorded: Recorded, *, wide: bool) -> None:
    params, source = recorded.fields("conv_params"), recorded.dims("input_dims")
    shape = (recorded.dims("output_dims")[3], *recorded.dims("filter_dims")[1:3], source[3])
    window, stage = recorded.window(params), recorded.stage(params, wide=wide)
    x, bias = recorded.array("input_data").reshape(source), recorded.optional("bias_data")
    layer = ConvParams(window, number(params, "input_offset"), stage)
    recorded.check(conv_2d(x, _weights(recorded, shape), bias, params=layer))


@pytest.mark.parametrize("recorded", calls(*(f"arm_convolve_{name}" for name in CONVOLVE_S4)), ids=str)
def test_convolve_s4(recorded: Recorded) -> None:
    _check_convolution(recorded, wide=False)


@pytest.mark.parametrize("recorded", calls("arm_convolve_s16", "arm_convolve_wrapper_s16"), ids=str)
def test_convolve_s16(recorded: Recorded) -> None:
    _check_convolution(recorded, wide=not number(recorded.fields("bias_data"), "is_int32_bias"))


@pytest.mark.parametrize("recorded", calls(*(f"arm_depthwise_conv_{name}" for name in DEPTHWISE)), ids=str)
def test_depthwise_conv_s4_and_s16(recorded: Recorded) -> None:
    params, source = recorded.fields("dw_conv_params"), recorded.dims("input_dims")
    multiplier = number(params, "ch_mult")
    shape = (1, *recorded.dims("filter_dims")[1:3], source[3] * multiplier)
    window, stage = recorded.window(params), recorded.stage(params, wide="s16" in recorded.call.function)
    x, bias = recorded.array("input_data", "input").reshape(source), recorded.optional("bias_data", "bias")
    layer = DepthwiseParams(window, number(params, "input_offset"), multiplier, stage)
    recorded.check(depthwise_conv_2d(x, _weights(recorded, shape), bias, params=layer))


@pytest.mark.parametrize("recorded", calls("arm_fully_connected_s4"), ids=str)
def test_fully_connected_s4(recorded: Recorded) -> None:
    params, (depth, _, _, outputs) = recorded.fields("fc_params"), recorded.dims("filter_dims")
    layer = FullyConnectedParams(number(params, "input_offset"), 0, (outputs,), recorded.stage(params))
    x, weights = recorded.array("input_data").reshape(-1, depth), _weights(recorded, (outputs, depth))
    recorded.check(fully_connected(x, weights, recorded.optional("bias_data"), params=layer))


@pytest.mark.parametrize("recorded", calls("arm_batch_matmul_s8", "arm_batch_matmul_s16"), ids=str)
def test_batch_matmul(recorded: Recorded) -> None:
    params = fields(recorded.fields("bmm_params")["fc_params"])
    a, b = (recorded.array(f"input_{side}").reshape(recorded.dims(f"input_{side}_dims")) for side in ("lhs", "rhs"))
    offsets = (number(params, "input_offset"), number(params, "filter_offset"))
    stage = recorded.stage(params, wide=a.dtype == np.int16)
    recorded.check(batch_matmul(a, b, offsets, Orientation(transpose_a=False, transpose_b=True), stage))


@pytest.mark.parametrize("recorded", calls("arm_transpose_conv_wrapper_s8", "arm_transpose_conv_s8"), ids=str)
def test_transpose_conv(recorded: Recorded) -> None:
    params, source = recorded.fields("transpose_conv_params"), recorded.dims("input_dims")
    scatter = Scatter(pair(params, "stride"), pair(params, "padding"), recorded.dims("output_dims")[1:3])
    x, weights = recorded.array("input_data").reshape(source), _weights(recorded, recorded.dims("filter_dims"))
    offset, stage = number(params, "input_offset"), recorded.stage(params)
    recorded.check(transpose_conv(x, weights, recorded.optional("bias_data"), scatter, offset, stage))
