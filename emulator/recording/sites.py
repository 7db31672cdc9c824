"""What a recording keeps of instructions whose time depends on operands and flags, and what they cost on a core."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from emulator.recording.recording import Recording
from emulator.timing.cost import CostModel
from emulator.timing.operands import CLASSES, SKIPPED
from emulator.timing.sites import CONDITION
from emulator.tracing.operand_watch import SiteCounts

_KINDS = (CONDITION, *CLASSES)


def site_arrays(rows: Sequence[SiteCounts]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint64]]:
    """(place, address, kind) of each site, uint32 (k, 3), and its executions by class, uint64 (k, 40)."""
    keys = [(r.site.place, r.site.address, _KINDS.index(r.site.kind)) for r in rows]
    counts = [r.counts for r in rows]
    return np.array(keys, np.uint32).reshape(-1, 3), np.array(counts, np.uint64).reshape(-1, SKIPPED + 1)


def site_cycles(recording: Recording, model: CostModel) -> list[tuple[int, int]]:
    """(address, cycles) that these instructions took on top of the edges' cycles on the model's core."""
    extras = site_extras(recording, model)
    sums = (recording.costed_sites.astype(np.int64) * extras).sum(axis=1).tolist()
    return [(key[1], cycles) for key, cycles in zip(recording.sites.tolist(), sums, strict=True) if cycles]


def site_extras(recording: Recording, model: CostModel) -> npt.NDArray[np.int64]:
    """Cycles on top of the edges' of each site in each class, int64 (sites, 40)."""
    extras: dict[tuple[int, ...], tuple[int, ...]] = {}
    if len(recording.sites):
        blocks = {(address, size) for address, size, _ in recording.edges[recording.counts > 0].tolist()}
        for block in (model.block(*key) for key in sorted(blocks)):
            masks = {i.address: recording.read(i.address, 1)[0] for i in block if i.name == "it"}
            for site in model.sites(block, masks):
                extras.setdefault((site.place, site.address, _KINDS.index(site.kind)), site.extra)
    nothing = (0,) * (SKIPPED + 1)
    found = [extras.get(tuple(key), nothing) for key in recording.sites.tolist()]
    return np.array(found, np.int64).reshape(-1, SKIPPED + 1)
