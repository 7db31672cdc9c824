"""REDUCE_ALL: logical and."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, numbers, outputs_of, samples, seeds
from tests.microinfer.ops.reductions import Reduced, reductions


def test_all_of_a_row() -> None:
    file = content("REDUCE_ALL", [Activation((2, 2), dtype="bool"), numbers(1)], [Activation((2,), dtype="bool")])
    assert outputs_of(parse(file), np.array([[True, True], [True, False]]))[0].tolist() == [True, False]


@QUICK
@given(reductions(), seeds)
def test_as_tflite_micro(r: Reduced, seed: int) -> None:
    file = r.file("REDUCE_ALL", Activation(r.shape, dtype="bool"), Activation(r.target, dtype="bool"))
    generator = np.random.default_rng(seed)
    x = samples(seed, r.shape, "bool") | (generator.random((2, *r.shape)) < 0.8)
    assert_agrees(file, x)
