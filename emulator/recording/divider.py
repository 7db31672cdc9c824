"""Divides a run into named parts while it is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from operator import sub
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from emulator.recording.marks import PART, Marker
from emulator.timing.operands import SKIPPED

if TYPE_CHECKING:
    from emulator.tracing.operand_watch import OperandWatch, SiteCounts
    from emulator.tracing.tracer import Tracer

EdgeKey = tuple[int, int, int]
_Passes = dict[EdgeKey, int]
_Executions = dict[tuple[int, int, str], tuple[int, ...]]
_NOTHING = (0,) * (SKIPPED + 1)


class Divider:
    """Counts what passes in each part; a name that was there before begins none."""

    def __init__(self, tracer: Tracer, operands: OperandWatch, marker: Marker) -> None:
        self._tracer, self._operands, self._marker = tracer, operands, marker
        self.restart()

    def restart(self) -> None:
        """Forget all parts."""
        self._open = False
        self._before: tuple[_Passes, _Executions] = {}, {}
        self._found: dict[str, tuple[_Passes, _Executions]] = {}

    def begin(self, name: str) -> None:
        """What runs from here on is a part of that name, or with "" of none."""
        if self._open:
            self._end()
        elif not name or name in self._found:
            return
        self._open = bool(name) and name not in self._found
        if self._open:
            self._found[name] = {}, {}
            self._before = self._now()
        self._marker.put(PART, len(self._found) if self._open else 0)

    def _end(self) -> None:
        passes, executions = self._now()
        before, seen = self._before
        name = list(self._found)[-1]
        more = {key: count - before.get(key, 0) for key, count in passes.items()}
        ran = {k: tuple(map(sub, row, seen.get(k, _NOTHING))) for k, row in executions.items()}
        self._found[name] = {k: n for k, n in more.items() if n}, {k: row for k, row in ran.items() if any(row)}

    def _now(self) -> tuple[_Passes, _Executions]:
        passes = {(at, size, target): count for at, size, target, count, *_ in self._tracer.edges()}
        return passes, {_key(row): row.counts for row in self._operands.counts()}

    def take(
        self, edges: Sequence[EdgeKey], sites: Sequence[SiteCounts]
    ) -> tuple[tuple[str, ...], npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
        """Names, passes (parts, edges) and executions (parts, sites, 40), in the order of the edges and sites given."""
        self.begin("")
        count, parts = len(self._found), self._found.values()
        passes = np.array([[row.get(key, 0) for key in edges] for row, _ in parts], np.uint64)
        ran = np.array([[row.get(_key(site), _NOTHING) for site in sites] for _, row in parts], np.uint64)
        return (
            tuple(self._found),
            passes.reshape(count, len(edges)),
            ran.reshape(count, len(sites), SKIPPED + 1),
        )


def _key(row: SiteCounts) -> tuple[int, int, str]:
    return row.site.place, row.site.address, row.site.kind
