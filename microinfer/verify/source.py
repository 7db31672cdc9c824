"""Where the cases of a function come from: saved ones, drawn ones, and ones near those that reached something new.

A case is named by its number: -1, -2, ... are those of the corpus, from 0 on they are drawn. Workers are told numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from microinfer.verify.case import Case, draw_case, draw_knobs, drawn_reject, finished_case
from microinfer.verify.mutation import Kept, Near, draw_near, tape_of
from microinfer.verify.spec import Spec
from microinfer.verify.store import read_case

_PLAIN_EVERY = 4


@dataclass(frozen=True)
class Entry:
    """A saved case: the name of its file and what it holds."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Round:
    """Cases from number `start` on; three of four are near one of `kept`, if there are any."""

    start: int
    kept: tuple[Kept, ...]


@dataclass(frozen=True)
class Source:
    """Makes the cases of a function; `rounds` by number, the first without kept cases."""

    function: str
    seed: int
    corpus: tuple[Entry, ...]
    rounds: tuple[Round, ...]

    def case(self, spec: Spec, number: int) -> Case:
        """A case by number."""
        if number < 0:
            entry = self.corpus[-1 - number]
            return replace(read_case(entry.content, entry.name).case, origin=f"corpus {entry.name}")
        near = self._near(spec, number)
        if near is None:
            return draw_case(spec, self.seed, number)
        origin = f"seed {self.seed}, case {number}, near {near.base}"
        return finished_case(spec, near.knobs, near.plan, near.draw, origin)

    def knobs(self, spec: Spec, number: int) -> Any:
        """The knobs of a case alone; None for a call that must be refused."""
        if number < 0:
            saved = self.case(spec, number)
            return None if saved.reject else saved.knobs
        near = self._near(spec, number)
        knobs, _, draw = draw_knobs(spec, self.seed, number) if near is None else (near.knobs, near.plan, near.draw)
        return None if drawn_reject(spec, knobs, draw) else knobs

    def tape(self, spec: Spec, number: int) -> tuple[float, ...]:
        """What its knobs were made of; empty for a saved case that does not say."""
        if number < 0:
            entry = self.corpus[-1 - number]
            return read_case(entry.content, entry.name).tape
        near = self._near(spec, number)
        return tape_of(spec, self.seed, number) if near is None else near.tape

    def next_round(self, start: int, kept: Sequence[Kept]) -> Source:
        """The same with another round."""
        return replace(self, rounds=(*self.rounds, Round(start, tuple(kept))))

    def _near(self, spec: Spec, number: int) -> Near | None:
        kept = next(r.kept for r in reversed(self.rounds) if r.start <= number)
        usable = [one for one in kept if one.tape]
        return draw_near(spec, self.seed, number, usable) if usable and number % _PLAIN_EVERY else None
