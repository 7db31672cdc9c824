"""What a recording keeps of instructions whose time depends on operands and flags, and what they cost on a core."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from emulator.instructions.decode import Instruction
from emulator.recording.recording import Recording
from emulator.timing.cost import CostModel
from emulator.timing.operands import CLASSES, SKIPPED
from emulator.timing.sites import CONDITION
from emulator.tracing.operand_watch import SiteCounts

_KINDS = (CONDITION, *CLASSES)
_Extras = dict[tuple[int, ...], tuple[int, ...]]


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
    keys: list[tuple[int, ...]] = [tuple(key) for key in recording.sites.tolist()]
    extras: _Extras = {}
    if keys:
        blocks = sorted({(address, size) for address, size, _ in recording.edges[recording.counts > 0].tolist()})
        for key in blocks:
            _find(recording, model, model.block(*key), extras)
        cut = {place for place, *rest in keys if (place, *rest) not in extras}
        for address, size in blocks:
            if any(address <= place < address + size for place in cut):
                _find(recording, model, model.stretch(address), extras)
    nothing = (0,) * (SKIPPED + 1)
    return np.array([extras.get(key, nothing) for key in keys], np.int64).reshape(-1, SKIPPED + 1)


def _find(
    recording: Recording,
    model: CostModel,
    block: tuple[Instruction, ...],
    extras: dict[tuple[int, ...], tuple[int, ...]],
) -> None:
    """Add the sites of a block, or of where one that a fault cut short would have gone on."""
    masks = {i.address: recording.read(i.address, 1)[0] for i in block if i.name == "it"}
    for site in model.sites(block, masks):
        extras.setdefault((site.place, site.address, _KINDS.index(site.kind)), site.extra)
