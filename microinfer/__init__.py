"""microinfer: quantised networks and int8 kernels for Cortex-M, checked without a board.

`load(path)` reads a .tflite model; `Model.run` computes it in NumPy, bit-exact with TensorFlow Lite Micro.
`profile(path, inputs, kernels=elf)` runs it on compiled kernels in the emulator and compares every byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microinfer.errors import MicroinferError

if TYPE_CHECKING:
    from pathlib import Path

    from microinfer.device.result import ProfileResult
    from microinfer.graph.model import Array, Model

__all__ = ["MicroinferError", "load", "profile"]


def load(path: str | Path) -> Model:
    """Model from a .tflite file; raises ModelError when it cannot be read or trusted."""
    from microinfer.graph.tflite import load as read

    return read(path)


def profile(
    model: str | Path | Model,
    *inputs: Array,
    kernels: str | Path | None = None,
    core: str = "cortex-m4",
    numerics: str = "tflm",
) -> ProfileResult:
    """Run a model, or the .tflite file it is in, layer by layer on the kernels of an ELF in the emulator.

    `inputs`: one sample or a batch for each model input. `kernels` defaults to our own, built on demand. `numerics`
    names the profile of the reference. A difference from the reference is in the result; raises MicroinferError or
    EmulatorError for what cannot run.
    """
    from microinfer.device.build import default_library
    from microinfer.device.library import KernelLibrary
    from microinfer.device.profile import profile as run
    from microinfer.graph.model import Model

    graph = model if isinstance(model, Model) else load(model)
    return run(graph, KernelLibrary(kernels or default_library(core), core), inputs, numerics)
