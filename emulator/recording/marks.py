"""Marks in a recorded stream: what happened between two blocks and matters when the run is costed again.

A mark is two words, MARK + kind and a value below 2^31. It counts from the end of the last edge in front of it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emulator.tracing.pytracer import PythonTracer
from emulator.tracing.tracer import Tracer

MARK = 0x80000400
SETTING, PASSED, PART = range(3)
"""Kinds: a register of `Recording.settings` was written; cycles passed without code; a part began, 0 for none."""

_MOST = (1 << 31) - 1
_ACCESS = np.uint32(1 << 31)
Words = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Mark:
    """A mark in front of word `position` of a stream without marks."""

    position: int
    kind: int
    value: int


class Marker:
    """Puts marks into what a tracer records."""

    def __init__(self, tracer: Tracer) -> None:
        self._write = _python_writer(tracer) if isinstance(tracer, PythonTracer) else _native_writer(tracer)

    def put(self, kind: int, value: int) -> None:
        """One mark; cycles that do not fit become several."""
        while value > _MOST:
            self._write(_MOST, 0x400 | kind)
            value -= _MOST
        self._write(value, 0x400 | kind)


def without_marks(stream: Words) -> tuple[Words, list[Mark]]:
    """The stream's edges and accesses, and its marks; none lies between an access and its edge."""
    heads = np.flatnonzero((stream & 0xFFFFFF00) == MARK)
    words = np.delete(stream, np.concatenate([heads, heads + 1]))
    marks = []
    for n, head in enumerate(heads.tolist()):
        position = head - 2 * n
        while position >= 2 and words[position - 2] & _ACCESS:
            position -= 2
        marks.append(Mark(position, int(stream[head]) & 0xFF, int(stream[head + 1])))
    return words, marks


def within(stream: Words, places: Sequence[tuple[int, int]]) -> Words:
    """The stream without accesses outside of the places, each a first and a last address."""
    heads = np.flatnonzero((stream >= _ACCESS) & ((stream & 0xFFFFFF00) != MARK))
    at = stream[heads + 1]
    inside = np.zeros(len(at), np.bool_)
    for first, last in places:
        inside |= (at >= first) & (at <= last)
    outside = heads[~inside]
    return np.delete(stream, np.concatenate([outside, outside + 1]))


def edge_words(words: Words) -> npt.NDArray[np.bool_]:
    """Which words of a stream without marks are numbers of edges."""
    heads = words >= _ACCESS
    follows = np.zeros(len(words), np.bool_)
    follows[1:] = heads[:-1]
    found: npt.NDArray[np.bool_] = ~(heads | follows)
    return found


def _python_writer(tracer: PythonTracer) -> Callable[[int, int], None]:
    return lambda value, size: tracer.record_access(False, 0, value, size)


def _native_writer(tracer: Tracer) -> Callable[[int, int], None]:
    """A mark has the form of a read of so many bytes, more than any has."""
    function, pointer = tracer.consumer  # type: ignore[attr-defined]
    kinds = (None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_int)
    record = ctypes.CFUNCTYPE(*kinds)(function)
    return lambda value, size: record(pointer, value, size, 0)
