"""RESHAPE: the same elements in the same order."""

from __future__ import annotations

import numpy as np
import pytest

from microinfer.errors import ShapeError
from tests.microinfer.layers import Activation, Constant, one_layer, run


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "float32"])
@pytest.mark.parametrize(
    ("source", "target"), [((1, 2, 3), (1, 6)), ((1, 6), (6,)), ((6,), (1, 2, 3)), ((2, 3), (3, 2)), ((1, 1), (1,))]
)
def test_elements_keep_their_order(dtype: str, source: tuple[int, ...], target: tuple[int, ...]) -> None:
    shape = Constant(np.array(target, np.int32))
    model = one_layer("RESHAPE", [Activation(source, dtype=dtype), shape], Activation(target, dtype=dtype))
    x = np.arange(np.prod(source)).astype(dtype).reshape(source)
    y = run(model, x)
    np.testing.assert_array_equal(y, x.reshape(target))
    assert y.dtype == dtype


def test_the_shape_of_a_scalar_is_an_empty_constant() -> None:
    shape = Constant(np.zeros(0, np.int32))
    model = one_layer("RESHAPE", [Activation((1,)), shape], Activation(()))
    assert run(model, np.array([7], np.int8)).shape == ()


def test_a_batch_stays_a_batch() -> None:
    model = one_layer("RESHAPE", [Activation((1, 2, 3))], Activation((1, 6)), new_shape=(1, 6))
    x = np.arange(30, dtype=np.int8).reshape(5, 2, 3)
    np.testing.assert_array_equal(run(model, x), x.reshape(5, 6))


def test_a_batch_of_vectors_is_reshaped_one_by_one() -> None:
    model = one_layer("RESHAPE", [Activation((1, 4))], Activation((4, 1)))
    x = np.arange(12, dtype=np.int8).reshape(3, 4)
    np.testing.assert_array_equal(run(model, x).ravel(), x.ravel())


def test_shapes_of_different_size() -> None:
    model = one_layer("RESHAPE", [Activation((1, 6))], Activation((1, 5)))
    with pytest.raises(ShapeError, match="does not fill"):
        run(model, np.zeros((1, 6), np.int8))
