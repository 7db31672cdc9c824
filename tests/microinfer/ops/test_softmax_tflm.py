"""SOFTMAX and LOG_SOFTMAX of every dtype: what only they have, and TensorFlow Lite Micro."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import DomainError, ModelError
from microinfer.ops.softmax import softmax
from microinfer.ops.softmax_int16 import exp_table, reciprocal_table
from microinfer.quant import softmax_scaling
from tests.microinfer.layers import Activation, one_layer, run
from tests.microinfer.ops.agreement import QUICK, lengths, seeds
from tests.microinfer.ops.elementwise import Shape, assert_agree_on, zero_points

OUTPUTS = {"int8": (1 / 256, -128), "int16": (1 / 65536, -32768)}
BETAS = st.sampled_from([0.5, 1.0, 2.3])
VECTORS = Path(os.environ.get("MICROINFER_VECTORS", Path(__file__).parents[4] / "shared" / "vectors"))


def test_int16_tables() -> None:
    assert (exp_table()[[0, 256, 512]] / 32767).round(3).tolist() == [0.0, 0.007, 1.0]
    assert (reciprocal_table()[[0, 256, 512]] / 32767).round(3).tolist() == [1.0, 0.667, 0.5]


def test_int16_tables_are_the_recorded_ones() -> None:
    file = VECTORS.parent / "facts" / "tables.npz"
    if not file.is_file():
        pytest.skip(f"no {file.name} beside the vectors")
    with np.load(file) as tables:
        np.testing.assert_array_equal(exp_table(), tables["softmax_s16_exp_lut"])
        np.testing.assert_array_equal(reciprocal_table(), tables["softmax_s16_one_by_one_lut"])


def test_rows_of_512_equal_elements_are_refused() -> None:
    scaling = softmax_scaling(1.0, 0.1)
    assert softmax(np.zeros(511, np.int8), scaling)[0] == -127  # 256 / 511 rounds to 1
    with pytest.raises(DomainError, match="row of 512"):
        softmax(np.zeros(512, np.int8), scaling)
    assert softmax(np.zeros(512, np.int8), scaling, "int16")[0] == -32768 + 128


def test_a_single_row_is_no_batch() -> None:
    model = one_layer("SOFTMAX", [Activation((1,), 0.1)], Activation((1,), *OUTPUTS["int8"]), beta=1.0)
    assert run(model, np.array([[5], [7]], np.int8)).tolist() == [127, 127]


@pytest.mark.parametrize(
    ("op", "source", "target"),
    [
        ("SOFTMAX", Activation((1, 2), 0.1), Activation((1, 2), 1 / 65536, 0, "int16")),
        ("SOFTMAX", Activation((1, 2), 0.1, 1, "int16"), Activation((1, 2), 1 / 32768, 0, "int16")),
        ("LOG_SOFTMAX", Activation((1, 2), 0.1), Activation((1, 2), 1 / 16, 0)),
        ("LOG_SOFTMAX", Activation((1, 2), 2.0**-26), Activation((1, 2), 1 / 16, 127)),
    ],
)
def test_quantisation_that_is_refused(op: str, source: Activation, target: Activation) -> None:
    options = {"beta": 1.0} if op == "SOFTMAX" else {}
    with pytest.raises(ModelError):
        run(one_layer(op, [source], target, **options), np.zeros((1, 2), source.dtype))


@pytest.mark.parametrize("dtype", OUTPUTS)
@QUICK
@given(lengths(1, 4), st.floats(-8, 2), zero_points("int8"), BETAS, seeds)
def test_int8_as_tflite_micro(dtype: str, shape: Shape, power: float, zero: int, beta: float, seed: int) -> None:
    source = Activation(shape, float(np.float32(2.0**power)), zero)
    assert_agree_on("SOFTMAX", [source], Activation(shape, *OUTPUTS[dtype], dtype), seed, beta=beta)


@QUICK
@given(lengths(1, 4), st.floats(-15, -8), BETAS, seeds)
def test_int16_as_tflite_micro(shape: Shape, power: float, beta: float, seed: int) -> None:
    source = Activation(shape, float(np.float32(2.0**power)), dtype="int16")
    assert_agree_on("SOFTMAX", [source], Activation(shape, 2.0**-15, dtype="int16"), seed, beta=beta)


@QUICK
@given(lengths(1, 4), BETAS, seeds)
def test_float32_as_tflite_micro(shape: Shape, beta: float, seed: int) -> None:
    tensor = Activation(shape, dtype="float32")
    assert_agree_on("SOFTMAX", [tensor], tensor, seed, beta=beta)
    assert_agree_on("LOG_SOFTMAX", [tensor], tensor, seed)


@QUICK
@given(lengths(1, 4), st.floats(-8, 4), zero_points("int8"), seeds)
def test_log_softmax_of_int8_as_tflite_micro(shape: Shape, power: float, zero: int, seed: int) -> None:
    source = Activation(shape, float(np.float32(2.0**power)), zero)
    assert_agree_on("LOG_SOFTMAX", [source], Activation(shape, 16 / 256, 127), seed)
