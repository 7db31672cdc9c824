"""What a model's run on compiled kernels found, layer by layer; frozen, for reports."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from microinfer.graph.model import Array


@dataclass(frozen=True)
class Difference:
    """How an output departs from the reference: bytes that differ, and the first such element."""

    bytes: int
    largest: float
    index: tuple[int, ...]
    expected: float
    actual: float

    def __str__(self) -> str:
        at = ", ".join(map(str, self.index))
        return (
            f"{self.bytes} bytes differ by up to {self.largest:g}; first at [{at}]: "
            f"expected {self.expected:g}, got {self.actual:g}"
        )


def compare(expected: Array, actual: Array) -> Difference | None:
    """None when every byte agrees. Both arrays have the same shape (NHWC for images) and dtype."""
    same = expected.view(np.uint8) == actual.view(np.uint8)
    if same.all():
        return None
    index = np.argwhere((~same).reshape(*expected.shape, -1).any(axis=-1))[0]
    at = tuple(int(i) for i in index)
    gap = np.abs(expected.astype(np.float64) - actual.astype(np.float64))
    return Difference(int((~same).sum()), float(gap.max()), at, float(expected[at]), float(actual[at]))


@dataclass(frozen=True)
class LayerResult:
    """One layer: cost on the device, and its difference from the reference fed the same bytes.

    `function` is None for a layer that ran on the host; its cycles, instructions, stack and scratch are then zero.
    `stray` counts bytes of the arena changed outside the layer's output and scratch.
    """

    index: int
    op: str
    shape: tuple[int, ...]
    macs: int
    function: str | None
    cycles: int
    instructions: int
    stack: int
    scratch: int
    compared: int
    difference: Difference | None
    stray: str | None = None

    @property
    def exact(self) -> bool:
        return self.difference is None and self.stray is None

    @property
    def cycles_per_mac(self) -> float | None:
        return self.cycles / self.macs if self.macs and self.function else None


@dataclass(frozen=True)
class Memory:
    """Bytes. RAM: `arena` of activations and scratch, `data` of the library (initialised and zeroed variables).
    Flash: `weights` with biases and other constants of the model, `code` of the library with its constants."""

    arena: int
    data: int
    weights: int
    code: int


@dataclass(frozen=True)
class InputResult:
    """All layers for one input, and the model outputs the device computed."""

    layers: tuple[LayerResult, ...]
    outputs: tuple[Array, ...]

    @property
    def exact(self) -> bool:
        return all(layer.exact for layer in self.layers)

    @property
    def compared(self) -> int:
        return sum(layer.compared for layer in self.layers)

    @property
    def differing(self) -> int:
        return sum(layer.difference.bytes for layer in self.layers if layer.difference)


@dataclass(frozen=True)
class ProfileResult:
    """A profile of one or more inputs; costs in the report are those of the first input."""

    model: str
    core: str
    library: str
    profile: str
    memory: Memory
    inputs: tuple[InputResult, ...]

    @property
    def layers(self) -> tuple[LayerResult, ...]:
        """Layers of the first input, each with the first difference that any input showed."""
        worst = []
        for at, layer in enumerate(self.inputs[0].layers):
            failing = next((i.layers[at] for i in self.inputs if not i.layers[at].exact), layer)
            worst.append(replace(layer, difference=failing.difference, stray=failing.stray))
        return tuple(worst)

    @property
    def cycles(self) -> int:
        return sum(layer.cycles for layer in self.inputs[0].layers)

    @property
    def stack(self) -> int:
        return max((layer.stack for each in self.inputs for layer in each.layers), default=0)

    @property
    def compared(self) -> int:
        return sum(each.compared for each in self.inputs)

    @property
    def differing(self) -> int:
        return sum(each.differing for each in self.inputs)

    @property
    def exact(self) -> bool:
        return all(each.exact for each in self.inputs)
