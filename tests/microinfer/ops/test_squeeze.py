"""SQUEEZE: axes of length 1 go, nothing moves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, lengths, outputs_of, samples, seeds


def test_listed_axes_or_all() -> None:
    x = np.arange(6, dtype=np.int8).reshape(1, 2, 1, 3)
    for listed, target in [((), (2, 3)), ((0,), (2, 1, 3)), ((-2,), (1, 2, 3))]:
        file = content("SQUEEZE", [Activation(x.shape)], [Activation(target)], squeeze_dims=listed)
        np.testing.assert_array_equal(outputs_of(parse(file), x)[0], x.reshape(target))


def test_a_longer_axis_stays() -> None:
    file = content("SQUEEZE", [Activation((1, 2))], [Activation((1,))], squeeze_dims=(1,))
    with pytest.raises(ShapeError, match=r"axes \[1\] of \(1, 2\) are not all of length 1"):
        outputs_of(parse(file), np.zeros((1, 2), np.int8))


@QUICK
@given(lengths(1, 5), st.data(), st.sampled_from(["int8", "int16", "int32", "float32", "bool"]), seeds)
def test_as_tflite_micro(shape: tuple[int, ...], data: st.DataObject, dtype: str, seed: int) -> None:
    ones = [axis for axis, length in enumerate(shape) if length == 1]
    dropped = data.draw(st.sets(st.sampled_from(ones))) if ones else set()
    target = tuple(n for axis, n in enumerate(shape) if axis not in (dropped or ones))
    file = content("SQUEEZE", [Activation(shape, dtype=dtype)], [Activation(target, dtype=dtype)],
                   squeeze_dims=tuple(dropped))  # fmt: skip
    assert_agrees(file, samples(seed, shape, dtype))
