"""The last faults of a run as paragraphs, and where things are."""

from __future__ import annotations

from emulator.boards.core_parts import CoreParts
from emulator.boards.run_result import FaultReport
from emulator.engine.stop import Stop
from emulator.exceptions.status import status_names
from emulator.faults.incident import Incidents
from emulator.processor import Processor
from emulator.program.source_lines import SourceLines

_KEPT = 8


class FaultLog:
    """Listens to processor and exception unit; keeps the last faults."""

    def __init__(self, parts: CoreParts, processor: Processor, lines: SourceLines) -> None:
        self._parts, self._processor, self._lines = parts, processor, lines
        self._incidents = Incidents(parts.engine, parts.memory, parts.symbols, self.describe)
        self._faults: list[FaultReport] = []
        processor.fault_seen, processor.locked_up = self._fault_seen, self._locked_up
        parts.unit.told = self._told

    @property
    def all(self) -> tuple[FaultReport, ...]:
        """The last faults, oldest first."""
        return tuple(self._faults)

    @property
    def last(self) -> str:
        """The paragraph on the last fault, "" for none."""
        return self._faults[-1].text if self._faults else ""

    def describe(self, pc: int) -> str:
        """Function, file and line, as far as they are known."""
        place, line = self._parts.symbols.locate(pc), self._lines.find(pc)
        return str(place) if line is None else f"{place}, {line}"

    def callers(self, pc: int) -> tuple[str, ...]:
        """The call chain of the code at `pc`, where the core is now."""
        return self._incidents.callers(pc)

    def _keep(self, report: FaultReport) -> None:
        self._faults.append(report)
        del self._faults[:-_KEPT]

    def _fault_seen(self, stop: Stop, origin: int) -> None:
        self._keep(self._incidents.report(stop, origin, self._parts.tracer.cycles))

    def _told(self, bit: int, pc: int, what: str, cause: str) -> None:
        """A fault of exception entry or return."""
        self._keep(FaultReport(what, self.describe(pc), (), cause, status_names(bit), self._parts.tracer.cycles))
        self._processor.note_fault()

    def _locked_up(self, reason: str, pc: int) -> None:
        self._faults.append(
            FaultReport(
                what=f"lockup, {reason}",
                where=self.describe(pc),
                chain=(),
                cause="see the fault before" if self._faults else "vectors or stack pointer overwritten",
                bits=status_names(self._parts.unit.status.cfsr),
                cycles=self._parts.tracer.cycles,
            )
        )
