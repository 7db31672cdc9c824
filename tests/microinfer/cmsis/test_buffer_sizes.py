"""Scratch sizes: the rules that decide them, one by one."""

from __future__ import annotations

import pytest

from microinfer.cmsis.buffer_sizes import BUILDS, LayerDims, buffer_size
from microinfer.errors import UnknownName

CONV = LayerDims(input=(1, 8, 8, 5), filter=(7, 3, 3, 5), output=(1, 8, 8, 7), padding=(1, 1))
POINT = LayerDims(input=(1, 8, 8, 5), filter=(7, 1, 1, 5), output=(1, 8, 8, 7))
DEPTHWISE = LayerDims(input=(1, 8, 8, 6), filter=(1, 5, 5, 6), output=(1, 8, 8, 6), padding=(2, 2))
SMALL = LayerDims(input=(1, 8, 8, 6), filter=(1, 3, 3, 6), output=(1, 8, 8, 6), padding=(1, 1))
UP = LayerDims(input=(1, 4, 4, 16), filter=(3, 2, 2, 16), output=(1, 12, 12, 3), stride=(3, 3))
REVERSED = LayerDims(input=(1, 4, 4, 17), filter=(3, 2, 2, 17), output=(1, 8, 8, 3), stride=(2, 2))


@pytest.mark.parametrize(
    ("function", "layer", "c", "dsp"),
    [
        ("arm_convolve_wrapper_s8", CONV, 4 * 48, 4 * 48),
        ("arm_convolve_wrapper_s4", CONV, 4 * 45, 4 * 45),
        ("arm_convolve_wrapper_s16", CONV, 4 * 45, 4 * 45),
        ("arm_convolve_wrapper_s8", POINT, 0, 0),
        ("arm_convolve_wrapper_s16", POINT, 4 * 5, 4 * 5),
        ("arm_convolve_1x1_s8_fast", POINT, 0, 0),
        ("arm_depthwise_conv_wrapper_s8", DEPTHWISE, 0, 2 * 6 * 25),
        ("arm_depthwise_conv_wrapper_s8", SMALL, 0, 0),
        ("arm_depthwise_conv_wrapper_s4", SMALL, 2 * 6 * 9, 2 * 6 * 9),
        ("arm_depthwise_conv_wrapper_s16", SMALL, 0, 2 * 6 * 9),
        ("arm_transpose_conv_s8", UP, 4 * (3 * 3 + 3) * 3 * 3, 4 * (3 * 3 + 3) * 3 * 3),
        ("arm_transpose_conv_s8", REVERSED, 4 * 68, 4 * 68),
        ("arm_fully_connected_s8", LayerDims(input=(1, 1, 1, 9), filter=(9, 1, 1, 4)), 0, 0),
        ("arm_avgpool_s16", DEPTHWISE, 0, 4 * 6),
    ],
)
def test_size_by_build(function: str, layer: LayerDims, c: int, dsp: int) -> None:
    name = f"{function}_get_buffer_size"
    assert [buffer_size(name, layer, build) for build in BUILDS] == [c, dsp]


def test_the_turned_filter_has_its_own_buffer() -> None:
    function = "arm_transpose_conv_s8_get_reverse_conv_buffer_size"
    assert buffer_size(function, REVERSED, "c") == 17 * 2 * 2 * 3
    assert buffer_size(function, UP, "c") == 0


def test_functions_ending_in_dsp_answer_alike_in_both_builds() -> None:
    function = "arm_depthwise_conv_wrapper_s8_get_buffer_size_dsp"
    assert [buffer_size(function, DEPTHWISE, build) for build in BUILDS] == [300, 300]


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="no size function 'arm_convolve_s8'; known: arm_convolve_s8_get_buffer_size"):
        buffer_size("arm_convolve_s8", CONV, "c")
    with pytest.raises(UnknownName, match="no build 'mve'; known: c, dsp"):
        buffer_size("arm_convolve_s8_get_buffer_size", CONV, "mve")
