"""A model of one fully connected layer, for tests of what runs models."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.support.tflite_builder import Builder


def dense_model(folder: Path, inputs: int, outputs: int) -> str:
    """The path of its file: int8, no bias, weights that are always the same."""
    builder = Builder()
    x = builder.input("x", (1, inputs), "int8", scale=0.1)
    y = builder.output("y", (1, outputs), "int8", scale=0.5)
    weights = np.random.default_rng(0).integers(-127, 128, (outputs, inputs), dtype=np.int8)
    builder.op("FULLY_CONNECTED", [x, builder.constant(weights, scale=0.01), None], [y], version=3)
    file = folder / "fc.tflite"
    file.write_bytes(builder.build())
    return str(file)
