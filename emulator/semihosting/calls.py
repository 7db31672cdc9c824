"""Semihosting: BKPT 0xAB asks the host to print, read, keep files and end the run.

Source: Arm "Semihosting for AArch32 and AArch64", release 2.0. The time is that of the emulated clock, from 0.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from emulator.boards.console import Console
from emulator.clock import Clock
from emulator.errors import EngineError
from emulator.semihosting.shared_folder import SharedFolder

_FAILED = 0xFFFFFFFF
_FEATURES = b"SHFB\x03"
_STOPPED_APPLICATION_EXIT = 0x20026
_LONGEST_STRING = 4096
_LONGEST_TRANSFER = 16 << 20
_STANDARD = ("in", "out", "error")


class Memory(Protocol):
    """Reads and writes of the firmware's memory; both raise EngineError where there is none."""

    def read(self, address: int, size: int) -> bytes: ...

    def write(self, address: int, data: bytes) -> None: ...


class Semihosting:
    """Serves calls. `exit_code` is set by SYS_EXIT; `heap` is (heap base, heap limit, stack base, stack limit)."""

    def __init__(
        self,
        memory: Memory,
        console: Console,
        clock: Clock,
        folder: Path | None = None,
        arguments: str = "",
        heap: tuple[int, int, int, int] = (0, 0, 0, 0),
    ) -> None:
        self.exit_code: int | None = None
        self._memory, self._console, self._clock = memory, console, clock
        self._folder = None if folder is None else SharedFolder(folder)
        self._arguments = arguments.encode() + b"\0"
        self._heap = heap
        self._files: dict[int, int | str] = {}
        self._features_read = 0
        self._error = 0
        self._calls: dict[int, Callable[[int], int]] = {
            0x01: self._open,
            0x02: self._close,
            0x03: self._write_character,
            0x04: self._write_string,
            0x05: self._write,
            0x06: self._read,
            0x07: self._read_character,
            0x08: lambda block: int(self._words(block, 1)[0] >> 31),
            0x09: lambda block: int(isinstance(self._file(block), str)),
            0x0A: self._seek,
            0x0C: self._length,
            0x0D: self._temporary_name,
            0x0E: self._remove,
            0x0F: self._rename,
            0x10: lambda _: clock.now() * 100 // clock.hz & 0xFFFFFFFF,
            0x11: lambda _: clock.now() // clock.hz & 0xFFFFFFFF,
            0x13: lambda _: self._error,
            0x15: self._command_line,
            0x16: self._heap_info,
            0x18: self._exit,
            0x20: self._exit_extended,
            0x30: self._elapsed,
            0x31: lambda _: clock.hz,
        }

    def call(self, operation: int, argument: int) -> int:
        """Serve one call: R0 and R1 in, R0 out; -1 for what is unknown, refused or failed."""
        handler = self._calls.get(operation)
        if handler is None:
            return _FAILED
        try:
            return handler(argument) & 0xFFFFFFFF
        except OSError as error:
            self._error = error.errno or errno.EACCES
        except EngineError:
            self._error = errno.EFAULT
        return _FAILED

    def close(self) -> None:
        """Close all files."""
        for file in self._files.values():
            if isinstance(file, int):
                os.close(file)
        self._files.clear()

    def _words(self, block: int, count: int) -> list[int]:
        data = self._memory.read(block, 4 * count)
        return [int.from_bytes(data[4 * n : 4 * n + 4], "little") for n in range(count)]

    def _text(self, address: int, size: int) -> str:
        return self._memory.read(address, min(size, _LONGEST_STRING)).decode("latin-1")

    def _file(self, block: int) -> int | str:
        handle = self._words(block, 1)[0]
        if handle not in self._files:
            raise OSError(errno.EBADF, "no such handle")
        return self._files[handle]

    def _open(self, block: int) -> int:
        address, mode, size = self._words(block, 3)
        name = self._text(address, size)
        if name == ":tt":
            file: int | str = _STANDARD[min(mode // 4, 2)]
        elif name == ":semihosting-features":
            file, self._features_read = "features", 0
        elif self._folder is None:
            raise OSError(errno.EACCES, "no directory is shared")
        else:
            file = self._folder.open(name, mode)
        handle = next(n for n in range(1, len(self._files) + 2) if n not in self._files)
        self._files[handle] = file
        return handle

    def _close(self, block: int) -> int:
        file = self._file(block)
        del self._files[self._words(block, 1)[0]]
        if isinstance(file, int):
            os.close(file)
        return 0

    def _write_character(self, address: int) -> int:
        self._console.write(self._memory.read(address, 1), "semihosting")
        return 0

    def _write_string(self, address: int) -> int:
        data = bytearray()
        while not data.endswith(b"\0") and len(data) < _LONGEST_TRANSFER:
            data += self._memory.read(address + len(data), 1)
        self._console.write(bytes(data[:-1]), "semihosting")
        return 0

    def _write(self, block: int) -> int:
        """Gives the number of bytes not written."""
        _, address, size = self._words(block, 3)
        taken = min(size, _LONGEST_TRANSFER)
        file, data = self._file(block), self._memory.read(address, taken) if taken else b""
        if isinstance(file, int):
            return size - os.write(file, data)
        if file in ("in", "features"):
            return size
        self._console.write(data, "semihosting")
        return size - len(data)

    def _read(self, block: int) -> int:
        """Gives the number of bytes not read."""
        _, address, size = self._words(block, 3)
        file = self._file(block)
        if isinstance(file, int):
            data = os.read(file, min(size, _LONGEST_TRANSFER))
        elif file == "features":
            data = _FEATURES[self._features_read : self._features_read + size]
            self._features_read += len(data)
        else:
            data = self._console.read_line(size) if file == "in" else b""
        if data:
            self._memory.write(address, data)
        return size - len(data)

    def _read_character(self, _: int) -> int:
        data = self._console.read(1)
        return data[0] if data else _FAILED

    def _seek(self, block: int) -> int:
        file, position = self._file(block), self._words(block, 2)[1]
        if file == "features":
            self._features_read = position
            return 0
        if isinstance(file, str):
            raise OSError(errno.ESPIPE, "no seek there")
        os.lseek(file, position, os.SEEK_SET)
        return 0

    def _length(self, block: int) -> int:
        file = self._file(block)
        if isinstance(file, str):
            return len(_FEATURES) if file == "features" else 0
        return os.fstat(file).st_size

    def _temporary_name(self, block: int) -> int:
        address, identifier, size = self._words(block, 3)
        name = f"tmp{identifier & 0xFF:03d}".encode() + b"\0"
        if len(name) > size:
            return _FAILED
        self._memory.write(address, name)
        return 0

    def _shared(self) -> SharedFolder:
        if self._folder is None:
            raise OSError(errno.EACCES, "no directory is shared")
        return self._folder

    def _remove(self, block: int) -> int:
        address, size = self._words(block, 2)
        self._shared().remove(self._text(address, size))
        return 0

    def _rename(self, block: int) -> int:
        old, old_size, new, new_size = self._words(block, 4)
        self._shared().rename(self._text(old, old_size), self._text(new, new_size))
        return 0

    def _command_line(self, block: int) -> int:
        address, size = self._words(block, 2)
        if len(self._arguments) > size:
            return _FAILED
        self._memory.write(address, self._arguments)
        self._memory.write(block + 4, (len(self._arguments) - 1).to_bytes(4, "little"))
        return 0

    def _heap_info(self, block: int) -> int:
        (place,) = self._words(block, 1)
        self._memory.write(place, b"".join(word.to_bytes(4, "little") for word in self._heap))
        return 0

    def _exit(self, reason: int) -> int:
        self.exit_code = 0 if reason == _STOPPED_APPLICATION_EXIT else 1
        return 0

    def _exit_extended(self, block: int) -> int:
        reason, code = self._words(block, 2)
        self.exit_code = code if reason == _STOPPED_APPLICATION_EXIT else 1
        return 0

    def _elapsed(self, block: int) -> int:
        self._memory.write(block, self._clock.now().to_bytes(8, "little"))
        return 0
