"""The program's data accesses, for those who want to see them: memory models, recordings, maps of touched bytes.

A native consumer is a C function with a pointer for it (_accesses.h), a Python one a callable; the first costs
some 30 ns an access, the second some microseconds. Nothing is hooked, and nothing gets slower, until the first consumer
asks. Who wants reads alone is better served by emulator/tracing/reads.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from emulator.engine.engine import Engine
from emulator.engine.native_library import extension
from emulator.errors import TracerError

READ, WRITTEN, READ_FIRST = 1, 2, 4
"""Bits of a touched byte: it was read, it was written, it was read when nothing had written it yet."""

ALL = (0, 0xFFFFFFFF)
Consumer = Callable[[bool, int, int, int], None]
"""(is a write, pc, address, size in bytes)"""


class Accesses:
    """Accesses of one engine. `native` is false where the extension or the binding offers no way."""

    def __init__(self, engine: Engine, native: bool = True) -> None:
        self._engine = engine
        functions = engine.register_functions() if native and engine.native() is not None else None
        self._functions = functions if extension() is not None else None

    @property
    def native(self) -> bool:
        """Whether C consumers can be added."""
        return self._functions is not None

    def add(self, consumer: tuple[int, int], within: tuple[int, int] = ALL, writes: bool = True) -> None:
        """Call a C consumer, as (function, pointer), for accesses to addresses from `within[0]` to `within[1]`.

        Without `writes` for reads only, which leaves stores as fast as they were.
        """
        hook = self._hook(within, writes)
        hook.add(*consumer, *within)

    def call(self, consumer: Consumer, within: tuple[int, int] = ALL) -> None:
        """Call a Python function in front of each access in the range."""
        first, last = within

        def inside(is_write: bool, pc: int, address: int, size: int) -> None:
            if first <= address <= last:
                consumer(is_write, pc, address, size)

        self._engine.access_hooks.call(consumer if within == ALL else inside)

    def touched(self, start: int, size: int) -> npt.NDArray[np.uint8]:
        """A map of `size` bytes from `start`, uint8, with READ, WRITTEN and READ_FIRST set as the program goes on."""
        touched = np.zeros(size, np.uint8)
        within = (start, start + size - 1)
        if self.native:
            self._hook(within).add_map(touched, start)
            return touched

        def touch(is_write: bool, pc: int, address: int, width: int) -> None:
            part = touched[address - start : address - start + width]
            part |= WRITTEN if is_write else np.where(part & WRITTEN, READ, READ | READ_FIRST).astype(np.uint8)

        self.call(touch, within)
        return touched

    def _hook(self, within: tuple[int, int], writes: bool = True) -> Any:
        built = extension()
        if self._functions is None or built is None:
            raise TracerError("native access consumers need the emulator.tracing._tracer extension; use call()")
        hook = built.Accesses(*self._functions)
        if not self._engine.access_hooks.call_natively(hook.callback, hook.user_data, *within, writes, hook):
            raise TracerError("this version of Unicorn's binding takes no native callback; use call()")
        return hook
