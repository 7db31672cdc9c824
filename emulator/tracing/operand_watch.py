"""Looks at the registers in front of instructions whose time depends on them, and tells the tracer.

What is looked at are the sites that the cost model finds in a block (emulator/timing/sites.py) when its code is first
seen. Where the extension is built, C does it in some tens of nanoseconds a pass (_operands.c); code without
such instructions runs as fast as it did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from emulator.code_watch import CodeWatch
from emulator.engine.engine import Engine, register_ids
from emulator.errors import EmulatorError
from emulator.instructions.conditions import ALWAYS, holds
from emulator.instructions.decode import Instruction
from emulator.timing.cost import CostModel
from emulator.timing.operands import SKIPPED, class_of
from emulator.timing.sites import CONDITION, Site
from emulator.tracing.looks import Looks
from emulator.tracing.pytracer import PythonTracer
from emulator.tracing.tracer import Tracer

_KINDS = (CONDITION, "quotient", "halves")


class _Watcher(Protocol):
    @property
    def counts(self) -> Sequence[int]: ...

    def clear(self) -> None: ...


@dataclass(frozen=True)
class SiteCounts:
    """How often a site ran in each class."""

    site: Site
    counts: tuple[int, ...]

    @property
    def cycles(self) -> int:
        """What its executions took on top of the edges' cycles; may be negative."""
        return sum(n * extra for n, extra in zip(self.counts, self.site.extra, strict=True))


class OperandWatch:
    """The sites of one engine. `code(address, size)` gives code bytes, or fewer where memory ends."""

    def __init__(self, engine: Engine, tracer: Tracer, model: CostModel, code: Callable[[int, int], bytes]) -> None:
        self._engine, self._tracer, self._model, self._code = engine, tracer, model, code
        self._places: dict[int, list[Site]] = {}
        self._watchers: dict[Site, _Watcher] = {}
        self._expired = False
        self._removers: list[Callable[[], object]] = []
        self._functions = None if isinstance(tracer, PythonTracer) else engine.register_functions()
        self._looks = None if self._functions is None else Looks(engine, tracer)
        if engine.code_watch is None:
            engine.watch_code(lambda address, size: (), lambda address: False)
        assert engine.code_watch is not None
        self._watch: CodeWatch = engine.code_watch
        self._watch.observers.append(self)
        if self._looks is not None:
            self._watch.look = self._looks.add

    def counts(self) -> list[SiteCounts]:
        """All sites that ran, by address."""
        rows = [SiteCounts(site, tuple(watcher.counts)) for site, watcher in self._watchers.items()]
        return sorted((r for r in rows if any(r.counts)), key=lambda r: (r.site.place, r.site.address))

    def widen(self) -> None:
        """From the next run on, look at what matters on any core. Not while a run lasts."""
        self._model.find_sites_of_every_core()
        self._watch.forget()

    def clear(self) -> None:
        """Count from zero."""
        for watcher in self._watchers.values():
            watcher.clear()

    def expire(self) -> None:
        """Other code lies where some was: look at all of it again, as soon as the run can be stopped."""
        self._expired = True

    def forget(self) -> None:
        """Look at nothing any more, until code is examined again. Not while a run lasts."""
        for remove in self._removers:
            remove()
        self._removers.clear()
        self._places.clear()
        self._watchers.clear()

    def examine(self, address: int, size: int | None) -> Iterable[int]:
        """Places in a block where something is to be looked at for the first time."""
        found = {address} if self._expired else set()
        block = self._block(address, size)
        masks = {i.address: self._code(i.address, 1)[0] for i in block if i.name == "it"}
        for site in self._model.sites(block, masks):
            known = self._places.setdefault(site.place, [])
            if all(site.address != k.address or site.kind != k.kind for k in known):
                known.append(site)
                found.add(site.place)
        return found

    def _block(self, address: int, size: int | None) -> tuple[Instruction, ...]:
        if size is not None:
            try:
                return self._model.block(address, size)
            except EmulatorError:
                return ()
        return self._model.stretch(address)

    def attach(self, place: int) -> None:
        """Look at the sites of a place from now on."""
        if self._expired:
            self._expired = False
            self.forget()
            self._engine.forget_code()
            for again in {place, *self.examine(place, None)}:
                self.attach(again)
        for site in self._places.get(place, ()):
            if site not in self._watchers:
                self._watchers[site] = self._native(site) or self._python(site)

    def _native(self, site: Site) -> _Watcher | None:
        if self._functions is None or self._looks is None:
            return None
        from emulator.tracing import _tracer

        read, _, flags = self._functions
        registers = register_ids(site.registers) if site.registers else (0, 0)
        pending = self._tracer.pending_address  # type: ignore[attr-defined]
        kind = _KINDS.index(site.kind)
        made: Any = _tracer.Site(read, pending, kind, site.signed, flags, registers, site.guard, site.extra)
        self._removers.append(self._looks.add(site.place, made))
        watcher: _Watcher = made
        return watcher

    def _python(self, site: Site) -> _Watcher:
        made = PythonSite(self._engine, self._tracer, site)
        self._removers.append(self._engine.instruction_hooks.call(site.place, made.look))
        return made


class PythonSite:
    """The same as `_tracer.Site`, slower."""

    def __init__(self, engine: Engine, tracer: Any, site: Site) -> None:
        self.counts = [0] * (SKIPPED + 1)
        self._engine, self._tracer, self._site = engine, tracer, site
        self._ids = register_ids((*site.registers, "xpsr"))

    def look(self) -> None:
        """One pass, in front of the instruction."""
        site = self._site
        *values, xpsr = self._engine.registers(self._ids)
        if site.guard < ALWAYS and not holds(site.guard, xpsr):
            found = SKIPPED
        else:
            found = 0 if site.kind == CONDITION else class_of(site.kind, site.signed, values)
        self.counts[found] += 1
        self._tracer.pending += site.extra[found]

    def clear(self) -> None:
        """Count from zero."""
        self.counts[:] = [0] * len(self.counts)
