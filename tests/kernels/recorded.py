"""Replays one recorded test of the CMSIS-NN suite on the host library: buffers, scratch, structs, calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.kernels.host_library import HostLibrary
from tests.support.vectors import ArrayRef, Call, Dataset, Local, Result, Scratch, Struct, Value

GUARD = 64
GUARD_BYTE = 0xA5


@dataclass(frozen=True)
class Outcome:
    """What one call gave: returned value, output elements in the reference's type, whether it stayed in its scratch."""

    call: Call
    returned: int | None
    output: NDArray[Any] | None
    reference: NDArray[Any] | None
    kept_to_scratch: bool


@dataclass
class Replay:
    """The buffers of one recorded test, carried from call to call."""

    library: HostLibrary
    dataset: Dataset
    locals: dict[str, NDArray[Any]] = field(default_factory=dict)

    def run(self, calls: tuple[Call, ...]) -> Iterator[Outcome]:
        """Run the calls of functions that the library has, in order."""
        for call in calls:
            if call.function in self.library:
                yield self._run(call)

    def _run(self, call: Call) -> Outcome:
        arguments = {name: self._argument(value) for name, value in call.args.items()}
        scratch = np.full(2 * GUARD + self.library.scratch_size(call.function, arguments), GUARD_BYTE, np.uint8)
        if "ctx" in call.args:
            arguments["ctx"] = _context(call.args["ctx"], scratch)
        returned = self.library.call(call.function, **arguments)
        output, reference = self._compared(call, arguments)
        edges = np.concatenate([scratch[:GUARD], scratch[-GUARD:]])
        return Outcome(call, returned, output, reference, bool((edges == GUARD_BYTE).all()))

    def _compared(self, call: Call, arguments: Mapping[str, Any]) -> tuple[NDArray[Any] | None, NDArray[Any] | None]:
        if not isinstance(call.reference, ArrayRef):
            return None, None
        reference = self.dataset.array(call.reference).ravel()[: call.reference_size]
        output = arguments[self.library.output_of(call.function)]
        return output.view(reference.dtype)[: reference.size].copy(), reference

    def _argument(self, value: Value) -> Any:
        match value:
            case ArrayRef():
                return _with_slack(self.dataset.array(value))
            case Local():
                return self._local(value)
            case Struct():
                return {name: self._argument(item) for name, item in value.fields.items()}
            case Scratch() | Result():
                return None
            case int() | None:
                return value
        raise TypeError(f"cannot pass {value!r} to a kernel")

    def _local(self, local: Local) -> NDArray[Any]:
        dtype = np.dtype(local.ctype.removesuffix("_t"))
        buffer = self.locals.setdefault(local.name, np.zeros(local.length, dtype))
        if local.fill is not None:
            buffer[:] = local.fill
        if local.values is not None:
            buffer[:] = 0
            buffer[: len(local.values)] = local.values
        if isinstance(local.copy_of, ArrayRef):
            buffer[:] = self.dataset.array(local.copy_of).ravel()[: local.length]
        return buffer[local.offset :]


def _with_slack(array: NDArray[Any]) -> NDArray[Any]:
    """A copy with zeros behind it: one recorded call, made for its status, claims a larger filter than it passes."""
    return np.concatenate([array.ravel(), np.zeros(GUARD, array.dtype)])


def _context(recorded: Value, scratch: NDArray[np.uint8]) -> Mapping[str, Any]:
    """Exactly the scratch that the kernel asks for, and none where the recording passes NULL."""
    inner = scratch[GUARD : scratch.size - GUARD]
    given = isinstance(recorded, Struct) and isinstance(recorded.fields.get("buf"), Scratch)
    return {"buf": inner if given and inner.size else None, "size": inner.size if given else 0}
