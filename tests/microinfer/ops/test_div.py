"""DIV: cases worked by hand, what is refused, and TensorFlow Lite Micro."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from microinfer.errors import DomainError
from tests.microinfer import drawn
from tests.microinfer.layers import Activation, one_layer, run
from tests.microinfer.ops.agreement import QUICK, seeds
from tests.microinfer.ops.elementwise import Array, Operands, assert_agree_on, operands, zero_points


def quotient(a: list[int], b: list[int], dtype: str, scale: float | None = None) -> NDArray[np.int64]:
    tensor = Activation((1, len(a)), scale, dtype=dtype)
    return run(one_layer("DIV", [tensor, tensor], tensor), np.array([a], dtype), np.array([b], dtype))[0]


def test_int8() -> None:
    """(a / b) / 0.05, to the nearest: the scales of the inputs cancel."""
    assert quotient([100, 50, -30, 7], [50, 100, 60, -7], "int8", 0.05).tolist() == [40, 10, -10, -20]


def test_nothing_by_much_is_one() -> None:
    assert quotient([0, 0, 0], [1, 32, 64], "int8", 0.05).tolist() == [0, 0, 1]


def test_int32_truncates_toward_zero() -> None:
    assert quotient([7, -7, 7, -7], [2, 2, -2, -2], "int32").tolist() == [3, -3, -3, 3]


@pytest.mark.parametrize(("a", "b", "dtype"), [(5, 0, "int8"), (5, 0, "int32"), (-(2**31), -1, "int32")])
def test_divisions_that_end_the_process_are_refused(a: int, b: int, dtype: str) -> None:
    with pytest.raises(DomainError, match="DIV divides by zero"):
        quotient([a], [b], dtype, 0.5 if dtype == "int8" else None)


def test_quotients_too_small_to_shift_are_refused() -> None:
    with pytest.raises(DomainError, match="only 0 to 31 is defined"):
        quotient([1], [127], "int8", 2.0)


@QUICK
@given(operands(), st.sampled_from([0.25, 1.0, 3.0]), st.data(), drawn.fused, seeds)
def test_int8_as_tflite_micro(o: Operands, spread: float, data: st.DataObject, fused: str, seed: int) -> None:
    zeros = [data.draw(zero_points("int8")) for _ in range(3)]
    scales = (0.05, 0.05, 0.05 * spread)
    a, b, out = (
        Activation(shape, float(np.float32(s)), zero)
        for shape, s, zero in zip((*o.shapes, o.output), scales, zeros, strict=True)
    )

    def keep_large(position: int, x: Array) -> Array:
        distance = x.astype(int) - zeros[position]
        if position == 0:
            return np.where(np.abs(distance) < 32, 100 if zeros[0] < 0 else -100, x)
        return np.where(distance == 0, 100 if zeros[1] < 0 else -100, x)

    assert_agree_on("DIV", [a, b], out, seed, constant=o.constant, prepare=keep_large, fused_activation_function=fused)


@pytest.mark.parametrize("dtype", ["int32", "float32"])
@QUICK
@given(operands(), drawn.fused, seeds)
def test_plain_numbers_as_tflite_micro(dtype: str, o: Operands, fused: str, seed: int) -> None:
    def defined(position: int, x: Array) -> Array:
        return x if dtype == "float32" else np.where(x == (0 if position else -(2**31)), 3, x)

    a, b, out = (Activation(shape, dtype=dtype) for shape in (*o.shapes, o.output))
    assert_agree_on("DIV", [a, b], out, seed, constant=o.constant, prepare=defined, fused_activation_function=fused)
