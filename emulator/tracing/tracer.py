"""What every tracer does: count edges between blocks and keep the time.

An edge is (address, size) of the block that ran and the address of the block that follows. The first time an edge is
seen its cost is asked from `cost`; from then on the tracer adds it by itself. Both implementations, `_tracer` in C and
`pytracer`, give the same numbers.

A run stops in front of the first block at which `cycles >= limit`; that block has not run, and running again from
there counts nothing twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from emulator.errors import TracerError

if TYPE_CHECKING:
    from emulator.engine.engine import Engine

NO_LIMIT = (1 << 63) - 1
CALL, RETURN, JUMP = 1, 2, 3


@dataclass(frozen=True)
class Edge:
    """The block of `size` bytes at `address` went on at `target` `count` times; cycles, instructions: of one pass."""

    address: int
    size: int
    target: int
    count: int
    cycles: int
    instructions: int


@dataclass(frozen=True)
class Stall:
    """Cycles that the edge lost, over all its passes, to reading code and to reading data from slow memories."""

    address: int
    size: int
    target: int
    code: int
    data: int


CostFunction = Callable[
    [int, int, int], tuple[int, int] | tuple[int, int, int, int, int] | tuple[int, int, int, int, int, bytes]
]
"""(block address, block size, next block address) -> (cycles, instructions), also (.., mark, flow, function, plan).

`mark` is 1 for a block behind which a run stops while `attention` is set, 2 for one behind which it always stops.
`flow` is CALL, RETURN or JUMP where another function goes on, `function` the address of that function. `plan` is the
block's for slow memories (emulator/memories/plan.py).
"""


class Tracer(Protocol):
    """Counts edges. `stopped` is true when the limit, and not the program, ended the last run.

    With `attention` set, the run also stops behind each block that `cost` marked.
    """

    cycles: int
    instructions: int
    limit: int
    pending: int
    """Cycles that the open block takes on top of its edge's; may be negative."""
    attention: bool
    memories: Any
    """The model of slow memories (emulator/memories/model.py) whose stalls are added, None for none."""

    @property
    def stopped(self) -> bool: ...

    @property
    def callback(self) -> Callable[[int, int], bool] | int:
        """A Python function (address, size) -> "stop now", or the address of a native Unicorn block callback."""

    @property
    def user_data(self) -> int:
        """What a native callback wants as its user_data."""

    @property
    def block(self) -> tuple[int, int]:
        """Address and size of the block entered last; size 0 when none is open."""

    def begin(self) -> None:
        """Forget the open block: the next one follows nothing."""

    def close(self, target: int) -> None:
        """End the open block: it went to `target`."""

    def close_partly(self, pc: int) -> None:
        """End the open block in front of `pc`, which lies inside it."""

    def skip(self, time: int) -> None:
        """Count the last edge as often again as it takes to reach `time`, if it led from a block back to it."""

    def start_calls(self) -> None:
        """Keep a tree of calls from now on."""

    def save_calls(self) -> bytes:
        """The call stack, for `restore_calls`."""

    def restore_calls(self, saved: bytes) -> None:
        """Go on with a call stack that was saved."""

    def begin_calls(self, function: int) -> None:
        """Begin an empty call stack in `function`."""

    def calls(self) -> list[tuple[int, int, int, int, int]]:
        """The tree: (parent, function, calls, cycles, instructions), the first row being node 1 and 0 the root."""

    def edges(self) -> list[tuple[int, int, int, int, int, int]]:
        """Rows of Edge, in the order first seen."""

    def stalls(self) -> list[tuple[int, int, int, int, int]]:
        """(address, size, target, cycles lost to code, to data) of the edges that slow memories held up."""

    def start_recording(self, limit: int) -> None:
        """Keep the order of edges from now on, in at most `limit` words; accesses too if `recorder_of` was added."""

    def take_recording(self) -> tuple[bytes, list[tuple[int, int, int, int]], bool]:
        """The stream, all edges as (address, size, target, count) in the order of their numbers, whether it is whole.

        The stream is uint32: the number of an edge, from 1 on, or 0x80000000 + 0x100 for a write + size, followed by
        the address of a data access, which belongs to the next edge.
        """

    def clear_counts(self) -> None:
        """Set all counts to zero, keeping known costs."""

    def forget(self) -> None:
        """Drop all edges and costs: other code lies there now."""

    def take_error(self) -> BaseException | None:
        """The exception that `cost` raised during the run, if any; asking clears it."""


def make_tracer(cost: CostFunction, stop_function: int, wanted: str | None = None) -> Tracer:
    """The tracer `wanted` ("native", "python", "auto"); None asks MICROINFER_TRACER, default auto.

    `stop_function` is the address of uc_emu_stop, which the native tracer calls. Raises TracerError when "native" is
    asked for and not built.
    """
    kind = _kind(wanted)
    if kind != "python":
        try:
            from emulator.tracing import _tracer
        except ImportError:
            if kind == "native":
                raise TracerError(
                    "the native tracer is not built; run `python setup.py build_ext --inplace` with a C compiler, "
                    "or ask for tracer='python'"
                ) from None
        else:
            return _tracer.Tracer(cost, stop_function)
    from emulator.tracing.pytracer import PythonTracer

    return PythonTracer(cost)


def attach(engine: Engine, cost: CostFunction, wanted: str | None = None) -> Tracer:
    """A tracer hooked into the engine; the Python one when the binding offers no way for a native callback."""
    stop_function = engine.stop_function()
    tracer = make_tracer(cost, stop_function, wanted if stop_function or wanted == "native" else "python")
    if callable(tracer.callback):
        engine.block_hooks.call(tracer.callback)
    elif not stop_function or not engine.block_hooks.call_natively(tracer.callback, tracer.user_data):
        if wanted == "native":
            raise TracerError("this version of Unicorn's binding takes no native callback; use tracer='python'")
        return attach(engine, cost, "python")
    engine.ending.watcher = tracer
    return tracer


def _kind(wanted: str | None) -> Literal["native", "python", "auto"]:
    kind = wanted or os.environ.get("MICROINFER_TRACER") or "auto"
    if kind not in ("native", "python", "auto"):
        raise TracerError(f"tracer {kind!r} is unknown; there are: native, python, auto")
    return kind  # type: ignore[return-value]
