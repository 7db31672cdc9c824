"""Every recorded model gives the recorded outputs of TensorFlow Lite Micro, byte for byte.

MICROINFER_MODELS names the folder; by default it is ../shared/models next to the repository.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from microinfer.errors import UnsupportedError
from microinfer.graph.session import Session
from microinfer.graph.tflite import load

FOLDER = Path(os.environ.get("MICROINFER_MODELS", Path(__file__).resolve().parents[3] / "shared" / "models"))
MODELS = sorted(path for path in FOLDER.glob("*.tflite") if path.with_suffix(".npz").is_file())

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not MODELS, reason="no recorded models: MICROINFER_MODELS names no .tflite with its .npz"),
]


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_recorded_outputs_of_a_model(path: Path) -> None:
    """One session runs all invocations in order, since variables keep their values."""
    model = load(path)
    try:
        session = Session(model)
    except UnsupportedError as error:
        pytest.skip(str(error))
    with np.load(path.with_suffix(".npz")) as arrays:
        inputs = [arrays[f"in{i}"] for i in range(len(model.inputs))]
        expected = [arrays[f"out{i}"] for i in range(len(model.outputs))]
    assert expected and all(len(array) > 0 for array in expected)
    for invocation in range(len(expected[0])):
        outputs = session.run(*(array[invocation] for array in inputs)).outputs
        for i, (output, array) in enumerate(zip(outputs, expected, strict=True)):
            where = f"output {i} of invocation {invocation}"
            assert (output.dtype, output.shape) == (array.dtype, array[invocation].shape), where
            assert output.tobytes() == array[invocation].tobytes(), where
    first = [array[0] for array in expected]
    check_operators(Session(model), [array[0] for array in inputs], first)


def check_operators(session: Session, inputs: Sequence[NDArray[Any]], expected: Sequence[NDArray[Any]]) -> None:
    """The first invocation again by `microinfer.ops` alone, since a session may take a faster way."""
    model = session.model
    values = dict(zip((t.index for t in model.inputs), inputs, strict=True))
    for node in model.nodes:
        values |= zip((t.index for t in node.outputs), session.step(node, values), strict=True)
    for tensor, array in zip(model.outputs, expected, strict=True):
        assert values[tensor.index].tobytes() == array.tobytes(), f"{tensor.name} by the operators"
