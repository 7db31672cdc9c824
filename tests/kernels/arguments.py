"""Arguments for calls that no recording covers: small layers with every field named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

IDENTITY = (2**30, 1)
"""Multiplier and shift that leave an accumulator unchanged."""


def dims(n: int, h: int, w: int, c: int) -> Mapping[str, int]:
    return {"n": n, "h": h, "w": w, "c": c}


def tile(h: int, w: int) -> Mapping[str, int]:
    return {"h": h, "w": w}


def window(stride: int = 1, padding: int = 0) -> dict[str, Any]:
    """Pool or convolution parameters, the same along both axes, with the full int8 range."""
    return {
        "stride": tile(stride, stride),
        "padding": tile(padding, padding),
        "activation": {"min": -128, "max": 127},
    }


def convolution(stride: int = 1, padding: int = 0, input_offset: int = 0) -> dict[str, Any]:
    return window(stride, padding) | {"input_offset": input_offset, "output_offset": 0, "dilation": tile(1, 1)}


def identity_quantisation(channels: int) -> Mapping[str, NDArray[np.int32]]:
    multiplier, shift = IDENTITY
    return {"multiplier": np.full(channels, multiplier, np.int32), "shift": np.full(channels, shift, np.int32)}


def context(size: int = 0) -> Mapping[str, Any]:
    """Scratch of `size` bytes, or none."""
    return {"buf": np.zeros(size, np.int8) if size else None, "size": size}


def convolution_call(x: NDArray[np.int8], w: NDArray[np.int8], y: NDArray[np.int8], **changed: Any) -> dict[str, Any]:
    """Arguments of a convolution of `x` (NHWC) by `w` (OHWI) into `y` (NHWC); `changed` replaces some."""
    call: dict[str, Any] = {
        "ctx": context(w[0].size),
        "conv_params": convolution(),
        "quant_params": identity_quantisation(w.shape[0]),
        "input_dims": dims(*x.shape),
        "input_data": x,
        "filter_dims": dims(*w.shape),
        "filter_data": w,
        "bias_dims": dims(1, 1, 1, w.shape[0]),
        "bias_data": None,
        "output_dims": dims(*y.shape),
        "output_data": y,
    }
    return call | changed


def pool_call(x: NDArray[np.int8], y: NDArray[np.int8], size: int, **changed: Any) -> dict[str, Any]:
    """Arguments of a pool of `x` (NHWC) over square windows into `y` (NHWC); `changed` replaces some."""
    call: dict[str, Any] = {
        "ctx": context(),
        "pool_params": window(),
        "input_dims": dims(*x.shape),
        "input_data": x,
        "filter_dims": dims(1, size, size, 1),
        "output_dims": dims(*y.shape),
        "output_data": y,
    }
    return call | changed
