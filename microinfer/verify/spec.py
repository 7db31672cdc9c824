"""What the campaign knows of a function: how to draw arguments, what the call looks like, what it has to compute."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from microinfer.errors import UnknownName
from microinfer.verify.arithmetic import Arithmetic
from microinfer.verify.draw import Draw
from microinfer.verify.signature import Signature, cmsis_signature

Arrays = Mapping[str, NDArray[Any]]
"""Contents of buffers by path."""

ARG_ERROR = -1
NO_IMPL_ERROR = -2

Role = Literal["in", "out", "inout", "scratch"]


class OutOfDomain(Exception):
    """Knobs that describe no call within the documented domain."""


@dataclass(frozen=True)
class Buffer:
    """Memory behind a pointer; `align` in bytes, by default that of an element. Scratch may end with any content."""

    path: str
    dtype: str
    shape: tuple[int, ...]
    role: Role = "in"
    align: int = 0


@dataclass(frozen=True)
class ScratchQuery:
    """Scratch as large as `function` says for `values`; its size goes to `size_path` if the call passes it."""

    path: str
    function: str
    values: Mapping[str, int]
    size_path: str = ""


@dataclass(frozen=True)
class Plan:
    """One call: scalars by path, buffers (pointers not among them are NULL), absent structs, status to come back.

    `dropped` are buffers that are passed as NULL all the same. `also` are other statuses that are right: after a
    negative one nothing may have been written. `answers`: the status is no error code but a number of bytes."""

    values: Mapping[str, int]
    buffers: tuple[Buffer, ...]
    scratch: tuple[ScratchQuery, ...] = ()
    absent: frozenset[str] = frozenset()
    status: int | None = None
    dropped: frozenset[str] = frozenset()
    also: Collection[int] = ()
    answers: bool = False

    @property
    def is_rejected(self) -> bool:
        """Whether the function must return an error and write nothing."""
        return self.status is not None and self.status < 0

    def accepts(self, status: int | None) -> bool:
        """Whether this may come back."""
        return self.status in (None, status) or status in self.also

    def declines(self, status: int | None) -> bool:
        """Whether the function may say so that it does nothing."""
        return status is not None and status < 0 and status in self.also

    def rejected(self, reject: Reject) -> Plan:
        """The call with something wrong about it."""
        dropped = self.dropped | reject.dropped
        return replace(self, values={**self.values, **reject.values}, status=reject.status, dropped=dropped, also=())


@dataclass(frozen=True)
class Reject:
    """Arguments outside the documented domain: values that differ, pointers that are NULL, the documented status."""

    name: str
    values: Mapping[str, int] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    status: int = ARG_ERROR


@dataclass(frozen=True, eq=False)
class Spec:
    """A function under test.

    Knobs are a frozen dataclass of integers and strings that fixes everything but the contents of arrays. `draw` makes
    them, `plan` turns them into a call (raising OutOfDomain), `fill` makes contents for the buffers that are read, and
    `reference` says what is in the written ones afterwards. `knobs` is their class; `derived` are contents of read
    buffers that follow from them, `rejects` the ways to make a call of them that must be refused.
    """

    signature: Signature
    draw: Callable[[Draw], Any]
    plan: Callable[[Any], Plan]
    fill: Callable[[Any, Plan, Draw], Arrays]
    reference: Callable[[Any, Arrays, Arithmetic], Arrays]
    knobs: type
    derived: Callable[[Any], Arrays] = lambda knobs: {}
    rejects: Callable[[Any], tuple[Reject, ...]] = lambda knobs: ()

    @property
    def function(self) -> str:
        """The symbol."""
        return self.signature.function

    def plan_of(self, knobs: Any, reject: str) -> Plan:
        """The call, refused in the named way if there is one; raises OutOfDomain."""
        plan = self.plan(knobs)
        if not reject:
            return plan
        found = next((r for r in self.rejects(knobs) if r.name == reject), None)
        if found is None:
            raise OutOfDomain
        return plan.rejected(found)


_SPECS: dict[str, Spec] = {}


def register(spec: Spec) -> Spec:
    """Make a spec known; one for the same function is replaced."""
    _SPECS[spec.function] = spec
    return spec


def registered(function: str) -> Spec:
    """The spec of a function that some module registered before; KeyError for another."""
    return _SPECS[function]


def declare(function: str, **parts: Any) -> Spec:
    """Register a spec of a CMSIS-NN function; `parts` as for Spec."""
    return register(Spec(cmsis_signature(function), **parts))


class Form(Protocol):
    """One way to make the parts of a Spec: a frozen dataclass of what sets a function apart, with these methods."""

    def draw(self, draw: Draw) -> Any: ...

    def plan(self, k: Any) -> Plan: ...

    def fill(self, k: Any, plan: Plan, draw: Draw) -> Arrays: ...

    def reference(self, k: Any, arrays: Arrays, arithmetic: Arithmetic) -> Arrays: ...

    def derived(self, k: Any) -> Arrays:
        """Contents that follow from the knobs; by default none."""
        return {}

    def rejects(self, k: Any) -> tuple[Reject, ...]:
        """Ways to make the call one that must be refused; by default none."""
        return ()


def declare_form(function: str, knobs: type, form: Form) -> Spec:
    """Register a spec of a CMSIS-NN function from a form."""
    parts = (form.draw, form.plan, form.fill, form.reference)
    return register(Spec(cmsis_signature(function), *parts, knobs, form.derived, form.rejects))


@cache
def _discover() -> None:
    package = import_module("microinfer.verify.cases")
    for module in pkgutil.iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")


def all_specs() -> Mapping[str, Spec]:
    """Every known spec by function name, sorted."""
    _discover()
    return dict(sorted(_SPECS.items()))


def spec_of(function: str) -> Spec:
    """The spec of a function; UnknownName with the known ones."""
    specs = all_specs()
    if function not in specs:
        raise UnknownName(f"no specification of {function}; known: {', '.join(specs)}")
    return specs[function]


def zeros(buffer: Buffer) -> NDArray[Any]:
    """Contents of a buffer, all zero."""
    return np.zeros(buffer.shape, buffer.dtype)
