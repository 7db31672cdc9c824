"""What the recorded calls leave out: upscaled input, groups over batches, odd softmax rows, wrapping sums, copies."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels.arguments import convolution, convolution_call, dims, pool_call, window
from tests.kernels.host_library import HostLibrary


@pytest.mark.parametrize(("up_h", "up_w"), [(2, 2), (2, 1), (1, 2)])
def test_upscaled_input_equals_inserted_zeros(kernels: HostLibrary, up_h: int, up_w: int) -> None:
    """upscale_dims stands for an input whose odd rows or columns hold the zero point."""
    rng = np.random.default_rng(1)
    offset = 5
    stored = rng.integers(-128, 128, (2, 3, 4, 2), np.int8)
    w = rng.integers(-3, 4, (3, 3, 3, 2), np.int8)
    spread = np.full((2, 3 * up_h, 4 * up_w, 2), -offset, np.int8)
    spread[:, ::up_h, ::up_w] = stored
    direct, upscaled = (np.zeros((*spread.shape[:3], 3), np.int8) for _ in range(2))
    call = convolution_call(spread, w, direct, conv_params=convolution(padding=1, input_offset=offset))
    assert kernels.call("arm_convolve_s8", **call, upscale_dims=None) == 0
    call |= {"input_data": stored, "output_data": upscaled}
    assert kernels.call("arm_convolve_s8", **call, upscale_dims=dims(0, up_h, up_w, 0)) == 0
    np.testing.assert_array_equal(upscaled, direct)
    assert len(np.unique(direct)) > 10


def test_groups_see_only_their_channels_in_every_batch(kernels: HostLibrary) -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(-50, 50, (2, 3, 3, 4), np.int8)
    w = rng.integers(-1, 2, (6, 2, 2, 2), np.int8)
    y = np.zeros((2, 2, 2, 6), np.int8)
    assert kernels.call("arm_convolve_s8", **convolution_call(x, w, y), upscale_dims=None) == 0
    patches = np.lib.stride_tricks.sliding_window_view(x.astype(int), (2, 2), axis=(1, 2))
    first, second = (
        np.einsum("nhwcij,oijc->nhwo", patches[:, :, :, group], w[outputs].astype(int))
        for group, outputs in ((slice(0, 2), slice(0, 3)), (slice(2, 4), slice(3, 6)))
    )
    np.testing.assert_array_equal(y, np.concatenate([first, second], axis=3).clip(-128, 127))


def test_sums_wrap_as_int32(kernels: HostLibrary) -> None:
    """A bias at the end of int32 wraps instead of saturating, as the processor's addition does."""
    y = np.zeros((1, 1, 1, 1), np.int8)
    bias = np.array([2**31 - 1], np.int32)
    x, w = (np.ones((1, 1, 1, 1), np.int8) for _ in range(2))
    quantisation = {"multiplier": np.array([2**30], np.int32), "shift": np.array([-24], np.int32)}
    call = convolution_call(x, w, y, bias_data=bias, quant_params=quantisation)
    assert kernels.call("arm_convolve_wrapper_s8", **call) == 0
    assert y.item() == -64


@pytest.mark.parametrize(
    ("rows", "diff_min", "expected"),
    [
        ([[0, 0]], -128, [0, 0]),
        ([[5]], -128, [127]),
        ([[0, -1]], 0, [127, -128]),
        ([[3, 4, 5]], 2**31 - 1, [-128, -128, -128]),
        ([[9] * 600], -128, [-128] * 600),
    ],
    ids=["halves", "one", "below diff_min", "all skipped", "600 equal"],
)
def test_softmax_of_known_rows(
    kernels: HostLibrary, rows: list[list[int]], diff_min: int, expected: list[int]
) -> None:
    x = np.array(rows, np.int8)
    y = np.zeros_like(x)
    kernels.call(
        "arm_softmax_s8", input=x, num_rows=x.shape[0], row_size=x.shape[1], mult=2**30, shift=24,
        diff_min=diff_min, output=y,
    )  # fmt: skip
    assert y.ravel().tolist() == expected


def test_max_pool_ignores_padding(kernels: HostLibrary) -> None:
    x = np.array([[-100, -90], [-80, -70]], np.int8).reshape(1, 2, 2, 1)
    y = np.zeros((1, 3, 3, 1), np.int8)
    assert kernels.call("arm_max_pool_s8", **pool_call(x, y, 2, pool_params=window(padding=1))) == 0
    assert y.ravel().tolist() == [-100, -90, -90, -80, -70, -70, -80, -70, -70]


def test_reshape_copies_every_byte_and_no_more(kernels: HostLibrary) -> None:
    x = np.arange(-64, 64, dtype=np.int8)
    y = np.full(130, 1, np.int8)
    kernels.call("arm_reshape_s8", input=x, output=y, total_size=x.size)
    np.testing.assert_array_equal(y, [*x, 1, 1])
