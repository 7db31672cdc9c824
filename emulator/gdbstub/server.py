"""Listens for GDB on the loopback interface and serves one session."""

from __future__ import annotations

import socket

from emulator.errors import GdbError
from emulator.gdbstub.commands import Commands
from emulator.gdbstub.debugger import Debugger
from emulator.gdbstub.line import Line
from emulator.gdbstub.parts import Parts
from emulator.gdbstub.session import Session
from emulator.processor import End
from emulator.tracing.tracer import NO_LIMIT

_LOOPBACK = "127.0.0.1"
_PATIENCE = 1.0


def listen(port: int) -> socket.socket:
    """A socket that listens on a TCP port of the loopback interface, 0 for any free one. Raises GdbError."""
    if not 0 <= port < 65536:
        raise GdbError(f"no port {port}: want 0 (any free one) to 65535")
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((_LOOPBACK, port))
        server.listen(1)
    except OSError as error:
        server.close()
        raise GdbError(f"cannot listen on {_LOOPBACK}:{port}: {error.strerror}; port 0 takes any free one") from None
    return server


def _hang_up(connection: socket.socket) -> None:
    """Close in order: what was sent last is lost where acknowledgments arrive at a closed socket."""
    try:
        connection.settimeout(_PATIENCE)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    except OSError:
        return


def serve(
    server: socket.socket, parts: Parts, max_cycles: int | None, timeout: float | None, io: list[tuple[int, int]]
) -> End:
    """Wait for GDB and serve it; gives how the firmware ended.

    When GDB detaches, the firmware runs on to its end; killed or cut off, it is stopped where it is.
    """
    debugger = Debugger(parts, NO_LIMIT if max_cycles is None else parts.tracer.cycles + max_cycles, timeout)
    connection, _ = server.accept()
    server.close()
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        outcome = Session(Line(connection), debugger, Commands(debugger, io)).run()
        _hang_up(connection)
    if outcome != "detached":
        return debugger.last_end()
    debugger.leave()
    return debugger.last_end()
