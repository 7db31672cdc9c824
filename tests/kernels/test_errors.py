"""Arguments that CMSIS-NN rejects with ARM_CMSIS_NN_ARG_ERROR are rejected here, and nothing is written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.kernels.arguments import (
    context,
    convolution,
    convolution_call,
    dims,
    identity_quantisation,
    pool_call,
    window,
)
from tests.kernels.host_library import HostLibrary

SUCCESS = 0
ARG_ERROR = -1

X = np.arange(18, dtype=np.int8).reshape(1, 3, 3, 2)
POINTWISE = np.ones((2, 1, 1, 2), np.int8)
SQUARE = np.ones((2, 3, 3, 2), np.int8)
UNTOUCHED = 77


def output(*shape: int) -> np.ndarray[Any, np.dtype[np.int8]]:
    return np.full(shape, UNTOUCHED, np.int8)


@pytest.mark.parametrize(
    ("function", "params", "status"),
    [
        ("arm_convolve_1x1_s8", convolution(), SUCCESS),
        ("arm_convolve_1x1_s8", convolution(padding=1), ARG_ERROR),
        ("arm_convolve_1x1_s8_fast", convolution(), SUCCESS),
        ("arm_convolve_1x1_s8_fast", convolution(padding=1), ARG_ERROR),
        ("arm_convolve_1x1_s8_fast", convolution(stride=2), ARG_ERROR),
    ],
)
def test_pointwise_kernels_take_no_padding_and_the_fast_one_no_stride(
    kernels: HostLibrary, function: str, params: dict[str, Any], status: int
) -> None:
    y = output(1, 3, 3, 2)
    assert kernels.call(function, **convolution_call(X, POINTWISE, y, conv_params=params)) == status
    assert (y == UNTOUCHED).all() == (status == ARG_ERROR)


@pytest.mark.parametrize(
    "changed",
    [
        {"ctx": context()},
        {"filter_dims": dims(2, 3, 3, 0)},
        {"filter_dims": dims(2, 3, 3, 3)},
        {"input_dims": dims(1, 3, 3, 0)},
        {"filter_dims": dims(2, 3, 3, 1), "output_dims": dims(1, 1, 1, 3)},
    ],
    ids=["no scratch", "no filter channels", "groups do not divide the input", "no input", "nor the output"],
)
def test_convolution_wants_scratch_and_whole_groups(kernels: HostLibrary, changed: dict[str, Any]) -> None:
    y = output(1, 1, 1, 2)
    call = convolution_call(X, SQUARE, y, upscale_dims=None)
    assert kernels.call("arm_convolve_s8", **call | changed) == ARG_ERROR
    assert (y == UNTOUCHED).all()
    assert kernels.call("arm_convolve_s8", **call) == SUCCESS
    assert y.ravel().tolist() == [127, 127]


def test_convolution_wrapper_passes_the_error_on(kernels: HostLibrary) -> None:
    y = output(1, 1, 1, 2)
    assert kernels.call("arm_convolve_wrapper_s8", **convolution_call(X, SQUARE, y, ctx=context())) == ARG_ERROR


@pytest.mark.parametrize(("channels", "status"), [(2, SUCCESS), (3, ARG_ERROR)])
def test_depthwise_wrapper_wants_channels_times_multiplier(kernels: HostLibrary, channels: int, status: int) -> None:
    y = output(1, 3, 3, channels)
    returned = kernels.call(
        "arm_depthwise_conv_wrapper_s8",
        ctx=context(),
        dw_conv_params=convolution() | {"ch_mult": 1},
        quant_params=identity_quantisation(2),
        input_dims=dims(1, 3, 3, 2),
        input_data=X,
        filter_dims=dims(1, 1, 1, 2),
        filter_data=np.ones(2, np.int8),
        bias_dims=dims(0, 0, 0, 2),
        bias_data=None,
        output_dims=dims(1, 3, 3, channels),
        output_data=y,
    )
    assert returned == status
    if status == SUCCESS:
        np.testing.assert_array_equal(y, X)


@pytest.mark.parametrize("function", ["arm_avgpool_s8", "arm_max_pool_s8"])
@pytest.mark.parametrize("batches", [0, -3])
def test_pools_want_a_batch(kernels: HostLibrary, function: str, batches: int) -> None:
    y = output(1, 1, 1, 2)
    assert kernels.call(function, **pool_call(X, y, 3, input_dims=dims(batches, 3, 3, 2))) == ARG_ERROR
    assert (y == UNTOUCHED).all()


def test_average_pool_rejects_a_window_without_a_valid_cell(kernels: HostLibrary) -> None:
    y = output(1, 1, 1, 2)
    assert kernels.call("arm_avgpool_s8", **pool_call(X, y, 3, pool_params=window(padding=3))) == ARG_ERROR
    assert (y == UNTOUCHED).all()
    assert kernels.call("arm_avgpool_s8", **pool_call(X, y, 3)) == SUCCESS
    assert y.ravel().tolist() == [8, 9]
