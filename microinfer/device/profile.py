"""Profiles a model on a kernel library over one or more samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from emulator import Machine
from microinfer.device.library import KernelLibrary
from microinfer.device.result import ProfileResult
from microinfer.device.session import DeviceSession, Progress
from microinfer.graph.model import Array, Model
from microinfer.graph.session import stack_samples


def profile(
    model: Model,
    library: KernelLibrary,
    inputs: Sequence[Array],
    numerics: str = "tflm",
    progress: Progress | None = None,
    prepare: Callable[[Machine], None] | None = None,
) -> ProfileResult:
    """Run every sample of `inputs` (one array per model input: a sample or a batch) layer by layer.

    `prepare` is called with the machine when weights and arena have their places. Raises InputError,
    UnsupportedError, KernelError or EmulatorError; a difference from the reference is a result, not an error.
    """
    stacks = stack_samples(model, inputs)
    session = DeviceSession(model, library, numerics)
    if prepare is not None:
        prepare(library.machine)
    results = tuple(session.run(*sample, progress=progress) for sample in zip(*stacks, strict=True))
    return ProfileResult(model.name, library.core, library.path.name, numerics, session.memory, results)
