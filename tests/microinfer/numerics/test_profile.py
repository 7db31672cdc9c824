"""Numerics profiles: what they name, and where they give different numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from microinfer.errors import MicroinferError, UnknownName
from microinfer.numerics import Numerics, profile, profile_names
from microinfer.numerics.profile import RATIOS, ROUNDINGS, _choices
from microinfer.quant import quantize_multiplier
from tests.microinfer import integers
from tests.microinfer.drawn import MANY, int32, scale


def test_the_profiles_that_exist() -> None:
    assert set(profile_names()) >= {"tflm", "tflm-2026-02", "cmsis-nn", "cmsis-nn-single-rounding"}
    assert list(profile_names()) == sorted(profile_names())


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_reads_and_says_which_runtime_it_is(name: str) -> None:
    read = profile(name)
    assert read.name == name
    assert read.runtime
    for numerics in (read.default, *(numerics for _, numerics in read.operators)):
        assert numerics.rounding in ROUNDINGS and numerics.multiplier in RATIOS


def test_an_unknown_profile_lists_those_that_exist() -> None:
    with pytest.raises(UnknownName, match=r"no numerics profile 'tflite'; known: cmsis-nn, .*tflm"):
        profile("tflite")


def test_an_unknown_rounding_lists_those_that_exist() -> None:
    with pytest.raises(MicroinferError, match="profile mine: no rounding 'up'; known: double, single"):
        _choices("mine", {"rounding": "up", "multiplier": "double"})


@pytest.mark.parametrize(
    ("name", "op", "expected"),
    [
        ("tflm", "CONV_2D", Numerics("double", "double")),
        ("tflm", "FULLY_CONNECTED", Numerics("double", "double")),
        ("tflm-2026-02", "CONV_2D", Numerics("double", "double")),
        ("tflm-2026-02", "FULLY_CONNECTED", Numerics("double", "float32-product")),
        ("cmsis-nn-single-rounding", "FULLY_CONNECTED", Numerics("single", "double", "int31")),
    ],
)
def test_what_an_operator_does_in_a_runtime(name: str, op: str, expected: Numerics) -> None:
    assert profile(name).for_operator(op) == expected


@MANY
@given(int32, scale)
def test_requantize_uses_the_named_rounding(value: int, real: float) -> None:
    factor = quantize_multiplier(real / 8)
    for rounding in ("double", "single"):
        expected = integers.scale(value, real / 8, rounding)
        assert Numerics(rounding, "double").requantize(value, factor) == expected


def test_output_factor_in_double_and_from_a_float32_product() -> None:
    a, b = np.float32(0.1), np.float32(0.3)
    exact = Numerics("double", "double").output_factor(a, b, 0.5)
    rounded = Numerics("double", "float32-product").output_factor(a, b, 0.5)
    assert int(exact.multiplier) == integers.multiplier_of(float(a) * float(b) / 0.5)[0]
    assert int(rounded.multiplier) == integers.multiplier_of(float(a * b) / 0.5)[0]
    assert exact.multiplier != rounded.multiplier


def test_output_factor_has_one_entry_a_weight_scale() -> None:
    factor = Numerics("double", "double").output_factor(0.5, np.array([0.5, 1.0], np.float32), 1.0)
    np.testing.assert_array_equal(factor.multiplier, [1 << 30, 1 << 30])
    np.testing.assert_array_equal(factor.shift, [-1, 0])
