"""The digits network on our kernels: exact with every compiler, same numbers every time."""

from __future__ import annotations

import numpy as np
import pytest

import microinfer
from microinfer.device.library import KernelLibrary
from microinfer.device.profile import profile
from microinfer.device.result import ProfileResult
from microinfer.report import json as json_report
from tests.support.kernels import COMPILERS, DIGITS, library


def run_digits(compiler: str | None = None, images: int = 3, numerics: str = "tflm") -> ProfileResult:
    with np.load(DIGITS / "digits_test.npz") as test:
        stack = test["images"][:images]
    model = microinfer.load(DIGITS / "digits.tflite")
    return profile(model, KernelLibrary(library(compiler=compiler), "cortex-m4"), [stack], numerics)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_every_layer_equals_the_reference(compiler: str) -> None:
    result = run_digits(compiler)
    assert result.exact and result.differing == 0
    on_device = [layer for layer in result.layers if layer.function]
    assert {layer.op for layer in result.layers} - {layer.op for layer in on_device} == {"RESHAPE"}
    assert result.compared == 3 * sum(int(np.prod(layer.shape)) for layer in on_device)


def test_costs_are_those_of_real_code() -> None:
    result = run_digits()
    for layer in filter(lambda each: each.function, result.layers):
        assert 0.5 * layer.instructions < layer.cycles < 6 * layer.instructions
        assert 0 < layer.stack < 1024
        assert layer.macs == 0 or layer.instructions > layer.macs
    assert result.cycles == sum(layer.cycles for layer in result.layers)


def test_the_same_profile_gives_the_same_bytes() -> None:
    assert json_report.render(run_digits(), 100.0) == json_report.render(run_digits(), 100.0)


def test_memory_is_accounted_for() -> None:
    memory = run_digits(images=1).memory
    two_largest = 2 * 8 * 8 * 16
    assert two_largest <= memory.arena < 4 * two_largest
    assert memory.weights > 10_000 and memory.code > 2_000


def test_single_rounding_departs_from_our_kernels() -> None:
    result = run_digits(numerics="cmsis-nn-single-rounding")
    assert not result.exact
    assert {layer.difference.largest for layer in result.layers if layer.difference} == {1.0}
