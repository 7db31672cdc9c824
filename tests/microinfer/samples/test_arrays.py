"""Samples: from .npy files, or random with a seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from microinfer.errors import InputError
from microinfer.graph.model import Model
from microinfer.graph.tflite import parse
from microinfer.samples.arrays import sample_stacks
from tests.support.tflite_builder import Builder


def two_inputs() -> Model:
    """a (1, 3) and b (1, 2, 2), int8, each added to itself."""
    builder = Builder()
    for name, shape in (("a", (1, 3)), ("b", (1, 2, 2))):
        x = builder.input(name, shape, scale=1.0)
        builder.op("ADD", [x, x], [builder.output(f"2{name}", shape, scale=1.0)])
    return parse(builder.build(), "two.tflite")


def save(folder: Path, name: str, array: np.ndarray) -> Path:
    np.save(folder / name, array)
    return folder / name


def test_one_random_sample_of_the_whole_range() -> None:
    a, b = sample_stacks(two_inputs(), None, seed=1)
    assert (a.shape, a.dtype, b.shape, b.dtype) == ((1, 3), np.int8, (1, 2, 2), np.int8)
    again = sample_stacks(two_inputs(), [], seed=1)
    np.testing.assert_array_equal(a, again[0])
    np.testing.assert_array_equal(b, again[1])
    others = [sample_stacks(two_inputs(), None, seed=seed)[0] for seed in range(2, 300)]
    assert np.min(others) == -128 and np.max(others) == 127


@pytest.mark.parametrize(("dtype", "kinds"), [("float32", {0.5}), ("bool", {0, 1}), ("int32", {0.0})])
def test_random_samples_of_other_dtypes(dtype: str, kinds: set[float]) -> None:
    builder = Builder()
    x = builder.input("x", (1, 400), dtype)
    builder.op("RESHAPE", [x], [builder.output("y", (1, 400), dtype)])
    (sample,) = sample_stacks(parse(builder.build()), None, seed=3)
    assert sample.shape == (1, 400)
    assert sample.dtype == dtype
    if dtype == "bool":
        assert set(sample.ravel().tolist()) == kinds
    else:
        assert abs(float(sample.astype(np.float64).mean())) < 0.1 * float(sample.astype(np.float64).std())


def test_files_hold_one_sample_or_many(tmp_path: Path) -> None:
    a = save(tmp_path, "a.npy", np.ones((5, 3), np.int8))
    b = save(tmp_path, "b.npy", np.ones((5, 2, 2), np.int8))
    assert [stack.shape for stack in sample_stacks(two_inputs(), [a, b], 0)] == [(5, 3), (5, 2, 2)]
    one = save(tmp_path, "one.npy", np.ones(3, np.int8))
    single = save(tmp_path, "single.npy", np.ones((1, 2, 2), np.int8))
    assert [stack.shape for stack in sample_stacks(two_inputs(), [one, single], 0)] == [(1, 3), (1, 2, 2)]


def test_files_that_do_not_fit(tmp_path: Path) -> None:
    a = save(tmp_path, "a.npy", np.ones((5, 3), np.int8))
    b = save(tmp_path, "b.npy", np.ones((4, 2, 2), np.int8))
    wide = save(tmp_path, "wide.npy", np.ones((5, 3), np.int16))
    objects = save(tmp_path, "objects.npy", np.array([{}, None], object))
    text = tmp_path / "text.npy"
    text.write_text("1 2 3")
    empty = tmp_path / "empty.npy"
    empty.write_bytes(b"")
    for files, message in [
        ([a], r"two.tflite takes 2 inputs \(a, b\), got 1 files"),
        ([a, b], r"inputs hold \[4, 5\] samples"),
        ([wide, b], "input a is int8, got int16"),
        ([b, a], "input a is 1x3 or N samples of 3, got 4x2x2"),
        ([tmp_path / "none.npy", b], "cannot read input .*none.npy: No such file"),
        ([tmp_path, b], "cannot read .*known formats are .*npy"),
        ([text, b], "text.npy is not a .npy file"),
        ([empty, b], "empty.npy is not a .npy file"),
        ([objects, b], "objects.npy is not a .npy file"),
    ]:
        with pytest.raises(InputError, match=message):
            sample_stacks(two_inputs(), files, 0)


def test_a_damaged_file_is_an_input_error(tmp_path: Path) -> None:
    content = save(tmp_path, "a.npy", np.arange(3, dtype=np.int8)).read_bytes()
    b = save(tmp_path, "b.npy", np.ones((1, 2, 2), np.int8))
    cut = tmp_path / "cut.npy"
    for length in range(len(content) - 1):
        cut.write_bytes(content[:length])
        with pytest.raises(InputError):
            sample_stacks(two_inputs(), [cut, b], 0)
