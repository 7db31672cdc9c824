"""Kernel calls: what a node asks of the library, before anything has an address."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from emulator import Buffer
from microinfer.device.abi import cmsis_nn_context
from microinfer.graph.model import Node
from microinfer.numerics import Numerics


@dataclass(frozen=True)
class Placement:
    """Addresses of one layer: its inputs in order (None where absent), its output, its scratch buffer or None."""

    inputs: tuple[Buffer | None, ...]
    output: Buffer
    scratch: Buffer | None

    @property
    def context(self) -> cmsis_nn_context:
        return cmsis_nn_context(buf=self.scratch, size=0 if self.scratch is None else self.scratch.size)


Arguments = Callable[[Placement], tuple[Any, ...]]


@dataclass(frozen=True, eq=False)
class ScratchQuery:
    """The `*_get_buffer_size` call that says how much scratch the kernel needs."""

    function: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class KernelCall:
    """One call into the library.

    `prepare` runs before it where there is scratch, uncounted: the runtime does that once, at start-up.
    """

    function: str
    arguments: Arguments
    returns: str = "int8_t"
    scratch: ScratchQuery | None = None
    prepare: KernelCall | None = None

    @property
    def functions(self) -> tuple[str, ...]:
        """Symbols the library must have; that of `prepare` is needed only where the scratch is not empty."""
        return (self.function,) if self.scratch is None else (self.function, self.scratch.function)


Bind = Callable[[Node, Numerics], KernelCall | None]

_BINDINGS: dict[tuple[str, tuple[str, ...]], Bind] = {}


def binding(op: str, *dtypes: str) -> Callable[[Bind], Bind]:
    """Register a bind function for operator `op` whose first inputs have `dtypes`; it may answer None: on the host."""

    def register(bind: Bind) -> Bind:
        _BINDINGS[op, dtypes] = bind
        return bind

    return register


@cache
def _discover() -> None:
    package = import_module("microinfer.device.bindings")
    for module in pkgutil.iter_modules(package.__path__):
        import_module(f"microinfer.device.bindings.{module.name}")


def bind(node: Node, numerics: Numerics) -> KernelCall | None:
    """The library call for `node`, or None where it runs on the host."""
    _discover()
    given = tuple(t.dtype for t in node.inputs if t is not None)
    for (op, dtypes), function in _BINDINGS.items():
        if op == node.op and given[: len(dtypes)] == dtypes:
            return function(node, numerics)
    return None
