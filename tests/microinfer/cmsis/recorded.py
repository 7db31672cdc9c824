"""Recorded CMSIS-NN calls in the terms of the operators: shapes, windows, multipliers, output stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from microinfer.numerics import profile
from microinfer.ops.output_stage import OutputStage
from microinfer.ops.window import Window
from microinfer.quant import Clamp, Multiplier
from tests.support import vectors
from tests.support.vectors import ArrayRef, Call, Dataset, Struct, Value

NUMERICS = profile("cmsis-nn").default

MARKS = [
    pytest.mark.conformance,
    pytest.mark.skipif(not vectors.is_present(), reason="no recorded calls: MICROINFER_VECTORS names no index.json"),
]


@dataclass(frozen=True)
class Recorded:
    """One recorded call with a reference; fields that the recording leaves out are zero."""

    dataset: Dataset
    call: Call

    def __str__(self) -> str:
        return f"{self.call.function}-{self.dataset.name}"

    @property
    def expected(self) -> NDArray[Any]:
        assert isinstance(self.call.reference, ArrayRef)
        return self.dataset.array(self.call.reference).ravel()[: self.call.reference_size]

    def array(self, *names: str) -> NDArray[Any]:
        """The argument that goes by one of `names`."""
        value = self.optional(*names)
        assert value is not None, names
        return value

    def optional(self, *names: str) -> NDArray[Any] | None:
        """As `array`; None where NULL is passed."""
        value = next(self.call.args[name] for name in names if name in self.call.args)
        if isinstance(value, Struct):
            value = value.fields["data"]
        return self.dataset.array(value).ravel() if isinstance(value, ArrayRef) else None

    def fields(self, *names: str) -> Mapping[str, Value]:
        """Fields of the struct argument that goes by one of `names`."""
        return fields(next(self.call.args[name] for name in names if name in self.call.args))

    def dims(self, name: str) -> tuple[int, int, int, int]:
        """cmsis_nn_dims as (n, h, w, c)."""
        given = self.fields(name)
        return number(given, "n"), number(given, "h"), number(given, "w"), number(given, "c")

    def factor(self, name: str = "quant_params") -> Multiplier:
        """Multiplier and shift, one or one a channel."""
        given = self.fields(name)
        multiplier, shift = (self._numbers(given[key]) for key in ("multiplier", "shift"))
        return Multiplier(multiplier, shift)

    def _numbers(self, value: Value) -> NDArray[np.int32]:
        return self.dataset.array(value).ravel() if isinstance(value, ArrayRef) else np.array(value, np.int32)

    def stage(self, params: Mapping[str, Value], *, wide: bool = False) -> OutputStage:
        """Output stage of a call with `params`."""
        return OutputStage(self.factor(), number(params, "output_offset"), clamp(params), NUMERICS, wide)

    def window(self, params: Mapping[str, Value]) -> Window:
        """Window of a convolution with `params`."""
        kernel, output = self.dims("filter_dims")[1:3], self.dims("output_dims")[1:3]
        return Window(kernel, pair(params, "stride"), pair(params, "dilation"), pair(params, "padding"), output)

    def check(self, actual: NDArray[Any]) -> None:
        """Fail unless `actual` is what the recording compares with."""
        assert actual.dtype == self.expected.dtype
        np.testing.assert_array_equal(actual.ravel(), self.expected)


def fields(value: Value) -> Mapping[str, Value]:
    assert isinstance(value, Struct)
    return value.fields


def number(given: Mapping[str, Value], name: str) -> int:
    value = given.get(name, 0)
    assert isinstance(value, int)
    return value


def pair(given: Mapping[str, Value], name: str) -> tuple[int, int]:
    """cmsis_nn_tile as (h, w)."""
    inner = fields(given[name])
    return number(inner, "h"), number(inner, "w")


def clamp(given: Mapping[str, Value], name: str = "activation") -> Clamp:
    inner = fields(given[name])
    return Clamp(number(inner, "min"), number(inner, "max"))


def calls(*functions: str) -> list[Recorded]:
    """Successful recorded calls of `functions` that compare their output with an array."""
    if not vectors.is_present():
        return []
    return [
        Recorded(dataset, call)
        for dataset, call in vectors.load().calls()
        if call.function in functions and isinstance(call.reference, ArrayRef) and not call.expected_status
    ]
