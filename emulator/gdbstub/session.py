"""One GDB connected to one board, from attach to detach, kill or the end of the firmware."""

from __future__ import annotations

from emulator.gdbstub.commands import Commands
from emulator.gdbstub.debugger import Debugger
from emulator.gdbstub.halt import TRAP, Halt
from emulator.gdbstub.line import Line
from emulator.gdbstub.resume_commands import Resume, parse_resume


class Session:
    """Serves packets. `run` gives "detached", "killed", "ended" (the firmware did), or "lost"."""

    def __init__(self, line: Line, debugger: Debugger, commands: Commands) -> None:
        self._line, self._debugger, self._commands = line, debugger, commands
        self._halt = Halt(TRAP)

    def run(self) -> str:
        """Serve until the session is over."""
        while (data := self._line.next()) is not None:
            if data[:1] == b"D":
                self._line.send(b"OK")
                return "detached"
            if data[:1] == b"k" or data.startswith(b"vKill"):
                if data[:1] == b"v":
                    self._line.send(b"OK")
                return "killed"
            self._line.send(self._answer(data))
            self._line.quiet = self._commands.quiet
            if self._halt.end is not None:
                return "ended"
        return "lost"

    def _answer(self, data: bytes) -> bytes:
        if data == b"?":
            return stop_reply(self._halt)
        if data == b"vCont?":
            return self._commands.answer(data)
        try:
            resume = parse_resume(data.decode("latin-1"))
        except ValueError:
            return b"E01"
        if resume is None:
            return self._commands.answer(data)
        return self._resume(resume)

    def _resume(self, resume: Resume) -> bytes:
        debugger = self._debugger
        if resume.address is not None:
            debugger.pc = resume.address & 0xFFFFFFFE
        with self._line.listening(debugger.interrupt):
            self._halt = debugger.resume(resume.stepping, resume.within)
        debugger.settle()
        if self._halt.text:
            self._line.send(b"O" + f"{self._halt.text}\n".encode().hex().encode())
        return stop_reply(self._halt, debugger.parts.exit_code())


def stop_reply(halt: Halt, exit_code: int | None = None) -> bytes:
    """The stop reply packet."""
    if halt.end is not None:
        return (
            b"W%02x" % (exit_code & 0xFF)
            if halt.end.kind == "exit" and exit_code is not None
            else b"X%02x" % halt.signal
        )
    why = f"{halt.detail}:{halt.address:x};" if halt.watch is not None else ""
    if halt.detail == "breakpoint":
        why = "hwbreak:;"
    return f"T{halt.signal:02x}{why}thread:1;".encode()
