"""Which instructions meet the stalls of slow memories in a recorded run: those whose line or data was waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from emulator.memories.layout import Layout
from emulator.profile.counted import EdgeKey, Met
from emulator.recording.parts import costed_stalls
from emulator.recording.pieces import Piece, cut_block, make_cuts
from emulator.recording.plans import Plans, has_extension
from emulator.recording.recording import Recording
from emulator.recording.replay import replay
from emulator.timing.cost import CostModel

Stalls = npt.NDArray[np.uint64]


def stalls_met(
    recording: Recording,
    model: CostModel,
    layout: Layout,
    plans: Plans,
    stalls: Stalls,
    wanted: Callable[[int], bool],
    settings: bool = False,
) -> dict[EdgeKey, tuple[Met, ...]]:
    """For edges of blocks at wanted addresses, who met their `stalls`, (edges, 2); they add up to them.

    Pieces of blocks are passed through the memories anew. What they lack are cycles that a read took for the one in
    front of it, on another bus or in the same bank. Where two of them want the port in the same cycle the order may be
    another than in the block, so what is taken over are shares.
    """
    keys: list[tuple[int, int, int]] = [(at, size, to) for at, size, to in recording.edges.tolist()]
    held = [n for n in np.flatnonzero(stalls.any(axis=1)).tolist() if wanted(keys[n][0])]
    pieces: dict[int, list[Piece]] = {}
    for n in held:
        address, size, _ = keys[n]
        cycles = int(plans.edges[n + 1, 2])
        pieces[n + 1] = cut_block(model, address, size, cycles, plans.by_block[address, size], layout)
    edges, code = _with_pieces(plans, [piece for some in pieces.values() for piece in some])
    cuts = make_cuts(len(plans.edges), pieces)
    found = replay(recording, layout, edges, code, has_extension(), settings, cuts)
    detail: list[list[int]] = costed_stalls(found)[len(plans.edges) - 1 :].tolist()
    met: dict[EdgeKey, tuple[Met, ...]] = {}
    for number, some in pieces.items():
        rows, detail = detail[: len(some)], detail[len(some) :]
        fetch, data = (int(total) for total in stalls[number - 1])
        met[keys[number - 1]] = tuple(_meetings(some, rows, fetch, data))
    return met


def _with_pieces(plans: Plans, pieces: Sequence[Piece]) -> tuple[npt.NDArray[np.uint32], bytes]:
    """The edges with a row for each piece behind them, and all plans."""
    place, rows = len(plans.plans) // 2, []
    for piece in pieces:
        rows.append((*piece.row, place))
        place += len(piece.plan) // 2
    more = np.array(rows, np.uint32).reshape(-1, 4)
    return np.vstack([plans.edges, more]), plans.plans + b"".join(piece.plan for piece in pieces)


def _meetings(pieces: Sequence[Piece], rows: Sequence[Sequence[int]], fetch: int, data: int) -> Iterator[Met]:
    """Shares of pieces in the stalls of their edge."""
    codes, reads = [row[0] for row in rows], [row[1] for row in rows]
    more = data - sum(reads)
    behind = [int(piece.follows) for piece in pieces]
    if more > 0 and any(behind):
        reads = [read + part for read, part in zip(reads, _apportion(more, behind), strict=True)]
    for piece, code, read in zip(pieces, _apportion(fetch, codes), _apportion(data, reads), strict=True):
        if code or read:
            yield Met(piece.first.address, code, read)


def _apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in the ratio of the weights that add up to the total; the first gets all where none has any."""
    whole = sum(weights)
    if not whole:
        return [total, *[0] * (len(weights) - 1)]
    ends = [total * sum(weights[: n + 1]) // whole for n in range(len(weights))]
    return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
