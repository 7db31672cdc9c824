"""Structs of the CMSIS-NN integer interface (arm_nn_types.h), laid out as AAPCS says."""

from __future__ import annotations

from collections.abc import Sequence

from emulator import Int32, Pointer, Struct

SUCCESS = 0
STATUS_NAMES = {-1: "ARM_CMSIS_NN_ARG_ERROR", -2: "ARM_CMSIS_NN_NO_IMPL_ERROR", -3: "ARM_CMSIS_NN_FAILURE"}


class cmsis_nn_tile(Struct):
    w: Int32
    h: Int32


class cmsis_nn_activation(Struct):
    min: Int32
    max: Int32


class cmsis_nn_context(Struct):
    buf: Pointer
    size: Int32


class cmsis_nn_dims(Struct):
    n: Int32
    h: Int32
    w: Int32
    c: Int32


class cmsis_nn_per_channel_quant_params(Struct):
    multiplier: Pointer
    shift: Pointer


class cmsis_nn_quant_params(Struct):
    multiplier: Pointer
    shift: Pointer
    is_per_channel: Int32


class cmsis_nn_conv_params(Struct):
    input_offset: Int32
    output_offset: Int32
    stride: cmsis_nn_tile
    padding: cmsis_nn_tile
    dilation: cmsis_nn_tile
    activation: cmsis_nn_activation


class cmsis_nn_dw_conv_params(Struct):
    input_offset: Int32
    output_offset: Int32
    ch_mult: Int32
    stride: cmsis_nn_tile
    padding: cmsis_nn_tile
    dilation: cmsis_nn_tile
    activation: cmsis_nn_activation


class cmsis_nn_fc_params(Struct):
    input_offset: Int32
    filter_offset: Int32
    output_offset: Int32
    activation: cmsis_nn_activation


class cmsis_nn_pool_params(Struct):
    stride: cmsis_nn_tile
    padding: cmsis_nn_tile
    activation: cmsis_nn_activation


def tile(pair: tuple[int, int]) -> cmsis_nn_tile:
    """A tile from (h, w)."""
    return cmsis_nn_tile(h=pair[0], w=pair[1])


def dims(shape: Sequence[int]) -> cmsis_nn_dims:
    """Dimensions from an NHWC shape."""
    n, h, w, c = shape
    return cmsis_nn_dims(n=n, h=h, w=w, c=c)
