"""Runs a model on compiled kernels in the emulator, comparing every layer with the reference."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from emulator import Buffer, EmulatorError
from microinfer.device.bindings.registry import KernelCall, Placement, bind
from microinfer.device.library import KernelLibrary
from microinfer.device.result import InputResult, LayerResult, Memory, compare
from microinfer.errors import KernelError
from microinfer.graph import arena
from microinfer.graph.model import Array, Model, Node, Tensor
from microinfer.graph.session import Session
from microinfer.ops import registry

Progress = Callable[[Node], None]


class DeviceSession:
    """A model placed in the emulated memory of `library`: weights read-only, activations and scratch in one arena.

    Construction asks the library for its scratch sizes and raises KernelError naming every function it lacks.
    """

    def __init__(self, model: Model, library: KernelLibrary, profile: str = "tflm") -> None:
        self.model = model
        self.library = library
        self.reference = Session(model, profile)
        numerics = self.reference.profile
        self._calls = [bind(node, numerics.for_operator(node.op)) for node in model.nodes]
        if not self._on_device():
            what = ", ".join(sorted({f"{node.op} {node.dtypes}" for node in model.nodes}))
            raise KernelError(f"no layer of {model.name} has a CMSIS-NN kernel, all run on the host: {what or 'none'}")
        self._require()
        self._scratch = {
            node.index: library.size(call.scratch.function, *call.scratch.arguments)
            for node, call in self._on_device()
            if call.scratch
        }
        self._require(prepared=True)
        self._place()

    def _on_device(self) -> list[tuple[Node, KernelCall]]:
        return [(node, call) for node, call in zip(self.model.nodes, self._calls, strict=True) if call]

    def _require(self, prepared: bool = False) -> None:
        wanted = [(name, _layer(node)) for node, call in self._on_device() for name in call.functions]
        if prepared:
            wanted = [
                (call.prepare.function, _layer(node))
                for node, call in self._on_device()
                if call.prepare and self._scratch[node.index]
            ]
        self.library.require(wanted)

    def _place(self) -> None:
        machine = self.library.machine
        self.plan = arena.plan(arena.requests_of(self.model, self._scratch))
        constants = [t for node, _ in self._on_device() for t in node.inputs if t is not None and t.data is not None]
        weights = {t.index: t for t in constants}
        size = sum(arena.align(t.nbytes) for t in weights.values())
        flash = machine.add_region("weights", size + arena.ALIGNMENT, "r", near=0x08000000)
        self._arena = machine.add_region("arena", self.plan.size + arena.ALIGNMENT, "rw", near=0x20000000)
        self._weights = {
            t.index: machine.alloc(t.data, align=arena.ALIGNMENT, region=flash, name=t.name)
            for t in weights.values()
            if t.data is not None
        }

    @property
    def memory(self) -> Memory:
        weights = sum(t.nbytes for t in self.model.constants)
        return Memory(self.plan.size, self.library.data_size, weights, self.library.code_size)

    def run(self, *inputs: Array, progress: Progress | None = None) -> InputResult:
        """Run one sample; each array has its model input's shape and dtype."""
        values: dict[int, Array] = {}
        for tensor, array in zip(self.model.inputs, inputs, strict=True):
            values[tensor.index] = np.ascontiguousarray(array).reshape(tensor.shape)
            self._write(tensor, values[tensor.index])
        layers = []
        for node in self.model.nodes:
            layers.append(self._layer(node, values))
            if progress:
                progress(node)
        outputs = tuple(t.data if t.data is not None else values[t.index] for t in self.model.outputs)
        return InputResult(tuple(layers), outputs)

    def _layer(self, node: Node, values: dict[int, Array]) -> LayerResult:
        call, outputs = self._calls[node.index], self.reference.step(node, values)
        macs = registry.macs(node)
        if call is None:
            self._keep(node, outputs, values)
            shape = node.outputs[0].shape if node.outputs else ()
            return LayerResult(node.index, node.op, shape, macs, None, 0, 0, 0, 0, 0, None)
        shape = node.output.shape
        at = self._placement(node)
        noise = np.random.default_rng(node.index).integers(0, 256, self.plan.size, dtype=np.uint8)
        for buffer in filter(None, (at.output, at.scratch)):
            self.library.machine.write(buffer.address, noise[: buffer.size].tobytes())
        before = self._contents()
        try:
            if call.prepare and at.scratch:
                self.library.call(call.prepare.function, *call.prepare.arguments(at), work=_work(node))
            self.library.machine.part(f"{node.index} {node.op}")
            cost = self.library.call(call.function, *call.arguments(at), returns=call.returns, work=_work(node))
            self.library.machine.part()
        except (KernelError, EmulatorError) as error:
            raise KernelError(f"{_layer(node)}: {error}") from error
        actual = self.library.machine.read_array(at.output, np.dtype(node.output.dtype), shape)
        values[node.output.index] = actual
        return LayerResult(
            index=node.index,
            op=node.op,
            shape=shape,
            macs=macs,
            function=call.function,
            cycles=cost.cycles,
            instructions=cost.instructions,
            stack=cost.stack,
            scratch=self._scratch.get(node.index, 0),
            compared=actual.nbytes,
            difference=compare(outputs[0], actual),
            stray=self._stray(before, at),
        )

    def _keep(self, node: Node, outputs: tuple[Array, ...], values: dict[int, Array]) -> None:
        """Outputs of a layer that ran on the host, for the layers after it; a handle has no place on the device."""
        for tensor, value in zip(node.outputs, outputs, strict=True):
            values[tensor.index] = value
            if tensor.dtype != "resource":
                self._write(tensor, value)

    def _placement(self, node: Node) -> Placement:
        scratch = self._scratch.get(node.index, 0)
        return Placement(
            tuple(None if t is None else self._buffer(t) for t in node.inputs),
            self._buffer(node.output),
            self._slot(arena.scratch_key(node.index), scratch) if scratch else None,
        )

    def _buffer(self, tensor: Tensor) -> Buffer:
        if tensor.index in self._weights:
            return self._weights[tensor.index]
        return self._slot(arena.tensor_key(tensor.index), tensor.nbytes)

    def _slot(self, key: str, size: int) -> Buffer:
        return Buffer(self._arena.start + self.plan.offset(key), size)

    def _write(self, tensor: Tensor, value: Array) -> None:
        self.library.machine.write(self._buffer(tensor).address, np.ascontiguousarray(value).tobytes())

    def _contents(self) -> Array:
        return np.frombuffer(self.library.machine.read(self._arena.start, self.plan.size), np.uint8).copy()

    def _stray(self, before: Array, at: Placement) -> str | None:
        """Where the kernel wrote in the arena although it had no business there, or None."""
        changed = before != self._contents()
        for buffer in filter(None, (at.output, at.scratch)):
            start = buffer.address - self._arena.start
            changed[start : start + buffer.size] = False
        if not changed.any():
            return None
        first = int(np.flatnonzero(changed)[0])
        distance = first - (at.output.address - self._arena.start)
        return f"wrote {int(changed.sum())} bytes outside its output and scratch, the first at output {distance:+d}"


def _work(node: Node) -> int:
    """Elements and multiply-accumulates a kernel has to go through, for the bound on its cycles."""
    tensors = [t for t in (*node.inputs, *node.outputs) if t is not None]
    return registry.macs(node) + sum(t.elements for t in tensors)


def _layer(node: Node) -> str:
    return f"layer {node.index} ({node.op})"

