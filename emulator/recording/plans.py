"""The edges of a recording with the plans of their blocks, as the models of slow memories want them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emulator.errors import RecordingError
from emulator.memories.data_path import data_path
from emulator.memories.fetch import fetch_ahead
from emulator.memories.layout import Layout
from emulator.memories.plan import make_plan
from emulator.recording.recording import Recording
from emulator.timing.cost import CostModel


@dataclass(frozen=True)
class Plans:
    """edges: uint32 (n + 1, 4), address, size, cycles and place of the plan of each, row 0 unused; `plans`: all plans,
    one behind the other; by_block: that of each block, by address and size."""

    edges: npt.NDArray[np.uint32]
    plans: bytes
    by_block: dict[tuple[int, int], bytes]


def make_plans(recording: Recording, model: CostModel, layout: Layout, cycles: npt.NDArray[np.uint64]) -> Plans:
    """`cycles`: of one pass through each edge without stalls. Raises RecordingError without an order of events."""
    if not recording.whole:
        raise RecordingError("the recording holds counts only, its run was too long; slow memories need the order")
    ahead, path = fetch_ahead(model.core.name), data_path(model.core.name)
    places: dict[tuple[int, int], int] = {}
    made: dict[tuple[int, int], bytes] = {}
    length = 0
    edges = np.zeros((len(recording.edges) + 1, 4), np.uint32)
    for n, (address, size, _) in enumerate(recording.edges.tolist(), 1):
        key = (address, size)
        if not recording.counts[n - 1]:
            continue
        if key not in made:
            made[key] = make_plan(model.block(*key), model.starts(*key), layout, ahead, path, model.younger(*key))
            places[key] = length
            length += len(made[key]) // 2
        edges[n] = (address, size, cycles[n - 1], places[key])
    return Plans(edges, b"".join(made.values()), made)


def has_extension() -> bool:
    """Whether streams can be passed through the models in C."""
    try:
        from emulator.tracing import _tracer  # noqa: F401
    except ImportError:
        return False
    return True
