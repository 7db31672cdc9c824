"""TensorFlow Lite Micro as an oracle: the interpreter of the `tflite_micro` wheel, where it is installed.

Quirks: the interpreter reports errors on stderr and raises RuntimeError; a failed check inside a kernel ends the
process, so tests do not draw what fails one. Its arena is sized from the file, which small models outgrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from numpy.typing import NDArray

_ARENA = 1 << 20


def run(model: bytes, *inputs: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Outputs of one invocation of the model; skips the test where the wheel is absent."""
    return run_sequence(model, [inputs])[0]


def run_sequence(model: bytes, invocations: Sequence[tuple[NDArray[Any], ...]]) -> list[tuple[NDArray[Any], ...]]:
    """Outputs of invocations one after the other on the same interpreter, whose variables live on."""
    runtime = pytest.importorskip("tflite_micro", reason="the tflite_micro wheel is not installed").runtime
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=max(_ARENA, 10 * len(model)))
    outputs = []
    for inputs in invocations:
        for index, array in enumerate(inputs):
            interpreter.set_input(array, index)
        interpreter.invoke()
        outputs.append(tuple(interpreter.get_output(index).copy() for index in range(_output_count(model))))
    return outputs


def _output_count(model: bytes) -> int:
    import tflite

    return int(tflite.Model.GetRootAs(model, 0).Subgraphs(0).OutputsLength())
