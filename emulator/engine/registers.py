"""Fixed lists of registers, read and written together as fast as the engine can."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from emulator.engine.engine import Engine, register_ids
from emulator.engine.native_registers import quick_registers


class RegisterSet:
    """Registers by their assembler names, always in the same order."""

    def __init__(self, engine: Engine, names: str) -> None:
        self._engine = engine
        self._ids = register_ids(names.split())
        native = engine.native()
        quick = None if native is None else quick_registers(native, self._ids)

        self.read: Callable[[], Sequence[int]] = self._read if quick is None else quick.read
        """All values."""

        self.write: Callable[..., None] = self._write if quick is None else quick.write
        """Set all, one after the other."""

    def _read(self) -> Sequence[int]:
        return self._engine.registers(self._ids)

    def _write(self, *values: int) -> None:
        for number, value in zip(self._ids, values, strict=True):
            self._engine.set_registers({number: value})
