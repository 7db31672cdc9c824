"""Scratch bytes that CMSIS-NN kernels ask for, in plain C builds and in those for cores with the DSP extension.

`buffer_size("arm_convolve_wrapper_s8_get_buffer_size", layer, "dsp")` is what that function returns. Functions ending
in _dsp answer as the DSP build does in either. Builds with Arm Compiler 6, whose 1x1 convolution wants more, and
builds for MVE are not covered. Source: CMSIS-NN arm_*_get_buffer_sizes_*.c.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from microinfer.errors import UnknownName

BUILDS = ("c", "dsp")
_REVERSE_ABOVE = 16
_FAST_CELLS = 512

Pair = tuple[int, int]
Dims = tuple[int, int, int, int]


@dataclass(frozen=True)
class LayerDims:
    """Dimensions as the C functions get them: (n, h, w, c) each, pairs as (h, w).

    For pools `input` carries the channels; for fully connected layers `filter` is (depth, 1, 1, outputs).
    """

    input: Dims
    filter: Dims = (0, 0, 0, 0)
    output: Dims = (0, 0, 0, 0)
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)
    depth_multiplier: int = 1

    @property
    def columns(self) -> int:
        """Input values under one filter of all input channels."""
        return self.input[3] * self.filter[1] * self.filter[2]

    @property
    def is_pointwise(self) -> bool:
        """1x1 without padding, dilation or groups."""
        alone = self.padding == (0, 0) and self.dilation == (1, 1) and self.input[3] == self.filter[3]
        return alone and self.filter[1:3] == (1, 1)

    @property
    def is_plain_depthwise(self) -> bool:
        """As many outputs as inputs, one batch, no dilation."""
        return self.input[3] == self.output[3] and self.input[0] == 1 and self.dilation == (1, 1)

    @property
    def runs_reversed(self) -> bool:
        """Transpose convolution done as a convolution with the filter turned around."""
        return max(self.stride) <= 2 and self.input[3] > _REVERSE_ABOVE


Size = Callable[[LayerDims, str], int]


def _none(layer: LayerDims, build: str) -> int:
    return 0


def _convolve_s8(layer: LayerDims, build: str) -> int:
    return 4 * (-(-layer.columns // 4) * 4)


def _convolve(layer: LayerDims, build: str) -> int:
    return 4 * layer.columns


def _convolve_wrapper_s8(layer: LayerDims, build: str) -> int:
    return 0 if layer.is_pointwise else _convolve_s8(layer, build)


def _convolve_wrapper_s4(layer: LayerDims, build: str) -> int:
    return 0 if layer.is_pointwise else _convolve(layer, build)


def _depthwise(layer: LayerDims, build: str) -> int:
    return 2 * layer.columns


def _depthwise_dsp(layer: LayerDims, build: str) -> int:
    return _depthwise(layer, build) if build == "dsp" else 0


def _depthwise_wrapper_s8(layer: LayerDims, build: str) -> int:
    three = layer.filter[1:3] == (3, 3) and max(layer.padding) <= 1
    return _depthwise_dsp(layer, build) if layer.is_plain_depthwise and not three else 0


def _depthwise_wrapper_s4(layer: LayerDims, build: str) -> int:
    return _depthwise(layer, build) if layer.is_plain_depthwise else 0


def _depthwise_wrapper_s16(layer: LayerDims, build: str) -> int:
    fast = layer.depth_multiplier == 1 and layer.dilation == (1, 1)
    return _depthwise_dsp(layer, build) if fast and layer.filter[1] * layer.filter[2] < _FAST_CELLS else 0


def _transpose_conv(layer: LayerDims, build: str) -> int:
    """The direct form holds rows of int32 sums; its width takes the vertical stride where the filter is narrower."""
    if layer.runs_reversed:
        return _convolve_s8(layer, build)
    width = (layer.input[2] - 1) * layer.stride[1] + max(layer.filter[2], layer.stride[0])
    return 4 * width * layer.output[3] * max(layer.filter[1], layer.stride[0])


def _reversed_filter(layer: LayerDims, build: str) -> int:
    return layer.columns * layer.filter[0] if layer.runs_reversed else 0


def _average_pool(layer: LayerDims, build: str) -> int:
    return 4 * layer.input[3] if build == "dsp" else 0


_BY_KERNEL: Mapping[str, Size] = {
    "arm_convolve_s8": _convolve_s8,
    "arm_convolve_1_x_n_s8": _convolve_s8,
    "arm_convolve_1x1_s8_fast": _none,
    "arm_convolve_wrapper_s8": _convolve_wrapper_s8,
    "arm_convolve_s4": _convolve,
    "arm_convolve_1_x_n_s4": _convolve,
    "arm_convolve_1x1_s4_fast": _none,
    "arm_convolve_wrapper_s4": _convolve_wrapper_s4,
    "arm_convolve_s16": _convolve,
    "arm_convolve_wrapper_s16": _convolve,
    "arm_depthwise_conv_s8_opt": _depthwise_dsp,
    "arm_depthwise_conv_wrapper_s8": _depthwise_wrapper_s8,
    "arm_depthwise_conv_s4_opt": _depthwise,
    "arm_depthwise_conv_wrapper_s4": _depthwise_wrapper_s4,
    "arm_depthwise_conv_fast_s16": _depthwise_dsp,
    "arm_depthwise_conv_wrapper_s16": _depthwise_wrapper_s16,
    "arm_transpose_conv_s8": _transpose_conv,
    "arm_fully_connected_s8": _none,
    "arm_fully_connected_s16": _none,
    "arm_svdf_s8": _none,
    "arm_avgpool_s8": _average_pool,
    "arm_avgpool_s16": _average_pool,
}


_SIZES: Mapping[str, Size] = {f"{kernel}_get_buffer_size": size for kernel, size in _BY_KERNEL.items()} | {
    "arm_transpose_conv_s8_get_reverse_conv_buffer_size": _reversed_filter
}


def buffer_size(function: str, layer: LayerDims, build: str) -> int:
    """What C function `function` returns for `layer` in `build` ("c" or "dsp"); UnknownName for any other names."""
    if build not in BUILDS:
        raise UnknownName(f"no build '{build}'; known: {', '.join(BUILDS)}")
    plain = function.removesuffix("_dsp")
    if plain not in _SIZES:
        raise UnknownName(f"no size function '{function}'; known: {', '.join(_SIZES)}")
    return _SIZES[plain](layer, build if plain == function else "dsp")
