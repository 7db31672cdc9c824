"""Real networks on our kernels, every byte of every layer."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

import microinfer
from microinfer.device.library import KernelLibrary
from microinfer.device.profile import profile
from microinfer.errors import KernelError, UnsupportedError
from tests.support.kernels import library

FOLDER = Path(os.environ.get("MICROINFER_MODELS", Path(__file__).parents[4] / "shared" / "models"))
MOST_MACS = 3_000_000


def names() -> list[str]:
    index = FOLDER / "index.json"
    models = json.loads(index.read_text())["models"] if index.exists() else []
    return [row["name"] for row in models if 0 < row["macs"] < MOST_MACS]


@pytest.mark.conformance
@pytest.mark.skipif(not names(), reason="no recorded models in MICROINFER_MODELS")
@pytest.mark.parametrize("name", names())
def test_kernels_equal_the_reference_on_a_recorded_model(name: str) -> None:
    model = microinfer.load(FOLDER / f"{name}.tflite")
    with np.load(FOLDER / f"{name}.npz") as recorded:
        stacks = [recorded[f"in{i}"][:1] for i in range(len(model.inputs))]
        expected = [recorded[f"out{i}"][0] for i in range(len(model.outputs))]
    try:
        result = profile(model, KernelLibrary(library(), "cortex-m4"), stacks)
    except UnsupportedError as error:
        pytest.skip(str(error))
    except KernelError as error:
        if "has a CMSIS-NN kernel" not in str(error):
            raise
        pytest.skip(str(error))
    assert result.exact
    for actual, wanted in zip(result.inputs[0].outputs, expected, strict=True):
        assert actual.tobytes() == wanted.tobytes()
