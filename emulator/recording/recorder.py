"""Records a run: order of edges, data reads, and in the end the code that ran."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from emulator.memory import PAGE, Region
from emulator.program.elf import Symbol
from emulator.recording.divider import Divider
from emulator.recording.marks import Marker
from emulator.recording.recording import Recording
from emulator.recording.sites import site_arrays
from emulator.tracing.accesses import ALL
from emulator.tracing.operand_watch import OperandWatch
from emulator.tracing.pytracer import PythonTracer
from emulator.tracing.reads import Reads
from emulator.tracing.tracer import Tracer

LIMIT = 1 << 27
"""Words kept of the order of events; beyond it a recording has counts only."""

_BEHIND = 32


class RunRecorder:
    """Records what `tracer` counts from now on, and data reads from addresses in `within`."""

    def __init__(
        self,
        reads: Reads,
        tracer: Tracer,
        operands: OperandWatch,
        within: Sequence[tuple[int, int]] = (ALL,),
        limit: int = LIMIT,
    ) -> None:
        self._tracer, self._operands = tracer, operands
        operands.widen()
        self.marker = Marker(tracer)
        self.parts = Divider(tracer, operands, self.marker)
        self.restart(limit)
        for place in within:
            if isinstance(tracer, PythonTracer):
                reads.call(tracer.record_access, place)
            else:
                reads.add(tracer.consumer, place)  # type: ignore[attr-defined]

    def restart(self, limit: int = LIMIT) -> None:
        """Begin an empty recording."""
        self._tracer.forget()
        self._operands.clear()
        self._tracer.start_recording(limit)
        self.parts.restart()

    def finish(
        self,
        elf: str,
        core: str,
        regions: Sequence[Region],
        symbols: Sequence[Symbol],
        read: Callable[[int, int], bytes],
    ) -> Recording:
        """What was recorded; `read` gives code as CostModel wants it."""
        self.parts.begin("")
        stream, rows, whole = self._tracer.take_recording()
        table = np.array([row[:3] for row in rows], np.uint32).reshape(-1, 3)
        wanted = sorted({page for row in table.tolist() for page in _pages(*row)})
        pages = [page for page in wanted if page <= 0xFFFFFFFF and read(page, 1)]
        code = np.zeros((len(pages), PAGE), np.uint8)
        for n, page in enumerate(pages):
            content = read(page, PAGE)
            code[n, : len(content)] = np.frombuffer(content, np.uint8)
        executed = self._operands.counts()
        sites, site_counts = site_arrays(executed)
        parts, part_counts, part_site_counts = self.parts.take([row[:3] for row in rows], executed)
        return Recording(
            elf=elf,
            core=core,
            whole=whole,
            regions=tuple(regions),
            symbols=tuple(sorted((s for s in symbols if s.kind == "function"), key=lambda s: (s.address, s.name))),
            stream=np.frombuffer(stream, np.uint32),
            edges=table,
            counts=np.array([row[3] for row in rows], np.uint64),
            pages=np.array(pages, np.uint32),
            code=code,
            sites=sites,
            site_counts=site_counts,
            parts=parts,
            part_counts=part_counts,
            part_site_counts=part_site_counts,
        )


def _pages(address: int, size: int, target: int) -> set[int]:
    """Pages with the block and the first instructions of what follows."""
    spans = ((address, address + size), (target, target + _BEHIND))
    return {page * PAGE for first, end in spans for page in range(first // PAGE, (end - 1) // PAGE + 1)}
