"""Call chains: kept as the tracer's bytes while the firmware runs, spelled out when somebody asks."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from emulator.exceptions.numbers import exception_name


@dataclass(frozen=True)
class ChainLink:
    """A function in a call chain, `times` over if it calls itself; `place` is where it called on, or was at the peak.

    exception: the link is no function but the frame of that exception, on top of what it interrupted.
    """

    function: str
    place: str | None
    times: int = 1
    exception: bool = False


@dataclass
class Context:
    """A call stack as the tracer saved it, at `pc`; `number` is the exception that interrupted it there, 0 for none."""

    saved: bytes
    pc: int
    number: int = 0


class Chains:
    """Spells out contexts. calls: a tracer's rows; name: function of an address; place: file and line of an address."""

    def __init__(
        self,
        calls: Sequence[tuple[int, int, int, int, int]],
        name: Callable[[int], str],
        place: Callable[[int], str | None],
    ) -> None:
        self._functions = [0, *(row[1] for row in calls)]
        self._name, self._place = name, place

    def spell(self, contexts: Sequence[Context]) -> tuple[ChainLink, ...]:
        """Outermost first."""
        links: list[ChainLink] = []
        for context in contexts:
            node, *flat = struct.unpack(f"={len(context.saved) // 4}I", context.saved) if context.saved else (0,)
            for caller, link in zip(flat[::2], flat[1::2], strict=True):
                self._add(links, caller, link - 1)
            self._add(links, node, context.pc)
            if context.number:
                links.append(ChainLink(exception_name(context.number), None, exception=True))
        return tuple(links)

    def _add(self, links: list[ChainLink], node: int, pc: int) -> None:
        if not 0 < node < len(self._functions):
            return
        function = self._name(self._functions[node])
        last = links[-1] if links else None
        if last is not None and last.function == function and not last.exception:
            links[-1] = ChainLink(function, self._place(pc), last.times + 1)
        else:
            links.append(ChainLink(function, self._place(pc)))
