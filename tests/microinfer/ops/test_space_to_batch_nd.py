"""SPACE_TO_BATCH_ND and its inverse, BATCH_TO_SPACE_ND."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import ModelError, ShapeError
from microinfer.graph.tflite import parse
from tests.microinfer.layers import Activation, Constant
from tests.microinfer.ops.agreement import QUICK, assert_agrees, content, numbers, outputs_of, samples, seeds

IMAGE = np.array([[1, 2, 3], [4, 5, 6]], np.int8).reshape(1, 2, 3, 1)


def borders(*ends: tuple[int, int]) -> Constant:
    return Constant(np.array(ends, np.int32))


def test_places_of_a_block_become_images() -> None:
    inputs = [Activation(IMAGE.shape), numbers(2, 2), borders((0, 0), (0, 1))]
    file = content("SPACE_TO_BATCH_ND", inputs, [Activation((4, 1, 2, 1))])
    assert outputs_of(parse(file), IMAGE)[0].reshape(4, 2).tolist() == [[1, 3], [2, 0], [4, 6], [5, 0]]


def test_images_become_places_of_a_block() -> None:
    images = np.array([[1, 3], [2, 0], [4, 6], [5, 0]], np.int8).reshape(4, 1, 2, 1)
    inputs = [Activation(images.shape), numbers(2, 2), borders((0, 0), (0, 1))]
    file = content("BATCH_TO_SPACE_ND", inputs, [Activation(IMAGE.shape)])
    np.testing.assert_array_equal(outputs_of(parse(file), images)[0], IMAGE)


def test_padding_of_int8_with_a_zero_point_has_no_value() -> None:
    inputs = [Activation(IMAGE.shape, 0.5, 3), numbers(2, 2), borders((0, 0), (0, 1))]
    file = content("SPACE_TO_BATCH_ND", inputs, [Activation((4, 1, 2, 1), 0.5, 3)])
    with pytest.raises(ModelError, match="padding has no defined value"):
        outputs_of(parse(file), IMAGE)


def test_blocks_must_divide_the_image() -> None:
    inputs = [Activation(IMAGE.shape), numbers(2, 2), borders((0, 0), (0, 0))]
    file = content("SPACE_TO_BATCH_ND", inputs, [Activation((4, 1, 1, 1))])
    with pytest.raises(ShapeError, match="blocks of 2x2 do not divide 2x3"):
        outputs_of(parse(file), IMAGE)


@QUICK
@given(st.integers(3, 4), st.data(), st.booleans(), st.sampled_from(["int8", "float32"]), seeds)
def test_unpadded_as_tflite_micro(rank: int, data: st.DataObject, back: bool, dtype: str, seed: int) -> None:
    few = st.integers(1, 3)
    n, c, count = data.draw(few), data.draw(few), rank - 2
    block, cells = (data.draw(st.lists(few, min_size=count, max_size=count)) for _ in range(2))
    edge = [data.draw(st.sampled_from([(0, 0), (1, 0), (0, 1)])) if back and b * m > 1 else (0, 0)
            for b, m in zip(block, cells, strict=True)]  # fmt: skip
    image = (n, *(b * m - sum(e) for b, m, e in zip(block, cells, edge, strict=True)), c)
    images = (n * int(np.prod(block)), *cells, c)
    op, source, target = ("BATCH_TO_SPACE_ND", images, image) if back else ("SPACE_TO_BATCH_ND", image, images)
    inputs = [Activation(source, dtype=dtype), numbers(*block), borders(*edge)]
    assert_agrees(content(op, inputs, [Activation(target, dtype=dtype)]), samples(seed, source, dtype))
