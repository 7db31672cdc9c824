"""Replays one recorded test of the CMSIS-NN suite on an emulated library, each buffer between guards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.verify.bench import Bench
from microinfer.verify.case import Case
from microinfer.verify.signature import cmsis_signature
from microinfer.verify.slots import ENDS
from microinfer.verify.spec import Buffer, Plan, ScratchQuery, Spec
from tests.support.vectors import ArrayRef, Call, Dataset, Expression, Local, Result, Scratch, Struct, Value

_OUTPUTS = ("output_data", "output", "dst", "data")
_SLACK = 64
"""Elements behind arrays of calls made for their status: one claims a larger filter than it passes."""
_SCRATCH_ALIGN = 4
_CYCLES = 2_000_000_000


@dataclass(frozen=True)
class Outcome:
    """What one call gave: what came back, why it stopped, output elements in the reference's type, the reference."""

    call: Call
    returned: int | None
    problem: str
    output: NDArray[Any] | None
    reference: NDArray[Any] | None


@dataclass
class _Arguments:
    """A call's scalars and buffers by path."""

    values: dict[str, int] = field(default_factory=dict)
    contents: dict[str, NDArray[Any]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    scratch: dict[str, int] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)


@dataclass
class EmulatedReplay:
    """The buffers of one recorded test, carried from call to call; `sizes` are what its size functions returned."""

    bench: Bench
    dataset: Dataset
    locals: dict[str, NDArray[Any]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def run(self, calls: tuple[Call, ...]) -> Iterator[Outcome]:
        """Run the calls of functions that the library has, in order; those made in a loop as often as it turns."""
        for call in calls:
            if not self.bench.has(call.function):
                continue
            slices = self._slices(call)
            for turn in range(slices - 1):
                self._run(call, turn)
            yield self._run(call, slices - 1)

    def _slices(self, call: Call) -> int:
        """Turns of the loop over a recorded sequence that gives a local its content; 1 without one."""
        for value in call.args.values():
            if isinstance(value, Local) and isinstance(value.copy_of, Expression):
                return self._sequence(value.copy_of).size // value.length
        return 1

    def _sequence(self, expression: Expression) -> NDArray[Any]:
        return self.dataset.arrays[expression.text.split(" ")[0]].ravel()

    def _run(self, call: Call, turn: int) -> Outcome:
        arguments = _Arguments()
        for name, value in call.args.items():
            self._add(arguments, call, name, value, turn)
        case = Case(call.function, None, self._plan(arguments), arguments.contents)
        spec = _spec(call.function)
        runs = [self.bench.run_once(spec, case, guard, limit=_CYCLES) for guard in ENDS]
        problems = [str(run.returned.error) for run in runs if run.returned.error]
        problems += [f"{name} clobbered" for run in runs for name in run.returned.clobbered]
        output, reference = None, None
        for path, role in arguments.roles.items():
            if role == "inout":
                contents = [run.content(path) for run in runs]
                if (contents[0] != contents[1]).any():
                    problems.append(f"{path} depends on where it lies or on noise")
                arguments.contents[path][:] = contents[0]
        if isinstance(call.reference, ArrayRef):
            reference = self.dataset.array(call.reference).ravel()[: call.reference_size]
            path = next(name for name in _OUTPUTS if name in call.args)
            output = arguments.contents[path].view(reference.dtype)[: reference.size].copy()
        if "_get_" in call.function:
            self.sizes[call.function] = runs[0].status or 0
        return Outcome(call, runs[0].status, "; ".join(problems), output, reference)

    def _plan(self, arguments: _Arguments) -> Plan:
        buffers = [
            Buffer(path, str(content.dtype), content.shape, "inout" if arguments.roles[path] == "inout" else "in")
            for path, content in arguments.contents.items()
        ]
        for path, size in arguments.scratch.items():
            if size:
                buffers.append(Buffer(path, "uint8", (size,), "scratch", _SCRATCH_ALIGN))
        return Plan(arguments.values, tuple(buffers), absent=frozenset(arguments.absent))

    def _add(self, arguments: _Arguments, call: Call, path: str, value: Value, turn: int) -> None:
        match value:
            case int():
                arguments.values[path] = value
            case None:
                arguments.absent.add(path)
            case Struct():
                for name, item in value.fields.items():
                    self._add(arguments, call, f"{path}.{name}", item, turn)
            case ArrayRef():
                content = self.dataset.array(value).ravel()
                slack = 0 if isinstance(call.reference, ArrayRef) else _SLACK
                arguments.contents[path] = np.concatenate([content, np.zeros(slack, content.dtype)])
                arguments.roles[path] = "in"
            case Local():
                arguments.contents[path] = self._local(value, turn)
                arguments.roles[path] = "inout"
            case Scratch(size=size):
                bytes_ = size if isinstance(size, int) else self._size(call, path, size)
                arguments.scratch[path] = bytes_
                arguments.values[f"{path.rpartition('.')[0]}.size"] = bytes_
            case Result():
                arguments.values[path] = self.sizes.get(value.function, 0)
            case _:
                raise TypeError(f"cannot pass {value!r} to a kernel")

    def _size(self, call: Call, path: str, result: Result) -> int:
        """What the size function returned earlier in the test, or returns for this call."""
        if result.function in self.sizes:
            return self.sizes[result.function]
        asked = next((f for f in (result.function, f"{call.function}_get_buffer_size") if self.bench.has(f)), None)
        if asked is None:
            return 0
        values: dict[str, int] = {}
        for name, value in call.args.items():
            values |= _numbers(name, value)
        values |= {"dim_dst_width": values.get("output_dims.w", 0), "ch_src": values.get("input_dims.c", 0)}
        return self.bench.scratch_size(ScratchQuery(path, asked, values))

    def _local(self, local: Local, turn: int) -> NDArray[Any]:
        dtype = np.dtype(local.ctype.removesuffix("_t"))
        is_new = local.name not in self.locals
        buffer = self.locals.setdefault(local.name, np.zeros(local.length, dtype))
        if local.fill is not None:
            buffer[:] = local.fill
        if local.values is not None:
            buffer[:] = 0
            buffer[: len(local.values)] = local.values
        if isinstance(local.copy_of, Expression):
            start = turn * local.length
            buffer[:] = self._sequence(local.copy_of)[start : start + local.length]
        elif isinstance(local.copy_of, ArrayRef) and (turn == 0 or is_new):
            content = self.dataset.array(local.copy_of).ravel()[: local.length]
            buffer[: content.size] = content
        return buffer[local.offset :]


def _numbers(path: str, value: Value) -> Mapping[str, int]:
    if isinstance(value, int):
        return {path: value}
    found: dict[str, int] = {}
    if isinstance(value, Struct):
        for name, item in value.fields.items():
            found |= _numbers(f"{path}.{name}", item)
    return found


def _spec(function: str) -> Spec:
    """A specification with a signature and nothing else: the recording says the rest."""

    def unused(*_: object) -> Any:
        raise NotImplementedError

    return Spec(cmsis_signature(function), unused, unused, unused, unused, object)
