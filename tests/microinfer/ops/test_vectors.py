"""Recorded calls of the CMSIS-NN unit tests, computed by the operators' arithmetic in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from microinfer.numerics import profile
from microinfer.ops.add import AddParams, add
from microinfer.ops.average_pool_2d import average_pool_2d
from microinfer.ops.conv_2d import ConvParams, conv_2d
from microinfer.ops.depthwise_conv_2d import DepthwiseParams, depthwise_conv_2d
from microinfer.ops.fully_connected import FullyConnectedParams, fully_connected
from microinfer.ops.max_pool_2d import max_pool_2d
from microinfer.ops.output_stage import OutputStage
from microinfer.ops.softmax import softmax
from microinfer.ops.window import Window
from microinfer.quant import Clamp, Multiplier, SoftmaxScaling
from tests.support import vectors
from tests.support.vectors import ArrayRef, Call, Dataset, Local, Struct

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not vectors.is_present(), reason="no recorded calls: MICROINFER_VECTORS names no index.json"),
]

Array = NDArray[Any]
NUMERICS = profile("cmsis-nn").default


@dataclass(frozen=True)
class Arguments:
    """The arguments of one recorded call as numbers and arrays; `buffers` hold what earlier calls of its test left."""

    dataset: Dataset
    call: Call
    buffers: Mapping[str, Array] = field(default_factory=dict)

    def number(self, *path: str) -> int:
        """A number by the path of fields to it; missing fields are zero."""
        value: Any = self.call.args
        for name in path:
            value = 0 if value == 0 else (value.fields if isinstance(value, Struct) else value).get(name, 0)
        assert isinstance(value, int), path
        return value

    def pair(self, *path: str) -> tuple[int, int]:
        return self.number(*path, "h"), self.number(*path, "w")

    def array(self, name: str, shape: tuple[int, ...]) -> Array:
        value = self.call.args[name]
        assert isinstance(value, ArrayRef | Local), name
        content = self.dataset.array(value) if isinstance(value, ArrayRef) else self.buffers[buffer(value)]
        return content[: prod(shape)].reshape(shape)

    def image(self) -> Array:
        """The input as NHWC."""
        n, h, w, c = (self.number("input_dims", axis) for axis in "nhwc")
        return self.array("input_data", (max(n, 1), h, w, c))

    def bias(self, channels: int) -> Array | None:
        return None if self.call.args["bias_data"] is None else self.array("bias_data", (channels,))

    def clamp(self, params: str) -> Clamp:
        return Clamp(self.number(params, "activation", "min"), self.number(params, "activation", "max"))

    def window(self, params: str, kernel: tuple[int, int]) -> Window:
        dilation = self.pair(params, "dilation") if "conv" in params else (1, 1)
        dilation = (max(dilation[0], 1), max(dilation[1], 1))
        return Window(
            kernel, self.pair(params, "stride"), dilation, self.pair(params, "padding"), self.pair("output_dims")
        )

    def stage(self, params: str) -> OutputStage:
        """The output step; multipliers are numbers, or arrays with one entry per channel."""
        quant = self.call.args["quant_params"]
        assert isinstance(quant, Struct)
        multiplier, shift = (self._factor(quant.fields[name]) for name in ("multiplier", "shift"))
        offset = self.number(params, "output_offset")
        return OutputStage(Multiplier(multiplier, shift), offset, self.clamp(params), NUMERICS)

    def _factor(self, value: Any) -> Array:
        if isinstance(value, Local):
            return np.array(value.values, np.int32)
        return self.dataset.array(value) if isinstance(value, ArrayRef) else np.array(value, np.int32)


def buffer(local: Local) -> str:
    """A place in a buffer of the recorded test; layers of a network meet there."""
    return f"{local.name}+{local.offset}"


def convolution(given: Arguments) -> Array:
    x, filters = given.image(), given.number("output_dims", "c")
    one = "1x1" in given.call.function
    kernel = (1, 1) if one else given.pair("filter_dims")
    depth = x.shape[3] if one else given.number("filter_dims", "c") or x.shape[3]
    weights = given.array("filter_data", (filters, *kernel, depth))
    params = ConvParams(
        given.window("conv_params", kernel), given.number("conv_params", "input_offset"), given.stage("conv_params")
    )
    return conv_2d(x, weights, given.bias(filters), params=params)


def depthwise(given: Arguments) -> Array:
    x, kernel = given.image(), given.pair("filter_dims")
    multiplier = given.number("dw_conv_params", "ch_mult")
    channels = x.shape[3] * multiplier
    weights = given.array("filter_data", (1, *kernel, channels))
    offset, stage = given.number("dw_conv_params", "input_offset"), given.stage("dw_conv_params")
    params = DepthwiseParams(given.window("dw_conv_params", kernel), offset, multiplier, stage)
    return depthwise_conv_2d(x, weights, given.bias(channels), params=params)


def dense(given: Arguments) -> Array:
    depth, outputs = given.number("filter_dims", "n"), given.number("output_dims", "c")
    x = given.array("input_data", (given.number("input_dims", "n"), depth))
    offsets = given.number("fc_params", "input_offset"), given.number("fc_params", "filter_offset")
    params = FullyConnectedParams(*offsets, (outputs,), given.stage("fc_params"))
    return fully_connected(x, given.array("filter_data", (outputs, depth)), given.bias(outputs), params=params)


def pool(function: Callable[[Array, Window, Clamp], Array]) -> Callable[[Arguments], Array]:
    def run(given: Arguments) -> Array:
        window = given.window("pool_params", given.pair("filter_dims"))
        return function(given.image(), window, given.clamp("pool_params"))

    return run


def shares(given: Arguments) -> Array:
    x = given.array("input", (given.number("num_rows"), given.number("row_size")))
    return softmax(x, SoftmaxScaling(given.number("mult"), given.number("shift"), given.number("diff_min")))


def addition(given: Arguments) -> Array:
    def factor(name: str) -> Multiplier:
        return Multiplier(np.array(given.number(f"{name}_mult")), np.array(given.number(f"{name}_shift")))

    offsets = given.number("input_1_offset"), given.number("input_2_offset")
    clamp = Clamp(given.number("out_activation_min"), given.number("out_activation_max"))
    params = AddParams(given.number("left_shift"), offsets, (factor("input_1"), factor("input_2")),
                       given.number("out_offset"), factor("out"), clamp, NUMERICS)  # fmt: skip
    shape = (given.number("block_size"),)
    return add(given.array("input_1_vect", shape), given.array("input_2_vect", shape), params)


OPERATORS: dict[str, Callable[[Arguments], Array]] = {
    **dict.fromkeys(
        ["arm_convolve_s8", "arm_convolve_wrapper_s8", "arm_convolve_1x1_s8", "arm_convolve_1x1_s8_fast",
         "arm_convolve_1_x_n_s8"], convolution),
    **dict.fromkeys(
        ["arm_depthwise_conv_s8", "arm_depthwise_conv_wrapper_s8", "arm_depthwise_conv_s8_opt",
         "arm_depthwise_conv_3x3_s8"], depthwise),
    **dict.fromkeys(
        ["arm_fully_connected_s8", "arm_fully_connected_per_channel_s8", "arm_fully_connected_wrapper_s8"], dense),
    "arm_avgpool_s8": pool(average_pool_2d),
    "arm_max_pool_s8": pool(max_pool_2d),
    "arm_softmax_s8": shares,
    "arm_elementwise_add_s8": addition,
}  # fmt: skip


def is_comparable(call: Call) -> bool:
    """Whether the call succeeds on recorded arrays only; the others chain layers or provoke errors."""
    given = [call.args.get(name) for name in ("input_data", "input", "input_1_vect") if name in call.args]
    ends_well = call.expected_status in (0, None)
    return ends_well and isinstance(call.reference, ArrayRef) and all(isinstance(x, ArrayRef) for x in given)


def recorded() -> list[Any]:
    if not vectors.is_present():
        return []
    chosen = [(d, c) for d, c in vectors.load().calls() if c.function in OPERATORS and is_comparable(c)]
    return [pytest.param(d, c, id=f"{c.test.rpartition(':')[2]}-{i}") for i, (d, c) in enumerate(chosen)]


@pytest.mark.parametrize(("dataset", "call"), recorded())
def test_recorded_outputs(dataset: Dataset, call: Call) -> None:
    output = OPERATORS[call.function](Arguments(dataset, call)).ravel()
    assert isinstance(call.reference, ArrayRef)
    expected = dataset.array(call.reference)[: call.reference_size]
    assert output.dtype == expected.dtype
    np.testing.assert_array_equal(output[: expected.size], expected)


def networks() -> list[Any]:
    if not vectors.is_present():
        return []
    found = [(d, calls) for d in vectors.load().datasets.values() for calls in d.by_test().values()]
    chained = [(d, calls) for d, calls in found if any(isinstance(c.args.get("input"), Local) for c in calls)]
    return [pytest.param(d, calls, id=d.name) for d, calls in chained]


@pytest.mark.parametrize(("dataset", "calls"), networks())
def test_recorded_networks(dataset: Dataset, calls: tuple[Call, ...]) -> None:
    buffers: dict[str, Array] = {}
    compared = 0
    for call in (c for c in calls if c.function in OPERATORS):
        output = OPERATORS[call.function](Arguments(dataset, call, buffers)).ravel()
        target = call.args["output_data" if "output_data" in call.args else "output"]
        if isinstance(target, Local):
            buffers[buffer(target)] = output
        if isinstance(call.reference, ArrayRef):
            np.testing.assert_array_equal(output, dataset.array(call.reference)[: call.reference_size])
            compared += 1
    assert compared


def test_every_function_named_here_is_recorded() -> None:
    assert {call.function for _, call in vectors.load().calls() if is_comparable(call)} >= set(OPERATORS)
