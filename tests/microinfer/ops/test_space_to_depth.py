"""SPACE_TO_DEPTH and its inverse, DEPTH_TO_SPACE."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, outputs_of, samples, seeds

IMAGE = np.array([[1, 2, 5, 6], [3, 4, 7, 8]], np.int8).reshape(1, 2, 4, 1)
DEEP = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.int8).reshape(1, 1, 2, 4)


def test_a_block_becomes_channels_and_back() -> None:
    fold = content("SPACE_TO_DEPTH", [Activation(IMAGE.shape)], [Activation(DEEP.shape)], block_size=2)
    unfold = content("DEPTH_TO_SPACE", [Activation(DEEP.shape)], [Activation(IMAGE.shape)], block_size=2)
    np.testing.assert_array_equal(outputs_of(parse(fold), IMAGE)[0], DEEP)
    np.testing.assert_array_equal(outputs_of(parse(unfold), DEEP)[0], IMAGE)


@pytest.mark.parametrize(("op", "message"), [("SPACE_TO_DEPTH", "divide 2x4"), ("DEPTH_TO_SPACE", "divide 1 channels")])
def test_blocks_must_fit(op: str, message: str) -> None:
    file = content(op, [Activation(IMAGE.shape)], [Activation(IMAGE.shape)], block_size=3)
    with pytest.raises(ShapeError, match=f"blocks of 3 do not {message}"):
        outputs_of(parse(file), IMAGE)


@QUICK
@given(
    st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)), st.integers(1, 3),
    st.booleans(), st.sampled_from(["int8", "float32"]), seeds,
)  # fmt: skip
def test_as_tflite_micro(shape: tuple[int, int, int, int], block: int, deep: bool, dtype: str, seed: int) -> None:
    n, h, w, c = shape
    image, depth = (n, h * block, w * block, c), (n, h, w, c * block * block)
    op, source, target = ("DEPTH_TO_SPACE", depth, image) if deep else ("SPACE_TO_DEPTH", image, depth)
    file = content(op, [Activation(source, dtype=dtype)], [Activation(target, dtype=dtype)], block_size=block)
    assert_agrees(file, samples(seed, source, dtype))
