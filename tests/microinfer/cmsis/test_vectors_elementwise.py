"""Recorded calls of elementwise, 16-bit pooling and softmax, and moving functions, computed by the operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from microinfer.ops.add import AddParams, add
from microinfer.ops.average_pool_2d import average_pool_2d
from microinfer.ops.max_pool_2d import max_pool_2d
from microinfer.ops.maximum import maximum
from microinfer.ops.minimum import minimum
from microinfer.ops.mul import MulParams, mul
from microinfer.ops.pad import pad
from microinfer.ops.softmax_int16 import Softmax16Params, softmax_int16
from microinfer.ops.transpose import transpose
from microinfer.ops.window import Window
from microinfer.quant import Clamp, Multiplier
from tests.microinfer.cmsis.recorded import MARKS, NUMERICS, Recorded, calls, clamp, number, pair
from tests.support.vectors import Local

pytestmark = MARKS
Array = NDArray[Any]


def numbered(given: Recorded, name: str) -> int:
    return number(given.call.args, name)


def factor(given: Recorded, name: str) -> Multiplier:
    multiplier, shift = numbered(given, f"{name}mult"), numbered(given, f"{name}shift")
    return Multiplier(np.array(multiplier), np.array(shift))


def activation(given: Recorded) -> Clamp:
    return Clamp(numbered(given, "out_activation_min"), numbered(given, "out_activation_max"))


def shaped(given: Recorded, name: str, dims: str) -> Array:
    return given.array(name).reshape([max(1, n) for n in given.dims(dims)])


def addition(given: Recorded) -> Array:
    factors = factor(given, "input_1_"), factor(given, "input_2_")
    params = AddParams(numbered(given, "left_shift"), (0, 0), factors, 0, factor(given, "out_"),
                       activation(given), NUMERICS)  # fmt: skip
    return add(given.array("input_1_vect"), given.array("input_2_vect"), params)


def multiplication(given: Recorded) -> Array:
    offsets = numbered(given, "input_1_offset"), numbered(given, "input_2_offset")
    params = MulParams(offsets, numbered(given, "out_offset"), factor(given, "out_"), activation(given), NUMERICS)
    return mul(given.array("input_1_vect"), given.array("input_2_vect"), params)


def extreme(function: Callable[[Array, Array], Array]) -> Callable[[Recorded], Array]:
    return lambda given: function(*(shaped(given, f"input_{i}_data", f"input_{i}_dims") for i in (1, 2)))


def pool(function: Callable[[Array, Window, Clamp], Array]) -> Callable[[Recorded], Array]:
    def run(given: Recorded) -> Array:
        params = given.fields("pool_params")
        kernel, output = given.dims("filter_dims")[1:3], given.dims("output_dims")[1:3]
        window = Window(kernel, pair(params, "stride"), (1, 1), pair(params, "padding"), output)
        x = given.array("input_data", "src").reshape(given.dims("input_dims"))
        return function(x, window, clamp(params))

    return run


def shares(given: Recorded) -> Array:
    rows = given.array("input").reshape(numbered(given, "num_rows"), numbered(given, "row_size"))
    return softmax_int16(rows, Softmax16Params(factor(given, ""), NUMERICS))


def border(given: Recorded) -> Array:
    pads = tuple(zip(given.dims("pre_pad"), given.dims("post_pad"), strict=True))
    x = shaped(given, "input", "input_size")
    return pad(x, np.zeros(0), pads=pads, default=numbered(given, "pad_value"))


def transposed(given: Recorded) -> Array:
    permutations = given.fields("transpose_params")["permutations"]
    assert isinstance(permutations, Local) and permutations.values is not None
    order = tuple(int(i) for i in permutations.values)
    return transpose(given.array("input_data").reshape(given.dims("input_dims")[: len(order)]), order=order)


FUNCTIONS: dict[str, Callable[[Recorded], Array]] = {
    "arm_elementwise_add_s16": addition,
    "arm_elementwise_mul_s8": multiplication,
    "arm_minimum_s8": extreme(minimum),
    "arm_maximum_s8": extreme(maximum),
    "arm_avgpool_s16": pool(average_pool_2d),
    "arm_max_pool_s16": pool(max_pool_2d),
    "arm_softmax_s16": shares,
    "arm_pad_s8": border,
    "arm_transpose_s8": transposed,
}


@pytest.mark.parametrize("given", calls(*FUNCTIONS), ids=str)
def test_recorded_outputs(given: Recorded) -> None:
    output = FUNCTIONS[given.call.function](given).ravel()
    assert output.dtype == given.expected.dtype
    np.testing.assert_array_equal(output[: given.expected.size], given.expected)
