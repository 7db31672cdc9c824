"""Lets the engine see memory as the running code may: the MPU page by page, and the core's registers when privileged.

A page of 1 KiB that the MPU treats in one way is checked by the engine. In a page that borders of regions cut, every
access comes here and is let through one instruction at a time: right, but slow. Such an instruction inside an IT block
takes the rest of the IT block with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from emulator.engine.engine import Engine
from emulator.engine.registers import RegisterSet
from emulator.engine.single_step import step
from emulator.engine.stop import Access, Stop
from emulator.exceptions.mpu import Mpu
from emulator.instructions.addressing import accessed
from emulator.instructions.decode import Decoder
from emulator.page_view import PAGE_SIZE
from emulator.tracing.tracer import Tracer

_PRIVATE_BUS, _PRIVATE_SIZE = 0xE0000000, 0x00100000
_NAMES = "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 sp lr"


class Protection:
    """`code(address, size)` reads instructions; `open_to_all`: unprivileged code may use the private bus."""

    def __init__(self, engine: Engine, mpu: Mpu, tracer: Tracer, code: Callable[[int, int], bytes]) -> None:
        self.open_to_all: Callable[[], bool] = lambda: False
        self._engine, self._mpu, self._tracer, self._code = engine, mpu, tracer, code
        self._decoder = Decoder()
        self._registers = RegisterSet(engine, _NAMES)
        self._names = _NAMES.split()
        self._mode = (True, False)
        self._opened = -1
        self._pages: dict[tuple[int, bool], tuple[str, bool]] = {}

    def enter(self, privileged: bool, negative_priority: bool) -> None:
        """The core runs on in another mode, or the MPU has changed."""
        mode = privileged, negative_priority
        if mode == self._mode and not self._mpu.changed:
            return
        before, self._mode = self._mode, mode
        view = self._engine.page_view
        checking = self._mpu.on(negative_priority)
        if self._mpu.changed:
            self._mpu.changed = False
            self._pages.clear()
        if checking != view.on:
            view.switch(self._letters if checking else None)
        elif checking:
            view.forget()
        if before[0] != privileged:
            letters = "rw" if privileged or self.open_to_all() else ""
            self._engine.protect(_PRIVATE_BUS, _PRIVATE_SIZE, letters)

    def _page(self, page: int) -> tuple[str, bool]:
        """Letters that hold all over a page, and whether more hold in parts of it."""
        key = page, self._mode[0]
        if key not in self._pages:
            cuts = [page, *(b for b in self._mpu.borders() if page < b < page + PAGE_SIZE)]
            parts = [set(self._mpu.letters(cut, self._mode[0])) for cut in cuts]
            everywhere = set.intersection(*parts)
            self._pages[key] = "".join(sorted(everywhere)), set.union(*parts) != everywhere
        return self._pages[key]

    def _letters(self, page: int) -> str:
        if page == self._opened:
            return "rwx"
        if _PRIVATE_BUS <= page < _PRIVATE_BUS + _PRIVATE_SIZE:
            return "rw" if self._mode[0] or self.open_to_all() else ""
        return self._page(page)[0]

    def denies(self, access: Access) -> bool:
        """Whether the MPU, and not the board, forbids an access."""
        if not self._mpu.on(self._mode[1]) or _PRIVATE_BUS <= access.address < _PRIVATE_BUS + _PRIVATE_SIZE:
            return False
        letter = "x" if access.access == "fetch" else access.access[0]
        return letter not in self._mpu.letters(access.address, self._mode[0])

    def first_denied(self, access: Access) -> Access | None:
        """The part of an access that the MPU forbids first, None if it allows all."""
        end = access.address + max(access.size, 1)
        places = (access.address, *(b for b in self._mpu.borders() if access.address < b < end))
        parts = (replace(access, address=place) for place in places)
        return next((part for part in parts if self.denies(part)), None)

    def allows_frame(self, address: int, size: int, privileged: bool) -> bool:
        """Whether exception entry or return in that mode may use a stack frame."""
        if not self._mpu.on(False):
            return True
        places = (address, address + size - 1, *(b for b in self._mpu.borders() if address < b < address + size))
        return all({"r", "w"} <= set(self._mpu.letters(place, privileged)) for place in places)

    def sized(self, stop: Stop) -> Access | None:
        """The access of a stop with its size, as the instruction tells."""
        access = stop.access
        if access is None or access.size or access.access == "fetch":
            return access
        instruction = self._decoder.first(self._code(stop.pc, 4), stop.pc)
        if instruction is None:
            return access
        values = dict(zip(self._names, self._registers.read(), strict=True))
        start, size = accessed(instruction, values)
        page = access.address & ~(PAGE_SIZE - 1)
        if not (start < page + PAGE_SIZE and page < start + size):
            return replace(access, size=4)
        first = max(start, page)
        return replace(access, address=first, size=start + size - first)

    def passes(self, stop: Stop) -> bool:
        """Whether a stop is an access that a cut page hides but the MPU allows."""
        access = self.sized(stop)
        if access is None or not access.protected or not self._engine.page_view.on:
            return False
        page = access.address & ~(PAGE_SIZE - 1)
        if _PRIVATE_BUS <= page < _PRIVATE_BUS + _PRIVATE_SIZE or not self._page(page)[1]:
            return False
        return self.first_denied(access) is None

    def step(self, stop: Stop) -> Stop:
        """Let the instruction of such a stop run; gives how that ended."""
        assert stop.access is not None
        tracer, view = self._tracer, self._engine.page_view
        tracer.close_partly(stop.pc)
        self._opened = stop.access.address & ~(PAGE_SIZE - 1)
        view.forget()
        try:
            after = step(self._engine, stop.pc)
        finally:
            self._opened = -1
            view.forget()
        address, size = tracer.block
        if address + size == after.pc or not address < after.pc < address + size:
            tracer.close(after.pc)
        else:
            tracer.close_partly(after.pc)
        return after
