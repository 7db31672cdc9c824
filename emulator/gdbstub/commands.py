"""The packets of GDB that are answered at once: registers, memory, breakpoints, queries.

Source: "Debugging with GDB", appendix E.2 to E.5. A method `on_NAME` answers packets that begin with NAME, the longest
name first; an empty answer says that there is no such packet here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.errors import EmulatorError
from emulator.gdbstub.cpu_registers import CpuRegisters
from emulator.gdbstub.debugger import Debugger
from emulator.gdbstub.memory_view import MemoryView
from emulator.gdbstub.monitor import Monitor
from emulator.gdbstub.packets import LONGEST
from emulator.gdbstub.target_xml import memory_map, target_description
from emulator.probe import Watch

_MOST_READ = LONGEST // 2 - 16
_MOST_WATCHES, _MOST_BREAKPOINTS, _WIDEST_WATCH = 64, 1024, 4096
_FAILED = b"E01"
_WATCHES = {"2": (False, True), "3": (True, False), "4": (True, True)}


class Commands:
    """Answers for one board. `io` are the areas of peripherals."""

    def __init__(self, debugger: Debugger, io: list[tuple[int, int]]) -> None:
        self._debugger = debugger
        self._execution = debugger.execution
        self._registers = CpuRegisters(debugger)
        self._memory = MemoryView(debugger.parts)
        self._monitor = Monitor(debugger)
        regions = debugger.parts.memory.map
        self._documents = {
            "features:read:target.xml": target_description(self._registers.all),
            "memory-map:read:": memory_map(regions, io),
        }
        names = [name[3:] for name in dir(self) if name.startswith("on_")]
        self._names = sorted(names, key=len, reverse=True)
        self.quiet = False

    def answer(self, data: bytes) -> bytes:
        """The reply to a packet; an error reply for one that makes no sense."""
        text = data.decode("latin-1")
        for name in self._names:
            if text.startswith(_SPELLED.get(name, name)):
                handler: Callable[[str], bytes] = getattr(self, f"on_{name}")
                try:
                    return handler(text[len(_SPELLED.get(name, name)) :])
                except (EmulatorError, ValueError, IndexError, OverflowError):
                    return _FAILED
        return b""

    def on_g(self, _: str) -> bytes:
        return b"".join(self._registers.read(n) for n in range(len(self._registers.all))).hex().encode()

    def on_G(self, text: str) -> bytes:
        data = bytes.fromhex(text)
        for number, register in enumerate(self._registers.all):
            size = register.bits // 8
            if len(data) < size:
                break
            if data[:size] != self._registers.read(number):
                self._registers.write(number, data[:size])
            data = data[size:]
        return b"OK"

    def on_p(self, text: str) -> bytes:
        return self._registers.read(_number(text)).hex().encode()

    def on_P(self, text: str) -> bytes:
        number, _, value = text.partition("=")
        self._registers.write(_number(number), bytes.fromhex(value))
        return b"OK"

    def on_m(self, text: str) -> bytes:
        address, size = _pair(text)
        return self._memory.read(address, min(size, _MOST_READ)).hex().encode()

    def on_M(self, text: str) -> bytes:
        place, _, data = text.partition(":")
        return self._write(place, bytes.fromhex(data))

    def on_X(self, text: str) -> bytes:
        place, _, data = text.partition(":")
        return self._write(place, data.encode("latin-1"))

    def _write(self, place: str, data: bytes) -> bytes:
        address, size = _pair(place)
        if size != len(data):
            return _FAILED
        if data:
            self._memory.write(address, data)
        return b"OK"

    def on_Z(self, text: str) -> bytes:
        return self._set_stop(text, True)

    def on_z(self, text: str) -> bytes:
        return self._set_stop(text, False)

    def _set_stop(self, text: str, on: bool) -> bytes:
        kind, _, place = text.partition(",")
        address, size = _pair(place.split(";")[0])
        if kind in ("0", "1"):
            return _include(self._execution.breakpoints, address & ~1, on, _MOST_BREAKPOINTS)
        if kind not in _WATCHES:
            return b""
        if not 0 < size <= _WIDEST_WATCH or self._memory.is_io(address):
            return _FAILED
        return _include(self._execution.watches, Watch(address, size, *_WATCHES[kind]), on, _MOST_WATCHES)

    def on_vFlashErase(self, text: str) -> bytes:
        address, size = _pair(text.removeprefix(":"))
        self._memory.write(address, b"\xff" * min(size, 64 << 20))
        return b"OK"

    def on_vFlashWrite(self, text: str) -> bytes:
        address, _, data = text.removeprefix(":").partition(":")
        self._memory.write(_number(address), data.encode("latin-1"))
        return b"OK"

    def on_vFlashDone(self, _: str) -> bytes:
        return b"OK"

    def on_vContSupported(self, _: str) -> bytes:
        return b"vCont;c;C;s;S;r"

    def on_qSupported(self, _: str) -> bytes:
        known = ("QStartNoAckMode+", "qXfer:features:read+", "qXfer:memory-map:read+", "vContSupported+", "hwbreak+")
        return f"PacketSize={LONGEST:x};{';'.join(known)};swbreak+".encode()

    def on_QStartNoAckMode(self, _: str) -> bytes:
        self.quiet = True
        return b"OK"

    def on_qXfer(self, text: str) -> bytes:
        name, _, place = text.removeprefix(":").rpartition(":")
        document = self._documents.get(name) or self._documents.get(f"{name}:")
        if document is None:
            return b"E00"
        start, size = _pair(place)
        part = document[start : start + min(size, _MOST_READ)]
        return (b"m" if start + len(part) < len(document) else b"l") + part.encode()

    def on_qRcmd(self, text: str) -> bytes:
        line = bytes.fromhex(text.removeprefix(",")).decode(errors="replace")
        return self._monitor.run(line).encode().hex().encode()

    def on_qfThreadInfo(self, _: str) -> bytes:
        return b"m1"

    def on_qsThreadInfo(self, _: str) -> bytes:
        return b"l"

    def on_qC(self, _: str) -> bytes:
        return b"QC1"

    def on_qAttached(self, _: str) -> bytes:
        return b"1"

    def on_H(self, _: str) -> bytes:
        return b"OK"

    def on_T(self, text: str) -> bytes:
        return b"OK" if _number(text) == 1 else _FAILED


_SPELLED = {"vContSupported": "vCont?"}


def _number(text: str) -> int:
    if not 0 < len(text) <= 16:
        raise ValueError("no number")
    return int(text, 16) if "-" not in text and "_" not in text else _refuse(text)


def _refuse(text: str) -> int:
    raise ValueError(f"no number: {text}")


def _pair(text: str) -> tuple[int, int]:
    first, _, second = text.partition(",")
    return _number(first), _number(second)


def _include(group: set[Any], member: object, on: bool, most: int) -> bytes:
    if not on:
        group.discard(member)
    elif len(group) < most:
        group.add(member)
    else:
        return _FAILED
    return b"OK"
