"""Why and where a run of the engine ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

StopKind = Literal[
    "exit",
    "stopped",
    "wait",
    "event wait",
    "breakpoint",
    "supervisor call",
    "memory",
    "fetch",
    "illegal",
    "alignment",
    "interrupt",
    "trap",
    "float context",
    "halted",
]


@dataclass(frozen=True)
class Access:
    """A memory access that did not happen; `protected` tells mapped memory from a hole."""

    access: Literal["read", "write", "fetch"]
    address: int
    size: int
    protected: bool


@dataclass(frozen=True)
class Stop:
    """Why and where a run ended. `interrupt` is Unicorn's number where that is all there is to say.

    `fault` is the CFSR bit of what was found outside of the engine, `detail` the instruction concerned.
    """

    kind: StopKind
    pc: int
    access: Access | None = None
    interrupt: int = 0
    fault: int = 0
    detail: str = ""


class Watcher(Protocol):
    """What `Ending` wants of a tracer: whether it ended the run, and the block entered last."""

    @property
    def stopped(self) -> bool: ...

    @property
    def block(self) -> tuple[int, int]: ...
