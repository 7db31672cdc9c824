"""Fixed lists of registers, read and written together as fast as the engine can."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from emulator.engine import Engine, register_ids
from emulator.native_registers import NativeBatch


class RegisterSet:
    """Registers by their assembler names, always in the same order."""

    def __init__(self, engine: Engine, names: str) -> None:
        self._engine = engine
        self._ids = register_ids(names.split())
        native = engine.native()
        self._native = None if native is None else NativeBatch(native, self._ids)

        self.read: Callable[[], Sequence[int]] = self._read if self._native is None else self._native.read
        """All values."""

    def write(self, *values: int) -> None:
        """Set all, one after the other."""
        if self._native is not None:
            self._native.write(values)
            return
        for number, value in zip(self._ids, values, strict=True):
            self._engine.set_registers({number: value})

    def _read(self) -> Sequence[int]:
        return self._engine.registers(self._ids)
