"""FLOOR_DIV and FLOOR_MOD."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from microinfer.errors import DomainError
from microinfer.ops.floor_div import floor_div
from microinfer.ops.floor_mod import floor_mod
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, seeds
from tests.microinfer.ops.elementwise import Array, Operands, assert_agree_on, operands

A = np.array([7, -7, 7, -7, 6], np.float32)
B = np.array([2, 2, -2, -2, 3], np.float32)


def test_quotients_round_down_and_remainders_have_the_sign_of_the_divisor() -> None:
    assert floor_div(A, B).tolist() == [3, -4, -4, 3, 2]
    assert floor_mod(A, B).tolist() == [1, 1, -1, -1, 0]


def test_division_by_zero() -> None:
    with pytest.raises(DomainError, match="FLOOR_DIV divides by zero"):
        floor_div(A[:1], np.zeros(1, np.float32))
    assert np.isnan(floor_mod(A[:1], np.zeros(1, np.float32))).all()


@pytest.mark.parametrize("op", ["FLOOR_DIV", "FLOOR_MOD"])
@QUICK
@given(operands(), seeds)
def test_as_tflite_micro(op: str, o: Operands, seed: int) -> None:
    def no_zero(position: int, x: Array) -> Array:
        return np.where(x == 0, np.float32(0.3), x) if position and op == "FLOOR_DIV" else x

    a, b, out = (Activation(shape, dtype="float32") for shape in (*o.shapes, o.output))
    assert_agree_on(op, [a, b], out, seed, constant=o.constant, prepare=no_zero)
