"""Bytes of scratch that CMSIS-NN's functions need, from the arguments of the call by path.

Source: the table of buffer sizes in facts/numerics.md. Builds: "" for the most that any asks, "dsp", "mve".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Values = Mapping[str, int]
Formula = Callable[[Values, str], int]

_MANY_CHANNELS = 16
_FAST_TAPS = 512
_BLOCK = 124
UNKNOWN = -1


def _taps(v: Values) -> int:
    return v["filter_dims.h"] * v["filter_dims.w"]


def _columns(v: Values) -> int:
    return _taps(v) * v["input_dims.c"]


def _rounded(value: int, unit: int) -> int:
    return -(-value // unit) * unit


def _all(v: Values, value: int, *paths: str) -> bool:
    return all(v[path] == value for path in paths)


def _is_point(v: Values) -> bool:
    plain = _all(v, 1, "filter_dims.h", "filter_dims.w", "conv_params.dilation.h", "conv_params.dilation.w")
    padded = v["conv_params.padding.h"] or v["conv_params.padding.w"]
    return plain and not padded and v["input_dims.c"] == v["filter_dims.c"]


def _is_row(v: Values) -> bool:
    flat = _all(v, 1, "input_dims.h", "filter_dims.h", "conv_params.dilation.w")
    words = v["conv_params.stride.w"] * v["input_dims.c"] % 4 == 0
    return flat and words and v["input_dims.c"] == v["filter_dims.c"]


def convolve_s8(v: Values, build: str) -> int:
    """im2col of two columns, of four for Helium."""
    return 64 * -(-_columns(v) // 16) if build == "mve" else 4 * _rounded(_columns(v), 4)


def convolve_s4(v: Values, build: str) -> int:
    """As for int8, columns not rounded."""
    return 64 * -(-_columns(v) // 16) if build == "mve" else 4 * _columns(v)


def convolve_s16(v: Values, build: str) -> int:
    """Columns of int16."""
    return 64 * -(-_columns(v) // 8) if build == "mve" else 4 * _columns(v)


def point(v: Values, build: str) -> int:
    """1x1 needs nothing; armclang's DSP build takes two columns of int16."""
    return 4 * v["input_dims.c"] if build == "" else UNKNOWN


def wrapper_s8(v: Values, build: str) -> int:
    """What the chosen form needs; Helium's 1xn form is not tabled."""
    if _is_point(v):
        return point(v, build)
    return UNKNOWN if build == "mve" and _is_row(v) else convolve_s8(v, build)


def wrapper_s4(v: Values, build: str) -> int:
    """As for int8."""
    if _is_point(v):
        return 0
    return UNKNOWN if build == "mve" and _is_row(v) else convolve_s4(v, build)


def depthwise_opt(v: Values, build: str) -> int:
    """One column of int16; blocks of 124 channels for Helium."""
    return 4 * _BLOCK * _taps(v) if build == "mve" else 2 * _columns(v)


def _is_plain_depthwise(v: Values) -> bool:
    dilations = _all(v, 1, "dw_conv_params.dilation.h", "dw_conv_params.dilation.w")
    return dilations and v["input_dims.n"] == 1 and v["input_dims.c"] == v["output_dims.c"]


def depthwise_wrapper_s8(v: Values, build: str) -> int:
    """None for 3x3; Helium may convolve instead where there is one input channel."""
    if build == "mve" and v["input_dims.c"] == 1:
        return UNKNOWN
    small = max(v["dw_conv_params.padding.h"], v["dw_conv_params.padding.w"]) <= 1
    if build != "mve" and small and _all(v, 3, "filter_dims.h", "filter_dims.w"):
        return 0
    return depthwise_opt(v, build) if _is_plain_depthwise(v) else 0


def depthwise_wrapper_s4(v: Values, build: str) -> int:
    """That of the fast form where it is taken."""
    return depthwise_opt(v, build) if _is_plain_depthwise(v) else 0


def depthwise_fast_s16(v: Values, build: str) -> int:
    """One column, four for Helium."""
    return 8 * _columns(v) + 8 if build == "mve" else 2 * _columns(v)


def depthwise_wrapper_s16(v: Values, build: str) -> int:
    """That of the fast form where it is taken."""
    plain = _all(v, 1, *(f"dw_conv_params.{name}" for name in ("ch_mult", "dilation.h", "dilation.w")))
    return depthwise_fast_s16(v, build) if plain and _taps(v) < _FAST_TAPS else 0


def average_pool(v: Values, build: str) -> int:
    """Sums of a row of channels."""
    return 0 if build == "mve" else 4 * v["ch_src"]


def fully_connected_s8(v: Values, build: str) -> int:
    """Sums of weight rows, which only Helium wants."""
    return 0 if build == "dsp" else 4 * v["filter_dims.c"]


def nothing(v: Values, build: str) -> int:
    """No build needs any."""
    return 0


def svdf_s8(v: Values, build: str) -> int:
    """As for fully connected layers."""
    return 0 if build == "dsp" else 4 * v["filter_dims.n"]


def _is_reversed(v: Values) -> bool:
    strides = (v["transposed_conv_params.stride.h"], v["transposed_conv_params.stride.w"])
    return max(strides) <= 2 and v["input_dims.c"] > _MANY_CHANNELS


def transpose_conv_s8(v: Values, build: str) -> int:
    """Rows of sums, as many as overlap, or the im2col of a convolution with the filter reversed."""
    if _is_reversed(v):
        return convolve_s8(v, build)
    stride_y, stride_x = (v[f"transposed_conv_params.stride.{axis}"] for axis in "hw")
    width = (v["input_dims.w"] - 1) * stride_x + max(v["filter_dims.w"], stride_x)
    return 4 * width * v["out_dims.c"] * max(v["filter_dims.h"], stride_y)


def reversed_filter(v: Values, build: str) -> int:
    """The filter once more."""
    return _columns(v) * v["filter_dims.n"] if _is_reversed(v) else 0
