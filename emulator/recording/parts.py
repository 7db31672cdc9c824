"""What each part of a recorded run, such as a layer of a network, costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emulator.recording.recording import Recording


@dataclass(frozen=True)
class PartCost:
    """Cycles of a part, of which `code_stalls` and `data_stalls` waiting for memory."""

    name: str
    cycles: int
    instructions: int
    code_stalls: int
    data_stalls: int


def part_costs(
    recording: Recording,
    costs: npt.NDArray[np.uint64],
    stalls: npt.NDArray[np.uint64],
    extras: npt.NDArray[np.int64],
) -> tuple[PartCost, ...]:
    """All parts. costs: (edges, 2), cycles and instructions of a pass; stalls: see `replay`; extras: see sites."""
    found = []
    for n, name in enumerate(recording.parts):
        cycles, instructions = (int(total) for total in recording.part_counts[n] @ costs)
        cycles += int((recording.part_site_counts[n].astype(np.int64) * extras).sum())
        code, data = (int(total) for total in stalls[n + 1].sum(axis=0))
        found.append(PartCost(name, cycles + code + data, instructions, code, data))
    return tuple(found)


def costed_stalls(stalls: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Of what `replay` gives by part, the sum of what is costed, (edges, 2): the parts, or all where there are none."""
    found: npt.NDArray[np.uint64] = (stalls[1:] if len(stalls) > 1 else stalls).sum(axis=0, dtype=np.uint64)
    return found


def elsewhere_on(recording: Recording, core: str) -> int:
    """Cycles of firmware outside of instructions, as they were; what an I/O port saves is of the core that has it."""
    elsewhere = recording.elsewhere
    return elsewhere.cycles if core == recording.core else elsewhere.exceptions + elsewhere.asleep
